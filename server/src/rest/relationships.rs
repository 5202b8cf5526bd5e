//! `/api/devices/{device}/relationships`: which devices stand behind a gateway; `/api/devices/{device}/children`: these
//! devices themselves.

use super::devices::{DeviceOut, named, outs};
use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::relationships;
use http::{HeaderMap, StatusCode, header};
use model::Code;
use model::relationship::{NewRelationship, Relationship};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A relationship as it is answered.
#[derive(Serialize, ToSchema)]
pub(super) struct RelationshipOut {
    id: String,
    name: String,
    /// The gateway.
    source: String,
    /// The device behind it.
    target: String,
}

/// A relationship as it is wanted. What it is called stands in the address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RelationshipIn {
    name: Option<String>,
    source: Option<String>,
    target: Option<String>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/relationships",
    tag = "Devices",
    summary = "Lists what stands behind a gateway, as relationships",
    responses((status = 200, description = "As it is", body = Listed<RelationshipOut>)),
)]
pub(super) async fn list(
    caller: Caller,
    Path(device): Path<String>,
    paging: Paging,
) -> Result<Listed<RelationshipOut>, Fault> {
    let all = relationships::list(&caller, &device).await.map_err(|error| named(error, &device))?;
    Ok(paging.of(all.into_iter().map(out).collect()))
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/children",
    tag = "Devices",
    summary = "Lists the devices behind a gateway",
    responses((status = 200, description = "As it is", body = Listed<DeviceOut>)),
)]
pub(super) async fn children(
    caller: Caller,
    Path(device): Path<String>,
    paging: Paging,
) -> Result<Listed<DeviceOut>, Fault> {
    let family = relationships::family(&caller, &device).await.map_err(|error| named(error, &device))?;
    let children = family.children.into_iter().map(|(_, child)| child).collect();
    Ok(paging.of(outs(&caller, children).await?))
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/relationships/{relationship}",
    tag = "Devices",
    summary = "Reads a relationship",
    responses((status = 200, description = "As it is", body = RelationshipOut)),
)]
pub(super) async fn get(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
) -> Result<Json<RelationshipOut>, Fault> {
    Ok(Json(out(relationships::get(&caller, &device, &id).await?)))
}

#[utoipa::path(
    put,
    path = "/api/devices/{device}/relationships/{relationship}",
    tag = "Devices",
    summary = "Puts a device behind a gateway",
    request_body = RelationshipIn,
    responses((status = 200, description = "As it is", body = RelationshipOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
    headers: HeaderMap,
    Body(wanted): Body<RelationshipIn>,
) -> Result<Json<RelationshipOut>, Fault> {
    let Some(target) = wanted.target.clone() else {
        return Err(Fault::field("target", "The id of the device behind it."));
    };
    if headers.contains_key(header::IF_MATCH) {
        let present = match relationships::get(&caller, &device, &id).await {
            Ok(present) => Some(etag_of(&out(present))),
            Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        matched(&headers, present)?;
    }
    change(&caller, &device, id, target, wanted).await
}

#[utoipa::path(
    patch,
    path = "/api/devices/{device}/relationships/{relationship}",
    tag = "Devices",
    summary = "Changes a relationship",
    request_body = RelationshipIn,
    responses((status = 200, description = "As it is", body = RelationshipOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
    headers: HeaderMap,
    Body(wanted): Body<RelationshipIn>,
) -> Result<Json<RelationshipOut>, Fault> {
    let present = relationships::get(&caller, &device, &id).await?;
    matched(&headers, Some(etag_of(&out(present.clone()))))?;
    let target = wanted.target.clone().unwrap_or(present.child);
    let name = wanted.name.clone().unwrap_or(present.name);
    change(&caller, &device, id, target, RelationshipIn { name: Some(name), ..wanted }).await
}

async fn change(
    caller: &Caller,
    device: &str,
    id: String,
    target: String,
    wanted: RelationshipIn,
) -> Result<Json<RelationshipOut>, Fault> {
    if wanted.source.as_deref().is_some_and(|source| source != device) {
        return Err(Fault::field("source", format!("The device of the address, “{device}”, or nothing.")));
    }
    let new = NewRelationship { id, name: wanted.name.unwrap_or_default(), child: target };
    let made = relationships::put(caller, device, new).await.map_err(|error| match error {
        domain::Error::Problem(mut problem) => {
            // What the use-case calls the child is the target here.
            problem.fields.iter_mut().filter(|f| f.field == "child").for_each(|f| f.field = "target".into());
            named(problem.into(), device)
        }
        error => error.into(),
    })?;
    Ok(Json(out(made)))
}

#[utoipa::path(
    delete,
    path = "/api/devices/{device}/relationships/{relationship}",
    tag = "Devices",
    summary = "Takes a device from behind a gateway; both stay",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    if headers.contains_key(header::IF_MATCH) {
        let present = relationships::get(&caller, &device, &id).await?;
        matched(&headers, Some(etag_of(&out(present))))?;
    }
    relationships::delete(&caller, &device, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn out(relationship: Relationship) -> RelationshipOut {
    let Relationship { id, name, parent, child } = relationship;
    RelationshipOut { id, name, source: parent, target: child }
}
