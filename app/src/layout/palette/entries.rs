//! What the palette offers: the pages of the workspace, its devices and templates, other workspaces, actions.

use crate::api;
use crate::layout::account::{choose_theme, glyph, sign_out, word};
use crate::layout::fuzzy::score;
use crate::session::{self, use_session};
use crate::ui::Glyph;
use leptos::prelude::*;
use model::device::{DeviceQuery, DeviceRow};
use model::permission::Permission;
use model::person::Theme;
use model::template::Template;

/// Most entries of one group while something is typed.
const GROUP_MAX: usize = 8;

/// What an entry belongs to; shown in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Pages,
    Devices,
    Templates,
    Workspaces,
    Actions,
}

impl Group {
    pub(super) fn title(self) -> &'static str {
        match self {
            Group::Pages => "Pages",
            Group::Devices => "Devices",
            Group::Templates => "Templates",
            Group::Workspaces => "Workspaces",
            Group::Actions => "Actions",
        }
    }
}

#[derive(Clone)]
pub(super) enum Does {
    /// Goes to this address.
    Go(String),
    /// Does this.
    Run(Callback<()>),
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) group: Group,
    pub(super) glyph: Glyph,
    pub(super) text: String,
    /// Small beside it: an id, a place.
    pub(super) beside: String,
    pub(super) does: Does,
}

#[derive(Clone, Default)]
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    /// Whether the server was asked and has not answered.
    pub(super) waiting: bool,
}

/// The entries that fit what is typed, group by group, the best first.
pub(super) fn use_entries(typed: Signal<String>) -> Signal<Found> {
    let slug = session::use_slug();
    let still = still_entries();
    let devices = asked(move || (slug.get(), typed.get()), typing, |(slug, typed)| devices(slug, typed));
    let templates = asked(move || slug.get(), |_| 0, templates);
    Signal::derive(move || {
        let typed = typed.get();
        let (devices, templates) = (devices.get(), templates.get());
        let waiting = devices.is_none() || templates.is_none();
        let slug = slug.get();
        let mut entries = still.with_value(|still| fitting(&typed, still.clone(), Group::Pages));
        let found = devices.unwrap_or_default().into_iter().map(|row| device(&slug, row)).collect();
        entries.extend(best(&typed, found));
        if !typed.trim().is_empty() {
            let found = templates.unwrap_or_default().into_iter().map(|t| template(&slug, t)).collect();
            entries.extend(best(&typed, found));
        }
        for group in [Group::Workspaces, Group::Actions] {
            entries.extend(still.with_value(|still| fitting(&typed, still.clone(), group)));
        }
        Found { entries, waiting }
    })
}

/// The answer to what is asked, and again when that changes; until then what was answered before.
///
/// A question waits for `wait` milliseconds; one that was overtaken by then, or whose palette was closed, isn't asked.
///
/// Not a resource: a page's `Suspense` would wait for it, and take the palette away with the page.
fn asked<Q, A, F>(
    question: impl Fn() -> Q + 'static,
    wait: fn(&Q) -> i32,
    ask: fn(Q) -> F,
) -> RwSignal<Option<A>>
where
    Q: 'static,
    A: Send + Sync + 'static,
    F: Future<Output = A> + 'static,
{
    let answer = RwSignal::new(None);
    let newest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let question = question();
        let mine = newest.get_value().wrapping_add(1);
        newest.set_value(mine);
        leptos::task::spawn_local(async move {
            let ms = wait(&question);
            if ms > 0 {
                pause(ms).await;
            }
            if newest.try_get_value() != Some(mine) {
                return;
            }
            let found = ask(question).await;
            if newest.try_get_value() == Some(mine) {
                let _ = answer.try_set(Some(found));
            }
        });
    });
    answer
}

fn fitting(typed: &str, still: Vec<Entry>, group: Group) -> Vec<Entry> {
    best(typed, still.into_iter().filter(|entry| entry.group == group).collect())
}

