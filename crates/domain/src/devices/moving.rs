//! Moving devices from one organization to another.

use super::{act, find, log, told};
use crate::access::ManageDevices;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use model::audit::Action;
use model::check::Check;
use model::device::Device;
use model::event::EventKind;
use model::organization::OrganizationName;
use model::{DeviceId, OrganizationId};
use std::collections::HashMap;

/// Most devices that move at once.
pub const MOVED_MAX: usize = 1000;

/// Moves devices to an organization: all of them, or none. What they have sent until now stays with the organization that
/// they leave; who sees the other one sees what comes from now on. Tells how many moved: those that are there already
/// stay as they are.
///
/// # Errors
/// [`model::Code::Invalid`] beside `organization` or `devices`; [`model::Code::NotFound`] where one of them isn't there;
/// [`model::Code::NotAllowed`].
pub async fn move_to(context: &Context, devices: &[String], organization: OrganizationId) -> Result<usize> {
    let granted = context.grant::<ManageDevices>()?;
    let mut check = Check::default();
    check.that(
        !devices.is_empty() && devices.len() <= MOVED_MAX,
        "devices",
        format!("Between 1 and {MOVED_MAX} devices at once."),
    );
    check.done()?;
    let scope = granted.scope().await?;
    let mut ids = HashMap::new();
    for external_id in devices {
        let device = find(&scope, external_id).await?;
        ids.insert(device.id, device);
    }
    giving::seen(&scope, organization).await?;
    let there = scope.organizations().get(organization).await?.ok_or_else(Error::not_found)?;
    let wanted: Vec<DeviceId> = ids.keys().copied().collect();
    let moved = scope.devices().move_to(&wanted, organization, context.now_ms).await?;
    for device in &moved {
        log(&scope, context, *device, EventKind::Moved, "Moved to this organization by").await?;
        if let Some(before) = ids.get(device) {
            let organization =
                OrganizationName { id: there.id, key: there.key.clone(), name: there.name.clone() };
            let after = Device { organization, ..before.clone() };
            context
                .audited(&scope, act(Action::Update, &after).before(told(before)).after(told(&after)))
                .await?;
        }
    }
    if !moved.is_empty() {
        scope.access_changed().await?;
    }
    scope.commit().await?;
    Ok(moved.len())
}
