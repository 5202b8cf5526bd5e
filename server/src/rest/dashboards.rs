//! `/api/dashboards`: dashboards, in IoT Central's shape.

use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::dashboards;
use http::{HeaderMap, StatusCode, header};
use model::dashboard::{Content, Dashboard, DashboardDraft, Listed as About, Tile, Variable};
use model::{Code, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A dashboard as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DashboardOut {
    id: String,
    display_name: String,
    description: String,
    organizations: Vec<String>,
    personal: bool,
    favorite: bool,
    default: bool,
    #[schema(value_type = Vec<Object>)]
    tiles: Vec<Tile>,
    range: String,
    refresh_s: u32,
    #[schema(value_type = Vec<Object>)]
    variables: Vec<Variable>,
}

/// A dashboard as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DashboardIn {
    display_name: Option<String>,
    description: Option<String>,
    organizations: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<Object>>)]
    tiles: Option<Vec<Tile>>,
    range: Option<String>,
    refresh_s: Option<u32>,
    #[schema(value_type = Option<Vec<Object>>)]
    variables: Option<Vec<Variable>>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    #[serde(default, rename = "personal")]
    #[schema(ignore)]
    _personal: IgnoredAny,
    #[serde(default, rename = "favorite")]
    #[schema(ignore)]
    _favorite: IgnoredAny,
    #[serde(default, rename = "default")]
    #[schema(ignore)]
    _default: IgnoredAny,
}

#[utoipa::path(
    get,
    path = "/api/dashboards",
    tag = "Dashboards",
    summary = "Lists dashboards, without their tiles",
    responses((status = 200, description = "As it is", body = Listed<DashboardOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<DashboardOut>, Fault> {
    let all = dashboards::list(&caller).await?;
    Ok(paging.of(all.into_iter().map(|about| out(about, Content::default())).collect()))
}

#[utoipa::path(
    get,
    path = "/api/dashboards/{dashboard}",
    tag = "Dashboards",
    summary = "Reads a dashboard",
    responses((status = 200, description = "As it is", body = DashboardOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<DashboardOut>, Fault> {
    Ok(Json(whole(dashboards::get(&caller, &id).await.map_err(|error| named(error, &id))?)))
}

#[utoipa::path(
    put,
    path = "/api/dashboards/{dashboard}",
    tag = "Dashboards",
    summary = "Makes a dashboard, or replaces one",
    request_body = DashboardIn,
    responses((status = 200, description = "As it is", body = DashboardOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<DashboardIn>,
) -> Result<Json<DashboardOut>, Fault> {
    let organization = organization(&caller, wanted.organizations.as_deref()).await?;
    let content = Content {
        tiles: wanted.tiles.unwrap_or_default(),
        range: wanted.range.unwrap_or_else(|| Content::default().range),
        refresh_s: wanted.refresh_s.unwrap_or_default(),
        variables: wanted.variables.unwrap_or_default(),
    };
    let draft = DashboardDraft {
        name: wanted.display_name.unwrap_or_else(|| id.clone()),
        description: wanted.description.unwrap_or_default(),
        organization,
        personal: false,
        template: None,
        content: Some(content),
    };
    match dashboards::get(&caller, &id).await {
        Ok(present) => {
            let revision = present.revision;
            matched(&headers, Some(etag_of(&whole(present))))?;
            Ok(Json(whole(dashboards::update(&caller, &id, Some(revision), &draft).await?)))
        }
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => {
            matched(&headers, None)?;
            Ok(Json(whole(dashboards::create(&caller, Some(&id), &draft).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

#[utoipa::path(
    patch,
    path = "/api/dashboards/{dashboard}",
    tag = "Dashboards",
    summary = "Changes a dashboard",
    request_body = DashboardIn,
    responses((status = 200, description = "As it is", body = DashboardOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<DashboardIn>,
) -> Result<Json<DashboardOut>, Fault> {
    let present = dashboards::get(&caller, &id).await.map_err(|error| named(error, &id))?;
    let Dashboard { about, content, revision } = present.clone();
    matched(&headers, Some(etag_of(&whole(present))))?;
    let content = Content {
        tiles: wanted.tiles.unwrap_or(content.tiles),
        range: wanted.range.unwrap_or(content.range),
        refresh_s: wanted.refresh_s.unwrap_or(content.refresh_s),
        variables: wanted.variables.unwrap_or(content.variables),
    };
    let draft = DashboardDraft {
        name: wanted.display_name.unwrap_or(about.name),
        description: wanted.description.unwrap_or(about.description),
        organization: organization(&caller, wanted.organizations.as_deref()).await?,
        personal: about.personal,
        template: None,
        content: Some(content),
    };
    Ok(Json(whole(dashboards::update(&caller, &id, Some(revision), &draft).await?)))
}

#[utoipa::path(
    delete,
    path = "/api/dashboards/{dashboard}",
    tag = "Dashboards",
    summary = "Deletes a dashboard",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    if headers.contains_key(header::IF_MATCH) {
        let present = dashboards::get(&caller, &id).await.map_err(|error| named(error, &id))?;
        matched(&headers, Some(etag_of(&whole(present))))?;
    }
    dashboards::delete(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The only one of these; none: where the asker belongs, or where it is.
async fn organization(
    caller: &Caller,
    ids: Option<&[String]>,
) -> Result<Option<model::OrganizationId>, Fault> {
    match ids {
        None | Some([]) => Ok(None),
        Some([key]) => match domain::organizations::by_key(caller, key).await {
            Ok(organization) => Ok(Some(organization.id)),
            Err(domain::Error::Problem(Problem { code: Code::NotFound, .. })) => {
                Err(Fault::field("organizations", format!("There is no organization “{key}” here.")))
            }
            Err(error) => Err(error.into()),
        },
        Some(_) => Err(Fault::field("organizations", "A dashboard belongs to one organization.")),
    }
}

fn whole(dashboard: Dashboard) -> DashboardOut {
    out(dashboard.about, dashboard.content)
}

fn out(about: About, content: Content) -> DashboardOut {
    DashboardOut {
        id: about.id,
        display_name: about.name,
        description: about.description,
        organizations: about.organization.into_iter().map(|organization| organization.key).collect(),
        personal: about.personal,
        favorite: about.favourite,
        default: about.is_default,
        tiles: content.tiles,
        range: content.range,
        refresh_s: content.refresh_s,
        variables: content.variables,
    }
}

fn named(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no dashboard “{id}” here."))
        }
        error => error.into(),
    }
}
