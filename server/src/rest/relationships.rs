//! `/api/devices/{device}/relationships`: which devices stand behind a gateway; `/api/devices/{device}/children`: these
//! devices themselves.

use super::devices::{DeviceOut, named, outs};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::relationships;
use http::StatusCode;
use model::relationship::{NewRelationship, Relationship};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// A relationship as it is answered.
#[derive(Serialize)]
pub(super) struct RelationshipOut {
    id: String,
    name: String,
    /// The gateway.
    source: String,
    /// The device behind it.
    target: String,
}

/// A relationship as it is wanted. What it is called stands in the address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RelationshipIn {
    name: Option<String>,
    source: Option<String>,
    target: Option<String>,
    #[serde(default, rename = "id")]
    _id: IgnoredAny,
}

pub(super) async fn list(
    caller: Caller,
    Path(device): Path<String>,
    paging: Paging,
) -> Result<Listed<RelationshipOut>, Fault> {
    let all = relationships::list(&caller, &device).await.map_err(|error| named(error, &device))?;
    Ok(paging.of(all.into_iter().map(out).collect()))
}

pub(super) async fn children(
    caller: Caller,
    Path(device): Path<String>,
    paging: Paging,
) -> Result<Listed<DeviceOut>, Fault> {
    let family = relationships::family(&caller, &device).await.map_err(|error| named(error, &device))?;
    let children = family.children.into_iter().map(|(_, child)| child).collect();
    Ok(paging.of(outs(&caller, children).await?))
}

pub(super) async fn get(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
) -> Result<Json<RelationshipOut>, Fault> {
    Ok(Json(out(relationships::get(&caller, &device, &id).await?)))
}

pub(super) async fn put(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
    Body(wanted): Body<RelationshipIn>,
) -> Result<Json<RelationshipOut>, Fault> {
    let Some(target) = wanted.target.clone() else {
        return Err(Fault::field("target", "The id of the device behind it."));
    };
    change(&caller, &device, id, target, wanted).await
}

pub(super) async fn patch(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
    Body(wanted): Body<RelationshipIn>,
) -> Result<Json<RelationshipOut>, Fault> {
    let present = relationships::get(&caller, &device, &id).await?;
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

pub(super) async fn delete(
    caller: Caller,
    Path((device, id)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    relationships::delete(&caller, &device, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn out(relationship: Relationship) -> RelationshipOut {
    let Relationship { id, name, parent, child } = relationship;
    RelationshipOut { id, name, source: parent, target: child }
}
