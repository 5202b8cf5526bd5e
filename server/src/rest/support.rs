//! `/api/supportAccess`: who looks into the workspace for support, to be seen and ended by its own people.

use super::time_text::time_text;
use super::{Caller, Fault, Listed, Paging};
use axum::extract::Path;
use domain::support;
use http::StatusCode;
use model::support::SupportAccess;
use model::{Code, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// An access that holds, as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SupportOut {
    id: String,
    /// Who looks.
    display_name: String,
    /// What they may do here.
    role: String,
    reason: String,
    from: String,
    /// Until when at the longest.
    expiry: String,
}

fn out(access: SupportAccess) -> SupportOut {
    SupportOut {
        id: access.id.to_string(),
        display_name: access.person,
        role: super::tokens::role_id(&access.role.id),
        reason: access.reason,
        from: time_text(access.from_ms),
        expiry: time_text(access.to_ms),
    }
}

#[utoipa::path(
    get,
    path = "/api/supportAccess",
    tag = "Support access",
    summary = "Lists who looks into the workspace for support now",
    responses((status = 200, description = "As it is", body = Listed<SupportOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<SupportOut>, Fault> {
    Ok(paging.of(support::holding(&caller).await?.into_iter().map(out).collect()))
}

#[utoipa::path(
    delete,
    path = "/api/supportAccess/{access}",
    tag = "Support access",
    summary = "Ends it at once",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    let id = id.parse().map_err(|_| Fault::from(Problem::new(Code::NotFound)))?;
    support::end(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
