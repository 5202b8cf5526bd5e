//! Notices, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::notice::{NoticeSettings, Notices, Subscription};

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

/// What browsers know this server by, when they are to be woken.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "push_key", input = Json)]
pub async fn push_key(workspace: String) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::push::public_key(&ctx).await?)
}

/// A browser of theirs is to be woken.
///
/// # Errors
/// No subscription; too many; not found, a role that may not.
#[server(prefix = "/api", endpoint = "subscribe_push", input = Json)]
pub async fn subscribe_push(workspace: String, subscription: Subscription) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::push::subscribe(&ctx, subscription).await?)
}

/// A browser of theirs is not to be woken any more.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "unsubscribe_push", input = Json)]
pub async fn unsubscribe_push(workspace: String, endpoint: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::push::unsubscribe(&ctx, &endpoint).await?)
}
