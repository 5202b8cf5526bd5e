//! Making or changing a device in one step, as programs do it: what they don't mention stays.

use super::{act, block, find, insert, log, told};
use crate::access::{CreateDevices, ManageDevices};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use crate::provisioning::approvals;
use crate::simulations;
use model::audit::Action;
use model::check::{self, Check};
use model::device::{Device, NewDevice};
use model::event::EventKind;
use model::simulation::EVERY_MS;
use model::{Code, OrganizationId, Problem, TemplateId};

/// What is wanted of a device. What is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceChange {
    /// What people call it.
    pub name: Option<String>,
    /// Its template, or that it has none.
    pub template: Option<Option<TemplateId>>,
    /// Whether it is shut out.
    pub blocked: Option<bool>,
    /// Whether it may connect without waiting for anybody.
    pub approved: Option<bool>,
    /// Where it belongs.
    pub organization: Option<OrganizationId>,
    /// Whether one that is made is played by Homeport. Of one that is there it changes nothing.
    pub simulated: bool,
}

/// Changes a device; where there is none and `make` says so, makes it. All of it happens, or nothing.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`] where it isn't to be made; [`Code::NotAllowed`].
pub async fn apply(context: &Context, external_id: &str, change: DeviceChange, make: bool) -> Result<Device> {
    let granted = context.grant::<ManageDevices>();
    let scope = match &granted {
        Ok(granted) => granted.scope().await?,
        // Who may only make devices may make this one.
        Err(_) if make => context.grant::<CreateDevices>()?.scope().await?,
        Err(_) => return Err(Problem::new(Code::NotAllowed).into()),
    };
    let found = match find(&scope, external_id).await {
        Ok(device) => Some(device),
        Err(Error::Problem(problem)) if make && problem.code == Code::NotFound => None,
        Err(error) => return Err(error),
    };
    let device = match found {
        Some(device) => {
            granted?;
            let mut check = Check::default();
            let name = change.name.as_deref().unwrap_or(&device.name);
            let name = check.field("name", check::name(name)).unwrap_or_default();
            check.done()?;
            let template = change.template.unwrap_or(device.template.as_ref().map(|(id, _)| *id));
            scope.devices().update(&device.external_id, &name, template).await?;
            scope.changed().await?;
            if let Some(organization) = change.organization.filter(|wanted| *wanted != device.organization.id)
            {
                giving::seen(&scope, organization).await?;
                scope.devices().move_to(&[device.id], organization, context.now_ms).await?;
                log(&scope, context, device.id, EventKind::Moved, "Moved to this organization by").await?;
                scope.access_changed().await?;
            }
            let changed = find(&scope, &device.external_id).await?;
            let act = act(Action::Update, &changed).before(told(&device)).after(told(&changed));
            context.audited(&scope, act).await?;
            device
        }
        None => {
            context.grant::<CreateDevices>()?;
            let new = NewDevice {
                external_id: external_id.to_owned(),
                name: change.name.unwrap_or_default(),
                template: change.template.flatten(),
                organization: change.organization,
            };
            match change.simulated {
                true => simulations::insert(&scope, context, new, EVERY_MS).await?,
                false => insert(&scope, context, new, false).await?,
            }
        }
    };
    if let Some(blocked) = change.blocked.filter(|blocked| *blocked != device.blocked) {
        block(&scope, context, &device, blocked).await?;
    }
    if let Some(approved) = change.approved {
        approvals::set_approved(&scope, context, &device, approved).await?;
    }
    let after = find(&scope, &device.external_id).await?;
    scope.commit().await?;
    Ok(after)
}
