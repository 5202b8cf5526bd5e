//! Plans: made, changed, retired; and the one that workspaces have that people make themselves.

use super::PlatformContext;
use super::log::Deed;
use crate::error::{Error, Result};
use model::audit::Action;
use model::limits::{Plan, PlanDraft};
use model::{Code, Problem};
use serde_json::json;

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
    let draft = draft.checked()?;
    let tx = context.act().await?;
    let id = tx.console().insert_plan(&draft).await?;
    let deed = Deed::new(Action::Create, "plan", id, &draft.name);
    context.noted_in(&tx, deed.changed(None, Some(json!({ "limits": draft.limits })))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes one for all workspaces that have it, within seconds.
///
/// # Errors
/// [`Code::Invalid`] by field, limits by their words; [`Code::Taken`] beside `name`; [`Code::NotFound`].
pub async fn update_plan(context: &PlatformContext, id: i32, draft: PlanDraft) -> Result<()> {
    let draft = draft.checked()?;
    let before = named(context, id).await?;
    let tx = context.act().await?;
    if !tx.console().update_plan(id, &draft).await? {
        return Err(Error::not_found());
    }
    let before = json!({ "name": before.name, "limits": before.limits, "warned at": before.warn_percent });
    let after = json!({ "name": draft.name, "limits": draft.limits, "warned at": draft.warn_percent });
    let deed = Deed::new(Action::Update, "plan", id, &draft.name);
    context.noted_in(&tx, deed.changed(Some(before), Some(after))).await?;
    Ok(tx.commit().await?)
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
    let before = named(context, id).await?;
    let tx = context.act().await?;
    if !tx.console().retire_plan(id, retired).await? {
        return Err(Error::not_found());
    }
    let told = |retired: bool| Some(json!({ "retired": retired }));
    let deed = Deed::new(Action::Update, "plan", id, &before.name);
    context.noted_in(&tx, deed.changed(told(before.retired), told(retired))).await?;
    Ok(tx.commit().await?)
}

/// Says which one workspaces have that people make themselves, from now on.
///
/// # Errors
/// [`Code::Invalid`] where it is none that can be given.
pub async fn set_default_plan(context: &PlatformContext, id: i32) -> Result<()> {
    let tx = context.act().await?;
    if !tx.console().set_default_plan(id).await? {
        return Err(super::tenants::no_plan());
    }
    let plan = named(context, id).await?;
    let deed = Deed::new(Action::Update, "settings", "default plan", "Plan of new workspaces");
    context.noted_in(&tx, deed.changed(None, Some(json!({ "plan": plan.name })))).await?;
    Ok(tx.commit().await?)
}

async fn named(context: &PlatformContext, id: i32) -> Result<Plan> {
    let plans = context.console().plans().await?;
    plans.into_iter().find(|plan| plan.id == id).ok_or_else(Error::not_found)
}
