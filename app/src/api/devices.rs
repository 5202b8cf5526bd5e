//! Devices, as the pages ask for them. Each function builds the context and calls one use-case.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::certificate::{DeviceCertificate, Place};
use model::device::{Connection, Device, DevicePatch, DeviceQuery, DeviceRow, NewDevice};
use model::event::{DeviceEvent, LogAsk, LogPage};
use model::page::Page;

/// A part of the workspace's devices, with what the list shows of each.
///
/// # Errors
/// Not found for a workspace that the person doesn't belong to.
#[server(prefix = "/api", endpoint = "list_devices", input = Json)]
pub async fn list_devices(workspace: String, query: DeviceQuery) -> Result<Page<DeviceRow>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::list(&ctx, query).await?)
}

/// One device, by the id that it connects with.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "get_device", input = Json)]
pub async fn get_device(workspace: String, device: String) -> Result<Device, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::get(&ctx, &device).await?)
}

/// Makes a device with a key of its own.
///
/// # Errors
/// Invalid or taken id (field `external_id`), invalid name (field `name`), a role that may not.
#[server(prefix = "/api", endpoint = "create_device", input = Json)]
pub async fn create_device(workspace: String, new: NewDevice) -> Result<Device, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::create(&ctx, new).await?)
}

/// Changes a device's name and template.
///
/// # Errors
/// Invalid name (field `name`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "update_device", input = Json)]
pub async fn update_device(
    workspace: String,
    device: String,
    patch: DevicePatch,
) -> Result<Device, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::update(&ctx, &device, patch).await?)
}

/// Deletes a device with its telemetry and its log, and ends its connections.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_device", input = Json)]
pub async fn delete_device(workspace: String, device: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::delete(&ctx, &device).await?)
}

/// Shuts the device out and ends its connections, or lets it in again; answers with the device.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_blocked", input = Json)]
pub async fn set_blocked(workspace: String, device: String, blocked: bool) -> Result<Device, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::set_blocked(&ctx, &device, blocked).await?)
}

/// The device's key, base64. The device's log notes that it was shown.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "show_key", input = Json)]
pub async fn show_key(workspace: String, device: String) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::key(&ctx, &device).await?)
}

/// Replaces the device's key, ends its connections, and answers with the new key, base64.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "rotate_key", input = Json)]
pub async fn rotate_key(workspace: String, device: String) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::rotate_key(&ctx, &device).await?)
}

/// Gives the device a certificate, PEM or its SHA-256 thumbprint alone; answers with all that it has.
///
/// # Errors
/// Invalid or taken (field: the place's word), not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_certificate", input = Json)]
pub async fn set_certificate(
    workspace: String,
    device: String,
    place: Place,
    text: String,
) -> Result<Vec<DeviceCertificate>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::certificates::set(&ctx, &device, place, &text).await?)
}

/// Takes a certificate from the device, and ends its connections; answers with those that are left.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "remove_certificate", input = Json)]
pub async fn remove_certificate(
    workspace: String,
    device: String,
    place: Place,
) -> Result<Vec<DeviceCertificate>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::certificates::remove(&ctx, &device, place).await?)
}

/// Everything that is needed to connect the device, but its key.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(name = ConnectionOf, prefix = "/api", endpoint = "connection", input = Json)]
pub async fn connection(workspace: String, device: String) -> Result<Connection, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::connection(&ctx, &device).await?)
}

/// The device's log, newest first.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "device_events", input = Json)]
pub async fn device_events(workspace: String, device: String) -> Result<Vec<DeviceEvent>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::events(&ctx, &device).await?)
}

/// Some lines of the device's log, newest first: those about something, those older than one.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "device_log", input = Json)]
pub async fn device_log(workspace: String, device: String, ask: LogAsk) -> Result<LogPage, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::log_page(&ctx, &device, ask).await?)
}
