//! Devices that came by themselves and wait: who may connect, and who not.

use crate::access::{ManageDevices, ManageEnrolment, ViewDevices};
use crate::context::Context;
use crate::devices::find;
use crate::error::{Error, Result};
use model::device::Device;
use model::enrolment::{APPROVED_AT_ONCE, ConnectionSettings};
use model::event::EventKind;
use model::organization::Reach;
use model::{Code, Problem};
use store::WorkspaceTx;

/// How devices come to the workspace.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn settings(context: &Context) -> Result<ConnectionSettings> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    scope.device_enrolments().settings().await?.ok_or_else(Error::not_found)
}

/// Says whether devices that enrol by a group may connect at once, or wait for somebody to approve them.
///
/// # Errors
/// [`Code::NotAllowed`], also to whoever does not belong to the root.
pub async fn set_auto_approve(context: &Context, auto_approve: bool) -> Result<ConnectionSettings> {
    let granted = context.grant::<ManageEnrolment>()?;
    // It is the whole workspace's.
    if context.reach != Reach::Everything {
        return Err(Problem::new(Code::NotAllowed).into());
    }
    let scope = granted.scope().await?;
    scope.device_enrolments().set_auto_approve(auto_approve).await?;
    let settings = scope.device_enrolments().settings().await?.ok_or_else(Error::not_found)?;
    scope.commit().await?;
    Ok(settings)
}

/// Lets devices connect that wait; how many of these waited. All of it happens, or nothing.
///
/// # Errors
/// [`Code::NotFound`] where one of them isn't there, [`Code::Invalid`] for too many at once, [`Code::NotAllowed`].
pub async fn approve(context: &Context, devices: &[String]) -> Result<u32> {
    decide(context, devices, true).await
}

/// Shuts devices out that wait; how many of these waited. They stay until they are deleted, so that they don't come
/// again; unblocked, they wait again.
///
/// # Errors
/// As [`approve`].
pub async fn reject(context: &Context, devices: &[String]) -> Result<u32> {
    decide(context, devices, false).await
}

async fn decide(context: &Context, devices: &[String], approved: bool) -> Result<u32> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    if devices.len() > APPROVED_AT_ONCE {
        let text = format!("At most {APPROVED_AT_ONCE} at once; these are {}.", devices.len());
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let mut decided = 0;
    for id in devices {
        let device = find(&scope, id).await?;
        if device.approved || device.blocked {
            continue;
        }
        decided += 1;
        if approved {
            set_approved(&scope, context, &device, true).await?;
        } else {
            crate::devices::block(&scope, context, &device, true).await?;
        }
    }
    scope.commit().await?;
    Ok(decided)
}

/// Lets one connect, or lets it wait, which ends its connections.
pub(crate) async fn set_approved(
    scope: &WorkspaceTx,
    context: &Context,
    device: &Device,
    approved: bool,
) -> Result<()> {
    if !scope.device_enrolments().set_approved(device.id, approved).await? {
        return Ok(());
    }
    let verb = if approved { "Approved by" } else { "Approval withdrawn by" };
    let text = format!("{verb} {}.", context.actor);
    scope.device_events().log(device.id, EventKind::Approved, &text, context.now_ms).await?;
    if !approved {
        scope.cut_off(&device.external_id).await?;
    }
    Ok(())
}
