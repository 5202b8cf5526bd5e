//! How devices of Azure upload files: they ask the hub for an address over HTTPS, send the file there, and tell how it went.
//!
//! `POST /devices/{id}/files`, `POST /devices/{id}/files/notifications`, by the token of the hub or by a certificate; and the
//! address itself, `PUT /files-{scope}/{id}/{name}`.

use super::DevicePeer;
use crate::error::chain;
use crate::files::{self, UPLOAD};
use crate::gate::Gate;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, extract::DefaultBodyLimit};
use domain::Homeport;
use domain::device_files::upload::{self, Uploader};
use domain::gate::Admission;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use model::{Code, DeviceId, Problem, WorkspaceId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Largest body of what is asked here, in bytes; files themselves are bounded by their workspace.
const ASKED_MAX: usize = 64 << 10;

/// The routes.
pub(super) fn router(gate: Arc<Gate>) -> Router {
    Router::new()
        .route("/devices/{device}/files", post(ask))
        .route("/devices/{device}/files/notifications", post(told))
        .route("/devices/{device}/files/notifications/{correlation}", post(told_by_path))
        .layer(DefaultBodyLimit::max(ASKED_MAX))
        .route(UPLOAD, put(take))
        .with_state(gate)
}

/// A device that has proved that it is the one of the address.
struct Proved {
    homeport: Homeport,
    workspace: WorkspaceId,
    device: DeviceId,
    scope: String,
    external_id: String,
}

impl Proved {
    fn uploader(&self) -> Uploader<'_> {
        Uploader {
            workspace: self.workspace,
            scope: &self.scope,
            device: self.device,
            external_id: &self.external_id,
        }
    }
}

impl FromRequestParts<Arc<Gate>> for Proved {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, gate: &Arc<Gate>) -> Result<Proved, Answer> {
        let text = |name| parts.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let device = parts.uri.path().split('/').nth(2).and_then(model::percent::decode);
        let device = device.ok_or_else(|| Answer::unknown("The address names no device."))?;
        let host = text(header::HOST).or_else(|| parts.uri.host()).unwrap_or_default();
        let token = text(header::AUTHORIZATION);
        let peer = parts.extensions.get::<ConnectInfo<DevicePeer>>().ok_or_else(Answer::away)?;
        let (from, certificates) = (peer.0.address.ip(), peer.0.certificates.as_slice());
        let homeport = gate.homeport().ok_or_else(Answer::away)?.clone();
        match gate.over_https(host, &device, token, certificates, from).await {
            Ok(Admission::Device { workspace, device, scope, external_id, .. }) => {
                Ok(Proved { homeport, workspace, device, scope, external_id })
            }
            Ok(_) => Err(Answer::unknown(
                "The device is not let in: its token or certificate is none, or it is blocked.",
            )),
            Err(error) => {
                tracing::error!(causes = chain(&error), "a device can't be authenticated");
                Err(Answer::away())
            }
        }
    }
}

/// What is wrong, as the SDKs read it.
struct Answer(StatusCode, Value);

impl Answer {
    fn unknown(text: &str) -> Answer {
        Answer(StatusCode::UNAUTHORIZED, json!({"errorCode": 401_003, "message": text}))
    }

    fn away() -> Answer {
        let text = "The server can't answer now. Try again.";
        Answer(StatusCode::SERVICE_UNAVAILABLE, json!({"errorCode": 503_001, "message": text}))
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Answer {
        let status = match problem.code {
            // As Azure has it: what is asked for breaks a rule.
            Code::Invalid => StatusCode::BAD_REQUEST,
            code => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        };
        let number = u32::from(status.as_u16()) * 1000 + 4;
        let text =
            problem.fields.first().map_or_else(|| problem.sentence().to_owned(), |f| f.message.clone());
        Answer(status, json!({"errorCode": number, "message": text}))
    }
}

impl From<domain::Error> for Answer {
    fn from(error: domain::Error) -> Answer {
        if error.is_ours() {
            tracing::error!(causes = chain(&error), "a file can't be taken");
            return Answer::away();
        }
        error.problem().into()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

/// What a device asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    blob_name: String,
}

/// What it tells.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(default)]
    correlation_id: String,
    #[serde(default)]
    is_success: bool,
    #[serde(default)]
    status_description: Option<String>,
}

async fn ask(proved: Proved, headers: HeaderMap, body: String) -> Result<Json<Value>, Answer> {
    let wanted: Wanted = read(&body)?;
    // The client builds the address of the name by which it knows us.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let address = upload::ask(&proved.homeport, proved.uploader(), &wanted.blob_name).await?;
    Ok(Json(json!({
        "correlationId": address.correlation,
        "hostName": host,
        "containerName": address.container,
        "blobName": address.blob,
        "sasToken": format!("?{}", address.query),
    })))
}

async fn told(proved: Proved, body: String) -> Result<StatusCode, Answer> {
    let told: Told = read(&body)?;
    let correlation = told.correlation_id.clone();
    note(&proved, &correlation, told).await
}

async fn told_by_path(
    proved: Proved,
    Path((_, correlation)): Path<(String, String)>,
    body: String,
) -> Result<StatusCode, Answer> {
    note(&proved, &correlation, read(&body)?).await
}

async fn note(proved: &Proved, correlation: &str, told: Told) -> Result<StatusCode, Answer> {
    let why = told.status_description.unwrap_or_default();
    upload::told(&proved.homeport, proved.uploader(), correlation, told.is_success, &why).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take(
    State(gate): State<Arc<Gate>>,
    path: Path<(String, String)>,
    query: Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Answer> {
    let homeport = gate.homeport().ok_or_else(Answer::away)?;
    files::take(homeport, path, query, &headers, body).await.map_err(|refusal| refusal.0.into())
}

/// Clients leave the content type out.
fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Answer> {
    serde_json::from_str(body).map_err(|error| {
        Answer(
            StatusCode::BAD_REQUEST,
            json!({"errorCode": 400_004, "message": format!("The body can't be read: {error}.")}),
        )
    })
}
