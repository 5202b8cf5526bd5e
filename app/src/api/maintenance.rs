//! Maintenance windows, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::maintenance::{Maintenance, NewMaintenance};

/// Those that are not over, the next first.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_maintenance", input = Json)]
pub async fn list_maintenance(workspace: String) -> Result<Vec<Maintenance>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::maintenance::list(&ctx).await?)
}

/// Makes one.
///
/// # Errors
/// Fields at fault, not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_maintenance", input = Json)]
pub async fn create_maintenance(workspace: String, new: NewMaintenance) -> Result<Maintenance, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::maintenance::create(&ctx, new).await?)
}

/// Ends one.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "end_maintenance", input = Json)]
pub async fn end_maintenance(workspace: String, window: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::maintenance::end(&ctx, window).await?)
}
