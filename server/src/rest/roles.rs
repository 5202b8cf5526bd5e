//! `/api/roles`: the roles of the workspace.

use super::if_match::{etag_of, matched};
use super::tokens::{role_id, role_of};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::roles;
use http::{HeaderMap, StatusCode, header};
use model::permission::{Permission, Permissions};
use model::role::{Role, RoleDraft};
use model::{Code, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role as it is answered: IoT Central's two members, and what it allows.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleOut {
    id: String,
    display_name: String,
    description: String,
    #[schema(value_type = Vec<String>)]
    permissions: Permissions,
    built_in: bool,
}

/// A role as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RoleIn {
    display_name: Option<String>,
    description: Option<String>,
    permissions: Option<Vec<String>>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    #[serde(default, rename = "builtIn")]
    #[schema(ignore)]
    _built_in: IgnoredAny,
}

#[utoipa::path(
    get,
    path = "/api/roles",
    tag = "Roles",
    summary = "Lists roles, those that are built in first",
    responses((status = 200, description = "As it is", body = Listed<RoleOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<RoleOut>, Fault> {
    Ok(paging.of(roles::list(&caller).await?.into_iter().map(|listed| out(listed.role)).collect()))
}

#[utoipa::path(
    get,
    path = "/api/roles/{role}",
    tag = "Roles",
    summary = "Reads a role",
    responses((status = 200, description = "As it is", body = RoleOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<RoleOut>, Fault> {
    Ok(Json(out(roles::get(&caller, &role_of(&id)).await.map_err(|error| named(error, &id))?)))
}

#[utoipa::path(
    put,
    path = "/api/roles/{role}",
    tag = "Roles",
    summary = "Makes a role, or replaces one that was made",
    request_body = RoleIn,
    responses((status = 200, description = "As it is", body = RoleOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<RoleIn>,
) -> Result<Json<RoleOut>, Fault> {
    let role = role_of(&id);
    let draft = RoleDraft {
        name: wanted.display_name.unwrap_or_else(|| id.clone()),
        description: wanted.description.unwrap_or_default(),
        permissions: permissions(&wanted.permissions.unwrap_or_default())?,
    };
    match roles::get(&caller, &role).await {
        Ok(present) => {
            matched(&headers, Some(etag_of(&out(present))))?;
            Ok(Json(out(roles::update(&caller, &role, &draft).await?)))
        }
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => {
            matched(&headers, None)?;
            Ok(Json(out(roles::create(&caller, Some(role), &draft).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

#[utoipa::path(
    patch,
    path = "/api/roles/{role}",
    tag = "Roles",
    summary = "Changes a role that was made",
    request_body = RoleIn,
    responses((status = 200, description = "As it is", body = RoleOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<RoleIn>,
) -> Result<Json<RoleOut>, Fault> {
    let role = role_of(&id);
    let present = roles::get(&caller, &role).await.map_err(|error| named(error, &id))?;
    matched(&headers, Some(etag_of(&out(present.clone()))))?;
    let draft = RoleDraft {
        name: wanted.display_name.unwrap_or(present.name),
        description: wanted.description.unwrap_or(present.description),
        permissions: match wanted.permissions {
            Some(words) => permissions(&words)?,
            None => present.permissions,
        },
    };
    Ok(Json(out(roles::update(&caller, &role, &draft).await.map_err(|error| named(error, &id))?)))
}

#[utoipa::path(
    delete,
    path = "/api/roles/{role}",
    tag = "Roles",
    summary = "Deletes a role that nobody has",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let role = role_of(&id);
    if headers.contains_key(header::IF_MATCH) {
        let present = roles::get(&caller, &role).await.map_err(|error| named(error, &id))?;
        matched(&headers, Some(etag_of(&out(present))))?;
    }
    roles::delete(&caller, &role).await.map_err(|error| named(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

fn out(role: Role) -> RoleOut {
    RoleOut {
        id: role_id(&role.id),
        display_name: role.name,
        description: role.description,
        permissions: role.permissions,
        built_in: role.built_in,
    }
}

fn permissions(words: &[String]) -> Result<Permissions, Fault> {
    let one = |word: &String| {
        Permission::from_word(word).ok_or_else(|| {
            let known = Permission::ALL.map(Permission::as_str).join(", ");
            Fault::field("permissions", format!("There is no permission “{word}”. There are {known}."))
        })
    };
    words.iter().map(one).collect()
}

fn named(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no role “{id}” here."))
        }
        error => error.into(),
    }
}
