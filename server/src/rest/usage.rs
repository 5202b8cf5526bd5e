//! What the workspace uses, and its limits: no counterpart in IoT Central.

use super::Fault;
use super::caller::Caller;
use crate::usage::query;
use axum::Json;
use axum::extract::Query;
use model::limits::Standing;
use model::usage::{Used, hour_text};
use serde::Serialize;
use utoipa::ToSchema;

/// What was used, the oldest first.
#[derive(Serialize, ToSchema)]
pub(super) struct UsageOut {
    value: Vec<UsedOut>,
}

/// What was used in an hour or a day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UsedOut {
    /// When it begins.
    from: String,
    /// Messages of devices that were kept.
    messages: i64,
    /// Values in them.
    values: i64,
    /// Bytes of them as received.
    bytes: i64,
    /// Messages that could not be taken.
    refused: i64,
    /// Devices that sent something.
    devices: i64,
    /// Requests of the programming interface.
    api_calls: i64,
    /// E-mails.
    mails: i64,
    /// What telemetry and files took at the end of it.
    stored_bytes: i64,
}

/// The limits of the workspace, by its plan.
#[derive(Serialize, ToSchema)]
pub(super) struct LimitsOut {
    /// The plan's name.
    plan: String,
    value: Vec<LimitOut>,
}

/// A limit, and how the workspace stands to it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LimitOut {
    id: &'static str,
    display_name: &'static str,
    /// What its number counts.
    unit: &'static str,
    limit: i64,
    /// How much is taken; null: that is not counted up, as with rates.
    taken: Option<i64>,
    /// Whether it is near enough to be warned of.
    near: bool,
    /// Whether no more is taken.
    reached: bool,
}

/// `GET /api/usage?grain=day|hour&from=…&to=…`
#[utoipa::path(
    get,
    path = "/api/usage",
    tag = "Usage",
    summary = "What the workspace used by the day or the hour, the oldest first",
    responses((status = 200, description = "As it is", body = UsageOut)),
)]
pub(super) async fn used(
    caller: Caller,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Json<UsageOut>, Fault> {
    let used = domain::usage::used(&caller, &query(&asked)).await?;
    Ok(Json(UsageOut { value: used.iter().map(out).collect() }))
}

/// `GET /api/limits`
#[utoipa::path(
    get,
    path = "/api/limits",
    tag = "Usage",
    summary = "How the workspace stands to its limits",
    responses((status = 200, description = "As it is", body = LimitsOut)),
)]
pub(super) async fn limits(caller: Caller) -> Result<Json<LimitsOut>, Fault> {
    let (allowed, standings) = domain::limits::standings(&caller).await?;
    Ok(Json(LimitsOut { plan: allowed.plan, value: standings.iter().map(limit).collect() }))
}

fn out(used: &Used) -> UsedOut {
    UsedOut {
        from: hour_text(used.at_ms),
        messages: used.messages,
        values: used.points,
        bytes: used.bytes,
        refused: used.refused,
        devices: used.devices,
        api_calls: used.api_calls,
        mails: used.mails,
        stored_bytes: used.stored,
    }
}

fn limit(standing: &Standing) -> LimitOut {
    LimitOut {
        id: standing.limit.as_str(),
        display_name: standing.limit.title(),
        unit: standing.limit.unit(),
        limit: standing.value,
        taken: standing.taken,
        near: standing.near,
        reached: standing.reached,
    }
}
