//! Letting somebody in on the word of the workspace's provider: who they are here, and as what.

use super::{act, belongs_to};
use crate::audit;
use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::giving;
use crate::homeport::Homeport;
use crate::limits;
use model::audit::{Action, Origin};
use model::check;
use model::limits::Limit;
use model::member::Member;
use model::role::RoleId;
use model::sign_on::{GroupRule, Proof, Provider, SignOn, SignOnFailure, Visitor, Vouched};
use model::workspace::Workspace;
use model::{Code, OrganizationId, PersonId, WorkspaceId};
use serde_json::json;
use store::{NewPerson, WorkspaceTx};

/// Longest slug in an address that is looked up, in bytes.
const SLUG_MAX: usize = 64;
/// Longest subject of a provider, in bytes, as the specification has it.
const SUBJECT_MAX: usize = 255;

/// A provider that is to be asked, with what is needed for it.
#[derive(Clone)]
pub struct Asked {
    /// For which workspace.
    pub workspace: WorkspaceId,
    /// The provider.
    pub provider: Provider,
    /// What it wants to hear from us; none: it wants no secret.
    pub secret: Option<String>,
}

/// The provider of the workspace of this slug.
///
/// # Errors
/// In the inner result what people are told; in the outer one the database's.
pub async fn asked(homeport: &Homeport, slug: &str) -> Result<Result<Asked, SignOnFailure>> {
    if slug.len() > SLUG_MAX || slug.contains('\0') {
        return Ok(Err(SignOnFailure::Unknown));
    }
    let Some(id) = homeport.store().lookup().workspace(slug).await? else {
        return Ok(Err(SignOnFailure::Unknown));
    };
    let scope = homeport.store().workspace(id).await?;
    let (SignOn { provider: Some(provider), .. }, sealed) = scope.sign_on().with_secret().await? else {
        return Ok(Err(SignOnFailure::Unknown));
    };
    if scope.settings().get().await?.is_none_or(|workspace| workspace.disabled) {
        return Ok(Err(SignOnFailure::Disabled));
    }
    let secret = match sealed {
        None => None,
        Some(sealed) => {
            let broken =
                || Error::Broken(format!("the secret of single sign-on of {id} was sealed with another key"));
            let opened = homeport.store().key().open(&sealed, &belongs_to(id)).ok_or_else(broken)?;
            Some(String::from_utf8(opened).map_err(|_| broken())?)
        }
    };
    Ok(Ok(Asked { workspace: id, provider, secret }))
}

/// Lets in whom the provider vouches for: makes them where nobody knows them, and gives them what their groups say. Gives
/// who they are, with what their session is good for.
///
/// # Errors
/// As [`asked`].
pub async fn admit(
    homeport: &Homeport,
    asked: &Asked,
    vouched: &Vouched,
    from: &Origin,
) -> Result<Result<Visitor, SignOnFailure>> {
    let scope = homeport.store().workspace(asked.workspace).await?;
    // It may have been changed since it was asked.
    let rules = scope.sign_on().get().await?;
    if rules.provider.as_ref() != Some(&asked.provider) {
        return Ok(Err(SignOnFailure::Wrong));
    }
    let person = match admitted(homeport, scope, asked, vouched, &rules, from).await {
        Ok(Ok(person)) => person,
        Ok(Err(why)) => {
            refused(homeport, asked.workspace, why, from).await?;
            return Ok(Err(why));
        }
        Err(error) if error.problem().code == Code::LimitReached => return Ok(Err(SignOnFailure::Full)),
        Err(error) if error.problem().code == Code::Conflict => return Ok(Err(SignOnFailure::Conflict)),
        Err(error) => return Err(error),
    };
    let proof = Proof { second: false, by_provider_of: Some(asked.workspace) };
    Ok(Ok(Visitor { person, proof }))
}

/// Notes in the workspace's log that somebody came by the provider and was refused.
///
/// # Errors
/// The database's.
pub async fn refused(
    homeport: &Homeport,
    workspace: WorkspaceId,
    why: SignOnFailure,
    from: &Origin,
) -> Result<()> {
    let scope = homeport.store().workspace(workspace).await?;
    let act = act(Action::SignInFailed).after(json!({ "why": why.sentence() }));
    audit::by_provider(&scope, None, act, from, now_ms()).await?;
    Ok(scope.commit().await?)
}

