//! Invitations: a link by mail, good for a week and once, by which somebody comes to a workspace.

use crate::access::{ManagePeople, ViewPeople};
use crate::audit::{self, Act};
use crate::context::{Context, now_ms};
use crate::error::{Error, Result};
use crate::giving;
use crate::homeport::Homeport;
use crate::limits;
use crate::links;
use crate::mail::{self, Letter};
use model::audit::{Action, Subject};
use model::check::{self, Check};
use model::limits::Limit;
use model::member::{
    FreshInvitation, INVITATION_LIFE_MS, INVITATIONS_MAX, Invitation, InvitationShown, InviteDraft,
};
use model::person::Person;
use model::role::RoleId;
use model::workspace::Workspace;
use model::{Code, OrganizationId, PersonId, Problem};
use serde_json::json;
use store::{KeptInvitation, NewPerson, WorkspaceTx};

/// Whom to invite, by whoever may.
#[derive(Clone, Debug)]
pub(crate) struct NewInvitation {
    /// Whom: a checked address.
    pub(crate) email: String,
    /// What they will be allowed.
    pub(crate) role: RoleId,
    /// Where they will belong.
    pub(crate) organization: OrganizationId,
    /// By whom, in words.
    pub(crate) invited_by: String,
    /// When, in milliseconds since 1970.
    pub(crate) now_ms: i64,
}

