//! `/api/jobs`: the same done to many devices, and what became of each.

use super::job_shape::{JobIn, JobOut, TurnOut, named, out, read, turn_out};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::jobs;
use http::StatusCode;
use model::job::{JobId, TurnQuery};
use model::{Code, Problem};

#[utoipa::path(
    get,
    path = "/api/jobs",
    tag = "Jobs",
    summary = "Lists jobs, newest first",
    responses((status = 200, description = "As it is", body = Listed<JobOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<JobOut>, Fault> {
    Ok(paging.of(jobs::list(&caller).await?.iter().map(out).collect()))
}

#[utoipa::path(
    get,
    path = "/api/jobs/{job}",
    tag = "Jobs",
    summary = "Reads a job",
    responses((status = 200, description = "As it is", body = JobOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<JobOut>, Fault> {
    Ok(Json(out(&jobs::get(&caller, &JobId(id.clone())).await.map_err(|error| called(error, &id))?)))
}

#[utoipa::path(
    put,
    path = "/api/jobs/{job}",
    tag = "Jobs",
    summary = "Begins a job; one that is there is never changed",
    request_body = JobIn,
    responses((status = 200, description = "As it is", body = JobOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<JobIn>,
) -> Result<Json<JobOut>, Fault> {
    let new = read(&caller, &id, wanted).await?;
    Ok(Json(out(&jobs::create(&caller, Some(JobId(id)), new).await.map_err(named)?)))
}

#[utoipa::path(
    delete,
    path = "/api/jobs/{job}",
    tag = "Jobs",
    summary = "Deletes a job that is over, with what became of its devices",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    jobs::delete(&caller, &JobId(id.clone())).await.map_err(|error| called(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/jobs/{job}/devices",
    tag = "Jobs",
    summary = "Lists a job's devices with what became of each",
    responses((status = 200, description = "As it is", body = Listed<TurnOut>)),
)]
pub(super) async fn devices(
    caller: Caller,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Listed<TurnOut>, Fault> {
    let query = TurnQuery { offset: paging.offset, limit: paging.limit, ..TurnQuery::default() };
    let turns = jobs::turns(&caller, &JobId(id.clone()), &query).await.map_err(|error| called(error, &id))?;
    Ok(paging.page(turns.items.into_iter().map(turn_out).collect(), turns.matching))
}

#[utoipa::path(
    post,
    path = "/api/jobs/{job}/stop",
    tag = "Jobs",
    summary = "Stops a job; commands that are on their way are waited for",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn stop(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    jobs::stop(&caller, &JobId(id.clone())).await.map_err(|error| called(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/jobs/{job}/resume",
    tag = "Jobs",
    summary = "Lets a job go on that was stopped, or that waits for approval",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn resume(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    jobs::resume(&caller, &JobId(id.clone())).await.map_err(|error| called(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    put,
    path = "/api/jobs/{job}/rerun/{rerun}",
    tag = "Jobs",
    summary = "Begins the job again for the devices that failed",
    responses((status = 200, description = "As it is", body = JobOut)),
)]
pub(super) async fn rerun(
    caller: Caller,
    Path((id, rerun)): Path<(String, String)>,
) -> Result<Json<JobOut>, Fault> {
    let made = jobs::rerun(&caller, &JobId(id.clone()), Some(JobId(rerun)), false).await;
    Ok(Json(out(&made.map_err(|error| called(error, &id))?)))
}

fn called(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no job “{id}” here."))
        }
        error => error.into(),
    }
}
