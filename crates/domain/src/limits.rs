//! What a workspace may take: asked in the transaction that would take it.

use crate::access::ViewUsage;
use crate::context::Context;
use crate::error::Result;
use model::limits::{Limit, Standing};
use store::{Allowed, WorkspaceTx};

/// Room for so many more. Of two that ask at once, the later one is counted with the first: what is taken must be taken
/// in this scope.
///
/// # Errors
/// [`model::Code::LimitReached`], which names the limit.
pub async fn room(scope: &WorkspaceTx, limit: Limit, more: i64) -> Result<()> {
    let allowances = scope.allowances();
    let Some(value) = allowances.limit(limit).await? else { return Ok(()) };
    allowances.alone().await?;
    let taken = allowances.taken(limit).await?.unwrap_or_default();
    if taken.saturating_add(more) > value {
        return Err(limit.reached(value).into());
    }
    Ok(())
}

/// Whether telemetry may be kept for so many days.
///
/// # Errors
/// [`model::Code::LimitReached`].
pub async fn retention(scope: &WorkspaceTx, days: i32) -> Result<()> {
    match scope.allowances().limit(Limit::RetentionDays).await? {
        Some(value) if i64::from(days) > value => Err(Limit::RetentionDays.reached(value).into()),
        _ => Ok(()),
    }
}

/// The workspace's plan, and how it stands to each limit.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn standings(context: &Context) -> Result<(Allowed, Vec<Standing>)> {
    let scope = context.grant::<ViewUsage>()?.scope().await?;
    Ok(scope.allowances().standings().await?)
}
