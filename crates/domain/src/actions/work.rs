//! Does what waits: leased, tried again later each time, given up in the end, where its owner sees it.

use super::facts::Told;
use super::request::{self, Came};
use super::{device, letter};
use crate::context::{Context, now_ms};
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::live::LiveEvent;
use model::rule::Deed;
use model::workspace::Workspace;
use model::{Problem, WorkspaceId};
use store::{DueAction, Outcome, WorkspaceTx};

/// So many of a workspace are at work at a time: who never answers costs nobody else.
pub const AT_WORK_MAX: i64 = 8;
/// So many of one action are.
const OF_ACTION_MAX: i64 = 2;
/// For how long one is leased, in milliseconds: longer than its requests may take.
pub(super) const LEASE_MS: i64 = 25_000;
/// The time from a first try that failed to the second, in milliseconds; it doubles with each one.
const FIRST_MS: i64 = 2_000;
/// Longest time between two tries, in milliseconds: an hour.
const WAIT_MAX_MS: i64 = 3_600_000;
/// For how long it is tried, in milliseconds: a day.
const GIVE_UP_MS: i64 = 24 * 3_600_000;

/// Something that a worker has leased.
#[derive(Clone, Debug)]
pub struct Job {
    workspace: WorkspaceId,
    due: DueAction,
}

/// Workspaces in which something is to be done.
///
/// # Errors
/// The database's.
pub async fn due(homeport: &Homeport) -> Result<Vec<WorkspaceId>> {
    Ok(homeport.store().lookup().action_runs_due(now_ms()).await?)
}

/// Some of a workspace that are due, which nobody else gets for a while.
///
/// # Errors
/// The database's.
pub async fn lease(homeport: &Homeport, workspace: WorkspaceId) -> Result<Vec<Job>> {
    let now = now_ms();
    let scope = homeport.store().workspace(workspace).await?;
    let due = scope.action_runs().lease((AT_WORK_MAX, OF_ACTION_MAX), now, now + LEASE_MS).await?;
    scope.commit().await?;
    Ok(due.into_iter().map(|due| Job { workspace, due }).collect())
}

/// Does it, and notes what came of it.
///
/// # Errors
/// The database's: then it is done again when its lease ends.
pub async fn perform(homeport: &Homeport, job: Job) -> Result<()> {
    let Job { workspace, due } = job;
    let scope = homeport.store().workspace(workspace).await?;
    let Some(workspace) = scope.settings().get().await? else { return Ok(()) };
    let rule = match due.rule {
        Some(rule) => scope.rules().get(rule).await?,
        None => None,
    };
    let action =
        rule.as_ref().and_then(|rule| rule.actions.iter().find(|action| action.id == due.action).cloned());
    let gone = match (&rule, &action) {
        (None, _) => Some("The rule isn't there any more."),
        (_, None) => Some("The rule has no such action any more."),
        _ if due.is_test => Some("The test was interrupted."),
        _ => None,
    };
    let (Some(rule), Some(action), None) = (rule, action, gone) else {
        let outcome = Outcome { answer: gone.unwrap_or_default().into(), ..Outcome::default() };
        scope.action_runs().given_up(due.id, &outcome, now_ms()).await?;
        return Ok(scope.commit().await?);
    };
    drop(scope);
    let DueAction { id, key, is_test, facts, count, created_ms, tries, .. } = due;
    let told = Told { rule, action, facts, count, key, is_test, at_ms: now_ms() };
    let came = doing(homeport, &workspace, id, &told).await;
    note(homeport, &workspace, id, came, Some((tries, created_ms))).await
}

/// Does it once, and notes what came of it: it is not tried again.
pub(super) async fn try_once(homeport: &Homeport, workspace: &Workspace, id: i64, told: &Told) -> Result<()> {
    let came = doing(homeport, workspace, id, told).await;
    note(homeport, workspace, id, came, None).await
}

/// Does it. Nothing: what came of it is noted already.
async fn doing(homeport: &Homeport, workspace: &Workspace, id: i64, told: &Told) -> Result<Option<Came>> {
    let scope = homeport.store().workspace(workspace.id).await?;
    if let Deed::Mail { .. } = &told.action.deed {
        let outcome = letter::queue(homeport, &scope, workspace, told).await?;
        scope.action_runs().done(id, &outcome, now_ms()).await?;
        scope.commit().await?;
        return Ok(None);
    }
    let values = told.values(homeport, &scope, workspace).await?;
    drop(scope);
    if let Deed::Webhook(webhook) = &told.action.deed {
        return request::send(homeport, workspace.id, webhook, told, &values).await.map(Some);
    }
    let context = Context::of_rule(homeport.clone(), workspace.clone(), told.rule.id, &told.rule.name);
    device::act(&context, id, told, &values).await
}

/// Notes what came of a try. With how often it was tried and since when, it is tried again where that may help.
async fn note(
    homeport: &Homeport,
    workspace: &Workspace,
    id: i64,
    came: Result<Option<Came>>,
    again: Option<(i32, i64)>,
) -> Result<()> {
    let came = match came {
        Ok(Some(came)) => came,
        Ok(None) => {
            homeport.tell(workspace.id, LiveEvent::Alarms);
            return Ok(());
        }
        // What a secret or a device of ours has wrong, nobody but its owner mends.
        Err(Error::Broken(why)) => Came::Never(Outcome { answer: why, ..Outcome::default() }),
        Err(Error::Problem(problem)) => Came::Never(refused(&problem)),
        Err(error) => return Err(error),
    };
    let scope: WorkspaceTx = homeport.store().workspace(workspace.id).await?;
    let (runs, now) = (scope.action_runs(), now_ms());
    match (came, again) {
        (Came::Done(outcome), _) => runs.done(id, &outcome, now).await?,
        (Came::Again(outcome, after_s), Some((tries, since_ms))) if now - since_ms < GIVE_UP_MS => {
            let wait = wait_ms(tries, after_s, random()?);
            runs.failed(id, &outcome, now + wait).await?;
        }
        (Came::Again(outcome, _) | Came::Never(outcome), _) => runs.given_up(id, &outcome, now).await?,
    }
    scope.commit().await?;
    homeport.tell(workspace.id, LiveEvent::Alarms);
    Ok(())
}

fn refused(problem: &Problem) -> Outcome {
    Outcome { answer: problem.to_string(), ..Outcome::default() }
}

/// The time until the next try: doubled with each one, as long as the answer asks for, and up to a quarter more or less, so
/// that those who failed together don't come again together.
fn wait_ms(tries: i32, after_s: Option<u32>, random: u8) -> i64 {
    let wait = FIRST_MS.saturating_mul(1_i64 << tries.clamp(0, 20)).min(WAIT_MAX_MS);
    let wait = wait * (192 + i64::from(random) / 2) / 256;
    wait.max(i64::from(after_s.unwrap_or(0)) * 1000).min(2 * WAIT_MAX_MS)
}

fn random() -> Result<u8> {
    let mut byte = [0];
    getrandom::fill(&mut byte).map_err(Error::Random)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_between_tries_doubles_up_to_an_hour_and_is_never_the_same_for_all() {
        let waits: Vec<i64> = (0..13).map(|tries| wait_ms(tries, None, 128) / 1000).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]);
        assert!(wait_ms(3, None, 0) < wait_ms(3, None, 255));
        assert_eq!(wait_ms(0, Some(60), 0), 60_000);
        assert_eq!(wait_ms(i32::MAX, Some(u32::MAX), 255), 2 * WAIT_MAX_MS);
    }
}
