//! The people of a workspace: who belongs to it, as what, and who leaves.

use crate::access::{ManagePeople, ViewPeople};
use crate::audit::Act;
use crate::context::{Actor, Context};
use crate::error::{Error, Result};
use crate::giving;
use model::audit::{Action, Subject};
use model::member::{Choices, Member};
use model::organization::{OrganizationName, Reach};
use model::role::{BuiltIn, Role, RoleId};
use model::{Code, OrganizationId, PersonId, Problem};
use serde_json::{Value, json};
use store::WorkspaceTx;

/// Everybody whom the asker sees, by name.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Member>> {
    let scope = context.grant::<ViewPeople>()?.scope().await?;
    Ok(scope.members().list().await?)
}

/// One of them.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, person: PersonId) -> Result<Member> {
    let scope = context.grant::<ViewPeople>()?.scope().await?;
    scope.members().get(person).await?.ok_or_else(Error::not_found)
}

/// The organizations that the asker sees.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn organizations(context: &Context) -> Result<Vec<OrganizationName>> {
    let scope = context.grant::<ViewPeople>()?.scope().await?;
    Ok(scope.members().organizations().await?)
}

/// What the asker can give to others.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn choices(context: &Context) -> Result<Choices> {
    let scope = context.grant::<ManagePeople>()?.scope().await?;
    let made = scope.roles().list().await?;
    let roles = BuiltIn::ALL.into_iter().map(BuiltIn::role).chain(made);
    let roles = roles.filter(|role| holds(context, role)).map(|role| role.named()).collect();
    Ok(Choices { roles, organizations: scope.members().organizations().await? })
}

/// Gives somebody another role, another organization, or both; none: as it is.
///
/// # Errors
/// [`Code::Invalid`] beside `role` and `organization` where the asker has no more to give; [`Code::NotAllowed`] also where
/// the person may do more than the asker; [`Code::Conflict`] for the last administrator; [`Code::NotFound`].
pub async fn change(
    context: &Context,
    person: PersonId,
    role: Option<RoleId>,
    organization: Option<OrganizationId>,
) -> Result<Member> {
    let scope = context.grant::<ManagePeople>()?.scope().await?;
    let member = within_reach(context, &scope, person).await?;
    let was = told(&member);
    let role = role.unwrap_or(member.role.id);
    let organization = organization.unwrap_or(member.organization.id);
    let organization = giving::checked(context, &scope, &role, Some(organization)).await?;
    scope.memberships().set(person, &role, organization).await?;
    let member = scope.members().get(person).await?.ok_or_else(Error::not_found)?;
    context.audited(&scope, act(Action::Update, &member).before(was).after(told(&member))).await?;
    scope.commit().await?;
    Ok(member)
}

/// Ends somebody's membership. Their account stays, and what they have made.
///
/// # Errors
/// [`Code::NotAllowed`] also where the person may do more than the asker; [`Code::Conflict`] for the last administrator;
/// [`Code::NotFound`].
pub async fn remove(context: &Context, person: PersonId) -> Result<()> {
    let scope = context.grant::<ManagePeople>()?.scope().await?;
    let member = within_reach(context, &scope, person).await?;
    if !scope.memberships().remove(person).await? {
        return Err(Error::not_found());
    }
    context.audited(&scope, act(Action::Delete, &member).before(told(&member))).await?;
    Ok(scope.commit().await?)
}

/// Ends the asker's own membership.
///
/// # Errors
/// [`Code::Conflict`] for the last administrator; [`Code::NotAllowed`] for programs.
pub async fn leave(context: &Context) -> Result<()> {
    let Actor::Person(person) = &context.actor else { return Err(Problem::new(Code::NotAllowed).into()) };
    let scope = context.homeport.store().workspace(context.workspace.id).await?;
    let member = scope.members().get(person.id).await?.ok_or_else(Error::not_found)?;
    if !scope.memberships().remove(person.id).await? {
        return Err(Error::not_found());
    }
    context.audited(&scope, act(Action::Leave, &member).before(told(&member))).await?;
    Ok(scope.commit().await?)
}

pub(crate) fn act(action: Action, member: &Member) -> Act {
    Act::new(action, Subject::Person, &member.email, &member.name)
}

/// What the audit log tells of a member.
pub(crate) fn told(member: &Member) -> Value {
    json!({ "role": member.role.name, "organization": member.organization.name })
}

/// Whether the asker holds all that this role allows. Below the root no role allows what concerns the whole workspace, and
/// who doesn't belong to the root sees nobody who does.
fn holds(context: &Context, role: &Role) -> bool {
    let theirs = match context.reach == Reach::Everything {
        true => role.permissions,
        false => role.permissions.below_the_root(),
    };
    context.role.permissions.covers(theirs)
}

/// A member whom the asker may change: nobody changes somebody who may do more than they.
async fn within_reach(context: &Context, scope: &WorkspaceTx, person: PersonId) -> Result<Member> {
    let member = scope.members().get(person).await?.ok_or_else(Error::not_found)?;
    let theirs = giving::find(scope, &member.role.id).await?;
    if !theirs.is_some_and(|theirs| holds(context, &theirs)) {
        let text = format!("{} may do more here than you. Ask somebody who may as much.", member.name);
        return Err(Problem::with_detail(Code::NotAllowed, text).into());
    }
    Ok(member)
}
