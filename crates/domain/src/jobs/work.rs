//! What a worker does with a job: a part of its devices after the other, and what became of each noted before the next.
//!
//! A device's turn is noted before it begins and after it ends. Whoever dies in between is followed by another worker, who takes
//! up what had begun: what has a command waits for what comes of it, all else is done again and comes to the same.

use super::{members, turn};
use crate::context::{Actor, Context, now_ms};
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use futures::{FutureExt, StreamExt};
use model::job::{Doing, Job, JobId, JobState, NewJob, TurnCounts, UNFINISHED_MAX};
use model::organization::OrganizationName;
use model::permission::Permission;
use model::role::{BuiltIn, Role};
use model::{DeviceId, WorkspaceId};
use std::sync::Arc;
use std::time::Duration;
use store::Place;
use store::WorkspaceTx;
use store::repository::job_work::Outcome;
use store::repository::jobs::InsertJob;

/// So long nobody else takes a job after its worker was last heard.
const LEASE: Duration = Duration::from_secs(20);
/// Most commands of a job that are on their way at once.
const ON_THE_WAY: i64 = 50;
/// Devices of a part.
const PART: i64 = 50;
/// So many devices of a part are seen to at once.
const AT_ONCE: usize = 4;
/// How often is looked whether commands have come to something.
const LOOK: Duration = Duration::from_millis(150);
/// After so many looks at which nothing has changed, the job is left for a while.
const LOOKS: u32 = 40;
/// For so long.
const LEFT: Duration = Duration::from_secs(3);

/// Something that wants a worker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// A job, or a schedule.
    pub id: JobId,
    /// Whether it is a schedule that is due.
    pub scheduled: bool,
}

/// What wants a worker now. Some of it: ask again.
///
/// # Errors
/// The database's.
pub async fn wanted(homeport: &Homeport) -> Result<Vec<Wanted>> {
    let all = homeport.store().lookup().jobs(now_ms()).await?;
    Ok(all.into_iter().map(|(workspace, id, scheduled)| Wanted { workspace, id, scheduled }).collect())
}

/// Begins the job of a schedule that is due, and notes when it is due again. What was missed while nobody looked is made up for
/// once.
///
/// # Errors
/// The database's.
pub async fn begin_due(homeport: &Homeport, workspace: WorkspaceId, id: &JobId) -> Result<()> {
    let now = now_ms();
    let scope = homeport.store().workspace(workspace).await?;
    let Some(due) = scope.job_schedules().take_due(id, now).await? else { return Ok(()) };
    let next = due.schedule.next_after(now);
    let new = NewJob {
        name: due.name.clone(),
        description: due.description.clone(),
        organization: Some(due.organization.id),
        work: due.work.clone(),
    };
    let why = match devices(homeport, &scope, &due.organization, &new, id, now).await {
        Err(Error::Problem(problem)) => Some(match problem.fields.first() {
            Some(field) => field.message.clone(),
            None => problem.sentence().to_owned(),
        }),
        Err(error) => return Err(error),
        Ok(devices) => {
            let signs = crate::keys::letters(6)?.to_lowercase();
            let stem: String = id.0.chars().take(model::job::ID_MAX - 7).collect();
            let job = InsertJob {
                id: &JobId(format!("{stem}-{signs}")),
                new: &new,
                organization: due.organization.id,
                devices: &devices,
                schedule: Some(id),
                rerun_of: None,
                by: &due.by,
                now_ms: now,
            };
            scope.jobs().insert(&job).await?;
            None
        }
    };
    scope.job_schedules().begun(id, now, next, why.as_deref()).await?;
    Ok(scope.commit().await?)
}

/// The devices of a job that is due; a problem says why it can't begin.
async fn devices(
    homeport: &Homeport,
    scope: &WorkspaceTx,
    organization: &OrganizationName,
    new: &NewJob,
    schedule: &JobId,
    now_ms: i64,
) -> Result<Vec<DeviceId>> {
    let refuse = |why: &str| Err(model::Problem::with_detail(model::Code::Invalid, why).into());
    if scope.settings().get().await?.is_none_or(|workspace| workspace.disabled) {
        return refuse("The workspace is shut.");
    }
    if scope.jobs().list(Some(schedule)).await?.iter().any(|job| !job.state.is_over()) {
        return refuse("The one before is not over yet.");
    }
    if scope.jobs().unfinished().await? >= UNFINISHED_MAX {
        return refuse("Too many jobs were under way.");
    }
    let reach = scope.jobs().reach(organization.id).await?;
    let within = homeport.store().workspace_within(scope.workspace(), reach).await?;
    let found = members(scope, &within, &new.work.devices, now_ms).await?;
    Ok(found.into_iter().map(|(device, ..)| device).collect())
}

