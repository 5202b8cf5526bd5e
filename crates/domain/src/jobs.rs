//! Jobs: making, stopping, continuing and repeating them, and what became of each device. What a worker does with them is in
//! [`work`].

mod results;
mod schedules;
mod turn;
mod work;

pub use results::{Results, results};
pub use schedules::{
    create_schedule, delete_schedule, enable_schedule, get_schedule, list_schedules, update_schedule,
};
pub use work::{Wanted, begin_due, wanted, work};

use crate::access::{ManageDevices, ManageJobs, RunCommands, ViewDevices, ViewGroups, ViewJobs};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use crate::groups::id_of;
use model::audit::{Action, Subject};
use model::check::Check;
use model::job::{
    DEVICES_MAX, Devices, Doing, Job, JobId, JobPreview, JobState, NewJob, Turn, TurnQuery, UNFINISHED_MAX,
};
use model::page::Page;
use model::{Code, DeviceId, OrganizationId, Problem};
use serde_json::{Value, json};
use store::WorkspaceTx;
use store::repository::jobs::InsertJob;

/// Devices of a preview.
const PREVIEW: usize = 10;

/// All that are kept, newest first.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Job>> {
    let scope = context.grant::<ViewJobs>()?.scope().await?;
    Ok(scope.jobs().list(None).await?)
}

/// Those that a schedule has begun, newest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn of_schedule(context: &Context, id: &JobId) -> Result<Vec<Job>> {
    let scope = context.grant::<ViewJobs>()?.scope().await?;
    scope.job_schedules().get(id).await?.ok_or_else(Error::not_found)?;
    Ok(scope.jobs().list(Some(id)).await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: &JobId) -> Result<Job> {
    find(&context.grant::<ViewJobs>()?.scope().await?, id).await
}

/// What became of its devices.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn turns(context: &Context, id: &JobId, query: &TurnQuery) -> Result<Page<Turn>> {
    let scope = context.grant::<ViewJobs>()?.scope().await?;
    find(&scope, id).await?;
    let search = query.search.chars().filter(|c| *c != '\0').take(200).collect();
    Ok(scope.jobs().turns(id, &TurnQuery { search, ..query.clone() }).await?)
}

/// The devices that a job would have now, of those that whoever asks sees.
///
/// # Errors
/// [`Code::Invalid`] beside `group` or `devices`, [`Code::NotAllowed`].
pub async fn preview(context: &Context, devices: &Devices) -> Result<JobPreview> {
    context.grant::<ManageJobs>()?;
    if matches!(devices, Devices::Group { .. }) {
        context.grant::<ViewGroups>()?;
    }
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let found = members(&scope, &scope, devices, context.now_ms).await?;
    let first = found.iter().take(PREVIEW).map(|(_, id, name)| (id.clone(), name.clone())).collect();
    Ok(JobPreview { total: found.len() as i64, first })
}

/// Begins one; without an id, one is made of the name. Its devices are those that are there now.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `id`, [`Code::TooMany`], [`Code::NotAllowed`].
pub async fn create(context: &Context, id: Option<JobId>, new: NewJob) -> Result<Job> {
    let granted = context.grant::<ManageJobs>()?;
    may_do(context, &new.work.doing)?;
    let new = new.checked()?;
    let id = checked_id(id, &new.name)?;
    let organization = new.organization.unwrap_or(context.organization.id);
    let scope = granted.scope().await?;
    giving::seen(&scope, organization).await?;
    fits(&scope, &new.work.doing).await?;
    let found = within(context, &scope, organization, &new.work.devices).await?;
    let devices: Vec<DeviceId> = found.iter().map(|(device, ..)| *device).collect();
    if devices.is_empty() {
        let (field, text) = match new.work.devices {
            Devices::Group { .. } => ("group", "No device is in this group now."),
            Devices::Chosen { .. } => ("devices", "There is no such device here."),
        };
        return Err(Problem::field(Code::Invalid, field, text).into());
    }
    insert(context, scope, (&id, &new, organization), &devices, None).await
}

/// Begins the same again as a job of this id: for the devices that failed, or for all.
///
/// # Errors
/// [`Code::Invalid`] where there are none or it is not over, [`Code::Taken`] beside `id`, [`Code::TooMany`], [`Code::NotFound`],
/// [`Code::NotAllowed`].
pub async fn rerun(context: &Context, of: &JobId, id: Option<JobId>, all: bool) -> Result<Job> {
    let scope = context.grant::<ManageJobs>()?.scope().await?;
    let job = find(&scope, of).await?;
    may_do(context, &job.work.doing)?;
    let id = checked_id(id, &job.name)?;
    if !job.state.is_over() {
        let text = "This job is not over yet. Wait for it, or stop it first.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let devices = scope.jobs().members(of, !all).await?;
    if devices.is_empty() {
        let text = if all { "None of its devices is there any more." } else { "None of its devices failed." };
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let organization = job.organization.id;
    let new = NewJob {
        name: job.name,
        description: job.description,
        organization: Some(organization),
        work: job.work,
    };
    insert(context, scope, (&id, &new, organization), &devices, Some(of)).await
}

/// Stops one that is not over. Commands that are on their way are waited for.
///
/// # Errors
/// [`Code::Invalid`] where it is over, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn stop(context: &Context, id: &JobId) -> Result<Job> {
    let scope = context.grant::<ManageJobs>()?.scope().await?;
    let before = find(&scope, id).await?;
    let why = format!("Stopped by {}.", context.actor);
    if !scope.jobs().stop(id, &why, context.now_ms).await? && before.state != JobState::Stopping {
        return Err(Problem::with_detail(Code::Invalid, "This job is over already.").into());
    }
    changed(context, scope, Action::Cancel, before).await
}

/// Lets one go on that was stopped, or that waits for approval.
///
/// # Errors
/// [`Code::Invalid`] where it is neither, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn resume(context: &Context, id: &JobId) -> Result<Job> {
    let scope = context.grant::<ManageJobs>()?.scope().await?;
    let before = find(&scope, id).await?;
    may_do(context, &before.work.doing)?;
    if !scope.jobs().resume(id).await? {
        let text = "Only a job that was stopped, or that waits for approval, goes on.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    changed(context, scope, Action::Resume, before).await
}

/// Deletes one that is over, with what became of its devices.
///
/// # Errors
/// [`Code::Invalid`] while it is not over, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: &JobId) -> Result<()> {
    let scope = context.grant::<ManageJobs>()?.scope().await?;
    let job = find(&scope, id).await?;
    if !scope.jobs().delete(id).await? {
        return Err(Problem::with_detail(Code::Invalid, "This job is not over; stop it first.").into());
    }
    context.audited(&scope, act(Action::Delete, &job).before(told(&job))).await?;
    Ok(scope.commit().await?)
}

