//! What a workspace may take: asked in the transaction that would take it.

mod warnings;

pub use warnings::warn;

use crate::access::ViewUsage;
use crate::context::Context;
use crate::error::Result;
use crate::homeport::Homeport;
use model::WorkspaceId;
use model::limits::{Limit, Standing};
use store::{Allowed, Rates, WorkspaceTx};

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

/// What the devices of a workspace may send, where that is less than any may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Messages in a second; none: as any workspace.
    pub messages_per_second: Option<u64>,
    /// Why no more is taken at present; none: it is.
    pub closed: Option<String>,
}

/// Looks up what this process must go by, of all workspaces that have such limits. Calls of programs are bounded by it
/// from now on.
///
/// # Errors
/// The database's.
pub async fn refresh(homeport: &Homeport) -> Result<Vec<Sending>> {
    let rates = homeport.store().console().rates().await?;
    let calls = rates.iter().filter_map(|rate| Some((rate.workspace, rate.api_calls_per_minute?)));
    homeport.calls().bound(calls.collect());
    let sending = |rate: &Rates| Sending {
        workspace: rate.workspace,
        messages_per_second: rate.messages_per_second.map(i64::unsigned_abs),
        closed: rate.closed.and_then(|(limit, value)| limit.reached(value).detail),
    };
    Ok(rates.iter().map(sending).filter(|s| s.messages_per_second.is_some() || s.closed.is_some()).collect())
}

/// Notes the calls of programs that this process has taken.
///
/// # Errors
/// The database's; they are noted the next time.
pub async fn note_calls(homeport: &Homeport) -> Result<()> {
    let taken = homeport.calls().noted();
    if taken.is_empty() {
        return Ok(());
    }
    let noted = homeport.store().meter().note_calls(&taken).await;
    if noted.is_err() {
        homeport.calls().again(taken);
    }
    Ok(noted?)
}
