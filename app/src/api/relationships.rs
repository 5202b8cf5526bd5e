//! Gateways and the devices behind them, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::relationship::{Family, NewRelationship, Relationship};

/// Who stands before the device and who behind it.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "device_family", input = Json)]
pub async fn device_family(workspace: String, device: String) -> Result<Family, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::relationships::family(&ctx, &device).await?)
}

/// Puts a device behind this one.
///
/// # Errors
/// No such device, one that stands before this one, or behind another one (field `child`); not found; a role that may not.
#[server(prefix = "/api", endpoint = "attach_child", input = Json)]
pub async fn attach_child(
    workspace: String,
    device: String,
    new: NewRelationship,
) -> Result<Relationship, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::relationships::put(&ctx, &device, new).await?)
}

/// Takes a device from behind this one; both stay.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "detach_child", input = Json)]
pub async fn detach_child(workspace: String, device: String, relationship: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::relationships::delete(&ctx, &device, &relationship).await?)
}
