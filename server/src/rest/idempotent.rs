//! `Idempotency-Key`: a POST that is sent again under the same key does nothing again, and is answered as the first was.

use super::caller::Caller;
use super::fault::Fault;
use crate::request::RequestNumber;
use crate::routes::BODY_MAX;
use crate::state::AppState;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::idempotency::{self, Answer, Begun, Standing};
use http::{HeaderValue, Method, StatusCode, header};
use model::{Code, Problem};
use sha2::{Digest, Sha256};

/// The header with the key.
const KEY: &str = "idempotency-key";
/// Says that an answer was given before.
const REPLAYED: &str = "idempotency-replayed";

pub(super) async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    let number = RequestNumber::of(&request);
    match answered(&state, request, next).await {
        Ok(response) => response,
        Err(fault) => fault.response(number),
    }
}

async fn answered(state: &AppState, request: Request, next: Next) -> Result<Response, Fault> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, state).await?;
    let key = parts.headers.get(KEY).and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let body = to_bytes(body, BODY_MAX).await.map_err(|_| Fault::from(Problem::new(Code::TooLarge)))?;
    let accept = parts.headers.get(header::ACCEPT).map(HeaderValue::as_bytes).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [parts.uri.to_string().as_bytes(), accept, &body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    match idempotency::begin(&caller, &key, &hash.finalize().into()).await? {
        Standing::First(begun) => {
            let response = next.run(Request::from_parts(parts, Body::from(body))).await;
            kept(&caller, begun, response).await
        }
        Standing::Answered(answer) => Ok(again(answer)),
        Standing::UnderWay => Err(Fault::conflict(
            "The request of this Idempotency-Key is not over, or nobody knows what came of it. See whether it \
             happened; use another key to send it anew.",
        )),
        Standing::Other => Err(Fault::field(
            "Idempotency-Key",
            "Another request was sent under this key. A key belongs to one request for 24 hours.",
        )),
    }
}

/// Keeps the answer, where it is one: what failed by our own fault, or was refused for being too much, may be tried again.
async fn kept(caller: &Caller, begun: Begun, response: Response) -> Result<Response, Fault> {
    let (parts, body) = response.into_parts();
    let status = parts.status;
    let passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    let body = match to_bytes(body, BODY_MAX).await {
        Ok(body) if !passing => body,
        Ok(body) => {
            begun.forgotten(caller).await?;
            return Ok(Response::from_parts(parts, Body::from(body)));
        }
        Err(_) => {
            begun.forgotten(caller).await?;
            return Err(Fault::field(
                "Idempotency-Key",
                "This answer is too long to be kept. Ask without an Idempotency-Key.",
            ));
        }
    };
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let answer = Answer {
        status: status.as_u16(),
        content_type: content_type.map(str::to_owned),
        body: body.to_vec(),
    };
    begun.answered(caller, &answer).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn again(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, Bytes::from(answer.body)).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if let Some(kind) = answer.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
