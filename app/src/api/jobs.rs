//! Jobs, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::job::{Devices, Job, JobId, JobPreview, JobSchedule, NewJob, ScheduledJob, Turn, TurnQuery};
use model::page::Page;

/// All that are kept, newest first.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_jobs", input = Json)]
pub async fn list_jobs(workspace: String) -> Result<Vec<Job>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::list(&ctx).await?)
}

/// One.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "get_job", input = Json)]
pub async fn get_job(workspace: String, job: JobId) -> Result<Job, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::get(&ctx, &job).await?)
}

/// What became of its devices.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_job_devices", input = Json)]
pub async fn list_job_devices(
    workspace: String,
    job: JobId,
    query: TurnQuery,
) -> Result<Page<Turn>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::turns(&ctx, &job, &query).await?)
}

/// The devices that a job would have now.
///
/// # Errors
/// Fields at fault, a role that may not.
#[server(prefix = "/api", endpoint = "preview_job", input = Json)]
pub async fn preview_job(workspace: String, devices: Devices) -> Result<JobPreview, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::preview(&ctx, &devices).await?)
}

/// Begins one.
///
/// # Errors
/// Fields at fault, too many under way, a role that may not.
#[server(prefix = "/api", endpoint = "create_job", input = Json)]
pub async fn create_job(workspace: String, new: NewJob) -> Result<Job, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::create(&ctx, None, new).await?)
}

/// Stops one.
///
/// # Errors
/// It is over, not found, a role that may not.
#[server(prefix = "/api", endpoint = "stop_job", input = Json)]
pub async fn stop_job(workspace: String, job: JobId) -> Result<Job, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::stop(&ctx, &job).await?)
}

/// Lets one go on.
///
/// # Errors
/// It is neither stopped nor waits for approval, not found, a role that may not.
#[server(prefix = "/api", endpoint = "resume_job", input = Json)]
pub async fn resume_job(workspace: String, job: JobId) -> Result<Job, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::resume(&ctx, &job).await?)
}

/// Begins the same again, for the devices that failed or for all.
///
/// # Errors
/// None failed, not found, a role that may not.
#[server(prefix = "/api", endpoint = "rerun_job", input = Json)]
pub async fn rerun_job(workspace: String, job: JobId, all: bool) -> Result<Job, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::rerun(&ctx, &job, None, all).await?)
}

/// Deletes one that is over.
///
/// # Errors
/// It is not over, not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_job", input = Json)]
pub async fn delete_job(workspace: String, job: JobId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::delete(&ctx, &job).await?)
}

/// Jobs that begin by themselves, by their names.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_scheduled_jobs", input = Json)]
pub async fn list_scheduled_jobs(workspace: String) -> Result<Vec<ScheduledJob>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::list_schedules(&ctx).await?)
}

/// Schedules one.
///
/// # Errors
/// Fields at fault, a role that may not.
#[server(prefix = "/api", endpoint = "create_scheduled_job", input = Json)]
pub async fn create_scheduled_job(
    workspace: String,
    new: NewJob,
    schedule: JobSchedule,
) -> Result<ScheduledJob, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::create_schedule(&ctx, None, new, schedule, true).await?)
}

/// Switches one on or off.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "enable_scheduled_job", input = Json)]
pub async fn enable_scheduled_job(
    workspace: String,
    job: JobId,
    enabled: bool,
) -> Result<ScheduledJob, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::enable_schedule(&ctx, &job, enabled).await?)
}

/// Deletes one; the jobs that it began stay.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_scheduled_job", input = Json)]
pub async fn delete_scheduled_job(workspace: String, job: JobId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::jobs::delete_schedule(&ctx, &job).await?)
}
