//! How people come to a workspace: its provider of OpenID Connect, and what it demands beside a password.
//!
//! Whoever sets the provider could come in by it as anybody of the workspace, so it takes all that an administrator may.
//! A session that began by it reaches this workspace and nothing else ([`model::sign_on::Proof`]).

mod admission;

pub use admission::{Asked, admit, asked, refused};

use crate::access::{ManagePeople, ViewPeople};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use model::audit::{Action, Subject};
use model::check::Check;
use model::organization::Reach;
use model::role::BuiltIn;
use model::sign_on::{Provider, ProviderDraft, SignOn};
use model::{Code, PersonId, Problem, WorkspaceId};
use serde_json::{Value, json};
use store::WorkspaceTx;

/// How it is set.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn get(context: &Context) -> Result<SignOn> {
    let scope = context.grant::<ViewPeople>()?.scope().await?;
    whole(context)?;
    Ok(scope.sign_on().get().await?)
}

/// Keeps a provider. Those whom an earlier one knew are known by another issuer's word no more.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotAllowed`].
pub async fn set_provider(context: &Context, draft: ProviderDraft) -> Result<SignOn> {
    let granted = context.grant::<ManagePeople>()?;
    administrators(context)?;
    let ProviderDraft { provider, secret } = draft.checked()?;
    let scope = granted.scope().await?;
    check_roles(context, &scope, &provider).await?;
    let (before, kept) = scope.sign_on().with_secret().await?;
    let other = before.provider.as_ref().is_some_and(|before| before.issuer != provider.issuer);
    if other && secret.is_none() && kept.is_some() {
        // A secret never goes to another address than the one that it was given for.
        let text = "Give the client secret again: the address is another one.";
        return Err(Problem::field(Code::Invalid, "secret", text).into());
    }
    let sealed = match secret {
        None => kept,
        Some(secret) if secret.is_empty() => None,
        Some(secret) => {
            let key = context.homeport.store().key();
            Some(key.seal(secret.as_bytes(), &belongs_to(context.workspace.id)))
        }
    };
    scope.sign_on().set_provider(Some(&provider), sealed).await?;
    // What has not been tried can't be what everybody must come by.
    scope.sign_on().set_enforced(false, None).await?;
    let act = act(Action::Update).before(told(&before)).after(told(&scope.sign_on().get().await?));
    context.audited(&scope, act).await?;
    let now = scope.sign_on().get().await?;
    scope.commit().await?;
    Ok(now)
}

/// Takes the provider away: people come by their passwords again.
///
/// # Errors
/// [`Code::NotAllowed`]; [`Code::NotFound`] where there is none.
pub async fn remove_provider(context: &Context) -> Result<()> {
    let granted = context.grant::<ManagePeople>()?;
    administrators(context)?;
    let scope = granted.scope().await?;
    let before = scope.sign_on().get().await?;
    if before.provider.is_none() {
        return Err(Error::not_found());
    }
    scope.sign_on().set_enforced(false, None).await?;
    scope.sign_on().set_provider(None, None).await?;
    context.audited(&scope, act(Action::Delete).before(told(&before))).await?;
    Ok(scope.commit().await?)
}

/// Says whether people come by the provider alone. Then `break_glass`, an administrator, gets in with a password
/// nevertheless.
///
/// # Errors
/// [`Code::Invalid`] beside `break_glass`; [`Code::Conflict`] where nobody has come by the provider yet; [`Code::NotAllowed`].
pub async fn enforce(context: &Context, enforced: bool, break_glass: Option<PersonId>) -> Result<SignOn> {
    let granted = context.grant::<ManagePeople>()?;
    administrators(context)?;
    let scope = granted.scope().await?;
    let before = scope.sign_on().get().await?;
    if enforced && !before.proved {
        let text = "Sign in by the provider once before everybody must.";
        return Err(Problem::with_detail(Code::Conflict, text).into());
    }
    let break_glass = match (enforced, break_glass) {
        (false, _) => None,
        (true, Some(person)) if is_administrator(&scope, person).await? => Some(person),
        (true, _) => {
            let text = "Choose an administrator who gets in should the provider fail.";
            return Err(Problem::field(Code::Invalid, "break_glass", text).into());
        }
    };
    scope.sign_on().set_enforced(enforced, break_glass).await?;
    let now = scope.sign_on().get().await?;
    context.audited(&scope, act(Action::Update).before(told(&before)).after(told(&now))).await?;
    scope.commit().await?;
    Ok(now)
}

/// Says whether a second factor is demanded of everybody.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn demand_second_factor(context: &Context, demanded: bool) -> Result<SignOn> {
    let granted = context.grant::<ManagePeople>()?;
    administrators(context)?;
    let scope = granted.scope().await?;
    let before = scope.sign_on().get().await?;
    scope.sign_on().set_second_factor(demanded).await?;
    let now = scope.sign_on().get().await?;
    context.audited(&scope, act(Action::Update).before(told(&before)).after(told(&now))).await?;
    scope.commit().await?;
    Ok(now)
}

fn act(action: Action) -> Act {
    Act::new(action, Subject::SignOn, "", "Single sign-on")
}

/// What the audit log tells: never the secret.
fn told(rules: &SignOn) -> Value {
    json!({
        "provider": rules.provider,
        "secret": rules.has_secret,
        "enforced": rules.enforced,
        "with a password nevertheless": rules.break_glass,
        "second factor": rules.second_factor,
    })
}

/// It concerns the whole workspace.
fn whole(context: &Context) -> Result<()> {
    if context.reach == Reach::Everything {
        return Ok(());
    }
    let text = "How people sign in concerns the whole workspace, and you see a part of it.";
    Err(Problem::with_detail(Code::NotAllowed, text).into())
}

/// Who may do all that an administrator may, and sees the whole workspace.
fn administrators(context: &Context) -> Result<()> {
    whole(context)?;
    if context.role.permissions.covers(BuiltIn::Administrator.permissions()) {
        return Ok(());
    }
    let text = "Only who may do everything in the workspace changes how people sign in.";
    Err(Problem::with_detail(Code::NotAllowed, text).into())
}

async fn is_administrator(scope: &WorkspaceTx, person: PersonId) -> Result<bool> {
    let member = scope.members().get(person).await?;
    Ok(member.is_some_and(|member| member.role.id.built_in() == Some(BuiltIn::Administrator)))
}

/// Roles and organizations that the groups name are there, and are the asker's to give.
async fn check_roles(context: &Context, scope: &WorkspaceTx, provider: &Provider) -> Result<()> {
    let mut check = Check::default();
    for rule in &provider.groups {
        let fits = giving::checked(context, scope, &rule.role, rule.organization).await.is_ok();
        check.that(fits, "groups", format!("The role or the organization of “{}” isn't there.", rule.group));
    }
    if let Some(role) = &provider.others {
        let there = giving::find(scope, role).await?.is_some();
        check.that(there, "others", "There is no such role.");
    }
    Ok(check.done()?)
}

pub(crate) fn belongs_to(workspace: WorkspaceId) -> Vec<u8> {
    format!("single sign-on of {workspace}").into_bytes()
}
