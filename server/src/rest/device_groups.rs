//! `/api/deviceGroups`: groups of devices, by what holds of them.

use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::Context;
use domain::groups::{self, text};
use http::{HeaderMap, StatusCode, header};
use model::group::{DeviceGroup, Filter, GroupDraft, GroupId};
use model::{Code, OrganizationId, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A group as it is answered: IoT Central's members, and the filter as a tree.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeviceGroup)]
pub(super) struct DeviceGroupOut {
    id: String,
    display_name: String,
    description: String,
    /// What holds of its devices: `SELECT * FROM devices WHERE …`.
    filter: String,
    /// The same as a tree: `{"all": […]}`, `{"any": […]}`, `{"none": […]}`, `{"is": {"what", "operator", "values"}}`.
    #[schema(value_type = Object)]
    rules: Filter,
    /// Where it belongs, where that is not the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<[String; 1]>,
}

/// A group as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewDeviceGroup)]
pub(super) struct DeviceGroupIn {
    display_name: Option<String>,
    description: Option<String>,
    filter: Option<String>,
    /// Instead of `filter`.
    #[schema(value_type = Option<Object>)]
    rules: Option<Filter>,
    organizations: Option<Vec<String>>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    #[serde(default, rename = "etag")]
    #[schema(ignore)]
    _etag: IgnoredAny,
}

#[utoipa::path(
    get,
    path = "/api/deviceGroups",
    tag = "Device groups",
    summary = "Lists device groups by name",
    responses((status = 200, description = "As it is", body = Listed<DeviceGroupOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<DeviceGroupOut>, Fault> {
    let words = text::words(&caller).await?;
    let page = groups::list(&caller, "", paging.offset, paging.limit).await?;
    let value = page.items.into_iter().map(|listed| out(listed.group, &words)).collect();
    Ok(paging.page(value, page.matching))
}

#[utoipa::path(
    get,
    path = "/api/deviceGroups/{deviceGroup}",
    tag = "Device groups",
    summary = "Reads a device group",
    responses((status = 200, description = "As it is", body = DeviceGroupOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<DeviceGroupOut>, Fault> {
    Ok(Json(find(&caller, &id).await?))
}

#[utoipa::path(
    put,
    path = "/api/deviceGroups/{deviceGroup}",
    tag = "Device groups",
    summary = "Makes a device group, or replaces it",
    request_body = DeviceGroupIn,
    responses((status = 200, description = "As it is", body = DeviceGroupOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<DeviceGroupIn>,
) -> Result<Json<DeviceGroupOut>, Fault> {
    let words = text::words(&caller).await?;
    let group = GroupId(id.clone());
    let present = match groups::get(&caller, &group).await {
        Ok(listed) => Some(listed.group),
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    matched(&headers, present.as_ref().map(|present| etag_of(&out(present.clone(), &words))))?;
    let draft = GroupDraft {
        name: wanted.display_name.clone().unwrap_or_else(|| id.clone()),
        description: wanted.description.clone().unwrap_or_default(),
        organization: organization(&caller, wanted.organizations.as_deref()).await?,
        filter: filter(&wanted, &words)?.unwrap_or_default(),
    };
    let made = match present {
        Some(_) => groups::update(&caller, &group, &draft).await?,
        None => groups::create(&caller, Some(group), &draft).await?,
    };
    Ok(Json(out(made, &words)))
}

#[utoipa::path(
    patch,
    path = "/api/deviceGroups/{deviceGroup}",
    tag = "Device groups",
    summary = "Changes a device group",
    request_body = DeviceGroupIn,
    responses((status = 200, description = "As it is", body = DeviceGroupOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<DeviceGroupIn>,
) -> Result<Json<DeviceGroupOut>, Fault> {
    let words = text::words(&caller).await?;
    let group = GroupId(id.clone());
    let present = groups::get(&caller, &group).await.map_err(|error| named(error, &id))?.group;
    matched(&headers, Some(etag_of(&out(present.clone(), &words))))?;
    let draft = GroupDraft {
        filter: filter(&wanted, &words)?.unwrap_or(present.filter),
        name: wanted.display_name.unwrap_or(present.name),
        description: wanted.description.unwrap_or(present.description),
        organization: organization(&caller, wanted.organizations.as_deref()).await?,
    };
    let after = groups::update(&caller, &group, &draft).await.map_err(|error| named(error, &id))?;
    Ok(Json(out(after, &words)))
}

#[utoipa::path(
    delete,
    path = "/api/deviceGroups/{deviceGroup}",
    tag = "Device groups",
    summary = "Deletes a device group that nothing refers to",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    if headers.contains_key(header::IF_MATCH) {
        matched(&headers, Some(etag_of(&find(&caller, &id).await?)))?;
    }
    groups::delete(&caller, &GroupId(id.clone())).await.map_err(|error| named(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(caller: &Context, id: &str) -> Result<DeviceGroupOut, Fault> {
    let words = text::words(caller).await?;
    let listed = groups::get(caller, &GroupId(id.to_owned())).await.map_err(|error| named(error, id))?;
    Ok(out(listed.group, &words))
}

fn out(group: DeviceGroup, words: &text::Words) -> DeviceGroupOut {
    DeviceGroupOut {
        id: group.id.to_string(),
        display_name: group.name,
        description: group.description,
        filter: words.write(&group.filter),
        rules: group.filter,
        organizations: (group.organization.key != super::tokens::ROOT).then_some([group.organization.key]),
    }
}

/// What is wanted of its devices; nothing where nothing is said.
fn filter(wanted: &DeviceGroupIn, words: &text::Words) -> Result<Option<Filter>, Fault> {
    match (&wanted.filter, &wanted.rules) {
        (Some(_), Some(_)) => Err(Fault::field("rules", "Either filter or rules, not both.")),
        (None, rules) => Ok(rules.clone()),
        (Some(text), None) => Ok(Some(words.read(text)?)),
    }
}

async fn organization(caller: &Context, wanted: Option<&[String]>) -> Result<Option<OrganizationId>, Fault> {
    match wanted {
        None | Some([]) => Ok(None),
        Some([key]) => Ok(Some(super::organizations::by_key(caller, key, "organizations").await?)),
        Some(_) => Err(Fault::field("organizations", "A group belongs to exactly one organization.")),
    }
}

fn named(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no device group “{id}” here."))
        }
        error => error.into(),
    }
}
