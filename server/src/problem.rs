//! Answers that say no, as `application/problem+json` (RFC 9457), for every route that is not a page.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use model::{Code, Problem};
use serde::Serialize;

/// A problem as an HTTP answer.
#[derive(Debug)]
pub struct Refusal(pub Problem);

#[derive(Serialize)]
struct OnTheWire<'a> {
    title: &'a str,
    status: u16,
    #[serde(flatten)]
    problem: &'a Problem,
}

impl Refusal {
    /// An answer that its code describes fully.
    pub fn new(code: Code) -> Self {
        Refusal(Problem::new(code))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Refusal(problem)
    }
}

/// What is our own fault is logged here, once, with its causes; the answer says only that it was.
impl From<domain::Error> for Refusal {
    fn from(error: domain::Error) -> Self {
        let causes = crate::error::chain(&error);
        let problem = Problem::from(error);
        if problem.code == Code::Internal {
            tracing::error!(causes, "a use-case failed");
        }
        Refusal(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Refusal(problem) = &self;
        let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wire = OnTheWire { title: problem.code.title(), status: status.as_u16(), problem };
        let mut response = (status, axum::Json(wire)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
