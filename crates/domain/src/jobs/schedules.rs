//! Jobs that begin at a time, or every day, week or month.

use super::{checked_id, fits, may_do};
use crate::access::{ManageJobs, ViewJobs};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use model::audit::{Action, Subject};
use model::check::Check;
use model::job::{Devices, JobId, JobSchedule, NewJob, SCHEDULES_MAX, ScheduledJob};
use model::{Code, OrganizationId, Problem};
use serde_json::{Value, json};
use store::WorkspaceTx;

/// All, by their names.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list_schedules(context: &Context) -> Result<Vec<ScheduledJob>> {
    let scope = context.grant::<ViewJobs>()?.scope().await?;
    Ok(scope.job_schedules().list().await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get_schedule(context: &Context, id: &JobId) -> Result<ScheduledJob> {
    find(&context.grant::<ViewJobs>()?.scope().await?, id).await
}

/// Makes one; without an id, one is made of the name.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `id`, [`Code::NotAllowed`].
pub async fn create_schedule(
    context: &Context,
    id: Option<JobId>,
    new: NewJob,
    schedule: JobSchedule,
    enabled: bool,
) -> Result<ScheduledJob> {
    let granted = context.grant::<ManageJobs>()?;
    may_do(context, &new.work.doing)?;
    let new = checked(new, &schedule, context.now_ms)?;
    let id = checked_id(id, &new.name)?;
    let scope = granted.scope().await?;
    if scope.job_schedules().list().await?.len() as i64 >= SCHEDULES_MAX {
        let text = format!("A workspace has at most {SCHEDULES_MAX} scheduled jobs. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let organization = settled(context, &scope, &new).await?;
    let by = context.actor.to_string();
    scope.job_schedules().insert(&id, &new, organization, &by, context.now_ms).await?;
    let next = next(&schedule, enabled, context.now_ms);
    scope.job_schedules().update(&id, &new, organization, (&schedule, enabled), next).await?;
    let made = find(&scope, &id).await?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes it another one.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update_schedule(
    context: &Context,
    id: &JobId,
    new: NewJob,
    schedule: JobSchedule,
    enabled: bool,
) -> Result<ScheduledJob> {
    let granted = context.grant::<ManageJobs>()?;
    may_do(context, &new.work.doing)?;
    let scope = granted.scope().await?;
    let before = find(&scope, id).await?;
    let unchanged = before.schedule == schedule;
    // One that is over may be switched and renamed still.
    let new = checked(new, &schedule, if unchanged { i64::MIN } else { context.now_ms })?;
    let organization = settled(context, &scope, &new).await?;
    let next = next(&schedule, enabled, context.now_ms);
    scope.job_schedules().update(id, &new, organization, (&schedule, enabled), next).await?;
    let after = find(&scope, id).await?;
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Switches one on or off.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn enable_schedule(context: &Context, id: &JobId, enabled: bool) -> Result<ScheduledJob> {
    let job = find(&context.grant::<ManageJobs>()?.scope().await?, id).await?;
    let ScheduledJob { name, description, organization, work, schedule, .. } = job;
    let new = NewJob { name, description, organization: Some(organization.id), work };
    update_schedule(context, id, new, schedule, enabled).await
}

/// Deletes one. The jobs that it began stay.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete_schedule(context: &Context, id: &JobId) -> Result<()> {
    let scope = context.grant::<ManageJobs>()?.scope().await?;
    let job = find(&scope, id).await?;
    scope.job_schedules().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &job).before(told(&job))).await?;
    Ok(scope.commit().await?)
}

/// When it begins next, milliseconds since 1970.
fn next(schedule: &JobSchedule, enabled: bool, now_ms: i64) -> Option<i64> {
    if enabled { schedule.next_after(now_ms) } else { None }
}

/// What it does and when, with something left of that.
fn checked(new: NewJob, schedule: &JobSchedule, now_ms: i64) -> Result<NewJob> {
    let new = new.checked()?;
    let mut check = Check::default();
    schedule.check(&mut check);
    check.done()?;
    if now_ms > i64::MIN && schedule.next_after(now_ms).is_none() {
        let text = "That time is over.";
        return Err(Problem::field(Code::Invalid, "schedule.start", text).into());
    }
    Ok(new)
}

async fn settled(context: &Context, scope: &WorkspaceTx, new: &NewJob) -> Result<OrganizationId> {
    let organization = new.organization.unwrap_or(context.organization.id);
    giving::seen(scope, organization).await?;
    fits(scope, &new.work.doing).await?;
    if let Devices::Group { group } = &new.work.devices
        && scope.device_groups().get(group).await?.is_none()
    {
        return Err(Problem::field(Code::Invalid, "group", "There is no such device group.").into());
    }
    Ok(organization)
}

async fn find(scope: &WorkspaceTx, id: &JobId) -> Result<ScheduledJob> {
    if id.0.contains('\0') {
        return Err(Error::not_found());
    }
    scope.job_schedules().get(id).await?.ok_or_else(Error::not_found)
}

fn act(action: Action, job: &ScheduledJob) -> Act {
    Act::new(action, Subject::ScheduledJob, &job.id, &job.name)
}

fn told(job: &ScheduledJob) -> Value {
    json!({
        "name": job.name, "description": job.description, "does": job.work.doing.label(),
        "devices": job.work.devices, "schedule": job.schedule, "enabled": job.enabled,
    })
}