async fn admitted(
    homeport: &Homeport,
    scope: WorkspaceTx,
    asked: &Asked,
    vouched: &Vouched,
    rules: &SignOn,
    from: &Origin,
) -> Result<Result<PersonId, SignOnFailure>> {
    let Asked { provider, .. } = asked;
    let Some(workspace) = scope.settings().get().await?.filter(|workspace| !workspace.disabled) else {
        return Ok(Err(SignOnFailure::Disabled));
    };
    if vouched.subject.is_empty() || vouched.subject.len() > SUBJECT_MAX || vouched.subject.contains('\0') {
        return Ok(Err(SignOnFailure::Wrong));
    }
    let email = match vouched.email.as_deref().map(check::email) {
        Some(Ok(email)) if vouched.email_verified != Some(false) && !email.contains('\0') => email,
        _ => return Ok(Err(SignOnFailure::NoAddress)),
    };
    if !provider.vouches_for(&email) {
        return Ok(Err(SignOnFailure::Domain));
    }
    let Some((role, organization)) = place(&scope, &workspace, provider, vouched).await? else {
        return Ok(Err(SignOnFailure::Groups));
    };
    let now = now_ms();
    let known = scope.sign_on().known(&provider.issuer, &vouched.subject).await?;
    let person = match known {
        Some(person) => person,
        None => match scope.members().by_email(&email).await? {
            Some(member) => member.person,
            None if homeport.store().people().by_email(&email).await?.is_some() => {
                return Ok(Err(SignOnFailure::Account));
            }
            None => made(homeport, &scope, &email, vouched.name.as_deref()).await?,
        },
    };
    if known.is_none() {
        scope.sign_on().knows(&provider.issuer, &vouched.subject, person).await?;
    }
    let before = scope.members().get(person).await?;
    if before.is_none() {
        limits::room(&scope, Limit::People, 1).await?;
    }
    // Whom one must be able to rely on should the provider fail, stays what they are.
    let follows = !provider.group_claim.is_empty() && rules.break_glass != Some(person);
    if before.is_none() || follows {
        scope.memberships().set(person, &role, organization).await?;
    }
    let Some(after) = scope.members().get(person).await? else { return Ok(Err(SignOnFailure::Wrong)) };
    note(&scope, before.as_ref(), &after, from, now).await?;
    scope.sign_on().proved(now).await?;
    scope.commit().await?;
    Ok(Ok(person))
}

/// The role and the organization of the first of their groups whose role and organization are still there.
async fn place(
    scope: &WorkspaceTx,
    workspace: &Workspace,
    provider: &Provider,
    vouched: &Vouched,
) -> Result<Option<(RoleId, OrganizationId)>> {
    let Some(GroupRule { role, organization, group }) = provider.rule_for(&vouched.groups) else {
        return Ok(None);
    };
    let there = match organization {
        Some(organization) => scope.organizations().exists(organization).await?.then_some(organization),
        None => Some(scope.organizations().root().await?),
    };
    match (giving::find(scope, &role).await?, there) {
        (Some(role), Some(organization)) => Ok(Some((role.id, organization))),
        _ => {
            tracing::warn!(workspace = %workspace.slug, group, "what a group of single sign-on becomes is not there any more");
            Ok(None)
        }
    }
}

/// Somebody new, whose password nobody knows.
async fn made(homeport: &Homeport, scope: &WorkspaceTx, email: &str, name: Option<&str>) -> Result<PersonId> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(Error::Random)?;
    let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = name.and_then(|name| check::name(name).ok());
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(email).to_owned());
    let password_hash = homeport.hasher().hash(&secret).await?;
    let new = NewPerson { email: email.to_owned(), name, password_hash };
    Ok(scope.sign_on().make_person(new).await?.id)
}

async fn note(
    scope: &WorkspaceTx,
    before: Option<&Member>,
    after: &Member,
    from: &Origin,
    now: i64,
) -> Result<()> {
    let told = crate::members::told;
    match before {
        None => {
            let act = crate::members::act(Action::Join, after).after(told(after));
            audit::by_provider(scope, Some(after), act, from, now).await?;
        }
        Some(before) => {
            let act = crate::members::act(Action::Update, after).before(told(before)).after(told(after));
            audit::by_provider(scope, Some(after), act, from, now).await?;
        }
    }
    let act = crate::members::act(Action::SignIn, after).after(json!({ "by": "single sign-on" }));
    audit::by_provider(scope, Some(after), act, from, now).await
}
