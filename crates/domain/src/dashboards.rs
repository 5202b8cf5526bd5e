//! Dashboards: of an organization for whoever belongs to it, and of one person for themselves.

mod figures;
mod happened;
mod lines;
pub mod links;
pub mod pictures;
mod places;
mod plans;
mod rows;
mod scene;
mod spread;
mod states;
mod tiles;
mod variables;
mod views;

pub use tiles::tiles;
pub use variables::offered;
pub use views::views;

use crate::access::{ManageDashboards, ManagePersonalDashboards, ManageTemplates, ViewDevices};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use crate::keys;
use model::audit::{Action, Subject};
use model::check;
use model::dashboard::{self, Content, DASHBOARDS_MAX, Dashboard, DashboardDraft, GENERATED, Listed};
use model::permission::Permission;
use model::template::Template;
use model::{Code, OrganizationId, Problem};
use serde_json::{Value, json};
use store::WorkspaceTx;

/// How long a picture is kept that no tile shows, in milliseconds: somebody may be about to save the tile.
const PICTURES_REST_MS: i64 = 60 * 60 * 1000;
/// Signs of chance behind an id that is made up.
const ID_SIGNS: usize = 6;

/// All that the asker sees: the default first, then those that they have marked.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Listed>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    Ok(scope.dashboards(context.actor.person()).await?.list().await?)
}

/// One with all that stands on it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: &str) -> Result<Dashboard> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    find(context, &scope, id).await
}

/// The same, and under [`GENERATED`] what nobody has drawn.
///
/// # Errors
/// As [`get`].
pub async fn open(context: &Context, id: &str) -> Result<Dashboard> {
    if id != GENERATED {
        return get(context, id).await;
    }
    let about = Listed {
        id: GENERATED.into(),
        name: "What devices send".into(),
        description: String::new(),
        organization: Some(context.organization.clone()),
        personal: false,
        favourite: false,
        is_default: false,
        template: None,
        tiles: 0,
        updated_ms: context.now_ms,
    };
    Ok(Dashboard { about, content: generated(context).await?, revision: 0 })
}

/// What a dashboard of this workspace's devices would be, where nobody draws one.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn generated(context: &Context) -> Result<Content> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    generated_in(&scope).await
}

async fn generated_in(scope: &WorkspaceTx) -> Result<Content> {
    let mut templates = scope.templates().list().await?;
    templates.sort_by_key(|template| -template.devices);
    let of = |t: Template| (family(&t.dtmi).to_owned(), t.name, t.telemetry, t.devices);
    Ok(dashboard::generated(&templates.into_iter().map(of).collect::<Vec<_>>()))
}

/// The identifier of a template without its version.
pub(crate) fn family(dtmi: &str) -> &str {
    dtmi.split_once(';').map_or(dtmi, |(family, _)| family)
}

