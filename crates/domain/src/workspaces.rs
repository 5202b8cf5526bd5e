//! Workspaces: which a person belongs to, making one, opening one.

use crate::access::ManageWorkspace;
use crate::applications;
use crate::audit::Act;
use crate::context::{Actor, Context, now_ms};
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::keys;
use crate::support;
use model::application::{Application, BLANK};
use model::audit::{Action, Subject};
use model::check;
use model::sign_on::Visitor;
use model::workspace::{DEFAULT_RETENTION_DAYS, Membership, Workspace};
use model::{Code, PersonId, Problem, WorkspaceId};
use serde_json::json;
use store::NewWorkspace;

/// How many random signs follow the `0ne` of an ID scope.
const SCOPE_SIGNS: usize = 8;
/// Longest slug in an address that is looked up, in bytes.
const SLUG_MAX: usize = 64;

/// The workspaces of a person, by name, each with why they don't get in as they have signed in. Who has come by a
/// workspace's provider is told of that workspace alone.
///
/// # Errors
/// The database's.
pub async fn memberships(homeport: &Homeport, who: impl Into<Visitor>) -> Result<Vec<Membership>> {
    let Visitor { person, proof } = who.into();
    let found = homeport.store().people().memberships(person).await?;
    let listed = found.into_iter().map(|(membership, demands)| {
        let barred = demands.bar(membership.workspace.id, proof);
        Membership { barred, ..membership }
    });
    Ok(listed.filter(|one| proof.by_provider_of.is_none_or(|only| only == one.workspace.id)).collect())
}

/// Makes a workspace; the person becomes its administrator. Two may have one name; their slugs differ.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::SignedOut`] where the person is gone; [`Code::LimitReached`] where they have one on
/// trial already.
pub async fn create(homeport: &Homeport, person: PersonId, name: &str) -> Result<Workspace> {
    create_with(homeport, person, name, &applications::built_in(BLANK)?).await
}

/// The same, furnished with an application. Where that can't be, no workspace is made.
///
/// # Errors
/// As [`create`] and [`applications::apply`].
pub async fn create_with(
    homeport: &Homeport,
    person: PersonId,
    name: &str,
    application: &Application,
) -> Result<Workspace> {
    let name = check::name(name).map_err(|message| Problem::field(Code::Invalid, "name", message))?;
    let people = homeport.store().people();
    let (person, _) = people.get(person).await?.ok_or_else(|| Problem::new(Code::SignedOut))?;
    let made = people.create_own_workspace(&person, new(name)?).await?;
    let (scope, made) = made.ok_or_else(|| {
        let text =
            "You have a workspace on trial already. Whoever runs this Homeport makes further ones for you.";
        Problem::with_detail(Code::LimitReached, text)
    })?;
    crate::audit::workspace_made(&scope, &person, &made).await?;
    applications::furnish_new(homeport, &scope, &person, &made, application).await?;
    scope.commit().await?;
    Ok(made)
}

/// The context of a person in the workspace of this slug: the only way to one for people. Of whom nothing but the id is
/// given, that counts as a sign-in with a password alone.
///
/// # Errors
/// [`Code::NotFound`], the same for strangers as for a slug that nobody has; [`Code::SignedOut`] where the person is
/// gone; [`Code::WorkspaceDisabled`]; [`Code::SignOnNeeded`] and [`Code::SecondFactorNeeded`] where the workspace demands
/// more than they have shown.
pub async fn open(homeport: &Homeport, who: impl Into<Visitor>, slug: &str) -> Result<Context> {
    let context = open_even_shut(homeport, who, slug).await?;
    // After the membership: strangers learn nothing.
    if context.workspace.disabled {
        return Err(Problem::new(Code::WorkspaceDisabled).into());
    }
    Ok(context)
}

/// The same, also where the workspace is shut: for what its own people may do then.
pub(crate) async fn open_even_shut(
    homeport: &Homeport,
    who: impl Into<Visitor>,
    slug: &str,
) -> Result<Context> {
    let Visitor { person, proof } = who.into();
    let people = homeport.store().people();
    let (person, _) = people.get(person).await?.ok_or_else(|| Problem::new(Code::SignedOut))?;
    if slug.len() > SLUG_MAX || slug.contains('\0') {
        return Err(Error::not_found());
    }
    let (workspace, place, demands) =
        people.membership(person.id, slug).await?.ok_or_else(Error::not_found)?;
    if proof.by_provider_of.is_some_and(|only| only != workspace.id) {
        return Err(Error::not_found());
    }
    if let Some(barred) = demands.bar(workspace.id, proof) {
        return Err(Problem::new(barred.code()).into());
    }
    let support = place.support;
    let (id, within) = (person.id, workspace.id);
    let context = Context::new(homeport.clone(), workspace, Actor::Person(person), place);
    match support {
        Some(support) => support::looked(&context, support).await?,
        None => seen(homeport, id, within).await?,
    }
    Ok(context)
}

/// Why the workspace is shut, for whoever belongs to it; empty where nobody said why, or it is open.
///
/// # Errors
/// [`Code::NotFound`], the same for strangers as for a slug that nobody has.
pub async fn why_disabled(homeport: &Homeport, who: impl Into<Visitor>, slug: &str) -> Result<String> {
    let Visitor { person, proof } = who.into();
    if slug.len() > SLUG_MAX || slug.contains('\0') {
        return Err(Error::not_found());
    }
    let found = homeport.store().people().membership(person, slug).await?;
    let (workspace, ..) = found.ok_or_else(Error::not_found)?;
    if proof.by_provider_of.is_some_and(|only| only != workspace.id) {
        return Err(Error::not_found());
    }
    let scope = homeport.store().workspace(workspace.id).await?;
    Ok(scope.allowances().get().await?.reason)
}

/// Notes that somebody is in a workspace, to the minute.
async fn seen(homeport: &Homeport, person: PersonId, workspace: WorkspaceId) -> Result<()> {
    let now = now_ms();
    if homeport.noted().is_due(&format!("{person} in {workspace}"), now) {
        let scope = homeport.store().workspace(workspace).await?;
        scope.members().seen(person, now).await?;
        scope.commit().await?;
    }
    Ok(())
}

/// Renames the workspace. Its slug stays, so that links keep working.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotAllowed`].
pub async fn rename(context: &Context, name: &str) -> Result<Workspace> {
    let granted = context.grant::<ManageWorkspace>()?;
    let name = check::name(name).map_err(|message| Problem::field(Code::Invalid, "name", message))?;
    let scope = granted.scope().await?;
    let before = scope.settings().get().await?.ok_or_else(Error::not_found)?;
    let workspace = scope.settings().rename(&name).await?.ok_or_else(Error::not_found)?;
    let act = act(context).before(json!({ "name": before.name })).after(json!({ "name": workspace.name }));
    context.audited(&scope, act).await?;
    scope.commit().await?;
    Ok(workspace)
}

/// A change of the workspace of this context, for the audit log.
pub(crate) fn act(context: &Context) -> Act {
    Act::new(Action::Update, Subject::Workspace, &context.workspace.slug, &context.workspace.name)
}

/// A workspace of this checked name, as the store wants it.
pub(crate) fn new(name: String) -> Result<NewWorkspace> {
    let slug = check::slug(&name);
    Ok(NewWorkspace {
        slug: if slug.is_empty() { "workspace".into() } else { slug },
        name,
        scope: format!("0ne{}", keys::letters(SCOPE_SIGNS)?),
        retention_days: DEFAULT_RETENTION_DAYS,
    })
}