/// Works on a job until it is over, waits for somebody, or `stop` says so. Where another worker has it, nothing happens. A job
/// in which for a while nothing changes is left to whoever looks next.
///
/// # Errors
/// The database's; the job is taken up again when its lease is over.
pub async fn work(
    homeport: &Homeport,
    worker: &str,
    workspace: WorkspaceId,
    id: &JobId,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<()> {
    let (mut again, mut looks) = (true, 0);
    loop {
        let scope = homeport.store().workspace(workspace).await?;
        let Some(mut job) = scope.jobs().hold(id, worker, LEASE).await? else { return Ok(()) };
        let Some(context) = context(homeport, &scope, &job).await? else {
            scope.jobs().give_back(id, worker, Duration::from_secs(60)).await?;
            return Ok(scope.commit().await?);
        };
        let settled: Vec<_> = scope.jobs().settled(id).await?.into_iter().map(turn::outcome).collect();
        if !settled.is_empty() {
            scope.jobs().note(id, &settled).await?;
            job = scope.jobs().get(id).await?.ok_or_else(Error::not_found)?;
            looks = 0;
        }
        let counts = scope.jobs().counts(id, job.batch).await?;
        let on_the_way = scope.jobs().on_the_way(id).await?;
        let called = match next(&job, counts, on_the_way, again) {
            Next::Leave(state, why) => {
                scope.jobs().leave(id, worker, state, why.as_deref()).await?;
                scope.commit().await?;
                continue;
            }
            Next::Batch => {
                scope.jobs().next_batch(id, worker).await?;
                scope.commit().await?;
                continue;
            }
            Next::Call(most) => scope.jobs().call(id, job.batch, most, again).await?,
            Next::Wait => Vec::new(),
        };
        if stop() && called.is_empty() {
            scope.jobs().give_back(id, worker, Duration::ZERO).await?;
            return Ok(scope.commit().await?);
        }
        scope.commit().await?;
        // What is left over from another worker is called before all else, part by part.
        again = again && called.len() as i64 == PART;
        if called.is_empty() {
            looks += 1;
            if looks > LOOKS {
                let scope = homeport.store().workspace(workspace).await?;
                scope.jobs().give_back(id, worker, LEFT).await?;
                return Ok(scope.commit().await?);
            }
            tokio::time::sleep(LOOK).await;
            continue;
        }
        looks = 0;
        let doing = Arc::new(job.work.doing);
        let mut turns = Vec::with_capacity(called.len());
        for called in called {
            let (context, id, doing) = (context.clone(), id.clone(), Arc::clone(&doing));
            turns.push(async move { turn::take(&context, &id, &doing, &called).await }.boxed());
        }
        let outcomes: Vec<Option<Outcome>> =
            futures::stream::iter(turns).buffer_unordered(AT_ONCE).collect().await;
        let outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
        let scope = homeport.store().workspace(workspace).await?;
        scope.jobs().note(id, &outcomes).await?;
        if stop() {
            scope.jobs().give_back(id, worker, Duration::ZERO).await?;
            return Ok(scope.commit().await?);
        }
        scope.commit().await?;
    }
}

/// What is to be done next.
#[derive(Debug, PartialEq)]
enum Next {
    /// The job is left so, or is to stop, for this reason.
    Leave(JobState, Option<String>),
    /// The next batch comes.
    Batch,
    /// The turn of so many devices comes.
    Call(i64),
    /// Something is on its way.
    Wait,
}

/// Decides by how the devices of the batch stand, and how many commands are on their way. `again`: there may be devices whose
/// turn another worker began.
fn next(job: &Job, batch: TurnCounts, on_the_way: i64, again: bool) -> Next {
    if job.state == JobState::Stopping {
        return if on_the_way > 0 { Next::Wait } else { Next::Leave(JobState::Stopped, None) };
    }
    if let Some(threshold) = job.work.threshold {
        let since = (job.counts.failed - job.forgiven).max(0);
        let (failed, of) = match threshold.of_batch {
            true => (batch.failed.min(since), batch.total()),
            false => (since, job.counts.total()),
        };
        // Where nobody waits any more there is nothing to stop.
        if failed >= threshold.failed.of(of) && job.counts.waiting > 0 {
            let what = if threshold.of_batch { " of this batch" } else { "" };
            let why = format!("Stopped by its threshold: {failed} of {of} devices{what} failed.");
            return Next::Leave(JobState::Stopping, Some(why));
        }
    }
    if batch.waiting > 0 || (again && batch.running > 0) {
        let most = match job.work.doing {
            Doing::Command { queue_s: 0, .. } => (ON_THE_WAY - on_the_way).min(PART),
            _ => PART,
        };
        if most > 0 {
            return Next::Call(most);
        }
    }
    match batch.running {
        0 if batch.waiting > 0 => Next::Wait,
        0 if job.batch >= job.batches => Next::Leave(JobState::Done, None),
        0 if job.batch == 1 && job.work.batches.is_some_and(|batches| batches.approve) => {
            Next::Leave(JobState::Approval, None)
        }
        0 => Next::Batch,
        _ => Next::Wait,
    }
}

/// Who does what a job does: the job itself, in its organization and below, with the rights that jobs need; whoever began it had
/// them. Nothing where the workspace is shut.
async fn context(homeport: &Homeport, scope: &WorkspaceTx, job: &Job) -> Result<Option<Context>> {
    let Some(workspace) = scope.settings().get().await?.filter(|workspace| !workspace.disabled) else {
        return Ok(None);
    };
    let rights = [Permission::ManageDevices, Permission::RunCommands];
    let role = Role { permissions: rights.into_iter().collect(), ..BuiltIn::Operator.role() };
    let place = Place {
        role,
        organization: job.organization.clone(),
        reach: scope.jobs().reach(job.organization.id).await?,
        support: None,
    };
    let actor = Actor::Job { id: job.id.to_string(), name: job.name.clone() };
    Ok(Some(Context::new(homeport.clone(), workspace, actor, place)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::OrganizationId;
    use model::job::{Batches, Devices, JobWork, Share, Threshold};

    fn job(batches: Option<Batches>, threshold: Option<Threshold>) -> Job {
        let doing = Doing::Properties { changes: Vec::new() };
        Job {
            id: JobId("one".into()),
            name: "One".into(),
            description: String::new(),
            organization: OrganizationName { id: OrganizationId(1), key: "root".into(), name: "Root".into() },
            work: JobWork { doing, devices: Devices::Chosen { devices: Vec::new() }, batches, threshold },
            state: JobState::Running,
            counts: TurnCounts { waiting: 10, ..TurnCounts::default() },
            batch: 1,
            batches: 2,
            forgiven: 0,
            schedule: None,
            rerun_of: None,
            by: String::new(),
            why: None,
            created_ms: 0,
            started_ms: None,
            ended_ms: None,
        }
    }

    fn counts(waiting: i64, running: i64, done: i64, failed: i64) -> TurnCounts {
        TurnCounts { waiting, running, done, failed, skipped: 0 }
    }

    #[test]
    fn batches_follow_each_other_and_wait_for_approval() {
        let five = |approve| Some(Batches { size: Share { value: 5, percent: false }, approve });
        let first = job(five(false), None);
        assert_eq!(next(&first, counts(5, 0, 0, 0), 0, true), Next::Call(PART));
        assert_eq!(next(&first, counts(0, 1, 4, 0), 1, false), Next::Wait);
        assert_eq!(next(&first, counts(0, 1, 4, 0), 0, true), Next::Call(PART), "begun by another worker");
        assert_eq!(next(&first, counts(0, 0, 5, 0), 0, false), Next::Batch);
        let asks = job(five(true), None);
        assert_eq!(next(&asks, counts(0, 0, 5, 0), 0, false), Next::Leave(JobState::Approval, None));
        let last = Job { batch: 2, ..asks };
        assert_eq!(next(&last, counts(0, 0, 5, 0), 0, false), Next::Leave(JobState::Done, None));
    }

    #[test]
    fn it_stops_at_its_threshold_and_goes_on_where_somebody_says_so() {
        let at = |value, percent, of_batch| Some(Threshold { failed: Share { value, percent }, of_batch });
        let stops =
            |job: &Job, batch| matches!(next(job, batch, 0, false), Next::Leave(JobState::Stopping, Some(_)));
        let mut some = job(None, at(20, true, false));
        some.counts = counts(5, 0, 4, 1);
        assert!(!stops(&some, counts(5, 0, 4, 1)));
        some.counts = counts(4, 0, 4, 2);
        assert!(stops(&some, counts(4, 0, 4, 2)));
        some.forgiven = 2;
        assert!(!stops(&some, counts(4, 0, 4, 2)), "it was let go on");
        let mut of_batch = job(None, at(2, false, true));
        of_batch.counts = counts(5, 0, 3, 2);
        assert!(!stops(&of_batch, counts(4, 0, 0, 1)), "one failed in the batch before");
        assert!(stops(&of_batch, counts(3, 0, 0, 2)));
    }

    #[test]
    fn who_stops_waits_for_what_is_on_its_way() {
        let stopping = Job { state: JobState::Stopping, ..job(None, None) };
        assert_eq!(next(&stopping, counts(5, 2, 0, 0), 2, false), Next::Wait);
        assert_eq!(next(&stopping, counts(5, 0, 2, 0), 0, false), Next::Leave(JobState::Stopped, None));
    }

    #[test]
    fn few_commands_are_on_their_way_at_once() {
        let mut many = job(None, None);
        many.work.doing = Doing::Command {
            component: String::new(),
            name: "restart".into(),
            request: None,
            timeout_s: None,
            queue_s: 0,
        };
        assert_eq!(next(&many, counts(90, 30, 0, 0), 30, false), Next::Call(20));
        assert_eq!(next(&many, counts(90, 50, 0, 0), 50, false), Next::Wait);
    }
}
