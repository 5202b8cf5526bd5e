//! Giving away a role and an organization, to a person or a token: nobody gives more than they hold.

use crate::context::Context;
use crate::error::Result;
use model::OrganizationId;
use model::check::Check;
use model::role::{Role, RoleId};
use store::WorkspaceTx;

/// The organization that is given along with this role, where whoever asks may give both; none: their own.
///
/// # Errors
/// [`model::Code::Invalid`] beside `role` and `organization`.
pub(crate) async fn checked(
    context: &Context,
    scope: &WorkspaceTx,
    role: &RoleId,
    organization: Option<OrganizationId>,
) -> Result<OrganizationId> {
    let mut check = Check::default();
    match find(scope, role).await? {
        None => _ = check.that(false, "role", "There is no such role."),
        Some(role) => {
            _ = check.that(
                context.role.covers(&role),
                "role",
                "Nobody gives away more than they may do themselves.",
            );
        }
    }
    let given = organization.unwrap_or(context.organization.id);
    check.that(
        organization.is_none() || scope.organizations().exists(given).await?,
        "organization",
        "There is no such organization, or it lies outside of yours.",
    );
    check.done()?;
    Ok(given)
}

/// The role of this id: a built-in one, or one that the workspace has made.
pub(crate) async fn find(scope: &WorkspaceTx, id: &RoleId) -> Result<Option<Role>> {
    match id.built_in() {
        Some(built_in) => Ok(Some(built_in.role())),
        None => Ok(scope.roles().get(id).await?),
    }
}
