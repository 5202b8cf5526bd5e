//! How people sign in to a workspace: its provider, and what it demands.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::PersonId;
use model::sign_on::{ProviderDraft, SignOn};

/// How it is set.
///
/// # Errors
/// Not found, a role that may not.
#[server(name = HowPeopleSignIn, prefix = "/api", endpoint = "get_sign_on", input = Json)]
pub async fn get_sign_on(workspace: String) -> Result<SignOn, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::sign_on::get(&ctx).await?)
}

/// Keeps a provider.
///
/// # Errors
/// Fields at fault; not found; a role that may not.
#[server(prefix = "/api", endpoint = "set_sign_on_provider", input = Json)]
pub async fn set_sign_on_provider(workspace: String, draft: ProviderDraft) -> Result<SignOn, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::sign_on::set_provider(&ctx, draft).await?)
}

/// Takes the provider away.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "remove_sign_on_provider", input = Json)]
pub async fn remove_sign_on_provider(workspace: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::sign_on::remove_provider(&ctx).await?)
}

/// Says whether people come by the provider alone, and who gets in nevertheless.
///
/// # Errors
/// A field at fault (`break_glass`); a provider that nobody has come by; not found; a role that may not.
#[server(prefix = "/api", endpoint = "enforce_sign_on", input = Json)]
pub async fn enforce_sign_on(
    workspace: String,
    enforced: bool,
    break_glass: Option<PersonId>,
) -> Result<SignOn, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::sign_on::enforce(&ctx, enforced, break_glass).await?)
}

/// Says whether a second factor is demanded of everybody.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "demand_second_factor", input = Json)]
pub async fn demand_second_factor(workspace: String, demanded: bool) -> Result<SignOn, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::sign_on::demand_second_factor(&ctx, demanded).await?)
}
