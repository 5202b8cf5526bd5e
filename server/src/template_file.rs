//! A template's document as a file: `GET /w/{slug}/templates/{template}/dtdl.json`, of the newest published version, or of
//! the draft where nothing is published; `?version=1` asks for that one, `?draft` for what is worked on.

use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use model::{Code, TemplateId};
use serde::Deserialize;
use tower_sessions::Session;

/// Which document is asked for.
#[derive(Deserialize)]
pub(crate) struct Which {
    version: Option<String>,
    draft: Option<String>,
}

/// Answers with the file, or says why not.
pub(crate) async fn export(
    State(state): State<AppState>,
    Path((slug, template)): Path<(String, String)>,
    Query(which): Query<Which>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    // What isn't a number is nobody's id.
    let id = template.parse().map(TemplateId).map_err(|_| Refusal::new(Code::NotFound))?;
    let document = match which.version {
        Some(version) => {
            let version = version.parse().map_err(|_| Refusal::new(Code::NotFound))?;
            domain::templates::document(&context, id, version).await?
        }
        None => {
            let whole = domain::templates::get(&context, id).await?;
            let published = whole.published.filter(|_| which.draft.is_none());
            published.unwrap_or(whole.document)
        }
    };
    // An identifier holds letters, digits, colons, underscores and a semicolon: nothing that a header can't.
    let name = document.id().trim_start_matches("dtmi:").replace(':', ".").replace(';', "-");
    let mut response = document.to_text().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.json\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
