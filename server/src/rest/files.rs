//! `/api/devices/{device}/files`: what a device has uploaded; `/api/fileUploads`: how a workspace takes files.

use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use domain::{Context, device_files};
use http::{HeaderMap, StatusCode, header};
use model::device_file::{DeviceFile, FileLimits};
use model::{Code, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file as it is answered.
#[derive(Serialize, ToSchema)]
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

/// How a workspace takes files.
#[derive(Serialize, ToSchema)]
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
#[derive(Deserialize, ToSchema)]
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

#[utoipa::path(
    get,
    path = "/api/devices/{device}/files",
    tag = "Files",
    summary = "The newest files of a device",
    responses((status = 200, description = "As it is", body = Listed<FileOut>)),
)]
pub(super) async fn list(
    caller: Caller,
    Path(device): Path<String>,
    paging: Paging,
) -> Result<Listed<FileOut>, Fault> {
    let files = device_files::list(&caller, &device).await?;
    Ok(paging.of(files.into_iter().map(out).collect()))
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/files/{file}",
    tag = "Files",
    summary = "Reads what is known of a file",
    responses((status = 200, description = "As it is", body = FileOut)),
)]
pub(super) async fn get(
    caller: Caller,
    Path((device, file)): Path<(String, String)>,
) -> Result<Json<FileOut>, Fault> {
    Ok(Json(out(device_files::get(&caller, &device, number(&file)?).await?)))
}

#[utoipa::path(
    delete,
    path = "/api/devices/{device}/files/{file}",
    tag = "Files",
    summary = "Deletes a file",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path((device, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    if headers.contains_key(header::IF_MATCH) {
        let present = device_files::get(&caller, &device, number(&file)?).await?;
        matched(&headers, Some(etag_of(&out(present))))?;
    }
    device_files::delete(&caller, &device, number(&file)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/files/{file}/content",
    tag = "Files",
    summary = "The file itself",
    responses((status = 200, description = "Its bytes", content_type = "application/octet-stream", body = Vec<u8>)),
)]
pub(super) async fn content(
    caller: Caller,
    Path((device, file)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let id = number(&file)?;
    crate::files::answer(&caller, &device, id, false).await.map_err(|refusal| refusal.0.into())
}

#[utoipa::path(
    get,
    path = "/api/fileUploads",
    tag = "Files",
    summary = "How the workspace takes files",
    responses((status = 200, description = "As it is", body = UploadsOut)),
)]
pub(super) async fn uploads(caller: Caller) -> Result<Json<UploadsOut>, Fault> {
    let limits = device_files::limits(&caller).await?;
    Ok(Json(uploads_out(&caller, limits)))
}

#[utoipa::path(
    put,
    path = "/api/fileUploads",
    tag = "Files",
    summary = "Changes how the workspace takes files",
    request_body = UploadsIn,
    responses((status = 200, description = "As it is", body = UploadsOut)),
)]
pub(super) async fn put_uploads(
    caller: Caller,
    headers: HeaderMap,
    Body(wanted): Body<UploadsIn>,
) -> Result<Json<UploadsOut>, Fault> {
    let present = uploads_out(&caller, device_files::limits(&caller).await?);
    matched(&headers, Some(etag_of(&present)))?;
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