/// Makes one. Without a content it begins with what the workspace's devices send.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field; [`Code::NotAllowed`].
pub async fn create(context: &Context, id: Option<&str>, draft: &DashboardDraft) -> Result<Dashboard> {
    let scope = scope_to_change(context, draft.personal).await?;
    let made = insert(context, &scope, id, draft).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes one in this scope.
pub(crate) async fn insert(
    context: &Context,
    scope: &WorkspaceTx,
    id: Option<&str>,
    draft: &DashboardDraft,
) -> Result<Dashboard> {
    let mut draft = draft.checked()?;
    let id = match id {
        Some(id) => dashboard::id(id).map_err(|message| Problem::field(Code::Invalid, "id", message))?,
        None => made_of(&draft.name)?,
    };
    if let Some(template) = draft.template {
        views::fit(context, scope, &mut draft, template).await?;
    }
    if draft.content.is_none() {
        draft.content = Some(generated_in(scope).await?);
    }
    let organization = match draft.personal {
        true => None,
        false => Some(whose(context, scope, draft.organization).await?),
    };
    let dashboards = scope.dashboards(context.actor.person()).await?;
    if dashboards.count().await? >= DASHBOARDS_MAX {
        let text = format!("A workspace has at most {DASHBOARDS_MAX} dashboards. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    dashboards.insert(&id, &draft, organization, context.now_ms).await?;
    let made = find(context, scope, &id).await?;
    context.audited(scope, act(Action::Create, &made).after(told(&made))).await?;
    Ok(made)
}

/// Changes one that is as the asker knows it. Without a content, what stands on it stays.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::Outdated`] where somebody changed it since; [`Code::NotFound`],
/// [`Code::NotAllowed`].
pub async fn update(
    context: &Context,
    id: &str,
    revision: Option<i32>,
    draft: &DashboardDraft,
) -> Result<Dashboard> {
    let (scope, before) = to_change(context, id).await?;
    let draft = draft.checked()?;
    if revision.is_some_and(|revision| revision != before.revision) {
        return Err(Problem::new(Code::Outdated).into());
    }
    let here = before.about.organization.as_ref().map(|organization| organization.id);
    let organization = match draft.organization.filter(|wanted| here.is_some() && Some(*wanted) != here) {
        Some(wanted) => Some(whose(context, &scope, Some(wanted)).await?),
        None => here,
    };
    let dashboards = scope.dashboards(context.actor.person()).await?;
    if !dashboards.update(&before, &draft, organization, context.now_ms).await? {
        return Err(Problem::new(Code::Outdated).into());
    }
    if draft.content.is_some() {
        let shown = pictures_of(&draft);
        dashboards.keep_pictures(id, &shown, context.now_ms - PICTURES_REST_MS).await?;
    }
    let after = find(context, &scope, id).await?;
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: &str) -> Result<()> {
    let (scope, before) = to_change(context, id).await?;
    scope.dashboards(context.actor.person()).await?.delete(id).await?;
    context.audited(&scope, act(Action::Delete, &before).before(told(&before))).await?;
    Ok(scope.commit().await?)
}

/// Makes another one of it under this name: the asker's own, or where the first belongs.
///
/// # Errors
/// As [`create`], and [`Code::NotFound`].
pub async fn copy(context: &Context, id: &str, name: &str, personal: bool) -> Result<Dashboard> {
    let from = get(context, id).await?;
    let draft = DashboardDraft {
        name: name.to_owned(),
        description: from.about.description,
        organization: from.about.organization.map(|organization| organization.id),
        personal,
        template: None,
        content: Some(from.content),
    };
    let made = create(context, None, &draft).await?;
    let (scope, _) = to_change(context, &made.about.id).await?;
    scope.dashboards(context.actor.person()).await?.copy_pictures(id, &made.about.id).await?;
    scope.commit().await?;
    Ok(made)
}

/// The pictures that its tiles show.
fn pictures_of(draft: &DashboardDraft) -> Vec<String> {
    let tiles = draft.content.iter().flat_map(|content| &content.tiles);
    let pictures = tiles.map(|tile| tile.configuration.picture.clone());
    pictures.filter(|picture| !picture.is_empty()).collect()
}

/// Makes one what its organization sees first, or takes that from it.
///
/// # Errors
/// [`Code::Invalid`] where it is personal; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn set_default(context: &Context, id: &str, is_default: bool) -> Result<()> {
    let (scope, before) = to_change(context, id).await?;
    if before.about.personal || before.about.template.is_some() {
        let text = "A dashboard of one's own, or of a template, can't be what others see first.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    first(context, &scope, &before, is_default).await?;
    Ok(scope.commit().await?)
}

/// Makes one what its organization sees first, in this scope.
pub(crate) async fn make_default(
    context: &Context,
    scope: &WorkspaceTx,
    dashboard: &Dashboard,
) -> Result<()> {
    first(context, scope, dashboard, true).await
}

async fn first(context: &Context, scope: &WorkspaceTx, before: &Dashboard, is_default: bool) -> Result<()> {
    let id = &before.about.id;
    scope.dashboards(context.actor.person()).await?.set_default(id, is_default).await?;
    let told = |default: bool| json!({ "default": default });
    let act = act(Action::Update, before).before(told(before.about.is_default)).after(told(is_default));
    context.audited(scope, act).await
}

/// Marks one for the asker, or takes the mark from it.
///
/// # Errors
/// [`Code::Invalid`] for a program, which has no marks; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn set_favourite(context: &Context, id: &str, favourite: bool) -> Result<()> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    find(context, &scope, id).await?;
    if context.actor.person().is_none() {
        return Err(Problem::with_detail(Code::Invalid, "Only people have favourites.").into());
    }
    scope.dashboards(context.actor.person()).await?.set_favourite(id, favourite).await?;
    Ok(scope.commit().await?)
}

pub(crate) async fn find(context: &Context, scope: &WorkspaceTx, id: &str) -> Result<Dashboard> {
    if dashboard::id(id).is_err() {
        return Err(Error::not_found());
    }
    let dashboards = scope.dashboards(context.actor.person()).await?;
    dashboards.get(id).await?.ok_or_else(Error::not_found)
}

/// The scope in which a dashboard may be made or changed.
async fn scope_to_change(context: &Context, personal: bool) -> Result<WorkspaceTx> {
    if !personal {
        return context.grant::<ManageDashboards>()?.scope().await;
    }
    let granted = context.grant::<ManagePersonalDashboards>()?;
    if context.actor.person().is_none() {
        return Err(Problem::with_detail(Code::Invalid, "Only people have dashboards of their own.").into());
    }
    granted.scope().await
}

/// One that the asker may change.
pub(crate) async fn to_change(context: &Context, id: &str) -> Result<(WorkspaceTx, Dashboard)> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let dashboard = find(context, &scope, id).await?;
    if dashboard.about.template.is_some() {
        context.grant::<ManageTemplates>()?;
    }
    Ok((scope_to_change(context, dashboard.about.personal).await?, dashboard))
}

/// Whether the asker may change it.
pub fn may_change(context: &Context, about: &Listed) -> bool {
    context.role.allows(match about.personal {
        true => Permission::ManagePersonalDashboards,
        false => Permission::ManageDashboards,
    })
}

async fn whose(
    context: &Context,
    scope: &WorkspaceTx,
    wanted: Option<OrganizationId>,
) -> Result<OrganizationId> {
    let organization = wanted.unwrap_or(context.organization.id);
    giving::seen(scope, organization).await?;
    Ok(organization)
}

/// An id that begins with the name, since it stands in addresses.
fn made_of(name: &str) -> Result<String> {
    let signs = keys::letters(ID_SIGNS)?.to_lowercase();
    Ok(match check::slug(name).as_str() {
        "" => signs,
        slug => format!("{slug}-{signs}"),
    })
}

fn act(action: Action, dashboard: &Dashboard) -> Act {
    Act::new(action, Subject::Dashboard, &dashboard.about.id, &dashboard.about.name)
}

/// What the audit log tells of one.
fn told(dashboard: &Dashboard) -> Value {
    let about = &dashboard.about;
    json!({
        "name": about.name,
        "description": about.description,
        "organization": about.organization.as_ref().map(|organization| &organization.name),
        "revision": dashboard.revision,
        "tiles": dashboard.content.tiles.iter().map(|tile| &tile.display_name).collect::<Vec<_>>(),
    })
}
