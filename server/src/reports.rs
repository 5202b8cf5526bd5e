//! Reports: the worker that makes and queues them, and a dashboard as a file for whoever asks.

use crate::error::chain;
use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::{Homeport, reports};
use http::{HeaderValue, header};
use model::report::Format;
use model::{Code, Problem};
use serde::Deserialize;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower_sessions::Session;

/// How often is looked for a report that is due.
const LOOK: Duration = Duration::from_secs(1);
/// So long nobody else takes a report after its worker took it: longer than drawing takes.
const LEASE: Duration = Duration::from_secs(120);

/// As what a dashboard is wanted.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    format: String,
    #[serde(default)]
    range: String,
    #[serde(default)]
    zone: String,
}

/// `GET /w/{slug}/dashboards/{dashboard}/file?format=pdf&range=7d&zone=Europe/Berlin`: the dashboard as the asker sees it.
pub(crate) async fn download(
    State(state): State<AppState>,
    Path((slug, dashboard)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let format = match wanted.format.as_str() {
        "" => Some(Format::Pdf),
        word => Format::from_word(word),
    };
    let format = format.ok_or_else(|| Problem::field(Code::Invalid, "format", "One of pdf, csv."))?;
    let zone = if wanted.zone.is_empty() { "UTC" } else { &wanted.zone };
    let file = reports::draw(&context, &dashboard, format, &wanted.range, zone).await?;
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A name is a slug, a day and an ending: nothing that a header can't hold.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Makes what is due until `stop`. Any number of processes may; each report is one's at a time.
pub(crate) async fn work(homeport: Homeport, worker: String, stop: CancellationToken) {
    loop {
        let stopped = || stop.is_cancelled();
        match reports::work(&homeport, &worker, LEASE, &stopped).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "reports are made"),
            Err(error) => tracing::warn!(causes = chain(&error), "a report can't be made; trying again"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}
