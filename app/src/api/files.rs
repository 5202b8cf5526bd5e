//! History out of files and into files, as the pages ask for it.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::export::{Estimate, SeriesExport};
use model::import::{
    DeviceMapping, DevicePreview, Found, FoundDevices, Import, Mapping, NewImport, PreviewRow,
};

/// How large a file of numbers will be, about.
///
/// # Errors
/// Invalid by field, not found, a role that may not see raw data.
#[server(prefix = "/api", endpoint = "estimate_export", input = Json)]
pub async fn estimate_export(workspace: String, ask: SeriesExport) -> Result<Estimate, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::exports::estimate(&ctx, ask).await?)
}

/// The workspace's newest imports.
///
/// # Errors
/// Not found, a role that may not import.
#[server(prefix = "/api", endpoint = "list_imports", input = Json)]
pub async fn list_imports(workspace: String) -> Result<Vec<Import>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::list(&ctx).await?)
}

/// One import.
///
/// # Errors
/// Not found, a role that may not import.
#[server(prefix = "/api", endpoint = "get_import", input = Json)]
pub async fn get_import(workspace: String, import: i32) -> Result<Import, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::get(&ctx, import).await?)
}

/// Begins an import; its file is sent next.
///
/// # Errors
/// Invalid (field `file`), too many under way, a role that may not import.
#[server(prefix = "/api", endpoint = "create_import", input = Json)]
pub async fn create_import(workspace: String, new: NewImport) -> Result<Import, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::create(&ctx, new).await?)
}

/// What the file of an import seems to be.
///
/// # Errors
/// Invalid (field `file`) where it is no text, not found.
#[server(prefix = "/api", endpoint = "inspect_import", input = Json)]
pub async fn inspect_import(workspace: String, import: i32) -> Result<Found, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::inspect(&ctx, import).await?)
}

/// The first rows of a file as they would be stored.
///
/// # Errors
/// The mapping's problems by field, not found.
#[server(prefix = "/api", endpoint = "preview_import", input = Json)]
pub async fn preview_import(
    workspace: String,
    import: i32,
    mapping: Mapping,
) -> Result<Vec<PreviewRow>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::preview(&ctx, import, mapping).await?)
}

/// Hands a file to a worker.
///
/// # Errors
/// The mapping's problems by field, not found.
#[server(prefix = "/api", endpoint = "start_import", input = Json)]
pub async fn start_import(workspace: String, import: i32, mapping: Mapping) -> Result<Import, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::start(&ctx, import, mapping).await?)
}

/// What the file of an import of devices seems to be.
///
/// # Errors
/// Invalid (field `file`) where it is no text, not found, a role that may not make devices.
#[server(prefix = "/api", endpoint = "inspect_device_import", input = Json)]
pub async fn inspect_device_import(workspace: String, import: i32) -> Result<FoundDevices, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::inspect_devices(&ctx, import).await?)
}

/// The first rows of a file as they would become devices.
///
/// # Errors
/// The mapping's problems by field, not found.
#[server(prefix = "/api", endpoint = "preview_device_import", input = Json)]
pub async fn preview_device_import(
    workspace: String,
    import: i32,
    mapping: DeviceMapping,
) -> Result<Vec<DevicePreview>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::preview_devices(&ctx, import, mapping).await?)
}

/// Hands a file of devices to a worker.
///
/// # Errors
/// The mapping's problems by field, not found.
#[server(prefix = "/api", endpoint = "start_device_import", input = Json)]
pub async fn start_device_import(
    workspace: String,
    import: i32,
    mapping: DeviceMapping,
) -> Result<Import, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::start_devices(&ctx, import, mapping).await?)
}

/// Ends an import; what was stored stays.
///
/// # Errors
/// Not found, a role that may not import.
#[server(prefix = "/api", endpoint = "cancel_import", input = Json)]
pub async fn cancel_import(workspace: String, import: i32) -> Result<Import, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::cancel(&ctx, import).await?)
}

/// Takes an import that is over from the list; what was stored stays.
///
/// # Errors
/// Invalid while it is not over, not found.
#[server(prefix = "/api", endpoint = "delete_import", input = Json)]
pub async fn delete_import(workspace: String, import: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::imports::delete(&ctx, import).await?)
}