fn best(typed: &str, entries: Vec<Entry>) -> Vec<Entry> {
    let mut fits: Vec<(i32, Entry)> = entries
        .into_iter()
        .filter_map(|entry| Some((score(typed, &entry.text).max(score(typed, &entry.beside))?, entry)))
        .collect();
    if !typed.trim().is_empty() {
        fits.sort_by_key(|(score, _)| -score);
        fits.truncate(GROUP_MAX);
    }
    fits.into_iter().map(|(_, entry)| entry).collect()
}

/// What needs no asking.
fn still_entries() -> StoredValue<Vec<Entry>> {
    let entry = |group, glyph, text: &str, does| Entry {
        group,
        glyph,
        text: text.to_owned(),
        beside: String::new(),
        does,
    };
    let go = |href: String| Does::Go(href);
    let mut entries = Vec::new();
    let open = session::use_workspace().get_untracked();
    if let Some(open) = &open {
        let at = |part: &str| go(format!("/w/{}/{part}", open.workspace.slug));
        entries.push(entry(Group::Pages, Glyph::Dashboard, "Dashboards", at("dashboards")));
        entries.push(entry(Group::Pages, Glyph::Device, "Devices", at("devices")));
        entries.push(entry(Group::Pages, Glyph::Group, "Device groups", at("groups")));
        entries.push(entry(Group::Pages, Glyph::Plug, "Device connection", at("connection")));
        entries.push(entry(Group::Pages, Glyph::Compass, "Explore", at("explore")));
        entries.push(entry(Group::Pages, Glyph::Warning, "Alarms", at("alarms")));
        entries.push(entry(Group::Pages, Glyph::Bell, "Notices", at("notices")));
        if open.role.allows(Permission::ViewJobs) {
            entries.push(entry(Group::Pages, Glyph::List, "Jobs", at("jobs")));
        }
        if open.role.allows(Permission::ManageJobs) {
            entries.push(entry(Group::Actions, Glyph::Plus, "New job", at("jobs/new")));
        }
        if open.role.allows(Permission::ViewRules) {
            entries.push(entry(Group::Pages, Glyph::Activity, "Rules", at("rules")));
        }
        if open.role.allows(Permission::ViewDataExports) {
            entries.push(entry(Group::Pages, Glyph::ArrowRight, "Data export", at("data-exports")));
        }
        entries.push(entry(Group::Pages, Glyph::Query, "Query", at("query")));
        entries.push(entry(Group::Pages, Glyph::Template, "Templates", at("templates")));
        if open.role.allows(Permission::ImportData) {
            entries.push(entry(Group::Pages, Glyph::ArrowUp, "Import data", at("import")));
        }
        entries.push(entry(Group::Pages, Glyph::Settings, "Settings", at("settings")));
        if open.role.allows(Permission::ViewAudit) {
            entries.push(entry(Group::Pages, Glyph::Log, "Audit log", at("settings/audit")));
        }
        if open.role.allows(Permission::ManageTemplates) {
            entries.push(entry(Group::Pages, Glyph::Template, "Application", at("settings/application")));
        }
        if open.role.allows(Permission::ManageBranding) {
            entries.push(entry(Group::Pages, Glyph::Settings, "Branding", at("settings/branding")));
        }
        if open.role.allows(Permission::ViewPeople) {
            entries.push(entry(Group::Pages, Glyph::Person, "Roles", at("settings/roles")));
            entries.push(entry(
                Group::Pages,
                Glyph::Workspace,
                "Organizations",
                at("settings/organizations"),
            ));
        }
        if open.role.allows(Permission::CreateDevices) {
            entries.push(entry(Group::Actions, Glyph::Plus, "Connect a device", at("devices?new=1")));
        }
        if open.role.allows(Permission::ManageRules) {
            entries.push(entry(Group::Actions, Glyph::Plus, "New rule", at("rules/new")));
        }
        if open.role.allows(Permission::ManageGroups) {
            entries.push(entry(Group::Actions, Glyph::Plus, "New device group", at("groups/new")));
        }
        if open.role.allows(Permission::ManageTemplates) {
            entries.push(entry(Group::Actions, Glyph::Plus, "New template", at("templates/new")));
        }
    }
    entries.push(entry(Group::Pages, Glyph::Person, "Profile", go("/profile".into())));
    entries.push(entry(Group::Pages, Glyph::Workspace, "Workspaces", go("/workspaces".into())));
    let me = untrack(|| use_session().me());
    if me.as_ref().is_some_and(|me| me.person.administrator) {
        entries.push(entry(Group::Pages, Glyph::Settings, "Administration", go("/admin".into())));
        for (glyph, text, path) in [
            (Glyph::Log, "Administration: log", "/admin/log"),
            (Glyph::Mail, "Administration: mails", "/admin/mails"),
            (Glyph::Template, "Administration: plans", "/admin/plans"),
            (Glyph::Settings, "Administration: settings", "/admin/settings"),
        ] {
            entries.push(entry(Group::Pages, glyph, text, go(path.into())));
        }
    }
    let memberships = me.map(|me| me.memberships).unwrap_or_default();
    for other in memberships.iter().filter(|m| Some(m.workspace.id) != open.as_ref().map(|o| o.workspace.id))
    {
        let href = go(format!("/w/{}/devices", other.workspace.slug));
        entries.push(entry(Group::Workspaces, Glyph::Workspace, &other.workspace.name, href));
    }
    for theme in Theme::ALL {
        let text = format!("Theme: {}", word(theme).to_lowercase());
        let run = Does::Run(Callback::new(move |()| choose_theme(theme)));
        entries.push(entry(Group::Actions, glyph(theme), &text, run));
    }
    let out = Does::Run(Callback::new(|()| sign_out()));
    entries.push(entry(Group::Actions, Glyph::SignOut, "Sign out", out));
    StoredValue::new(entries)
}

