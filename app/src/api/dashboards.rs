//! Dashboards, as their pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::dashboard::{
    Dashboard, DashboardDraft, DashboardLink, LinkDraft, Listed, SharedAsk, SharedDashboard, TileAnswer,
    TilesAsk, Variable,
};

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

/// What can be chosen by a variable of a dashboard: values, and what people read.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "offered_of_variable", input = Json)]
pub async fn offered_of_variable(
    workspace: String,
    variable: Variable,
) -> Result<Vec<(String, String)>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::offered(&ctx, &variable).await?)
}

/// The links by which a dashboard is seen without signing in, for whoever may change it.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_dashboard_links", input = Json)]
pub async fn list_dashboard_links(
    workspace: String,
    dashboard: String,
) -> Result<Vec<DashboardLink>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::links::list(&ctx, &dashboard).await?)
}

/// Makes such a link.
///
/// # Errors
/// Invalid (fields `name`, `days`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_dashboard_link", input = Json)]
pub async fn create_dashboard_link(
    workspace: String,
    dashboard: String,
    draft: LinkDraft,
) -> Result<DashboardLink, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::links::create(&ctx, &dashboard, &draft).await?)
}

/// Takes such a link back.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "revoke_dashboard_link", input = Json)]
pub async fn revoke_dashboard_link(
    workspace: String,
    dashboard: String,
    link: String,
) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::links::revoke(&ctx, &dashboard, &link).await?)
}

/// The dashboard of a link, for whoever has it.
///
/// # Errors
/// Not found, in a sentence.
#[server(prefix = "/api", endpoint = "look_at_shared", input = Json)]
pub async fn look_at_shared(link: String) -> Result<SharedDashboard, AppError> {
    Ok(domain::dashboards::links::look(&super::homeport()?, &link).await?)
}

/// What tiles of the dashboard of a link show.
///
/// # Errors
/// Not found in a sentence, invalid by field.
#[server(prefix = "/api", endpoint = "read_shared_tiles", input = Json)]
pub async fn read_shared_tiles(link: String, ask: SharedAsk) -> Result<Vec<TileAnswer>, AppError> {
    Ok(domain::dashboards::links::read(&super::homeport()?, &link, &ask).await?)
}

/// What can be chosen by a variable of the dashboard of a link.
///
/// # Errors
/// Not found, in a sentence.
#[server(prefix = "/api", endpoint = "offered_of_shared", input = Json)]
pub async fn offered_of_shared(link: String, variable: String) -> Result<Vec<(String, String)>, AppError> {
    Ok(domain::dashboards::links::offered(&super::homeport()?, &link, &variable).await?)
}

/// The views that the page of a device shows: dashboards of its template.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_device_views", input = Json)]
pub async fn list_device_views(workspace: String, device: String) -> Result<Vec<Listed>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::dashboards::views(&ctx, &device).await?)
}
