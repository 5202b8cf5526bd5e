//! The audit log as files, for who is signed in: `GET /w/{slug}/audit.csv` and `…/audit.jsonl`, with the words behind the
//! question mark that the page has too.

use crate::csv::{CSV, Source, answer};
use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::audit::{self, Lines};
use model::audit::AuditQuery;
use std::collections::HashMap;
use tower_sessions::Session;

type Parameters = Query<HashMap<String, String>>;

/// As comma-separated values.
pub(crate) async fn csv(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    session: Session,
    Query(asked): Parameters,
) -> Result<Response, Refusal> {
    file(&state, &slug, &session, &asked, Lines::Csv).await
}

/// As JSON, an entry a line.
pub(crate) async fn lines(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    session: Session,
    Query(asked): Parameters,
) -> Result<Response, Refusal> {
    file(&state, &slug, &session, &asked, Lines::Json).await
}

async fn file(
    state: &AppState,
    slug: &str,
    session: &Session,
    asked: &HashMap<String, String>,
    lines: Lines,
) -> Result<Response, Refusal> {
    let person = signed_in(session).await?;
    let context = domain::workspaces::open(&state.homeport, person, slug).await?;
    let query = AuditQuery::read(|name| asked.get(name).cloned())?;
    let file = Source::Audit(Box::new(audit::export(&context, query, lines)?));
    match lines {
        Lines::Csv => answer("audit.csv", CSV, file),
        Lines::Json => answer("audit.jsonl", "application/x-ndjson", file),
    }
}
