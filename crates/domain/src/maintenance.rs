//! Maintenance windows: while somebody works on devices, what rules find there is noted and told to nobody.

use crate::access::{ManageAlarms, ViewDevices};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::rules;
use model::audit::{Action, Subject};
use model::maintenance::{Maintenance, NewMaintenance, WINDOWS_MAX};
use model::{Code, Problem};
use serde_json::json;

/// Those that are not over, the next first.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Maintenance>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    Ok(scope.maintenance().list(context.now_ms).await?)
}

/// Makes one, of devices of the organization that whoever asks belongs to, and of those below it.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::NotAllowed`].
pub async fn create(context: &Context, new: NewMaintenance) -> Result<Maintenance> {
    let granted = context.grant::<ManageAlarms>()?;
    let new = new.checked(context.now_ms)?;
    let scope = granted.scope().await?;
    rules::target_is_there(&scope, &new.target).await?;
    if scope.maintenance().list(context.now_ms).await?.len() as i64 >= WINDOWS_MAX {
        let text = format!("A workspace has at most {WINDOWS_MAX} maintenance windows. End some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let by = context.actor.to_string();
    let id = scope.maintenance().insert(&new, context.organization.id, &by, context.now_ms).await?;
    let made = scope.maintenance().get(id).await?.ok_or_else(Error::not_found)?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Ends one. What was raised in it stays as it is.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn end(context: &Context, id: i32) -> Result<()> {
    let scope = context.grant::<ManageAlarms>()?.scope().await?;
    let window = scope.maintenance().get(id).await?.ok_or_else(Error::not_found)?;
    scope.maintenance().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &window).before(told(&window))).await?;
    scope.commit().await?;
    Ok(())
}

fn act(action: Action, window: &Maintenance) -> Act {
    Act::new(action, Subject::Maintenance, window.id, &window.reason)
}

fn told(window: &Maintenance) -> serde_json::Value {
    json!({
        "reason": window.reason,
        "target": window.target,
        "organization": window.organization.name,
        "from (ms)": window.from_ms,
        "to (ms)": window.to_ms,
    })
}
