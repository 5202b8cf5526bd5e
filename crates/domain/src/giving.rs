//! Giving away a role and an organization, to a person or a token: nobody gives more than they hold.

use crate::context::Context;
use crate::error::Result;
use model::OrganizationId;
use model::check::Check;
use model::organization::Reach;
use model::role::{Role, RoleId};
use store::WorkspaceTx;

const NOT_SEEN: &str = "There is no such organization, or it lies outside of yours.";

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
    let given = organization.unwrap_or(context.organization.id);
    match find(scope, role).await? {
        None => _ = check.that(false, "role", "There is no such role."),
        Some(role) => {
            let there = match context.reach == Reach::Everything && given == context.organization.id {
                true => role.permissions,
                false => role.permissions.below_the_root(),
            };
            let covers = context.role.permissions.covers(there);
            check.that(covers, "role", "Nobody gives away more than they may do themselves.");
        }
    }
    check.that(
        organization.is_none() || scope.organizations().exists(given).await?,
        "organization",
        NOT_SEEN,
    );
    check.done()?;
    Ok(given)
}

/// Whether whoever has this scope sees the organization.
///
/// # Errors
/// [`model::Code::Invalid`] beside `organization`.
pub(crate) async fn seen(scope: &WorkspaceTx, organization: OrganizationId) -> Result<()> {
    let mut check = Check::default();
    check.that(scope.organizations().exists(organization).await?, "organization", NOT_SEEN);
    Ok(check.done()?)
}

/// The role of this id: a built-in one, or one that the workspace has made.
pub(crate) async fn find(scope: &WorkspaceTx, id: &RoleId) -> Result<Option<Role>> {
    match id.built_in() {
        Some(built_in) => Ok(Some(built_in.role())),
        None if id.0.contains('\0') => Ok(None),
        None => Ok(scope.roles().get(id).await?),
    }
}
