//! Handing a workspace over to its owner: somebody who can sign in already becomes its administrator.

use super::PlatformContext;
use crate::error::Result;
use model::role::BuiltIn;
use model::workspace::Workspace;
use model::{Code, PersonId, Problem};

/// Who has this checked address.
///
/// # Errors
/// [`Code::Invalid`] beside `owner` where nobody has it.
pub(super) async fn known(context: &PlatformContext, email: &str) -> Result<PersonId> {
    let found = context.homeport.store().people().by_email(email).await?;
    let nobody = || {
        let text = "Nobody here has this address. Somebody who can sign in already takes the workspace over.";
        Problem::field(Code::Invalid, "owner", text)
    };
    Ok(found.map(|(person, _)| person.id).ok_or_else(nobody)?)
}

/// Makes them the administrator of a workspace in which nobody is yet.
///
/// # Errors
/// The database's.
pub(super) async fn hand_over(
    context: &PlatformContext,
    workspace: &Workspace,
    owner: PersonId,
) -> Result<()> {
    let scope = context.homeport.store().workspace(workspace.id).await?;
    let root = scope.organizations().root().await?;
    scope.memberships().set(owner, &BuiltIn::Administrator.into(), root).await?;
    Ok(scope.commit().await?)
}
