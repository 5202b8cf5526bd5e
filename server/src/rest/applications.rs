//! `/api/applicationTemplates` and `/api/application`: what a workspace is furnished with, and what it holds as such a file.

use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::{Path, Query};
use domain::applications;
use http::StatusCode;
use model::application::{Application, BUILT_IN};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An application that comes with the product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApplicationOut {
    id: &'static str,
    display_name: &'static str,
    description: &'static str,
}

/// An application as a file holds it.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(super) struct ApplicationIn(Application);

/// What the file is to be called.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Called {
    /// What people call it; none: as the workspace is called.
    display_name: Option<String>,
    /// What it is for.
    description: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/applicationTemplates",
    tag = "Applications",
    summary = "Lists the applications that come with the product",
    responses((status = 200, description = "As it is", body = Listed<ApplicationOut>)),
)]
pub(super) async fn list(_caller: Caller, paging: Paging) -> Result<Listed<ApplicationOut>, Fault> {
    let out = |(id, display_name, description)| ApplicationOut { id, display_name, description };
    Ok(paging.of(BUILT_IN.into_iter().map(out).collect()))
}

#[utoipa::path(
    get,
    path = "/api/applicationTemplates/{application}",
    tag = "Applications",
    summary = "Reads one of them, as a file holds it",
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn get(_caller: Caller, Path(id): Path<String>) -> Result<Json<Application>, Fault> {
    match BUILT_IN.iter().any(|(known, ..)| *known == id) {
        true => Ok(Json(applications::built_in(&id)?)),
        false => Err(Fault::not_found(format!("There is no application “{id}”."))),
    }
}

#[utoipa::path(
    get,
    path = "/api/application",
    tag = "Applications",
    summary = "Writes what the workspace holds as an application",
    params(Called),
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn export(caller: Caller, Query(called): Query<Called>) -> Result<Json<Application>, Fault> {
    let name = called.display_name.unwrap_or_else(|| caller.workspace.name.clone());
    Ok(Json(applications::export(&caller, &name, &called.description.unwrap_or_default()).await?))
}

#[utoipa::path(
    post,
    path = "/api/application",
    tag = "Applications",
    summary = "Brings all that an application holds into the workspace, or nothing of it",
    request_body = ApplicationIn,
    responses((status = 204, description = "Done")),
)]
pub(super) async fn bring(
    caller: Caller,
    Body(ApplicationIn(wanted)): Body<ApplicationIn>,
) -> Result<StatusCode, Fault> {
    applications::apply(&caller, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}
