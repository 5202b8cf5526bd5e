//! The administration console. To whoever doesn't administer the platform, nothing of it is there.

pub mod mails;
pub mod settings;

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::housekeeping::Housekeeping;
use model::limits::{Overrides, Plan, PlanDraft};
use model::tenant::{MadeTenant, NewTenant, Tenant, TenantPage, TenantQuery};
use model::usage::{UsageQuery, Used};

/// A page of the list of workspaces.
///
/// # Errors
/// Not found for everybody else.
#[server(prefix = "/api", endpoint = "admin_list_tenants", input = Json)]
pub async fn admin_list_tenants(query: TenantQuery) -> Result<TenantPage, AppError> {
    Ok(domain::platform::tenants(&super::platform().await?, &query).await?)
}

/// One workspace.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "admin_get_tenant", input = Json)]
pub async fn admin_get_tenant(slug: String) -> Result<Tenant, AppError> {
    Ok(domain::platform::tenant(&super::platform().await?, &slug).await?)
}

/// What a workspace used.
///
/// # Errors
/// Invalid (field `to_ms`), not found.
#[server(prefix = "/api", endpoint = "admin_tenant_usage", input = Json)]
pub async fn admin_tenant_usage(slug: String, query: UsageQuery) -> Result<Vec<Used>, AppError> {
    Ok(domain::platform::tenant_usage(&super::platform().await?, &slug, &query).await?)
}

/// Makes a workspace for somebody, with its plan and limits; who has no account is invited.
///
/// # Errors
/// Fields at fault (`name`, `owner`, `plan`, limits by their words), not found.
#[server(prefix = "/api", endpoint = "admin_create_tenant", input = Json)]
pub async fn admin_create_tenant(new: NewTenant) -> Result<MadeTenant, AppError> {
    Ok(domain::platform::create_tenant(&super::platform().await?, new).await?)
}

/// Invites somebody to administer a workspace in which nobody is yet; gives the link.
///
/// # Errors
/// Invalid (field `owner`), a conflict where somebody belongs to it, not found.
#[server(prefix = "/api", endpoint = "admin_invite_owner", input = Json)]
pub async fn admin_invite_owner(slug: String, owner: String) -> Result<String, AppError> {
    Ok(domain::platform::invite_owner(&super::platform().await?, &slug, &owner).await?)
}

/// Gives a workspace a plan, and what it has otherwise.
///
/// # Errors
/// Fields at fault (`plan`, limits by their words), not found.
#[server(prefix = "/api", endpoint = "admin_set_plan", input = Json)]
pub async fn admin_set_plan(slug: String, plan: i32, overrides: Overrides) -> Result<Tenant, AppError> {
    Ok(domain::platform::set_plan(&super::platform().await?, &slug, plan, overrides).await?)
}

/// Shuts a workspace: its devices are cut off, its people read the reason.
///
/// # Errors
/// Invalid (field `reason`), not found.
#[server(prefix = "/api", endpoint = "admin_suspend", input = Json)]
pub async fn admin_suspend(slug: String, reason: String) -> Result<Tenant, AppError> {
    Ok(domain::platform::suspend(&super::platform().await?, &slug, &reason).await?)
}

/// Opens it again.
///
/// # Errors
/// Invalid where it waits to be deleted, not found.
#[server(prefix = "/api", endpoint = "admin_resume", input = Json)]
pub async fn admin_resume(slug: String) -> Result<Tenant, AppError> {
    Ok(domain::platform::resume(&super::platform().await?, &slug).await?)
}

/// Deletes it after the grace time.
///
/// # Errors
/// Fields at fault (`name`, `reason`), not found.
#[server(prefix = "/api", endpoint = "admin_delete", input = Json)]
pub async fn admin_delete(slug: String, name: String, reason: String) -> Result<Tenant, AppError> {
    Ok(domain::platform::delete(&super::platform().await?, &slug, &name, &reason).await?)
}

/// Keeps it after all.
///
/// # Errors
/// Not found, also where it is being deleted already.
#[server(prefix = "/api", endpoint = "admin_restore", input = Json)]
pub async fn admin_restore(slug: String) -> Result<Tenant, AppError> {
    Ok(domain::platform::restore(&super::platform().await?, &slug).await?)
}

/// All plans, and the key of the one that people's own workspaces have.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "admin_list_plans", input = Json)]
pub async fn admin_list_plans() -> Result<(Vec<Plan>, i32), AppError> {
    Ok(domain::platform::plans(&super::platform().await?).await?)
}

/// Makes a plan, or changes the one of this key.
///
/// # Errors
/// Fields at fault (`name`, `warn_percent`, limits by their words), taken, not found.
#[server(prefix = "/api", endpoint = "admin_save_plan", input = Json)]
pub async fn admin_save_plan(id: Option<i32>, draft: PlanDraft) -> Result<i32, AppError> {
    let context = super::platform().await?;
    match id {
        None => Ok(domain::platform::create_plan(&context, draft).await?),
        Some(id) => Ok(domain::platform::update_plan(&context, id, draft).await.map(|()| id)?),
    }
}

/// Says whether workspaces can be given the plan.
///
/// # Errors
/// Invalid where new workspaces have it, not found.
#[server(prefix = "/api", endpoint = "admin_retire_plan", input = Json)]
pub async fn admin_retire_plan(id: i32, retired: bool) -> Result<(), AppError> {
    Ok(domain::platform::retire_plan(&super::platform().await?, id, retired).await?)
}

/// Says which plan people's own workspaces have from now on.
///
/// # Errors
/// Invalid (field `plan`), not found.
#[server(prefix = "/api", endpoint = "admin_set_default_plan", input = Json)]
pub async fn admin_set_default_plan(id: i32) -> Result<(), AppError> {
    Ok(domain::platform::set_default_plan(&super::platform().await?, id).await?)
}

/// How the housekeeping of telemetry stands.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "admin_housekeeping", input = Json)]
pub async fn admin_housekeeping() -> Result<Housekeeping, AppError> {
    Ok(domain::platform::housekeeping(&super::platform().await?).await?)
}
