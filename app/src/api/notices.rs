//! Notices, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::notice::{NoticeSettings, Notices};

/// The newest notices of whoever asks.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_notices", input = Json)]
pub async fn list_notices(workspace: String) -> Result<Notices, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::notices::list(&ctx).await?)
}

/// How many they haven't read, up to a hundred.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "unread_notices", input = Json)]
pub async fn unread_notices(workspace: String) -> Result<i64, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::notices::unread(&ctx).await?)
}

/// They have read one, by its alarm's number, or all.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "read_notices", input = Json)]
pub async fn read_notices(workspace: String, alarm: Option<i64>) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::notices::read(&ctx, alarm).await?)
}

/// Says what they want to be told of.
///
/// # Errors
/// Fields at fault; not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_notices", input = Json)]
pub async fn set_notices(workspace: String, settings: NoticeSettings) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::notices::set(&ctx, settings).await?)
}
