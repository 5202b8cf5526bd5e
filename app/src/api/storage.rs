//! What telemetry takes, how long it is kept, and deleting some of it.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::storage::{Doomed, Erasure, NewErasure, Storage};
use model::workspace::Workspace;

/// All figures of the workspace.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "storage_usage", input = Json)]
pub async fn storage_usage(workspace: String) -> Result<Storage, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::storage::usage(&ctx).await?)
}

/// What keeping telemetry for so many days would delete now.
///
/// # Errors
/// Invalid (field `days`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "retention_dooms", input = Json)]
pub async fn retention_dooms(workspace: String, days: i32) -> Result<Doomed, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::storage::doomed(&ctx, days).await?)
}

/// Says how long telemetry is kept, in days.
///
/// # Errors
/// Invalid (field `days`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_retention", input = Json)]
pub async fn set_retention(workspace: String, days: i32) -> Result<Workspace, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::storage::set_retention(&ctx, days).await?)
}

/// Asks for days of telemetry to be deleted; answers with the newest deletions.
///
/// # Errors
/// Invalid (fields `devices`, `from`, `to`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "erase_telemetry", input = Json)]
pub async fn erase_telemetry(workspace: String, new: NewErasure) -> Result<Vec<Erasure>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::storage::erase(&ctx, new).await?)
}

/// The newest deletions, with how far they are.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_erasures", input = Json)]
pub async fn list_erasures(workspace: String) -> Result<Vec<Erasure>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::storage::erasures(&ctx).await?)
}
