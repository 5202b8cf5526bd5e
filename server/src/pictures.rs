//! Pictures that stand on dashboards, for whoever sees the dashboard.

use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use tower_sessions::Session;

/// `GET /w/{slug}/dashboards/{dashboard}/pictures/{picture}`. The name is the hash of the picture, so the browser keeps it; it
/// can hold nothing but pixels, and may load nothing all the same.
pub(crate) async fn picture(
    State(state): State<AppState>,
    Path((slug, dashboard, picture)): Path<(String, String, String)>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let (kind, content) = domain::dashboards::pictures::get(&context, &dashboard, &picture).await?;
    let kind = if kind == "image/jpeg" { "image/jpeg" } else { "image/png" };
    let mut response = content.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
