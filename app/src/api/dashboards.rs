//! Dashboards, as their pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::dashboard::{Dashboard, DashboardDraft, Listed, TileAnswer, TilesAsk};

/// All that the asker sees: the default first, then those that they have marked.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_dashboards", input = Json)]
pub async fn list_dashboards(workspace: String) -> Result<Vec<Listed>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::list(&ctx).await?)
}

/// One with all that stands on it.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "get_dashboard", input = Json)]
pub async fn get_dashboard(workspace: String, dashboard: String) -> Result<Dashboard, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::open(&ctx, &dashboard).await?)
}

/// Makes one; without a content it begins with what the workspace's devices send.
///
/// # Errors
/// Invalid by field, not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "create_dashboard", input = Json)]
pub async fn create_dashboard(workspace: String, draft: DashboardDraft) -> Result<Dashboard, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::create(&ctx, None, &draft).await?)
}

/// Changes one that is as the asker knows it.
///
/// # Errors
/// Invalid by field, outdated where somebody changed it since, not found, a role that may not.
#[server(prefix = "/api", endpoint = "save_dashboard", input = Json)]
pub async fn save_dashboard(
    workspace: String,
    dashboard: String,
    revision: Option<i32>,
    draft: DashboardDraft,
) -> Result<Dashboard, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::update(&ctx, &dashboard, revision, &draft).await?)
}

/// Makes another one of it.
///
/// # Errors
/// Invalid (field `name`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "copy_dashboard", input = Json)]
pub async fn copy_dashboard(
    workspace: String,
    dashboard: String,
    name: String,
    personal: bool,
) -> Result<Dashboard, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::copy(&ctx, &dashboard, &name, personal).await?)
}

/// Deletes one.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_dashboard", input = Json)]
pub async fn delete_dashboard(workspace: String, dashboard: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::delete(&ctx, &dashboard).await?)
}

/// Makes one what its organization sees first, or takes that from it.
///
/// # Errors
/// Invalid where it is personal, not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_default_dashboard", input = Json)]
pub async fn set_default_dashboard(
    workspace: String,
    dashboard: String,
    is_default: bool,
) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::set_default(&ctx, &dashboard, is_default).await?)
}

/// Marks one for the asker, or takes the mark from it.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "set_favourite_dashboard", input = Json)]
pub async fn set_favourite_dashboard(
    workspace: String,
    dashboard: String,
    favourite: bool,
) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::set_favourite(&ctx, &dashboard, favourite).await?)
}

/// Takes a picture for a dashboard: PNG, JPEG or WebP, in base64. Tells by what it is known.
///
/// # Errors
/// Invalid (field `picture`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "add_picture", input = Json)]
pub async fn add_picture(workspace: String, dashboard: String, picture: String) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    let picture = model::dashboard::unpacked(&picture)?;
    Ok(domain::dashboards::pictures::add(&ctx, &dashboard, picture).await?)
}

/// What these tiles show; what is wrong with one stands in its answer.
///
/// # Errors
/// Invalid by field, not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "read_tiles", input = Json)]
pub async fn read_tiles(workspace: String, ask: TilesAsk) -> Result<Vec<TileAnswer>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::tiles(&ctx, &ask).await?)
}
