//! `/api/organizations`: the tree of organizations, as far as the token sees it.

use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{Context, organizations};
use http::{HeaderMap, StatusCode, header};
use model::organization::{NewOrganization, Organization, OrganizationPatch};
use model::{Code, OrganizationId, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// An organization as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrganizationOut {
    id: String,
    display_name: String,
    /// The id of the one above it; of the highest that is seen, none.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
}

/// An organization as it is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OrganizationIn {
    display_name: Option<String>,
    parent: Option<String>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
}

#[utoipa::path(
    get,
    path = "/api/organizations",
    tag = "Organizations",
    summary = "Lists organizations, each before those below it",
    responses((status = 200, description = "As it is", body = Listed<OrganizationOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<OrganizationOut>, Fault> {
    let tree = organizations::tree(&caller).await?;
    let keys: HashMap<OrganizationId, String> = tree.iter().map(|node| (node.id, node.key.clone())).collect();
    let all = tree.into_iter().map(|node| {
        let parent = node.parent.and_then(|parent| keys.get(&parent).cloned());
        OrganizationOut { id: node.key, display_name: node.name, parent }
    });
    Ok(paging.of(all.collect()))
}

#[utoipa::path(
    get,
    path = "/api/organizations/{organization}",
    tag = "Organizations",
    summary = "Reads an organization",
    responses((status = 200, description = "As it is", body = OrganizationOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<OrganizationOut>, Fault> {
    let found = find(&caller, &id).await?;
    answer(&caller, found).await
}

#[utoipa::path(
    put,
    path = "/api/organizations/{organization}",
    tag = "Organizations",
    summary = "Makes an organization, or changes it",
    request_body = OrganizationIn,
    responses((status = 200, description = "As it is", body = OrganizationOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<OrganizationIn>,
) -> Result<Json<OrganizationOut>, Fault> {
    match organizations::by_key(&caller, &id).await {
        Ok(found) => change(&caller, found, &headers, wanted).await,
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => {
            matched(&headers, None)?;
            let parent = parent(&caller, wanted.parent).await?;
            let name = wanted.display_name.unwrap_or_else(|| id.clone());
            let made = organizations::create(&caller, &NewOrganization { key: id, name, parent }).await?;
            answer(&caller, made).await
        }
        Err(error) => Err(error.into()),
    }
}

#[utoipa::path(
    patch,
    path = "/api/organizations/{organization}",
    tag = "Organizations",
    summary = "Changes an organization",
    request_body = OrganizationIn,
    responses((status = 200, description = "As it is", body = OrganizationOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<OrganizationIn>,
) -> Result<Json<OrganizationOut>, Fault> {
    let found = find(&caller, &id).await?;
    change(&caller, found, &headers, wanted).await
}

#[utoipa::path(
    delete,
    path = "/api/organizations/{organization}",
    tag = "Organizations",
    summary = "Deletes an organization that nothing belongs to",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let found = find(&caller, &id).await?;
    let id = found.id;
    unchanged(&caller, found, &headers).await?;
    organizations::delete(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn change(
    caller: &Context,
    found: Organization,
    headers: &HeaderMap,
    wanted: OrganizationIn,
) -> Result<Json<OrganizationOut>, Fault> {
    let id = found.id;
    unchanged(caller, found, headers).await?;
    let parent = parent(caller, wanted.parent).await?;
    let patch = OrganizationPatch { name: wanted.display_name, parent };
    let changed = organizations::update(caller, id, &patch).await?;
    answer(caller, changed).await
}

async fn parent(caller: &Context, key: Option<String>) -> Result<Option<OrganizationId>, Fault> {
    match key {
        None => Ok(None),
        Some(key) => Ok(Some(by_key(caller, &key, "parent").await?)),
    }
}

/// The organization that a body names in this field.
pub(super) async fn by_key(caller: &Context, key: &str, field: &str) -> Result<OrganizationId, Fault> {
    match organizations::by_key(caller, key).await {
        Ok(found) => Ok(found.id),
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => {
            Err(Fault::field(field, format!("There is no organization “{key}” here.")))
        }
        Err(error) => Err(error.into()),
    }
}

async fn find(caller: &Context, key: &str) -> Result<Organization, Fault> {
    organizations::by_key(caller, key).await.map_err(|error| match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no organization “{key}” here."))
        }
        error => error.into(),
    })
}

/// Refuses what was not read as it is now.
async fn unchanged(caller: &Context, present: Organization, headers: &HeaderMap) -> Result<(), Fault> {
    if headers.contains_key(header::IF_MATCH) {
        matched(headers, Some(etag_of(&out(caller, present).await?)))?;
    }
    Ok(())
}

async fn answer(caller: &Context, node: Organization) -> Result<Json<OrganizationOut>, Fault> {
    Ok(Json(out(caller, node).await?))
}

async fn out(caller: &Context, node: Organization) -> Result<OrganizationOut, Fault> {
    let tree = organizations::tree(caller).await?;
    let parent = tree.into_iter().find(|other| Some(other.id) == node.parent).map(|parent| parent.key);
    Ok(OrganizationOut { id: node.key, display_name: node.name, parent })
}
