//! Device groups, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::group::{Choices, DeviceGroup, GroupDraft, GroupId, GroupUse, ListedGroup};
use model::page::Page;

/// A part of the workspace's groups, by name, with how many devices belong to each.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_groups", input = Json)]
pub async fn list_groups(
    workspace: String,
    search: String,
    offset: i64,
    limit: i64,
) -> Result<Page<ListedGroup>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::groups::list(&ctx, &search, offset, limit).await?)
}

/// One group.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "get_group", input = Json)]
pub async fn get_group(workspace: String, group: GroupId) -> Result<ListedGroup, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::groups::get(&ctx, &group).await?)
}

/// Everything that can be chosen when a group is built.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "group_choices", input = Json)]
pub async fn group_choices(workspace: String) -> Result<Choices, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::groups::choices(&ctx).await?)
}

/// What refers to a group.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "group_uses", input = Json)]
pub async fn group_uses(workspace: String, group: GroupId) -> Result<Vec<GroupUse>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::groups::uses(&ctx, &group).await?)
}

/// Makes a group.
///
/// # Errors
/// Invalid or taken (fields `name`, `description`, `organization`, `filter/…`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_group", input = Json)]
pub async fn create_group(workspace: String, draft: GroupDraft) -> Result<DeviceGroup, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::groups::create(&ctx, None, &draft).await?)
}

/// Replaces what a group is.
///
/// # Errors
/// As [`create_group`].
#[server(prefix = "/api", endpoint = "update_group", input = Json)]
pub async fn update_group(
    workspace: String,
    group: GroupId,
    draft: GroupDraft,
) -> Result<DeviceGroup, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::groups::update(&ctx, &group, &draft).await?)
}

/// Deletes a group that nothing refers to.
///
/// # Errors
/// A conflict where something refers to it, not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_group", input = Json)]
pub async fn delete_group(workspace: String, group: GroupId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::groups::delete(&ctx, &group).await?)
}
