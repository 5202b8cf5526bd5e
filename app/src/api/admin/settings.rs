//! How people come to Homeport by themselves, and the log of what platform administrators did.

use crate::api::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::platform::{PlatformLog, SignUpSettings};

/// How people come by themselves.
///
/// # Errors
/// Not found for whoever doesn't administer the platform.
#[server(prefix = "/api", endpoint = "admin_get_sign_up", input = Json)]
pub async fn admin_get_sign_up() -> Result<SignUpSettings, AppError> {
    Ok(domain::platform::sign_up(&crate::api::platform().await?).await?)
}

/// Says how.
///
/// # Errors
/// Fields at fault (`plan`, `trial_days`), not found.
#[server(prefix = "/api", endpoint = "admin_set_sign_up", input = Json)]
pub async fn admin_set_sign_up(settings: SignUpSettings) -> Result<SignUpSettings, AppError> {
    Ok(domain::platform::set_sign_up(&crate::api::platform().await?, settings).await?)
}

/// A page of the log, the newest first: those older than the one of this id, where one is named.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "admin_log", input = Json)]
pub async fn admin_log(before: Option<i64>) -> Result<PlatformLog, AppError> {
    Ok(domain::platform::log(&crate::api::platform().await?, before).await?)
}
