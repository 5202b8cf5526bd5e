//! Files of devices, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::device_file::DeviceFile;

/// The newest files of a device.
///
/// # Errors
/// Not found, a role that may not see raw data.
#[server(prefix = "/api", endpoint = "list_device_files", input = Json)]
pub async fn list_device_files(workspace: String, device: String) -> Result<Vec<DeviceFile>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::device_files::list(&ctx, &device).await?)
}

/// The beginning of a file that is text.
///
/// # Errors
/// Not found, a role that may not see raw data.
#[server(prefix = "/api", endpoint = "device_file_text", input = Json)]
pub async fn device_file_text(workspace: String, device: String, file: i32) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::device_files::beginning(&ctx, &device, file).await?)
}

/// Deletes a file.
///
/// # Errors
/// Not found, a role that may not manage devices.
#[server(prefix = "/api", endpoint = "delete_device_file", input = Json)]
pub async fn delete_device_file(workspace: String, device: String, file: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::device_files::delete(&ctx, &device, file).await?)
}
