//! `/api/scheduledJobs`: jobs that begin at a time, or every day, week or month.

use super::if_match::{etag_of, matched};
use super::job_shape::{
    JobOut, ScheduledJobIn, ScheduledJobOut, named, out, read, read_schedule, scheduled_out,
};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{Context, jobs};
use http::{HeaderMap, StatusCode, header};
use model::job::{JobId, NewJob, ScheduledJob};
use model::{Code, Problem};

#[utoipa::path(
    get,
    path = "/api/scheduledJobs",
    tag = "Jobs",
    summary = "Lists scheduled jobs by their names",
    responses((status = 200, description = "As it is", body = Listed<ScheduledJobOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<ScheduledJobOut>, Fault> {
    Ok(paging.of(jobs::list_schedules(&caller).await?.iter().map(scheduled_out).collect()))
}

#[utoipa::path(
    get,
    path = "/api/scheduledJobs/{scheduledJob}",
    tag = "Jobs",
    summary = "Reads a scheduled job",
    responses((status = 200, description = "As it is", body = ScheduledJobOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<ScheduledJobOut>, Fault> {
    Ok(Json(scheduled_out(&find(&caller, &id).await?)))
}

#[utoipa::path(
    put,
    path = "/api/scheduledJobs/{scheduledJob}",
    tag = "Jobs",
    summary = "Makes a scheduled job, or replaces it",
    request_body = ScheduledJobIn,
    responses((status = 200, description = "As it is", body = ScheduledJobOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<ScheduledJobIn>,
) -> Result<Json<ScheduledJobOut>, Fault> {
    let key = JobId(id.clone());
    let present = match jobs::get_schedule(&caller, &key).await {
        Ok(present) => Some(present),
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    matched(&headers, present.as_ref().map(|present| etag_of(&scheduled_out(present))))?;
    let Some(schedule) = wanted.schedule else {
        return Err(Fault::field("schedule", "Say when it begins."));
    };
    let schedule = read_schedule(&schedule)?;
    let enabled = wanted.enabled.unwrap_or(true);
    let new = read(&caller, &id, wanted.job).await?;
    let made = match present {
        Some(_) => jobs::update_schedule(&caller, &key, new, schedule, enabled).await,
        None => jobs::create_schedule(&caller, Some(key), new, schedule, enabled).await,
    };
    Ok(Json(scheduled_out(&made.map_err(named)?)))
}

#[utoipa::path(
    patch,
    path = "/api/scheduledJobs/{scheduledJob}",
    tag = "Jobs",
    summary = "Changes a scheduled job: what is left out stays",
    request_body = ScheduledJobIn,
    responses((status = 200, description = "As it is", body = ScheduledJobOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(mut wanted): Body<ScheduledJobIn>,
) -> Result<Json<ScheduledJobOut>, Fault> {
    let present = find(&caller, &id).await?;
    matched(&headers, Some(etag_of(&scheduled_out(&present))))?;
    let schedule = match &wanted.schedule {
        Some(schedule) => read_schedule(schedule)?,
        None => present.schedule.clone(),
    };
    let enabled = wanted.enabled.unwrap_or(present.enabled);
    wanted.job.fill(&present);
    let new = read(&caller, &id, wanted.job).await?;
    let new = NewJob { organization: new.organization.or(Some(present.organization.id)), ..new };
    let after = jobs::update_schedule(&caller, &present.id, new, schedule, enabled).await.map_err(named)?;
    Ok(Json(scheduled_out(&after)))
}

#[utoipa::path(
    delete,
    path = "/api/scheduledJobs/{scheduledJob}",
    tag = "Jobs",
    summary = "Deletes a scheduled job; the jobs that it began stay",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    if headers.contains_key(header::IF_MATCH) {
        matched(&headers, Some(etag_of(&scheduled_out(&find(&caller, &id).await?))))?;
    }
    jobs::delete_schedule(&caller, &JobId(id.clone())).await.map_err(|error| called(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/scheduledJobs/{scheduledJob}/jobs",
    tag = "Jobs",
    summary = "Lists the jobs that a scheduled job has begun",
    responses((status = 200, description = "As it is", body = Listed<JobOut>)),
)]
pub(super) async fn begun(
    caller: Caller,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Listed<JobOut>, Fault> {
    let all = jobs::of_schedule(&caller, &JobId(id.clone())).await.map_err(|error| called(error, &id))?;
    Ok(paging.of(all.iter().map(out).collect()))
}

async fn find(caller: &Context, id: &str) -> Result<ScheduledJob, Fault> {
    jobs::get_schedule(caller, &JobId(id.to_owned())).await.map_err(|error| called(error, id))
}

fn called(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no scheduled job “{id}” here."))
        }
        error => error.into(),
    }
}
