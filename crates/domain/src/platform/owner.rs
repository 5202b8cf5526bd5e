//! Handing a workspace over to its owner: who has an account administers it at once and is told so by mail, anybody else
//! is invited.

use super::PlatformContext;
use crate::error::Result;
use crate::invitations::{self, NewInvitation};
use crate::mail::Letter;
use model::person::Person;
use model::role::BuiltIn;
use model::workspace::Workspace;
use model::{Code, Problem};
use store::WorkspaceTx;

/// Makes whoever has this checked address the administrator of a workspace in which nobody is yet; gives the link of the
/// invitation where they have no account.
///
/// # Errors
/// The database's.
pub(super) async fn hand_over(
    context: &PlatformContext,
    workspace: &Workspace,
    email: &str,
) -> Result<Option<String>> {
    let homeport = &context.homeport;
    let scope = homeport.store().workspace(workspace.id).await?;
    let root = scope.organizations().root().await?;
    let link = match homeport.store().people().by_email(email).await? {
        Some((owner, _)) => {
            scope.memberships().set(owner.id, &BuiltIn::Administrator.into(), root).await?;
            scope.queue_mail(&welcome(context, workspace, &owner).sealed(homeport)?).await?;
            None
        }
        None => Some(invited(context, &scope, email, root).await?),
    };
    scope.commit().await?;
    Ok(link)
}

/// Invites somebody else, or the same again: only while nobody belongs to the workspace, so that the console opens none
/// that has people.
///
/// # Errors
/// [`Code::Conflict`] where somebody belongs to it.
pub(super) async fn invite_again(
    context: &PlatformContext,
    workspace: model::WorkspaceId,
    email: &str,
) -> Result<String> {
    let scope = context.homeport.store().workspace(workspace).await?;
    scope.allowances().alone().await?;
    if !scope.memberships().list().await?.is_empty() {
        let text = "Somebody belongs to this workspace. Its administrators invite people themselves.";
        return Err(Problem::with_detail(Code::Conflict, text).into());
    }
    for earlier in scope.invitations().list().await? {
        scope.invitations().remove(earlier.id).await?;
    }
    let root = scope.organizations().root().await?;
    let link = invited(context, &scope, email, root).await?;
    scope.commit().await?;
    Ok(link)
}

async fn invited(
    context: &PlatformContext,
    scope: &WorkspaceTx,
    email: &str,
    root: model::OrganizationId,
) -> Result<String> {
    let new = NewInvitation {
        email: email.to_owned(),
        role: BuiltIn::Administrator.into(),
        organization: root,
        invited_by: format!("{} ({})", context.person.name, context.person.email),
        now_ms: context.now_ms,
    };
    Ok(invitations::invite(&context.homeport, scope, new).await?.link)
}

fn welcome(context: &PlatformContext, workspace: &Workspace, owner: &Person) -> crate::mail::Mail {
    Letter::new(format!("The workspace “{}” is yours", workspace.name))
        .says(format!("Hello {},", owner.name))
        .says(format!(
            "{} has made the workspace “{}” for you. You administer it with the account that you have.",
            context.person.name, workspace.name
        ))
        .leads("Open the workspace", &format!("{}/w/{}", context.homeport.origin(), workspace.slug))
        .to(&owner.email)
}
