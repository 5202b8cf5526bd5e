//! `/api/dataExport/…`: where exported data goes, what goes out, and how it does.

use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::data_exports;
use http::{HeaderMap, StatusCode};
use model::data_export::{
    Destination, Enrichment, Export, Narrowing, NewDestination, NewExport, Source, Where,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A destination as it is answered: never with its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DestinationOut {
    id: i32,
    display_name: String,
    has_secret: bool,
    /// `type` and what belongs to it.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    to: Value,
}

/// A destination as it is wanted: `type` and what belongs to it beside the name.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DestinationIn {
    display_name: String,
    /// Left out: it stays as it was; empty: there is none.
    #[serde(default)]
    secret: Option<String>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    #[serde(default, rename = "hasSecret")]
    #[schema(ignore)]
    _has_secret: IgnoredAny,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    to: Map<String, Value>,
}

/// Where an export goes.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Leads {
    id: i32,
    /// A program of `jq`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    transform: String,
}

/// An export as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExportOut {
    id: i32,
    display_name: String,
    enabled: bool,
    source: &'static str,
    /// One.
    destinations: Vec<Leads>,
    /// `template`, `organization`, `group`, `metrics` and `condition`, a `jq` expression.
    #[schema(value_type = Object)]
    filter: Value,
    #[schema(value_type = Object)]
    enrichments: Value,
    /// `notStarted`, `healthy`, `lagging` or `failing`.
    status: &'static str,
    /// How far it is behind, in milliseconds.
    lag_ms: i64,
    /// When something was delivered last, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_export_ms: Option<i64>,
    sent: i64,
    left_out: i64,
    dead: i64,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// An export as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExportIn {
    display_name: String,
    #[serde(default)]
    enabled: Option<bool>,
    source: String,
    /// One.
    destinations: Vec<Leads>,
    #[serde(default)]
    #[schema(value_type = Object)]
    filter: Map<String, Value>,
    #[serde(default)]
    #[schema(value_type = Object)]
    enrichments: Map<String, Value>,
}

#[utoipa::path(
    get,
    path = "/api/dataExport/destinations",
    tag = "Data export",
    summary = "Lists destinations by their names",
    responses((status = 200, description = "As it is", body = Listed<DestinationOut>)),
)]
pub(super) async fn destinations(caller: Caller, paging: Paging) -> Result<Listed<DestinationOut>, Fault> {
    Ok(paging.of(data_exports::destinations(&caller).await?.into_iter().map(destination_out).collect()))
}

#[utoipa::path(
    post,
    path = "/api/dataExport/destinations",
    tag = "Data export",
    summary = "Makes a destination",
    request_body = DestinationIn,
    responses((status = 200, description = "As it is", body = DestinationOut)),
)]
pub(super) async fn create_destination(
    caller: Caller,
    Body(wanted): Body<DestinationIn>,
) -> Result<Json<DestinationOut>, Fault> {
    let made = data_exports::create_destination(&caller, read_destination(wanted)?).await;
    Ok(Json(destination_out(made.map_err(named)?)))
}

#[utoipa::path(
    get,
    path = "/api/dataExport/destinations/{destination}",
    tag = "Data export",
    summary = "Reads a destination",
    responses((status = 200, description = "As it is", body = DestinationOut)),
)]
pub(super) async fn destination(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<DestinationOut>, Fault> {
    Ok(Json(destination_out(data_exports::destination(&caller, number(&id)?).await?)))
}

#[utoipa::path(
    put,
    path = "/api/dataExport/destinations/{destination}",
    tag = "Data export",
    summary = "Replaces a destination; its secret stays where none is given",
    request_body = DestinationIn,
    responses((status = 200, description = "As it is", body = DestinationOut)),
)]
pub(super) async fn put_destination(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<DestinationIn>,
) -> Result<Json<DestinationOut>, Fault> {
    let id = number(&id)?;
    let present = data_exports::destination(&caller, id).await?;
    matched(&headers, Some(etag_of(&destination_out(present))))?;
    let changed = data_exports::update_destination(&caller, id, read_destination(wanted)?).await;
    Ok(Json(destination_out(changed.map_err(named)?)))
}

