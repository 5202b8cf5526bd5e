//! Bodies of requests: JSON, whatever the content type says, and a sentence where it is none.

use super::Fault;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::IntoResponse;
use http::StatusCode;
use model::{Code, Problem};
use serde::de::DeserializeOwned;

/// A body read.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Fault> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Code::TooLarge).into(),
                _ => Fault::invalid_body("The body did not arrive whole."),
            }
        })?;
        if bytes.is_empty() {
            return Err(Fault::invalid_body("A body in JSON is missing."));
        }
        let read = serde_json::from_slice(&bytes);
        read.map(Body).map_err(|why| Fault::invalid_body(format!("The body can't be read: {why}.")))
    }
}
