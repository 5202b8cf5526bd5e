//! Trials: their workspaces' administrators are told before the end, and at the end the workspace is suspended until it
//! is given a plan.

use crate::audit::{self, Act};
use crate::context::Context;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::Letter;
use model::WorkspaceId;
use model::audit::{Action, Subject};
use serde_json::json;

/// So long before the end it is told.
const TOLD_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// What the people of the workspace read then.
const OVER: &str = "The trial is over. What the workspace holds is kept; ask whoever runs this Homeport for a plan, and it opens again.";

/// When the trial of this workspace ends, milliseconds since 1970; nothing where it is on none.
///
/// # Errors
/// The database's.
pub async fn trial_ends(context: &Context) -> Result<Option<i64>> {
    let scope = context.homeport.store().workspace(context.workspace.id).await?;
    Ok(scope.allowances().trial_ends_ms().await?)
}

/// Suspends what is over at this time, milliseconds since 1970, and tells of what soon will be. Fit for every minute; tells
/// how many were suspended.
///
/// # Errors
/// The database's; call it again later.
pub async fn end_trials(homeport: &Homeport, now: i64) -> Result<u32> {
    let mut ended = 0;
    for trial in homeport.store().console().trials(now + TOLD_MS).await? {
        if trial.ends_ms > now {
            tell(homeport, trial.workspace, trial.ends_ms).await?;
            continue;
        }
        let found = homeport.store().workspace(trial.workspace).await?.settings().get().await?;
        let Some(workspace) = found else { continue };
        let tx = homeport.store().console().begin().await?;
        tx.console().set_suspended(trial.workspace, Some(OVER)).await?;
        let act = Act::new(Action::Suspend, Subject::Workspace, &workspace.slug, &workspace.name);
        if let Some(entry) = audit::operators(act.after(json!({ "reason": OVER })), now) {
            tx.log_of(trial.workspace, &entry).await?;
        }
        tx.commit().await?;
        ended += 1;
    }
    Ok(ended)
}

/// Tells the administrators of a workspace, once, when its trial ends.
async fn tell(homeport: &Homeport, workspace: WorkspaceId, ends_ms: i64) -> Result<()> {
    let scope = homeport.store().workspace(workspace).await?;
    if !scope.allowances().note_trial().await? {
        return Ok(());
    }
    let Some(found) = scope.settings().get().await? else { return Ok(()) };
    let until = audit::time_text(ends_ms);
    let day = until.split('T').next().unwrap_or_default();
    for to in scope.allowances().administrators().await? {
        let mail = Letter::new(format!("The trial of “{}” ends on {day}", found.name))
            .says(format!(
                "The trial of the workspace “{}” ends on {day}. It is suspended then: its devices are cut off, and what it \
                 holds is kept.",
                found.name
            ))
            .leads("Open the workspace", &format!("{}/w/{}", homeport.origin(), found.slug))
            .says("To keep it running, ask whoever runs this Homeport for a plan.")
            .to(&to);
        scope.queue_mail(&mail.sealed(homeport)?).await?;
    }
    Ok(scope.commit().await?)
}
