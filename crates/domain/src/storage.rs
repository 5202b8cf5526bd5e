//! What a workspace's telemetry takes, how long it is kept, and deleting some of it.

use crate::access::{DeleteData, ManageWorkspace};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use model::audit::{Action, Subject};
use model::storage::{Doomed, ERASED_DEVICES_MAX, Erasure, NewErasure, RETENTION_DAYS_MAX, Storage};
use model::workspace::Workspace;
use model::{Code, Problem};
use serde_json::{Value, json};

/// So many devices of a deletion stand in the audit log by their ids.
const TOLD_MAX: usize = 100;

/// All figures.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn usage(context: &Context) -> Result<Storage> {
    let snapshot = context.grant::<ManageWorkspace>()?.snapshot().await?;
    let usage = snapshot.storage().usage(context.now_ms).await?;
    Ok(Storage { retention_days: context.workspace.retention_days, ..usage })
}

/// What keeping telemetry for so many days would delete now.
///
/// # Errors
/// [`Code::Invalid`] beside `days`; [`Code::NotAllowed`].
pub async fn doomed(context: &Context, days: i32) -> Result<Doomed> {
    let granted = context.grant::<ManageWorkspace>()?;
    checked(days)?;
    Ok(granted.snapshot().await?.storage().doomed(days, context.now_ms).await?)
}

/// Says how long telemetry is kept, in days. What is older is deleted within a quarter of an hour.
///
/// # Errors
/// [`Code::Invalid`] beside `days`; [`Code::NotAllowed`].
pub async fn set_retention(context: &Context, days: i32) -> Result<Workspace> {
    let granted = context.grant::<ManageWorkspace>()?;
    checked(days)?;
    let scope = granted.scope().await?;
    let before = scope.settings().get().await?.ok_or_else(Error::not_found)?;
    let workspace = scope.settings().set_retention(days).await?.ok_or_else(Error::not_found)?;
    let told = |days: i32| json!({ "telemetry kept, days": days });
    let act = crate::workspaces::act(context).before(told(before.retention_days)).after(told(days));
    context.audited(&scope, act).await?;
    scope.commit().await?;
    Ok(workspace)
}

/// Asks for days of telemetry to be deleted. A worker does it; [`erasures`] tells how far it is.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`] beside `devices` where one of them isn't there; [`Code::NotAllowed`].
pub async fn erase(context: &Context, new: NewErasure) -> Result<Vec<Erasure>> {
    let granted = context.grant::<DeleteData>()?;
    let days = new.days()?;
    let mut wanted = new.devices;
    wanted.sort();
    wanted.dedup();
    let scope = granted.scope().await?;
    for device in &wanted {
        if device.contains('\0') {
            return Err(unknown(device));
        }
    }
    let devices = scope.storage().devices(&wanted, ERASED_DEVICES_MAX).await?;
    if devices.len() < wanted.len() {
        for device in &wanted {
            if scope.devices().get(device).await?.is_none() {
                return Err(unknown(device));
            }
        }
    }
    if devices.is_empty() {
        let text = "There are no devices whose telemetry could be deleted.";
        return Err(Problem::field(Code::Invalid, "devices", text).into());
    }
    let by = context.actor.to_string();
    scope.storage().erase(&devices, days, &by, context.now_ms).await?;
    let told = json!({ "devices": told(&wanted), "from": new.from, "to": new.to });
    let act = Act::new(Action::Delete, Subject::Telemetry, "", "Telemetry").before(told);
    context.audited(&scope, act).await?;
    let all = scope.storage().erasures().await?;
    scope.commit().await?;
    Ok(all)
}

/// The newest deletions, with how far they are.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn erasures(context: &Context) -> Result<Vec<Erasure>> {
    let scope = context.grant::<ManageWorkspace>()?.scope().await?;
    Ok(scope.storage().erasures().await?)
}

/// The devices as the audit log names them: all, or the first of many and how many.
fn told(wanted: &[String]) -> Value {
    match wanted {
        [] => "all".into(),
        few if few.len() <= TOLD_MAX => json!(few),
        many => json!({ "first": many[..TOLD_MAX], "in all": many.len() }),
    }
}

fn unknown(device: &str) -> Error {
    Problem::field(Code::NotFound, "devices", format!("There is no device “{device}” here.")).into()
}

fn checked(days: i32) -> Result<()> {
    if (1..=RETENTION_DAYS_MAX).contains(&days) {
        return Ok(());
    }
    let message = format!("Between 1 and {RETENTION_DAYS_MAX} days.");
    Err(Problem::field(Code::Invalid, "days", message).into())
}
