//! Explorations: saving them, finding them again, and reading one out of a query.

mod from_query;

pub use from_query::from_query;

use crate::access::{ShareExplorations, ViewDevices};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use model::audit::{Action, Subject};
use model::exploration::{EXPLORATIONS_MAX, ExplorationDraft, SavedExploration};
use model::{Code, ExplorationId, Problem};
use serde_json::{Value, json};
use store::WorkspaceTx;

/// One's own and those that are shared, by name.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<SavedExploration>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    Ok(scope.explorations().list(context.actor.person()).await?)
}

/// One of these.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: ExplorationId) -> Result<SavedExploration> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    find(&scope, context, id).await
}

/// Saves one: for oneself, or for everybody.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotAllowed`].
pub async fn create(context: &Context, draft: &ExplorationDraft) -> Result<SavedExploration> {
    let granted = context.grant::<ViewDevices>()?;
    may_share(context, draft.shared)?;
    let draft = draft.checked()?;
    let person = context.actor.person();
    let scope = granted.scope().await?;
    if scope.explorations().count(person).await? >= EXPLORATIONS_MAX {
        let text = format!("At most {EXPLORATIONS_MAX} explorations are kept. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let organization = context.organization.id;
    let id = scope.explorations().insert(person, organization, &draft, context.now_ms).await?;
    let made = find(&scope, context, id).await?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Puts another in the place of one.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`]; [`Code::NotAllowed`], also where it is somebody else's and one may not
/// share.
pub async fn update(
    context: &Context,
    id: ExplorationId,
    draft: &ExplorationDraft,
) -> Result<SavedExploration> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let draft = draft.checked()?;
    let before = find(&scope, context, id).await?;
    may_share(context, draft.shared || before.shared)?;
    if !before.mine && !draft.shared {
        let text = "It belongs to somebody else: make one of your own from it instead.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    scope.explorations().update(id, &draft, context.now_ms).await?;
    let after = find(&scope, context, id).await?;
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::NotAllowed`], also where it is shared and one may not share.
pub async fn delete(context: &Context, id: ExplorationId) -> Result<()> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let gone = find(&scope, context, id).await?;
    may_share(context, gone.shared)?;
    scope.explorations().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &gone).before(told(&gone))).await?;
    Ok(scope.commit().await?)
}

fn may_share(context: &Context, shared: bool) -> Result<()> {
    if shared {
        context.grant::<ShareExplorations>()?;
    }
    Ok(())
}

async fn find(scope: &WorkspaceTx, context: &Context, id: ExplorationId) -> Result<SavedExploration> {
    scope.explorations().get(context.actor.person(), id).await?.ok_or_else(Error::not_found)
}

fn act(action: Action, saved: &SavedExploration) -> Act {
    Act::new(action, Subject::Exploration, saved.id, &saved.name)
}

/// What the audit log tells of one.
fn told(saved: &SavedExploration) -> Value {
    json!({ "name": saved.name, "shared": saved.shared, "exploration": saved.exploration })
}
