//! Data exports and their destinations, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::data_export::{Backfill, DeadRecord, Destination, Export, NewDestination, NewExport, Previewed};

/// All data exports, by their names.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_data_exports", input = Json)]
pub async fn list_data_exports(workspace: String) -> Result<Vec<Export>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::list(&ctx).await?)
}

/// One.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "get_data_export", input = Json)]
pub async fn get_data_export(workspace: String, export: i32) -> Result<Export, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::get(&ctx, export).await?)
}

/// Makes one, which follows from now on.
///
/// # Errors
/// Fields at fault; a taken name; too many; a role that may not.
#[server(prefix = "/api", endpoint = "create_data_export", input = Json)]
pub async fn create_data_export(workspace: String, new: NewExport) -> Result<Export, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::create(&ctx, new).await?)
}

/// Makes it another one.
///
/// # Errors
/// Fields at fault; a taken name; not found; a role that may not.
#[server(prefix = "/api", endpoint = "update_data_export", input = Json)]
pub async fn update_data_export(workspace: String, export: i32, new: NewExport) -> Result<Export, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::update(&ctx, export, new).await?)
}

/// Starts or stops it.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "enable_data_export", input = Json)]
pub async fn enable_data_export(workspace: String, export: i32, enabled: bool) -> Result<Export, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::enable(&ctx, export, enabled).await?)
}

/// Deletes it.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_data_export", input = Json)]
pub async fn delete_data_export(workspace: String, export: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::delete(&ctx, export).await?)
}

/// What it could not deliver, the newest first.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "data_export_dead", input = Json)]
pub async fn data_export_dead(workspace: String, export: i32) -> Result<Vec<DeadRecord>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::dead(&ctx, export).await?)
}

/// Its backfills, the newest first.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "data_export_backfills", input = Json)]
pub async fn data_export_backfills(workspace: String, export: i32) -> Result<Vec<Backfill>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::backfills(&ctx, export).await?)
}

/// Delivers the past of [from, to), in milliseconds since 1970.
///
/// # Errors
/// Fields at fault; not found; a role that may not.
#[server(prefix = "/api", endpoint = "backfill_data_export", input = Json)]
pub async fn backfill_data_export(
    workspace: String,
    export: i32,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<Backfill>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::backfill(&ctx, export, from_ms, to_ms).await?)
}

/// Stops a backfill.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "stop_backfill", input = Json)]
pub async fn stop_backfill(workspace: String, export: i32, backfill: i64) -> Result<Vec<Backfill>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::stop_backfill(&ctx, export, backfill).await?)
}

/// What the newest messages would become.
///
/// # Errors
/// Fields at fault; a role that may not.
#[server(prefix = "/api", endpoint = "preview_data_export", input = Json)]
pub async fn preview_data_export(workspace: String, new: NewExport) -> Result<Vec<Previewed>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::preview(&ctx, new).await?)
}

/// All destinations, by their names.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_data_destinations", input = Json)]
pub async fn list_data_destinations(workspace: String) -> Result<Vec<Destination>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::destinations(&ctx).await?)
}

/// Makes a destination.
///
/// # Errors
/// Fields at fault; a taken name; too many; a role that may not.
#[server(prefix = "/api", endpoint = "create_data_destination", input = Json)]
pub async fn create_data_destination(
    workspace: String,
    new: NewDestination,
) -> Result<Destination, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::create_destination(&ctx, new).await?)
}

/// Makes it another one.
///
/// # Errors
/// Fields at fault; a taken name; not found; a role that may not.
#[server(prefix = "/api", endpoint = "update_data_destination", input = Json)]
pub async fn update_data_destination(
    workspace: String,
    destination: i32,
    new: NewDestination,
) -> Result<Destination, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::update_destination(&ctx, destination, new).await?)
}

/// Deletes one that no export goes to.
///
/// # Errors
/// An export goes there; not found; a role that may not.
#[server(prefix = "/api", endpoint = "delete_data_destination", input = Json)]
pub async fn delete_data_destination(workspace: String, destination: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::data_exports::delete_destination(&ctx, destination).await?)
}
