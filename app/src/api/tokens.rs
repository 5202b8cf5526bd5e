//! API tokens, as the settings show them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::token::{ApiToken, FreshApiToken, NewApiToken};

/// The workspace's tokens that are not revoked, the newest first.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_api_tokens", input = Json)]
pub async fn list_api_tokens(workspace: String) -> Result<Vec<ApiToken>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::tokens::list(&ctx).await?)
}

/// Makes a token; the answer is the only one that ever holds its secret.
///
/// # Errors
/// Invalid (fields `name`, `role`, `expires`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_api_token", input = Json)]
pub async fn create_api_token(workspace: String, new: NewApiToken) -> Result<FreshApiToken, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::tokens::create(&ctx, new).await?)
}

/// Makes a token worth nothing, at once.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "revoke_api_token", input = Json)]
pub async fn revoke_api_token(workspace: String, token: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::tokens::revoke(&ctx, &token).await?)
}
