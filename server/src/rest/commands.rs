//! `/api/devices/{id}/commands/{name}`: commands of devices and of their components: to run one, and what was run.

use super::devices::named;
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{Context, commands};
use http::StatusCode;
use model::command::{NewRun, Run, RunState};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A command as it is wanted. What only answers hold is passed over.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RunIn {
    request: Option<Value>,
    /// Seconds.
    #[serde(alias = "connectTimeout")]
    connection_timeout: Option<u32>,
    /// Seconds.
    response_timeout: Option<u32>,
    /// For how many seconds it waits for a device that is away; then it is not answered here.
    queue_for: Option<u32>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    #[serde(default, rename = "response")]
    #[schema(ignore)]
    _response: IgnoredAny,
    #[serde(default, rename = "responseCode")]
    #[schema(ignore)]
    _response_code: IgnoredAny,
}

/// A run as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunOut {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<String>,
    name: String,
    #[schema(value_type = String)]
    state: RunState,
    response_timeout: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Value>,
    /// Whether the answer came after its time.
    late: bool,
    /// What the device reported later under the command's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    requested_by: String,
    requested_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/devices/{device}/commands/{name}",
    tag = "Commands",
    summary = "Runs a command",
    request_body = RunIn,
    responses((status = 201, description = "As it is", body = RunOut), (status = 202, description = "It waits for the device", body = RunOut), (status = 504, description = "The device did not answer in time")),
)]
pub(super) async fn run(
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
    Body(wanted): Body<RunIn>,
) -> Result<(StatusCode, Json<RunOut>), Fault> {
    start(&caller, &id, String::new(), name, wanted).await
}

#[utoipa::path(
    post,
    path = "/api/devices/{device}/components/{component}/commands/{name}",
    tag = "Commands",
    summary = "Runs a command of a component",
    request_body = RunIn,
    responses((status = 201, description = "As it is", body = RunOut), (status = 202, description = "It waits for the device", body = RunOut), (status = 504, description = "The device did not answer in time")),
)]
pub(super) async fn run_of_component(
    caller: Caller,
    Path((id, component, name)): Path<(String, String, String)>,
    Body(wanted): Body<RunIn>,
) -> Result<(StatusCode, Json<RunOut>), Fault> {
    start(&caller, &id, component, name, wanted).await
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/commands/{name}",
    tag = "Commands",
    summary = "What was run",
    responses((status = 200, description = "As it is", body = Listed<RunOut>)),
)]
pub(super) async fn list(
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
    paging: Paging,
) -> Result<Listed<RunOut>, Fault> {
    history(&caller, &id, "", &name, paging).await
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/components/{component}/commands/{name}",
    tag = "Commands",
    summary = "What was run of a component",
    responses((status = 200, description = "As it is", body = Listed<RunOut>)),
)]
pub(super) async fn list_of_component(
    caller: Caller,
    Path((id, component, name)): Path<(String, String, String)>,
    paging: Paging,
) -> Result<Listed<RunOut>, Fault> {
    history(&caller, &id, &component, &name, paging).await
}

async fn start(
    context: &Context,
    id: &str,
    component: String,
    name: String,
    wanted: RunIn,
) -> Result<(StatusCode, Json<RunOut>), Fault> {
    let new = NewRun {
        component,
        name,
        request: wanted.request,
        timeout_s: wanted.response_timeout,
        connect_s: wanted.connection_timeout.unwrap_or_default(),
        queue_s: wanted.queue_for,
    };
    let begun = commands::begin(context, id, new).await.map_err(|error| named(error, id))?;
    // It goes on where the asker hangs up: the history shall say what came of it.
    let run = tokio::spawn(begun.finish()).await;
    let run = run.map_err(|error| domain::Error::Broken(error.to_string()))??;
    match run.state {
        RunState::NotConnected => {
            let why = run.why.as_deref().unwrap_or("It is not connected, or doesn't listen to commands.");
            Err(Fault::not_found(format!("The command did not reach the device “{id}”. {why}")))
        }
        RunState::TimedOut => {
            let seconds = run.timeout_s;
            Err(Fault::timed_out(format!("The device “{id}” did not answer within {seconds} seconds.")))
        }
        RunState::Waiting => Ok((StatusCode::ACCEPTED, Json(out(run)))),
        _ => Ok((StatusCode::CREATED, Json(out(run)))),
    }
}

async fn history(
    context: &Context,
    id: &str,
    component: &str,
    name: &str,
    paging: Paging,
) -> Result<Listed<RunOut>, Fault> {
    let runs = commands::history(context, id, Some((component, name))).await;
    let runs = runs.map_err(|error| named(error, id))?;
    Ok(paging.of(runs.into_iter().map(out).collect()))
}

fn out(run: Run) -> RunOut {
    let json = |text: &Option<String>| {
        let text = text.as_deref()?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
    };
    RunOut {
        late: run.is_late(),
        request: json(&run.request),
        response: run.response_value(),
        result: json(&run.result),
        id: run.id.to_string(),
        component: Some(run.component).filter(|component| !component.is_empty()),
        name: run.name,
        state: run.state,
        response_timeout: run.timeout_s,
        response_code: run.status,
        requested_by: run.by,
        requested_at: super::time_text::time_text(run.created_ms),
        answered_at: run.answered_ms.map(super::time_text::time_text),
    }
}
