//! `ETag` on whatever is read, and *not modified* for whoever has it already.
//!
//! A tag is `"{etag of the thing}.{hash of the answer}"`, or the hash alone where the thing has no etag of its own:
//! `If-None-Match` goes by all of it, `If-Match` by the first part, since an answer may tell more than what can be changed.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Longest answer that gets a tag, in bytes.
const TAGGED_MAX: usize = 2 << 20;

/// The tag of an answer that has no etag of its own.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub(super) async fn tagged(request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let asked = request.headers().clone();
    let response = next.run(request).await;
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, TAGGED_MAX).await else {
        return super::Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR).response(None);
    };
    let own = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let own = own.or_else(|| {
        let answer: Value = serde_json::from_slice(&bytes).ok()?;
        Some(answer.get("etag")?.as_str()?.to_owned())
    });
    let hash = of_bytes(&bytes);
    let tag = own.map_or_else(|| hash.clone(), |own| format!("{}.{hash}", own.trim_matches('"')));
    if let Ok(value) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        parts.headers.insert(header::ETAG, value);
    }
    if super::if_match::has(&asked, &header::IF_NONE_MATCH, &tag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
