//! Refuses what a page of another site sends in a signed-in person's name.
//!
//! Browsers say where a request that changes something comes from: in `Sec-Fetch-Site`, or, older ones, in
//! `Origin`. What says neither is no browser, and holds no cookie that it was not given. The cookie's
//! `SameSite=Lax` is the second lock.

use crate::problem::Refusal;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};
use model::Code;
use std::sync::Arc;

/// The origin that people see, where the operator gave one: `https://iot.example.com`.
#[derive(Clone, Debug, Default)]
pub struct PublicOrigin(pub Option<Arc<str>>);

/// Lets through what reads, and what comes from this site.
pub async fn check(State(public): State<PublicOrigin>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // A broker is no browser: its requests carry a secret instead.
    let of_broker = request.uri().path().starts_with("/mqtt/");
    if reads || of_broker || is_ours(request.headers(), public.0.as_deref()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), origin = ?request.headers().get(header::ORIGIN), "a request of another origin was refused");
    Refusal::new(Code::ForeignOrigin).into_response()
}

fn is_ours(headers: &HeaderMap, public: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    public == Some(origin) || (host.is_some() && host == text("host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_requests_are_ours() {
        let cases: [(&[(&str, &str)], bool); 11] = [
            (&[], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://h:1"), ("host", "h:1")], false),
            (&[("origin", "http://h:1"), ("host", "h:1")], true),
            (&[("origin", "http://evil.example"), ("host", "h:1")], false),
            (&[("origin", "null"), ("host", "h:1")], false),
            (&[("origin", "https://iot.example.com"), ("host", "inside:8080")], true),
            (&[("origin", "http://h:1")], false),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(http::HeaderName::from_static(name), http::HeaderValue::from_static(value));
            }
            assert_eq!(is_ours(&headers, Some("https://iot.example.com")), expected, "{given:?}");
        }
    }
}
