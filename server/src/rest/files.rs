//! `/api/devices/{device}/files`: what a device has uploaded; `/api/fileUploads`: how a workspace takes files.

use super::{Body, Caller, Fault};
use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use domain::{Context, device_files};
use http::StatusCode;
use model::device_file::{DeviceFile, FileLimits};
use model::{Code, Problem};
use serde::{Deserialize, Serialize};

/// A file as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileOut {
    id: i32,
    name: String,
    content_type: String,
    size: i64,
    state: &'static str,
    requested_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// All of a device's.
#[derive(Serialize)]
pub(super) struct FilesOut {
    value: Vec<FileOut>,
}

/// How a workspace takes files.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadsOut {
    account: &'static str,
    container: String,
    sas_ttl: String,
    state: &'static str,
    max_file_bytes: i64,
    max_bytes: i64,
}

/// What of it can be changed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UploadsIn {
    sas_ttl: Option<String>,
    #[serde(default)]
    connection_string: Option<String>,
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    container: Option<String>,
}

pub(super) async fn list(caller: Caller, Path(device): Path<String>) -> Result<Json<FilesOut>, Fault> {
    let files = device_files::list(&caller, &device).await?;
    Ok(Json(FilesOut { value: files.into_iter().map(out).collect() }))
}

pub(super) async fn get(
    caller: Caller,
    Path((device, file)): Path<(String, String)>,
) -> Result<Json<FileOut>, Fault> {
    Ok(Json(out(device_files::get(&caller, &device, number(&file)?).await?)))
}

pub(super) async fn delete(
    caller: Caller,
    Path((device, file)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    device_files::delete(&caller, &device, number(&file)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn content(
    caller: Caller,
    Path((device, file)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let id = number(&file)?;
    crate::files::answer(&caller, &device, id, false).await.map_err(|refusal| refusal.0.into())
}

pub(super) async fn uploads(caller: Caller) -> Result<Json<UploadsOut>, Fault> {
    let limits = device_files::limits(&caller).await?;
    Ok(Json(uploads_out(&caller, limits)))
}

pub(super) async fn put_uploads(
    caller: Caller,
    Body(wanted): Body<UploadsIn>,
) -> Result<Json<UploadsOut>, Fault> {
    let own = container(&caller);
    let elsewhere = wanted.connection_string.is_some()
        || wanted.account.as_deref().is_some_and(|account| account != ACCOUNT)
        || wanted.container.is_some_and(|container| container != own);
    if elsewhere {
        let text = "Where files are kept is set for the whole server, by HOMEPORT_FILES_URL; a workspace sets sasTtl.";
        return Err(Problem::field(Code::Invalid, "connectionString", text).into());
    }
    let limits = match wanted.sas_ttl {
        Some(ttl) => device_files::set_address_life(&caller, &ttl).await?,
        None => device_files::limits(&caller).await?,
    };
    Ok(Json(uploads_out(&caller, limits)))
}

/// What stands for a storage account.
const ACCOUNT: &str = "homeport";

fn container(context: &Context) -> String {
    format!("{}{}", device_files::upload::CONTAINER, context.workspace.scope)
}

fn uploads_out(context: &Context, limits: FileLimits) -> UploadsOut {
    UploadsOut {
        account: ACCOUNT,
        container: container(context),
        sas_ttl: format!("PT{}S", limits.address_seconds),
        state: "succeeded",
        max_file_bytes: limits.file_bytes,
        max_bytes: limits.all_bytes,
    }
}

fn number(text: &str) -> Result<i32, Fault> {
    text.parse().map_err(|_| Fault::not_found("The device has no such file."))
}

fn out(file: DeviceFile) -> FileOut {
    FileOut {
        id: file.id,
        name: file.name,
        content_type: file.content_type,
        size: file.bytes,
        state: file.state.as_str(),
        requested_at: super::time_text::time_text(file.asked_ms),
        ended_at: file.ended_ms.map(super::time_text::time_text),
        error: file.why,
    }
}
