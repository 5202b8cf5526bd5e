//! The audit log, as the settings show it.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::audit::{AuditPage, AuditQuery};

/// The newest entries that are asked for.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_audit", input = Json)]
pub async fn list_audit(workspace: String, query: AuditQuery) -> Result<AuditPage, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::audit::list(&ctx, &query).await?)
}

/// Says how long entries are kept, in days.
///
/// # Errors
/// Invalid (field `days`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_audit_days", input = Json)]
pub async fn set_audit_days(workspace: String, days: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::audit::set_days(&ctx, days).await?)
}
