//! Answers of queries as files, for who is signed in: `GET /w/{slug}/query.csv?query=…` and `…/query.jsonl?query=…`.
//!
//! Rows leave as they are found. Whoever closes the connection ends the work.

mod written;

pub(crate) use written::{Format, answer};

use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::query::Patience;
use http::{HeaderValue, header};
use std::collections::HashMap;
use tower_sessions::Session;

type Parameters = Query<HashMap<String, String>>;

/// As comma-separated values.
pub(crate) async fn csv(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    session: Session,
    Query(parameters): Parameters,
) -> Result<Response, Refusal> {
    file(&state, &slug, &session, &parameters, Format::Csv).await
}

/// As JSON, a row a line.
pub(crate) async fn lines(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    session: Session,
    Query(parameters): Parameters,
) -> Result<Response, Refusal> {
    file(&state, &slug, &session, &parameters, Format::Lines).await
}

async fn file(
    state: &AppState,
    slug: &str,
    session: &Session,
    parameters: &HashMap<String, String>,
    format: Format,
) -> Result<Response, Refusal> {
    let person = signed_in(session).await?;
    let context = domain::workspaces::open(&state.homeport, person, slug).await?;
    let text = parameters.get("query").map(String::as_str).unwrap_or_default();
    let running = domain::query::run(&context, text, Patience::Long).await?;
    let mut response = answer(running, format).await?;
    let name = match format {
        Format::Csv => HeaderValue::from_static("attachment; filename=\"query.csv\""),
        _ => HeaderValue::from_static("attachment; filename=\"query.jsonl\""),
    };
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
