//! Support access: taken in the administration console, seen and ended in the workspace.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::support::{SupportAccess, SupportAsk};

/// The accesses that hold now: all for administrators of the workspace, their own for who looks, none for others.
///
/// # Errors
/// Not found for a foreign workspace.
#[server(prefix = "/api", endpoint = "list_support", input = Json)]
pub async fn list_support(workspace: String) -> Result<Vec<SupportAccess>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::support::holding(&ctx).await?)
}

/// Ends one at once.
///
/// # Errors
/// Not found, also where it is over; a role that may not.
#[server(prefix = "/api", endpoint = "end_support", input = Json)]
pub async fn end_support(workspace: String, access: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::support::end(&ctx, access).await?)
}

/// Takes one, with a reason and for hours; the workspace's administrators are told.
///
/// # Errors
/// Fields at fault (`reason`, `hours`, `role`); not found for whoever doesn't administer the platform.
#[server(prefix = "/api", endpoint = "admin_take_support", input = Json)]
pub async fn admin_take_support(slug: String, ask: SupportAsk) -> Result<SupportAccess, AppError> {
    Ok(domain::platform::take_support(&super::platform().await?, &slug, ask).await?)
}

/// Those into a workspace, the newest first, also those that are over.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "admin_list_support", input = Json)]
pub async fn admin_list_support(slug: String) -> Result<Vec<SupportAccess>, AppError> {
    Ok(domain::platform::support(&super::platform().await?, &slug).await?)
}
