//! `/api/query`: a query, and its answer as IoT Central gives it, as JSON lines or as comma-separated values.

use super::{Body, Caller, Fault};
use crate::query::{Format, answer};
use axum::extract::Query;
use axum::response::Response;
use domain::query::Patience;
use http::{HeaderMap, header};
use serde::Deserialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A query as it is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryIn {
    query: String,
}

#[utoipa::path(
    post,
    path = "/api/query",
    tag = "Query",
    summary = "Asks in the query language",
    request_body = QueryIn,
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn run(
    caller: Caller,
    Query(parameters): Query<HashMap<String, String>>,
    headers: HeaderMap,
    Body(asked): Body<QueryIn>,
) -> Result<Response, Fault> {
    let format = format(&parameters, &headers)?;
    let patience = if format == Format::Json { Patience::Short } else { Patience::Long };
    let running = domain::query::run(&caller, &asked.query, patience).await?;
    Ok(answer(running, format).await?)
}

/// What the address says, or else the header Accept.
fn format(parameters: &HashMap<String, String>, headers: &HeaderMap) -> Result<Format, Fault> {
    match parameters.get("format").map(String::as_str) {
        Some("json") => return Ok(Format::Json),
        Some("jsonl" | "ndjson") => return Ok(Format::Lines),
        Some("csv") => return Ok(Format::Csv),
        Some(other) => {
            return Err(Fault::bad_request(format!(
                "There is no format “{other}”; there are json, jsonl and csv."
            )));
        }
        None => {}
    }
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(match accepted {
        lines if lines.contains("ndjson") || lines.contains("jsonl") => Format::Lines,
        csv if csv.contains("text/csv") => Format::Csv,
        _ => Format::Json,
    })
}
