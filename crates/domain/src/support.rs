//! Support access, as the workspace that is looked into sees it: its administrators see that it holds, and end it at
//! once. Whoever looks sees their own, and ends it when they are done.

use crate::access::ManageWorkspace;
use crate::audit::{self, Act};
use crate::context::{Context, Support};
use crate::error::{Error, Result};
use crate::platform;
use model::audit::{Action, Subject};
use model::support::SupportAccess;
use serde_json::json;

/// The accesses that hold now: all for administrators, their own for who looks, none for anybody else.
///
/// # Errors
/// The database's.
pub async fn holding(context: &Context) -> Result<Vec<SupportAccess>> {
    let scope = match (&context.support, context.grant::<ManageWorkspace>()) {
        (_, Ok(granted)) => granted.scope().await?,
        (Some(_), _) => context.homeport.store().workspace(context.workspace.id).await?,
        (None, Err(_)) => return Ok(Vec::new()),
    };
    let mut all = scope.support_accesses().holding(context.now_ms).await?;
    if let Some(mine) = context.support {
        all.retain(|access| access.id == mine.id);
    }
    Ok(all)
}

/// Ends one at once: open pages of who looks show nothing more.
///
/// # Errors
/// [`model::Code::NotFound`], also where it is over; [`model::Code::NotAllowed`].
pub async fn end(context: &Context, id: i32) -> Result<()> {
    let scope = match context.support {
        Some(mine) if mine.id == id => context.homeport.store().workspace(context.workspace.id).await?,
        _ => context.grant::<ManageWorkspace>()?.scope().await?,
    };
    let ended = scope.support_accesses().end(id, &context.actor.to_string(), context.now_ms).await?;
    let ended = ended.ok_or_else(Error::not_found)?;
    let act = Act::new(Action::Revoke, Subject::Workspace, &context.workspace.slug, &context.workspace.name);
    context.audited(&scope, act.before(json!({ "support access of": ended.person }))).await?;
    Ok(scope.commit().await?)
}

/// Notes, once a minute, that somebody looks: in the workspace's own log and in the platform's.
pub(crate) async fn looked(context: &Context, support: Support) -> Result<()> {
    let key = format!("support {} in {}", support.id, context.workspace.id);
    if !context.homeport.noted().is_due(&key, context.now_ms) {
        return Ok(());
    }
    let told = json!({ "looked in as": context.role.name, "until": audit::time_text(support.to_ms) });
    let scope = context.homeport.store().workspace(context.workspace.id).await?;
    let (slug, name) = (&context.workspace.slug, &context.workspace.name);
    let act = Act::new(Action::SupportAccess, Subject::Workspace, slug, name).after(told.clone());
    context.audited(&scope, act).await?;
    scope.commit().await?;
    if let Some(person) = context.actor.person() {
        let office = platform::open(&context.homeport, person).await?;
        let deed = platform::Deed::new(Action::SupportAccess, "workspace", slug, name);
        office.noted(deed.changed(None, Some(told))).await?;
    }
    Ok(())
}
