//! Roles, as the settings show them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::role::{ListedRole, Role, RoleDraft, RoleId};

/// The workspace's roles, the built-in ones first, with how many have each.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_roles", input = Json)]
pub async fn list_roles(workspace: String) -> Result<Vec<ListedRole>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::roles::list(&ctx).await?)
}

/// Makes a role.
///
/// # Errors
/// Invalid or taken (fields `name`, `description`, `permissions`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_role", input = Json)]
pub async fn create_role(workspace: String, draft: RoleDraft) -> Result<Role, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::roles::create(&ctx, None, &draft).await?)
}

/// Replaces what a role is; it counts at once.
///
/// # Errors
/// As [`create_role`]; a conflict where the last administrator would be one no more.
#[server(prefix = "/api", endpoint = "update_role", input = Json)]
pub async fn update_role(workspace: String, role: RoleId, draft: RoleDraft) -> Result<Role, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::roles::update(&ctx, &role, &draft).await?)
}

/// Deletes a role that nobody has.
///
/// # Errors
/// A conflict where somebody has it, not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_role", input = Json)]
pub async fn delete_role(workspace: String, role: RoleId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::roles::delete(&ctx, &role).await?)
}
