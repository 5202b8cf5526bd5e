//! Explorations, as the explorer asks for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::ExplorationId;
use model::exploration::{Exploration, ExplorationDraft, SavedExploration};

/// One's own explorations and those that are shared, by name.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_explorations", input = Json)]
pub async fn list_explorations(workspace: String) -> Result<Vec<SavedExploration>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::explorations::list(&ctx).await?)
}

/// Saves an exploration.
///
/// # Errors
/// Invalid (fields `name`, `values`, `time`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_exploration", input = Json)]
pub async fn create_exploration(
    workspace: String,
    draft: ExplorationDraft,
) -> Result<SavedExploration, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::explorations::create(&ctx, &draft).await?)
}

/// Puts another in the place of an exploration.
///
/// # Errors
/// As [`create_exploration`].
#[server(prefix = "/api", endpoint = "update_exploration", input = Json)]
pub async fn update_exploration(
    workspace: String,
    exploration: ExplorationId,
    draft: ExplorationDraft,
) -> Result<SavedExploration, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::explorations::update(&ctx, exploration, &draft).await?)
}

/// Deletes an exploration.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_exploration", input = Json)]
pub async fn delete_exploration(workspace: String, exploration: ExplorationId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::explorations::delete(&ctx, exploration).await?)
}

/// The exploration that a query is.
///
/// # Errors
/// Invalid where it is no query, or one that the explorer can't show.
#[server(prefix = "/api", endpoint = "explore_query", input = Json)]
pub async fn explore_query(workspace: String, query: String) -> Result<Exploration, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::explorations::from_query(&ctx, &query).await?)
}
