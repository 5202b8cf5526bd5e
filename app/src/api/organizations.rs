//! Organizations, as the settings and the pages of devices show them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::OrganizationId;
use model::organization::{NewOrganization, Organization, OrganizationPatch};

/// The tree as far as the asker sees it: each behind its parent.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_organizations", input = Json)]
pub async fn list_organizations(workspace: String) -> Result<Vec<Organization>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::organizations::tree(&ctx).await?)
}

/// Makes one below another.
///
/// # Errors
/// Invalid or taken (fields `name`, `key`, `parent`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_organization", input = Json)]
pub async fn create_organization(workspace: String, new: NewOrganization) -> Result<Organization, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::organizations::create(&ctx, &new).await?)
}

/// Renames one, and hangs it under another.
///
/// # Errors
/// Invalid (fields `name`, `parent`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "update_organization", input = Json)]
pub async fn update_organization(
    workspace: String,
    organization: OrganizationId,
    patch: OrganizationPatch,
) -> Result<Organization, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::organizations::update(&ctx, organization, &patch).await?)
}

/// Deletes one to which nothing belongs.
///
/// # Errors
/// A conflict where something belongs to it, not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_organization", input = Json)]
pub async fn delete_organization(workspace: String, organization: OrganizationId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::organizations::delete(&ctx, organization).await?)
}

/// Moves devices to an organization: all of them, or none. Tells how many moved.
///
/// # Errors
/// Invalid (fields `devices`, `organization`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "move_devices", input = Json)]
pub async fn move_devices(
    workspace: String,
    devices: Vec<String>,
    organization: OrganizationId,
) -> Result<usize, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::devices::move_to(&ctx, &devices, organization).await?)
}
