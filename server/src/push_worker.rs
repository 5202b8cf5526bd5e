//! The script that receives web push in browsers, `GET /push-worker.js`: at the root, so that it may show every page.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

/// Where it is.
pub(crate) const ADDRESS: &str = "/push-worker.js";

/// The script. Browsers ask for a newer one as they please.
pub(crate) async fn script() -> Response {
    let mut response = include_str!("push-worker.js").into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
