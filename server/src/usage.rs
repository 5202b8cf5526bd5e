//! Usage as files of comma-separated values: of the own workspace, and of any for platform administrators.
//!
//! `GET /w/{slug}/usage.csv?grain=day|hour&from=…&to=…` and `GET /admin/workspaces/{slug}/usage.csv?…`. Times are
//! milliseconds since 1970; without them the last 400 days, or the last 31 days by the hour.

use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use model::usage::{Grain, HOUR_MS, USAGE_DAYS, UsageQuery, Used};
use std::time::{SystemTime, UNIX_EPOCH};
use tower_sessions::Session;

/// What stands behind the question mark.
type Asked = Query<Vec<(String, String)>>;

/// The own workspace's.
pub(crate) async fn own(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(asked): Asked,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let used = domain::usage::used(&context, &query(&asked)).await?;
    Ok(file(&slug, &used))
}

/// Any one's, for platform administrators.
pub(crate) async fn of_tenant(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(asked): Asked,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::platform::open(&state.homeport, person).await?;
    let used = domain::platform::tenant_usage(&context, &slug, &query(&asked)).await?;
    Ok(file(&slug, &used))
}

/// What is wanted; without times as much as there may be.
pub(crate) fn query(asked: &[(String, String)]) -> UsageQuery {
    let said = |name: &str| asked.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let (grain, days) = match said("grain") {
        Some("hour") => (Grain::Hour, 31),
        _ => (Grain::Day, i64::from(USAGE_DAYS)),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let end = (i64::try_from(now.as_millis()).unwrap_or_default().div_euclid(HOUR_MS) + 1) * HOUR_MS;
    let to_ms = said("to").and_then(|text| text.parse().ok()).unwrap_or(end);
    let from_ms = said("from").and_then(|text| text.parse().ok());
    UsageQuery {
        grain,
        from_ms: from_ms.unwrap_or_else(|| to_ms.saturating_sub(days * 24 * HOUR_MS).max(0)),
        to_ms,
    }
}

/// Numbers and times of ours: nothing that a spreadsheet could take for a formula.
fn file(slug: &str, used: &[Used]) -> Response {
    let mut text = format!("{}\n", Used::COLUMNS);
    for line in used {
        text.push_str(&line.line());
        text.push('\n');
    }
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = format!("attachment; filename=\"usage-{slug}.csv\"");
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
