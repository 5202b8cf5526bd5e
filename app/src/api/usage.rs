//! What the workspace uses, its limits, and why it is shut.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::limits::Standing;
use model::usage::{UsageQuery, Used};

/// What was used, by hours or days.
///
/// # Errors
/// Invalid (field `to_ms`), not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "workspace_usage", input = Json)]
pub async fn workspace_usage(workspace: String, query: UsageQuery) -> Result<Vec<Used>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::usage::used(&ctx, &query).await?)
}

/// The name of the plan, and how the workspace stands to each of its limits.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "workspace_limits", input = Json)]
pub async fn workspace_limits(workspace: String) -> Result<(String, Vec<Standing>), AppError> {
    let ctx = super::context(&workspace).await?;
    let (allowed, standings) = domain::limits::standings(&ctx).await?;
    Ok((allowed.plan, standings))
}

/// Why the workspace is shut; empty where nobody said, or it is open.
///
/// # Errors
/// Not found for a foreign workspace.
#[server(prefix = "/api", endpoint = "why_disabled", input = Json)]
pub async fn why_disabled(workspace: String) -> Result<String, AppError> {
    let visitor = super::visitor().await?;
    Ok(domain::workspaces::why_disabled(&super::homeport()?, visitor, &workspace).await?)
}