fn device(slug: &str, row: DeviceRow) -> Entry {
    let id = row.device.external_id;
    let href = format!("/w/{slug}/devices/{}", model::external_id::in_address(&id));
    Entry {
        group: Group::Devices,
        glyph: Glyph::Device,
        text: row.device.name,
        beside: id,
        does: Does::Go(href),
    }
}

fn template(slug: &str, template: Template) -> Entry {
    let href = format!("/w/{slug}/templates/{}", template.id);
    Entry {
        group: Group::Templates,
        glyph: Glyph::Template,
        text: template.name,
        beside: String::new(),
        does: Does::Go(href),
    }
}

/// How long a search waits for the next key.
fn typing((_, typed): &(String, String)) -> i32 {
    if typed.trim().is_empty() { 0 } else { 120 }
}

/// The devices that the server finds; without typing, some of those that sent last.
async fn devices(slug: String, typed: String) -> Vec<DeviceRow> {
    const LATEST: i64 = 5;
    // More than are shown: which of them fit best is decided here.
    const ASKED: i64 = 100;
    if slug.is_empty() {
        return Vec::new();
    }
    let search = typed.trim().to_owned();
    let query = if search.is_empty() {
        DeviceQuery {
            sort: model::device::DeviceSort::LastSeen,
            direction: model::page::Direction::Descending,
            limit: LATEST,
            ..DeviceQuery::default()
        }
    } else {
        DeviceQuery { search, loosely: true, limit: ASKED, ..DeviceQuery::default() }
    };
    api::devices::list_devices(slug, query).await.map(|page| page.items).unwrap_or_default()
}

async fn templates(slug: String) -> Vec<Template> {
    if slug.is_empty() {
        return Vec::new();
    }
    api::templates::list_templates(slug).await.unwrap_or_default()
}

async fn pause(ms: i32) {
    let promise = js_sys::Promise::new(&mut |done, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, ms);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