#[utoipa::path(
    delete,
    path = "/api/dataExport/destinations/{destination}",
    tag = "Data export",
    summary = "Deletes a destination that no export goes to",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete_destination(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let id = number(&id)?;
    let present = data_exports::destination(&caller, id).await?;
    matched(&headers, Some(etag_of(&destination_out(present))))?;
    data_exports::delete_destination(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/dataExport/exports",
    tag = "Data export",
    summary = "Lists exports by their names, and how they do",
    responses((status = 200, description = "As it is", body = Listed<ExportOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<ExportOut>, Fault> {
    let now_ms = caller.now_ms;
    let all = data_exports::list(&caller).await?;
    Ok(paging.of(all.into_iter().map(|export| out(export, now_ms)).collect()))
}

#[utoipa::path(
    post,
    path = "/api/dataExport/exports",
    tag = "Data export",
    summary = "Makes an export, which follows from now on",
    request_body = ExportIn,
    responses((status = 200, description = "As it is", body = ExportOut)),
)]
pub(super) async fn create(caller: Caller, Body(wanted): Body<ExportIn>) -> Result<Json<ExportOut>, Fault> {
    let made = data_exports::create(&caller, read(wanted)?).await.map_err(named)?;
    Ok(Json(out(made, caller.now_ms)))
}

#[utoipa::path(
    get,
    path = "/api/dataExport/exports/{export}",
    tag = "Data export",
    summary = "Reads an export, and how it does",
    responses((status = 200, description = "As it is", body = ExportOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<ExportOut>, Fault> {
    Ok(Json(out(data_exports::get(&caller, number(&id)?).await?, caller.now_ms)))
}

#[utoipa::path(
    put,
    path = "/api/dataExport/exports/{export}",
    tag = "Data export",
    summary = "Replaces an export; what was stopped begins anew, all else goes on where it was",
    request_body = ExportIn,
    responses((status = 200, description = "As it is", body = ExportOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<ExportIn>,
) -> Result<Json<ExportOut>, Fault> {
    let changed = data_exports::update(&caller, number(&id)?, read(wanted)?).await.map_err(named)?;
    Ok(Json(out(changed, caller.now_ms)))
}

#[utoipa::path(
    delete,
    path = "/api/dataExport/exports/{export}",
    tag = "Data export",
    summary = "Deletes an export; what went out stays where it is",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    data_exports::delete(&caller, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is no number is nobody's.
fn number(id: &str) -> Result<i32, Fault> {
    id.parse().map_err(|_| Fault::not_found(format!("There is no “{id}” here.")))
}

fn read_destination(wanted: DestinationIn) -> Result<NewDestination, Fault> {
    let to: Where = serde_json::from_value(Value::Object(wanted.to))
        .map_err(|why| Fault::invalid_body(format!("The destination can't be read: {why}.")))?;
    Ok(NewDestination { name: wanted.display_name, to, secret: wanted.secret })
}

fn read(wanted: ExportIn) -> Result<NewExport, Fault> {
    let source = Source::from_word(&wanted.source).ok_or_else(|| {
        Fault::field("source", "telemetry, properties, connectivity, lifecycle, alarms or audit.")
    })?;
    let [leads]: [Leads; 1] = wanted.destinations.try_into().map_err(|_| {
        Fault::field("destinations", "An export goes to one destination; make another one for another.")
    })?;
    let narrowing: Narrowing = serde_json::from_value(Value::Object(wanted.filter))
        .map_err(|why| Fault::field("filter", format!("The filter can't be read: {why}.")))?;
    let enrichments: BTreeMap<String, Enrichment> = serde_json::from_value(Value::Object(wanted.enrichments))
        .map_err(|why| Fault::field("enrichments", format!("An enrichment can't be read: {why}.")))?;
    Ok(NewExport {
        name: wanted.display_name,
        enabled: wanted.enabled.unwrap_or(true),
        source,
        destination: leads.id,
        narrowing,
        enrichments,
        transform: leads.transform,
    })
}

/// What the use-case calls the name is the display name here, and so on.
fn named(error: domain::Error) -> Fault {
    match error {
        domain::Error::Problem(mut problem) => {
            for field in &mut problem.fields {
                field.field = match field.field.as_str() {
                    "name" => "displayName".into(),
                    "destination" | "transform" => "destinations".into(),
                    other => other.replacen("narrowing", "filter", 1),
                };
            }
            problem.into()
        }
        error => error.into(),
    }
}

fn destination_out(destination: Destination) -> DestinationOut {
    DestinationOut {
        id: destination.id,
        display_name: destination.name,
        has_secret: destination.has_secret,
        to: serde_json::to_value(&destination.to).unwrap_or_default(),
    }
}

fn out(export: Export, now_ms: i64) -> ExportOut {
    use model::data_export::Standing;
    let status = match export.standing(now_ms) {
        Standing::Stopped => "notStarted",
        Standing::Healthy => "healthy",
        Standing::Lagging => "lagging",
        Standing::Failing => "failing",
    };
    let lag_ms = if export.what.enabled { export.lag_ms(now_ms) } else { 0 };
    let NewExport { name, enabled, source, destination, narrowing, enrichments, transform } = export.what;
    ExportOut {
        id: export.id,
        display_name: name,
        enabled,
        source: source.as_str(),
        destinations: vec![Leads { id: destination, transform }],
        filter: serde_json::to_value(&narrowing).unwrap_or_default(),
        enrichments: serde_json::to_value(&enrichments).unwrap_or_default(),
        status,
        lag_ms,
        last_export_ms: export.health.delivered_ms,
        sent: export.health.sent,
        left_out: export.health.left_out,
        dead: export.health.dead,
        error: export.health.trouble,
    }
}
