//! Links by which a dashboard is seen without signing in: signed, for a time, for reading, and for nothing else.
//!
//! A link's last part names workspace and row and says until when it holds, under a signature of the master key; so nothing
//! is looked up for what nobody of ours has written. What it shows is what its maker sees at that moment.

use super::{act, find, tiles, to_change, variables};
use crate::audit::Act;
use crate::context::{Actor, Context, now_ms};
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::keys;
use model::audit::Action;
use model::dashboard::{
    Dashboard, DashboardLink, LINKS_MAX, LinkDraft, Only, SharedAsk, SharedDashboard, TileAnswer, TilesAsk,
    Variable,
};
use model::permission::{Permission, Permissions};
use model::{Code, Problem, WorkspaceId};
use serde_json::json;

/// For what the signature is.
const PURPOSE: &str = "dashboard link";
/// Signs of chance of an id.
const ID_SIGNS: usize = 12;
/// Longest last part of a link that is looked at, in bytes.
const TEXT_MAX: usize = 160;
/// How often it is noted that a link was used, in milliseconds.
const NOTED_EVERY_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The links of a dashboard, for whoever may change it: the newest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn list(context: &Context, dashboard: &str) -> Result<Vec<DashboardLink>> {
    let (scope, _) = to_change(context, dashboard).await?;
    let links = scope.dashboard_links().list(dashboard).await?;
    Ok(links.into_iter().map(|link| addressed(context, link)).collect())
}

/// Makes one.
///
/// # Errors
/// [`Code::Invalid`] by field, and where there are as many as there may be; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn create(context: &Context, dashboard: &str, draft: &LinkDraft) -> Result<DashboardLink> {
    let (scope, shared) = to_change(context, dashboard).await?;
    let draft = draft.checked()?;
    let person = context.actor.person().filter(|_| context.support.is_none()).ok_or_else(|| {
        Problem::with_detail(Code::NotAllowed, "Links are made by people who belong to the workspace.")
    })?;
    if scope.dashboard_links().count(dashboard).await? >= LINKS_MAX {
        let text = format!("A dashboard has at most {LINKS_MAX} links. Take some back first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let id = keys::letters(ID_SIGNS)?.to_lowercase();
    // To the second: so it stands in the link.
    let expires_ms = (context.now_ms + i64::from(draft.days) * DAY_MS) / 1000 * 1000;
    let times = (context.now_ms, expires_ms);
    scope.dashboard_links().insert(dashboard, (&id, &draft.name), person, times).await?;
    let told = json!({ "link": draft.name, "link holds until": crate::audit::time_text(expires_ms) });
    context.audited(&scope, act(Action::Update, &shared).after(told)).await?;
    let made = scope.dashboard_links().list(dashboard).await?.into_iter().find(|link| link.id == id);
    let made = made.ok_or_else(Error::not_found)?;
    scope.commit().await?;
    Ok(addressed(context, made))
}

/// Makes one worth nothing, from the next request on.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn revoke(context: &Context, dashboard: &str, link: &str) -> Result<()> {
    let (scope, shared) = to_change(context, dashboard).await?;
    let known = scope.dashboard_links().get(link).await?.filter(|known| known.dashboard == dashboard);
    let known = known.ok_or_else(Error::not_found)?;
    scope.dashboard_links().delete(dashboard, link).await?;
    let told = json!({ "link": known.name });
    let act: Act = act(Action::Revoke, &shared).before(told);
    context.audited(&scope, act).await?;
    Ok(scope.commit().await?)
}

/// The dashboard of a link.
///
/// # Errors
/// [`Code::NotFound`] in a sentence; [`Code::WorkspaceDisabled`], [`Code::TooMany`].
pub async fn look(homeport: &Homeport, link: &str) -> Result<SharedDashboard> {
    let Opened { context, dashboard, expires_ms } = open(homeport, link).await?;
    let workspace = context.workspace.name.clone();
    Ok(SharedDashboard { name: dashboard.about.name, workspace, content: dashboard.content, expires_ms })
}