/// Whoever begins a job may do what it does.
fn may_do(context: &Context, doing: &Doing) -> Result<()> {
    match doing {
        Doing::Command { .. } => context.grant::<RunCommands>().map(drop),
        _ => context.grant::<ManageDevices>().map(drop),
    }
}

fn checked_id(id: Option<JobId>, name: &str) -> Result<JobId> {
    let Some(id) = id else { return Ok(JobId(id_of(name)?)) };
    id.checked().map_err(|why| Problem::field(Code::Invalid, "id", why).into())
}

/// What the database knows and the checks of the model can't.
async fn fits(scope: &WorkspaceTx, doing: &Doing) -> Result<()> {
    let mut check = Check::default();
    match doing {
        Doing::Template { template, version } => match scope.templates().get(*template).await? {
            None => _ = check.that(false, "template", "There is no such template."),
            Some(known) => {
                let published = known.version.is_some();
                check.that(published, "template", "Nothing of this template is published.");
                let there =
                    version.is_none_or(|version| known.version.is_some_and(|newest| version <= newest));
                check.that(there, "version", "There is no such version.");
            }
        },
        Doing::Organization { organization } => giving::seen(scope, *organization).await?,
        Doing::Properties { .. } | Doing::Command { .. } => {}
    }
    Ok(check.done()?)
}

/// The devices of a job of this organization: of it and those below it, whatever else whoever makes it sees.
async fn within(
    context: &Context,
    scope: &WorkspaceTx,
    organization: OrganizationId,
    devices: &Devices,
) -> Result<Vec<(DeviceId, String, String)>> {
    if organization == context.organization.id {
        return members(scope, scope, devices, context.now_ms).await;
    }
    let store = context.homeport.store();
    let reach = store.workspace(context.workspace.id).await?.jobs().reach(organization).await?;
    let narrower = store.workspace_within(context.workspace.id, reach).await?;
    members(scope, &narrower, devices, context.now_ms).await
}

/// The devices that a scope sees of these, by their names; their group is one that another scope sees.
async fn members(
    groups: &WorkspaceTx,
    scope: &WorkspaceTx,
    devices: &Devices,
    now_ms: i64,
) -> Result<Vec<(DeviceId, String, String)>> {
    let group = match devices {
        Devices::Chosen { devices } => return Ok(scope.jobs().chosen(devices).await?),
        Devices::Group { group } => groups.device_groups().get(group).await?,
    };
    let gone = || Problem::field(Code::Invalid, "group", "There is no such device group.");
    let group = group.ok_or_else(gone)?;
    let most = u32::try_from(DEVICES_MAX).unwrap_or(u32::MAX);
    let (members, total) = scope.device_groups().members(&group.filter, now_ms, most).await?;
    if total > i64::from(most) {
        let text = format!("A job has at most {most} devices; this group has {total}.");
        return Err(Problem::field(Code::Invalid, "group", text).into());
    }
    Ok(members.into_iter().map(|member| (member.id, member.external_id, member.name)).collect())
}

async fn insert(
    context: &Context,
    scope: WorkspaceTx,
    (id, new, organization): (&JobId, &NewJob, OrganizationId),
    devices: &[DeviceId],
    rerun_of: Option<&JobId>,
) -> Result<Job> {
    if scope.jobs().unfinished().await? >= UNFINISHED_MAX {
        let text = format!("{UNFINISHED_MAX} jobs are under way already. Wait for one, or stop one.");
        return Err(Problem::with_detail(Code::TooMany, text).into());
    }
    let by = context.actor.to_string();
    let (schedule, now_ms) = (None, context.now_ms);
    let job = InsertJob { id, new, organization, devices, schedule, rerun_of, by: &by, now_ms };
    scope.jobs().insert(&job).await?;
    let made = find(&scope, id).await?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

async fn changed(context: &Context, scope: WorkspaceTx, action: Action, before: Job) -> Result<Job> {
    let after = find(&scope, &before.id).await?;
    let state = |job: &Job| json!({ "state": job.state, "batch": job.batch });
    context.audited(&scope, act(action, &after).before(state(&before)).after(state(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

async fn find(scope: &WorkspaceTx, id: &JobId) -> Result<Job> {
    if id.0.contains('\0') {
        return Err(Error::not_found());
    }
    scope.jobs().get(id).await?.ok_or_else(Error::not_found)
}

fn act(action: Action, job: &Job) -> Act {
    Act::new(action, Subject::Job, &job.id, &job.name)
}

/// Without what a command is given, which may be a secret.
fn told(job: &Job) -> Value {
    json!({ "name": job.name, "does": job.work.doing.label(), "devices": job.counts.total() })
}
