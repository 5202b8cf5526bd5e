//! What happens to every request: a number and a line in the log, a bound for its body, an answer if we panic.

use crate::problem::Refusal;
use crate::traces;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::{HeaderValue, header};
use model::audit::Origin;
use model::{Code, Problem};
use std::any::Any;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tracing::Instrument;
use tracing::field::Empty;

/// The header that carries a request's number, back to whoever asked and on to the log.
const NUMBER: &str = "x-request-id";

/// The number of a request, for answers that repeat it in their body.
#[derive(Clone, Copy)]
pub(crate) struct RequestNumber(u64);

impl RequestNumber {
    /// The number that [`traced`] gave the request.
    pub(crate) fn of(request: &Request) -> Option<u64> {
        request.extensions().get::<RequestNumber>().map(|number| number.0)
    }
}

/// Gives the request a number, under which everything that it causes is logged, and writes one line about it.
pub(crate) async fn traced(mut request: Request, next: Next) -> Response {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    request.extensions_mut().insert(RequestNumber(number));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let exported = traces::exported().then(|| Described::of(&request));
    let described = exported.as_ref();
    let span = tracing::info_span!(
        "request",
        number,
        %method,
        path,
        otel.name = described.map(|d| d.name.as_str()),
        otel.kind = described.map(|_| "server"),
        otel.status_code = Empty,
        http.request.method = described.map(|_| method.as_str()),
        http.route = described.and_then(|d| d.route.as_ref().map(MatchedPath::as_str)),
        http.response.status_code = Empty,
    );
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    if described.is_some() {
        span.record("http.response.status_code", response.status().as_u16());
        if response.status().is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }
    let ms = begun.elapsed().as_millis();
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), ms, "answered"));
    response.headers_mut().insert(NUMBER, HeaderValue::from(number));
    response
}

/// What a request is in OpenTelemetry's words.
struct Described {
    /// Without any ids: it is what traces are grouped by.
    name: String,
    route: Option<MatchedPath>,
}

impl Described {
    fn of(request: &Request) -> Described {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let name = match &route {
            Some(route) => format!("{} {}", request.method(), route.as_str()),
            None => request.method().to_string(),
        };
        Described { name, route }
    }
}

/// Where the request came from, as far as can be told: for the audit log.
pub(crate) fn origin(parts: &http::request::Parts) -> Origin {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
    let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Origin::new(peer.as_deref(), agent)
}

/// Refuses a body that says itself that it is too large; one that doesn't say is cut off while it is read.
pub(crate) async fn bounded(request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length: Option<usize> = length.and_then(|text| text.parse().ok());
    if length.is_some_and(|length| length > super::routes::BODY_MAX) {
        let text = format!("At most {} kB are accepted in one request.", super::routes::BODY_MAX / 1024);
        forget(request.into_body()).await;
        return Refusal(Problem::with_detail(Code::TooLarge, text)).into_response();
    }
    next.run(request).await
}

/// So much of a body that is too large is read and thrown away, in bytes.
const FORGOTTEN_MAX: usize = 32 * 1024 * 1024;
/// And for so long.
const FORGETTING: Duration = Duration::from_secs(10);

/// Reads on, so that a client that sends first and reads afterwards comes to the answer instead of a broken pipe.
async fn forget(body: Body) {
    let mut chunks = body.into_data_stream();
    let mut left = FORGOTTEN_MAX;
    let reading = async {
        while left > 0
            && let Some(Ok(chunk)) = chunks.next().await
        {
            left = left.saturating_sub(chunk.len());
        }
    };
    // Whoever is slower than that has had their time.
    _ = tokio::time::timeout(FORGETTING, reading).await;
}

/// The answer when a handler panicked.
pub(crate) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no text");
    tracing::error!(panic = text, "a request panicked");
    Refusal::new(Code::Internal).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    async fn broken() -> &'static str {
        panic!("a secret")
    }

    #[tokio::test]
    async fn a_panic_is_answered_and_tells_nothing() {
        let router = Router::new().route("/", get(broken)).layer(CatchPanicLayer::custom(panicked));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), 500);
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains("internal") && !text.contains("secret"), "{text}");
    }
}
