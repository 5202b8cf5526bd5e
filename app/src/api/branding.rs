//! How the workspace looks.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::branding::{Brand, Branding};

/// As it is.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "get_branding", input = Json)]
pub async fn get_branding(workspace: String) -> Result<Branding, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::branding::get(&ctx).await?)
}

/// Changes all of it but the logo.
///
/// # Errors
/// Fields at fault (`name`, `colour`, `links`, `host`), a role that may not.
#[server(prefix = "/api", endpoint = "set_branding", input = Json)]
pub async fn set_branding(workspace: String, brand: Brand, host: String) -> Result<Branding, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::branding::set(&ctx, brand, &host).await?)
}

/// Takes a picture as the logo: PNG, JPEG or WebP, in base64.
///
/// # Errors
/// Invalid (field `logo`), a role that may not.
#[server(prefix = "/api", endpoint = "set_logo", input = Json)]
pub async fn set_logo(workspace: String, picture: String) -> Result<Branding, AppError> {
    let ctx = super::context(&workspace).await?;
    let picture = model::branding::unpacked(&picture)?;
    Ok(domain::branding::set_logo(&ctx, picture).await?)
}

/// Takes the logo away.
///
/// # Errors
/// A role that may not.
#[server(prefix = "/api", endpoint = "remove_logo", input = Json)]
pub async fn remove_logo(workspace: String) -> Result<Branding, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::branding::remove_logo(&ctx).await?)
}

/// The host name that a workspace wants to be reached by, and whether it is confirmed; nothing where it wants none.
///
/// # Errors
/// Not found for whoever doesn't administer the platform.
#[server(prefix = "/api", endpoint = "admin_get_host", input = Json)]
pub async fn admin_get_host(slug: String) -> Result<Option<(String, bool)>, AppError> {
    Ok(domain::platform::host(&super::platform().await?, &slug).await?)
}

/// Says whether this host name is the workspace's.
///
/// # Errors
/// Taken where it is another's already, not found.
#[server(prefix = "/api", endpoint = "admin_confirm_host", input = Json)]
pub async fn admin_confirm_host(slug: String, host: String, confirmed: bool) -> Result<(), AppError> {
    Ok(domain::platform::confirm_host(&super::platform().await?, &slug, &host, confirmed).await?)
}
