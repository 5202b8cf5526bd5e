//! The people of a workspace and those who are invited to it.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::OrganizationId;
use model::PersonId;
use model::member::{Choices, FreshInvitation, Invitation, InvitationShown, InviteDraft, Member};
use model::role::RoleId;
use model::workspace::Workspace;

/// Everybody who belongs to the workspace, as far as the asker sees, by name.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_people", input = Json)]
pub async fn list_people(workspace: String) -> Result<Vec<Member>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::members::list(&ctx).await?)
}

/// The roles and organizations that the asker can give.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "people_choices", input = Json)]
pub async fn people_choices(workspace: String) -> Result<Choices, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::members::choices(&ctx).await?)
}

/// Gives somebody another role and organization.
///
/// # Errors
/// Not found; fields at fault (`role`, `organization`); the last administrator; a role that may not.
#[server(prefix = "/api", endpoint = "change_person", input = Json)]
pub async fn change_person(
    workspace: String,
    person: PersonId,
    role: RoleId,
    organization: OrganizationId,
) -> Result<Member, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::members::change(&ctx, person, Some(role), Some(organization)).await?)
}

/// Ends somebody's membership.
///
/// # Errors
/// Not found; the last administrator; a role that may not.
#[server(prefix = "/api", endpoint = "remove_person", input = Json)]
pub async fn remove_person(workspace: String, person: PersonId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::members::remove(&ctx, person).await?)
}

/// Ends the asker's own membership.
///
/// # Errors
/// Not found; the last administrator.
#[server(prefix = "/api", endpoint = "leave_workspace", input = Json)]
pub async fn leave_workspace(workspace: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::members::leave(&ctx).await?)
}

/// Those who are invited and have not come yet, the newest first.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_invitations", input = Json)]
pub async fn list_invitations(workspace: String) -> Result<Vec<Invitation>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::invitations::list(&ctx).await?)
}

/// Invites people; the answer is the only one that holds their links, beside the mails.
///
/// # Errors
/// Fields at fault (`emails`, `role`, `organization`); not found; a role that may not.
#[server(prefix = "/api", endpoint = "invite_people", input = Json)]
pub async fn invite_people(workspace: String, draft: InviteDraft) -> Result<Vec<FreshInvitation>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::invitations::create(&ctx, &draft).await?)
}

/// Sends an invitation again, with another link.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "resend_invitation", input = Json)]
pub async fn resend_invitation(workspace: String, invitation: i32) -> Result<FreshInvitation, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::invitations::resend(&ctx, invitation).await?)
}

/// Makes an invitation worth nothing.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "revoke_invitation", input = Json)]
pub async fn revoke_invitation(workspace: String, invitation: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::invitations::revoke(&ctx, invitation).await?)
}

/// What a mailed link invites to.
///
/// # Errors
/// Not found, in a sentence.
#[server(prefix = "/api", endpoint = "look_at_invitation", input = Json)]
pub async fn look_at_invitation(link: String) -> Result<InvitationShown, AppError> {
    Ok(domain::invitations::look(&super::homeport()?, &link).await?)
}

/// Whoever is signed in joins by a mailed link.
///
/// # Errors
/// Not found; taken where they belong to it already; signed out.
#[server(prefix = "/api", endpoint = "accept_invitation", input = Json)]
pub async fn accept_invitation(link: String) -> Result<Workspace, AppError> {
    let person = super::person().await?;
    Ok(domain::invitations::accept(&super::homeport()?, person, &link).await?)
}

/// Somebody new makes an account by a mailed link, joins, and is signed in.
///
/// # Errors
/// Fields at fault (`name`, `password`); not found; taken (`email`).
#[server(prefix = "/api", endpoint = "join_by_invitation", input = Json)]
pub async fn join_by_invitation(link: String, name: String, password: String) -> Result<Workspace, AppError> {
    let joined = domain::invitations::join(&super::homeport()?, &link, &name, &password).await?;
    super::begin_session(joined.0.id, model::sign_on::Proof::default()).await?;
    Ok(joined.1)
}
