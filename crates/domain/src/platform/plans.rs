//! Plans: made, changed, retired; and the one that workspaces have that people make themselves.

use super::PlatformContext;
use crate::error::{Error, Result};
use model::limits::{Plan, PlanDraft};
use model::{Code, Problem};

/// All plans, and the key of the one that new workspaces have.
///
/// # Errors
/// The database's.
pub async fn plans(context: &PlatformContext) -> Result<(Vec<Plan>, i32)> {
    let console = context.console();
    Ok((console.plans().await?, console.default_plan().await?))
}

/// Makes one; tells its key.
///
/// # Errors
/// [`Code::Invalid`] by field, limits by their words; [`Code::Taken`] beside `name`.
pub async fn create_plan(context: &PlatformContext, draft: PlanDraft) -> Result<i32> {
    Ok(context.console().insert_plan(&draft.checked()?).await?)
}

/// Changes one for all workspaces that have it, within seconds.
///
/// # Errors
/// [`Code::Invalid`] by field, limits by their words; [`Code::Taken`] beside `name`; [`Code::NotFound`].
pub async fn update_plan(context: &PlatformContext, id: i32, draft: PlanDraft) -> Result<()> {
    match context.console().update_plan(id, &draft.checked()?).await? {
        true => Ok(()),
        false => Err(Error::not_found()),
    }
}

/// Says whether workspaces can be given it. Those that have it keep it.
///
/// # Errors
/// [`Code::Invalid`] where new workspaces have it; [`Code::NotFound`].
pub async fn retire_plan(context: &PlatformContext, id: i32, retired: bool) -> Result<()> {
    if retired && context.console().default_plan().await? == id {
        let text = "New workspaces are given this plan. Choose another one for them first.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    match context.console().retire_plan(id, retired).await? {
        true => Ok(()),
        false => Err(Error::not_found()),
    }
}

/// Says which one workspaces have that people make themselves, from now on.
///
/// # Errors
/// [`Code::Invalid`] where it is none that can be given.
pub async fn set_default_plan(context: &PlatformContext, id: i32) -> Result<()> {
    match context.console().set_default_plan(id).await? {
        true => Ok(()),
        false => Err(super::tenants::no_plan()),
    }
}
