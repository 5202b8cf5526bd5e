//! `/api/devices`: devices, their newest values, and what they connect with.

use super::enrollment_groups::KeysOut;
use super::{Body, Caller, Fault, Listed, Paging, templates};
use axum::Json;
use axum::extract::Path;
use domain::devices::{self, DeviceChange};
use domain::{Context, telemetry as values};
use http::{HeaderMap, StatusCode, header};
use model::TemplateId;
use model::device::{Device, DeviceQuery, DeviceSort};
use model::{Code, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A device as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceOut {
    id: String,
    etag: String,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    simulated: bool,
    /// Whether it has enrolled or sent anything yet.
    provisioned: bool,
    enabled: bool,
    /// Whether it may connect without waiting for anybody.
    approved: bool,
    /// The organization that it belongs to: one.
    organizations: [String; 1],
}

/// A device as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeviceIn {
    display_name: Option<String>,
    /// Null: it has none.
    #[serde(default, deserialize_with = "said")]
    template: Option<Option<String>>,
    simulated: Option<bool>,
    enabled: Option<bool>,
    approved: Option<bool>,
    organizations: Option<Vec<String>>,
    #[serde(default, rename = "id")]
    _id: IgnoredAny,
    #[serde(default, rename = "etag")]
    _etag: IgnoredAny,
    #[serde(default, rename = "provisioned")]
    _provisioned: IgnoredAny,
    #[serde(default, rename = "type")]
    _type: IgnoredAny,
}

/// A newest value.
#[derive(Serialize)]
pub(super) struct ValueOut {
    timestamp: String,
    value: Value,
}

/// What a device connects with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialsOut {
    id_scope: String,
    symmetric_key: KeysOut,
}

pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<DeviceOut>, Fault> {
    let query = DeviceQuery {
        sort: DeviceSort::Id,
        offset: paging.offset,
        limit: paging.limit,
        ..DeviceQuery::default()
    };
    let page = devices::list(&caller, query).await?;
    let dtmis = templates::dtmis(&caller).await?;
    let value = page.items.into_iter().map(|row| out(row.device, &dtmis)).collect();
    Ok(paging.page(value, page.matching))
}

pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<DeviceOut>, Fault> {
    let device = devices::get(&caller, &id).await.map_err(|error| named(error, &id))?;
    answer(&caller, device).await
}

pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<DeviceIn>,
) -> Result<Json<DeviceOut>, Fault> {
    let name = wanted.display_name.clone().unwrap_or_else(|| id.clone());
    let template = Some(wanted.template.clone().flatten());
    let enabled = Some(wanted.enabled.unwrap_or(true));
    let whole = DeviceIn { display_name: Some(name), template, enabled, ..wanted };
    change(&caller, &id, &headers, whole, true).await
}

pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<DeviceIn>,
) -> Result<Json<DeviceOut>, Fault> {
    change(&caller, &id, &headers, wanted, false).await
}

pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    if headers.contains_key(header::IF_MATCH) {
        let device = devices::get(&caller, &id).await.map_err(|error| named(error, &id))?;
        matched(&headers, Some(&device))?;
    }
    devices::delete(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn telemetry(
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
) -> Result<Json<ValueOut>, Fault> {
    newest(&caller, &id, &name).await
}

pub(super) async fn component_telemetry(
    caller: Caller,
    Path((id, component, name)): Path<(String, String, String)>,
) -> Result<Json<ValueOut>, Fault> {
    newest(&caller, &id, &format!("{component}.{name}")).await
}

pub(super) async fn credentials(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CredentialsOut>, Fault> {
    // Where a device has one key, it stands in both places.
    let keys = devices::keys(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(Json(CredentialsOut { id_scope: caller.workspace.scope.clone(), symmetric_key: keys.into() }))
}

async fn newest(context: &Context, id: &str, name: &str) -> Result<Json<ValueOut>, Fault> {
    let latest = values::latest(context, id).await.map_err(|error| named(error, id))?;
    let found = latest.into_iter().find(|latest| latest.name == name);
    let latest = found.ok_or_else(|| Fault::not_found(format!("The device has sent no “{name}” yet.")))?;
    Ok(Json(ValueOut { timestamp: super::time_text::time_text(latest.ts), value: latest.value }))
}

async fn change(
    context: &Context,
    id: &str,
    headers: &HeaderMap,
    wanted: DeviceIn,
    make: bool,
) -> Result<Json<DeviceOut>, Fault> {
    let present = match devices::get(context, id).await {
        Ok(device) => Some(device),
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    matched(headers, present.as_ref())?;
    let simulated = present.as_ref().is_some_and(|device| device.simulated);
    if wanted.simulated.is_some_and(|wanted| wanted != simulated) {
        let message =
            "Homeport plays no devices for you, and whether one is played doesn't change. Leave it out.";
        return Err(Fault::field("simulated", message));
    }
    let template = match wanted.template {
        Some(Some(dtmi)) => Some(Some(templates::by_dtmi(context, &dtmi).await?)),
        Some(None) => Some(None),
        None => None,
    };
    let blocked = wanted.enabled.map(|enabled| !enabled);
    let organization = match wanted.organizations.as_deref() {
        None => None,
        Some([key]) => Some(super::organizations::by_key(context, key, "organizations").await?),
        Some(_) => {
            return Err(Fault::field("organizations", "A device belongs to exactly one organization."));
        }
    };
    let change = DeviceChange {
        name: wanted.display_name,
        template,
        blocked,
        approved: wanted.approved,
        organization,
    };
    let device = devices::apply(context, id, change, make).await.map_err(|error| named(error, id))?;
    answer(context, device).await
}

async fn answer(context: &Context, device: Device) -> Result<Json<DeviceOut>, Fault> {
    Ok(Json(out(device, &templates::dtmis(context).await?)))
}

fn out(device: Device, dtmis: &HashMap<TemplateId, String>) -> DeviceOut {
    DeviceOut {
        etag: etag(&device),
        template: device.template.as_ref().and_then(|(id, _)| dtmis.get(id).cloned()),
        provisioned: device.last_seen_ms.is_some() || device.registered_ms.is_some(),
        enabled: !device.blocked,
        approved: device.approved,
        simulated: device.simulated,
        organizations: [device.organization.key],
        id: device.external_id,
        display_name: device.name,
    }
}

/// Changes with whatever may be changed of the device.
fn etag(device: &Device) -> String {
    let mut hasher = DefaultHasher::new();
    let template = device.template.as_ref().map(|(id, _)| id.0);
    (device.id.0, &device.name, template, device.blocked, device.approved, device.organization.id)
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Whether the device is what the header `If-Match` says; `*` says only that there is one.
fn matched(headers: &HeaderMap, device: Option<&Device>) -> Result<(), Fault> {
    let Some(wanted) = headers.get(header::IF_MATCH) else { return Ok(()) };
    let device = device.ok_or_else(Fault::precondition)?;
    let etag = etag(device);
    let mut tags = wanted.to_str().unwrap_or_default().split(',').map(|tag| tag.trim().trim_matches('"'));
    if tags.any(|tag| tag == "*" || tag == etag) { Ok(()) } else { Err(Fault::precondition()) }
}

/// *Not found* with the device's id in it.
pub(super) fn named(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no device “{id}” here."))
        }
        error => error.into(),
    }
}

/// Tells null from what isn't there.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}
