//! Logos of workspaces, as they stand on pages: also on those of who has not signed in.

use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use model::Code;

/// `GET /logo/{hash}.png`. The name holds the hash of the picture, so it is kept for ever; it can hold nothing but pixels,
/// and may load nothing all the same.
pub(crate) async fn logo(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let hash = name.strip_suffix(".png").ok_or_else(|| Refusal::new(Code::NotFound))?;
    let png = domain::branding::logo(&state.homeport, hash).await?;
    let mut response = png.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