/// Invites somebody, in the place of an earlier invitation of theirs, and queues the mail. Asks for no permission: its
/// callers do.
///
/// # Errors
/// [`Code::Taken`] beside `emails` where they belong to the workspace already; [`Code::Invalid`] where too many wait;
/// [`Code::LimitReached`] where the workspace has as many people, or as many mails of this day, as it may.
pub(crate) async fn invite(
    homeport: &Homeport,
    scope: &WorkspaceTx,
    new: NewInvitation,
) -> Result<FreshInvitation> {
    if scope.members().by_email(&new.email).await?.is_some() {
        let message = format!("{} belongs to this workspace already.", new.email);
        return Err(Problem::field(Code::Taken, "emails", message).into());
    }
    if scope.invitations().count().await? >= INVITATIONS_MAX {
        let text = format!("At most {INVITATIONS_MAX} invitations wait at once. Revoke some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    // Who is invited anew is counted already.
    if !scope.invitations().waits(&new.email, new.now_ms).await? {
        limits::room(scope, Limit::People, 1).await?;
    }
    let workspace = scope.settings().get().await?.ok_or_else(Error::not_found)?;
    let (text, hash) = links::fresh()?;
    let link = format!("{}/invitation/{text}", homeport.origin());
    let kept = KeptInvitation {
        email: new.email.clone(),
        role: new.role,
        organization: new.organization,
        invited_by: new.invited_by.clone(),
        hash,
        now_ms: new.now_ms,
        expires_ms: new.now_ms + INVITATION_LIFE_MS,
    };
    let id = scope.invitations().put(&kept).await?.ok_or_else(|| {
        let text = format!("{} is invited already, into an organization outside of yours.", kept.email);
        Problem::field(Code::Taken, "emails", text)
    })?;
    let brand = scope.brandings().get().await?.brand;
    let on = brand.shown_name();
    let mail = Letter::new(format!("Join “{}” on {on}", workspace.name))
        .looking(&brand)
        .says("Hello,")
        .says(format!("{} invites you to the workspace “{}” on {on}.", new.invited_by, workspace.name))
        .leads("Join the workspace", &link)
        .says("The link works once, within 7 days. If you don't know what this is about, do nothing.")
        .to(&new.email);
    mail::queue_of(scope, homeport, &mail).await?;
    Ok(FreshInvitation { id, email: new.email, link })
}

/// Those that wait, the newest first.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Invitation>> {
    let scope = context.grant::<ViewPeople>()?.scope().await?;
    Ok(scope.invitations().list().await?)
}

/// Invites everybody of the draft, or nobody where one of them can't be.
///
/// # Errors
/// [`Code::Invalid`] beside `emails`, `role` and `organization`; [`Code::Taken`] beside `emails`; [`Code::NotAllowed`].
pub async fn create(context: &Context, draft: &InviteDraft) -> Result<Vec<FreshInvitation>> {
    let granted = context.grant::<ManagePeople>()?;
    let addresses = draft.addresses()?;
    let scope = granted.scope().await?;
    let organization = giving::checked(context, &scope, &draft.role, draft.organization).await?;
    let mut fresh = Vec::with_capacity(addresses.len());
    for email in addresses {
        let new = NewInvitation {
            email,
            role: draft.role.clone(),
            organization,
            invited_by: context.actor.to_string(),
            now_ms: context.now_ms,
        };
        let made = invite(&context.homeport, &scope, new).await?;
        let told = json!({ "role": draft.role.0 });
        context.audited(&scope, act(Action::Invite, &made.email).after(told)).await?;
        fresh.push(made);
    }
    scope.commit().await?;
    Ok(fresh)
}

/// Sends one again, with another link: the old one is worth nothing.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::NotAllowed`]; [`Code::Invalid`] where it gives more than the asker holds.
pub async fn resend(context: &Context, id: i32) -> Result<FreshInvitation> {
    let scope = context.grant::<ManagePeople>()?.scope().await?;
    let found = scope.invitations().get(id).await?.ok_or_else(Error::not_found)?;
    let organization = giving::checked(context, &scope, &found.role.id, Some(found.organization.id)).await?;
    let new = NewInvitation {
        email: found.email,
        role: found.role.id,
        organization,
        invited_by: context.actor.to_string(),
        now_ms: context.now_ms,
    };
    let fresh = invite(&context.homeport, &scope, new).await?;
    context.audited(&scope, act(Action::Invite, &fresh.email)).await?;
    scope.commit().await?;
    Ok(fresh)
}

/// Makes one worth nothing.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::NotAllowed`].
pub async fn revoke(context: &Context, id: i32) -> Result<()> {
    let scope = context.grant::<ManagePeople>()?.scope().await?;
    let found = scope.invitations().get(id).await?.ok_or_else(Error::not_found)?;
    if !scope.invitations().remove(id).await? {
        return Err(Error::not_found());
    }
    context.audited(&scope, act(Action::Revoke, &found.email)).await?;
    Ok(scope.commit().await?)
}

fn act(action: Action, email: &str) -> Act {
    Act::new(action, Subject::Invitation, email, email)
}

/// What a link invites to: for the page that it leads to.
///
/// # Errors
/// [`Code::NotFound`], in a sentence, where it works no more.
pub async fn look(homeport: &Homeport, link: &str) -> Result<InvitationShown> {
    let (_, workspace, invitation) = known(homeport, link).await?;
    let known = homeport.store().people().by_email(&invitation.email).await?.is_some();
    Ok(InvitationShown {
        workspace: workspace.name,
        slug: workspace.slug,
        email: invitation.email,
        role: invitation.role.name,
        invited_by: invitation.invited_by,
        known,
    })
}

/// Somebody who has an account joins. Gives the workspace.
///
/// # Errors
/// [`Code::NotFound`] as [`look`]; [`Code::Taken`] where they belong to it already.
pub async fn accept(homeport: &Homeport, person: PersonId, link: &str) -> Result<Workspace> {
    let (scope, workspace, invitation) = known(homeport, link).await?;
    if scope.members().get(person).await?.is_some() {
        let text = format!("You belong to “{}” already.", workspace.name);
        return Err(Problem::with_detail(Code::Taken, text).into());
    }
    used(scope, person, &invitation).await?;
    Ok(workspace)
}

/// Somebody new makes an account with the invited address, and joins.
///
/// # Errors
/// [`Code::Invalid`] beside `name` and `password`; [`Code::NotFound`] as [`look`]; [`Code::Taken`] where somebody has an
/// account with the address: then they sign in and [`accept`].
pub async fn join(
    homeport: &Homeport,
    link: &str,
    name: &str,
    password: &str,
) -> Result<(Person, Workspace)> {
    let mut check = Check::default();
    let name = check.field("name", check::name(name)).unwrap_or_default();
    check.field("password", check::password(password));
    check.done()?;
    // Asked before the hashing, so that strangers can't keep the processors busy with it, and no connection waits for it.
    let (scope, ..) = known(homeport, link).await?;
    drop(scope);
    let password_hash = homeport.hasher().hash(password).await?;
    let (scope, workspace, invitation) = known(homeport, link).await?;
    let new = NewPerson { email: invitation.email.clone(), name, password_hash };
    let person = scope.invitations().make_person(new).await?;
    used(scope, person.id, &invitation).await?;
    Ok((person, workspace))
}

async fn used(scope: WorkspaceTx, person: PersonId, invitation: &Invitation) -> Result<()> {
    scope.invitations().remove(invitation.id).await?;
    limits::room(&scope, Limit::People, 1).await?;
    scope.memberships().set(person, &invitation.role.id, invitation.organization.id).await?;
    if let Some(member) = scope.members().get(person).await? {
        audit::joined(&scope, &member, now_ms()).await?;
    }
    Ok(scope.commit().await?)
}

/// The invitation of a link, in a scope of its workspace that holds it until the end.
async fn known(homeport: &Homeport, link: &str) -> Result<(WorkspaceTx, Workspace, Invitation)> {
    let hash = links::shown(link).ok_or_else(gone)?;
    let id = homeport.store().lookup().invitation(hash).await?.ok_or_else(gone)?;
    let scope = homeport.store().workspace(id).await?;
    let invitation = scope.invitations().of_link(hash, now_ms()).await?.ok_or_else(gone)?;
    let workspace = scope.settings().get().await?.ok_or_else(gone)?;
    if workspace.disabled {
        return Err(Problem::new(Code::WorkspaceDisabled).into());
    }
    Ok((scope, workspace, invitation))
}

fn gone() -> Error {
    let text = "This invitation was used already, was taken back, or is older than 7 days. Ask whoever invited you for another.";
    Problem::with_detail(Code::NotFound, text).into()
}
