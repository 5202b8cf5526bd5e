//! What the workspace uses, and its limits: no counterpart in IoT Central.

use super::Fault;
use super::caller::Caller;
use crate::usage::query;
use axum::Json;
use axum::extract::Query;
use model::usage::hour_text;
use serde_json::{Value, json};

/// `GET /api/usage?grain=day|hour&from=…&to=…`
pub(super) async fn used(
    caller: Caller,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Fault> {
    let used = domain::usage::used(&caller, &query(&asked)).await?;
    let value: Vec<Value> = used
        .iter()
        .map(|used| {
            json!({
                "from": hour_text(used.at_ms),
                "messages": used.messages,
                "values": used.points,
                "bytes": used.bytes,
                "refused": used.refused,
                "devices": used.devices,
                "apiCalls": used.api_calls,
                "mails": used.mails,
                "storedBytes": used.stored,
            })
        })
        .collect();
    Ok(Json(json!({"value": value})))
}

/// `GET /api/limits`
pub(super) async fn limits(caller: Caller) -> Result<Json<Value>, Fault> {
    let (allowed, standings) = domain::limits::standings(&caller).await?;
    let value: Vec<Value> = standings
        .iter()
        .map(|standing| {
            json!({
                "id": standing.limit.as_str(),
                "displayName": standing.limit.title(),
                "unit": standing.limit.unit(),
                "limit": standing.value,
                "taken": standing.taken,
                "near": standing.near,
                "reached": standing.reached,
            })
        })
        .collect();
    Ok(Json(json!({"plan": allowed.plan, "value": value})))
}
