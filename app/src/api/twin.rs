//! The digital twin of a device.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::twin::{Properties, TwinView};

/// The twin of a device, what its template says of properties, and what changed lately.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "device_twin", input = Json)]
pub async fn device_twin(workspace: String, device: String) -> Result<TwinView, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::twin::view(&ctx, &device).await?)
}

/// Changes what is wanted of a device, or of one of its components, and what the cloud knows of it: a merge patch.
///
/// # Errors
/// Invalid (field: the property), not found, a role that may not.
#[server(prefix = "/api", endpoint = "change_properties", input = Json)]
pub async fn change_properties(
    workspace: String,
    device: String,
    component: String,
    values: Properties,
) -> Result<TwinView, AppError> {
    let ctx = super::context(&workspace).await?;
    let wish = domain::twin::Wish { component, values, ..Default::default() };
    Ok(domain::twin::change(&ctx, &device, wish).await?)
}