/// What tiles of the dashboard of a link show; what isn't on it is left out.
///
/// # Errors
/// As [`look`], and [`Code::Invalid`] by field.
pub async fn read(homeport: &Homeport, link: &str, ask: &SharedAsk) -> Result<Vec<TileAnswer>> {
    let Opened { context, dashboard, .. } = open(homeport, link).await?;
    let content = &dashboard.content;
    let tile = |(id, own): &(String, Option<(i64, i64)>)| {
        content.tiles.iter().find(|tile| tile.id == *id).map(|tile| (tile.clone(), *own))
    };
    let variable = |(id, value): &(String, String)| -> Option<Only> {
        content.variables.iter().find(|variable| variable.id == *id)?.only(value)
    };
    let ask = TilesAsk {
        tiles: ask.tiles.iter().take(content.tiles.len()).filter_map(tile).collect(),
        from_ms: ask.from_ms,
        to_ms: ask.to_ms,
        points: ask.points,
        past: ask.past,
        compare: ask.compare,
        only: ask.chosen.iter().filter_map(variable).collect(),
    };
    tiles::tiles(&context, &ask).await
}

/// What can be chosen by a variable of the dashboard of a link.
///
/// # Errors
/// As [`look`].
pub async fn offered(homeport: &Homeport, link: &str, variable: &str) -> Result<Vec<(String, String)>> {
    let Opened { context, dashboard, .. } = open(homeport, link).await?;
    let known = |one: &&Variable| one.id == variable;
    let variable = dashboard.content.variables.iter().find(known).ok_or_else(Error::not_found)?;
    variables::offered(&context, variable).await
}

/// What a link opens.
struct Opened {
    /// Its maker's, with the right to see and no other.
    context: Context,
    dashboard: Dashboard,
    expires_ms: i64,
}

async fn open(homeport: &Homeport, link: &str) -> Result<Opened> {
    let refused = || {
        let text =
            "This link has run out, was taken back, or was never one of ours. Ask whoever gave it to you.";
        Error::Problem(Problem::with_detail(Code::NotFound, text))
    };
    let (workspace, id, expires_ms) = verified(homeport, link).ok_or_else(refused)?;
    let now = now_ms();
    if expires_ms <= now {
        return Err(refused());
    }
    let scope = homeport.store().workspace(workspace).await?;
    let workspace = scope.settings().get().await?.ok_or_else(refused)?;
    let kept = scope.dashboard_links().get(&id).await?.filter(|kept| kept.expires_ms == expires_ms);
    let kept = kept.ok_or_else(refused)?;
    if workspace.disabled {
        return Err(Problem::new(Code::WorkspaceDisabled).into());
    }
    homeport.calls().take(workspace.id, now)?;
    if kept.last_used_ms.is_none_or(|at| at < now - NOTED_EVERY_MS) {
        scope.dashboard_links().used(&id, now).await?;
        scope.commit().await?;
    }
    let people = homeport.store().people();
    let (person, _) = people.get(kept.person).await?.ok_or_else(refused)?;
    let (workspace, mut place, _) =
        people.membership(person.id, &workspace.slug).await?.ok_or_else(refused)?;
    let seen = [Permission::ViewDevices, Permission::ViewGroups];
    place.role.permissions =
        seen.into_iter().filter(|one| place.role.permissions.allows(*one)).collect::<Permissions>();
    let context = Context::new(homeport.clone(), workspace, Actor::Person(person), place);
    let scope = context.grant::<crate::access::ViewDevices>()?.scope().await?;
    let dashboard = find(&context, &scope, &kept.dashboard).await.map_err(|_| refused())?;
    Ok(Opened { context, dashboard, expires_ms })
}

/// `7.k2j8….1795000000.9f3c…`: workspace, row, until when in seconds since 1970, signature.
fn text(homeport: &Homeport, workspace: WorkspaceId, id: &str, expires_ms: i64) -> String {
    let said = format!("{workspace}.{id}.{}", expires_ms / 1000);
    let signature = homeport.store().key().sign(PURPOSE, &said);
    format!("{said}.{signature}")
}

/// What a link says, where it is one of ours.
fn verified(homeport: &Homeport, link: &str) -> Option<(WorkspaceId, String, i64)> {
    if link.len() > TEXT_MAX || !link.is_ascii() {
        return None;
    }
    let (said, signature) = link.rsplit_once('.')?;
    if !homeport.store().key().is_signed(PURPOSE, said, signature) {
        return None;
    }
    let mut parts = said.split('.');
    let workspace = WorkspaceId(parts.next()?.parse().ok()?);
    let (id, expires_s) = (parts.next()?.to_owned(), parts.next()?.parse::<i64>().ok()?);
    Some((workspace, id, expires_s.checked_mul(1000)?))
}

fn addressed(context: &Context, mut link: DashboardLink) -> DashboardLink {
    let text = text(&context.homeport, context.workspace.id, &link.id, link.expires_ms);
    link.address = format!("{}/shared/{text}", context.homeport.origin());
    link
}
