//! The side of the frame: which workspace, which parts of it, who one is.

use super::account::PersonMenu;
use crate::pages::devices::may;
use crate::session;
use crate::ui::value::count;
use crate::ui::{Glyph, Icon, Menu, MenuLink, MenuSeparator};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::permission::Permission;
use model::workspace::Membership;

/// The navigation; on a phone a drawer that `open` slides in.
#[component]
pub(super) fn Navigation(open: RwSignal<bool>) -> impl IntoView {
    let workspace = session::use_workspace();
    let path = use_location().pathname;
    let administers = use_administers();
    view! {
        <aside id="navigation" class="side" class:open=move || open.get() aria-label="Navigation">
            <BrandLogo />
            <Switcher />
            {move || {
                let slug = workspace.get().map(|w| w.workspace.slug);
                match slug {
                    Some(slug) => view! { <WorkspaceLinks slug /> }.into_any(),
                    None if administers.get() && is_within(&path.get(), "/admin") => {
                        view! { <AdminLinks /> }.into_any()
                    }
                    None => view! { <OutsideLinks /> }.into_any(),
                }
            }}
            <PersonMenu />
        </aside>
        <button
            class="side-backdrop"
            class:open=move || open.get()
            type="button"
            tabindex="-1"
            aria-label="Close the menu"
            on:click=move |_| open.set(false)
        ></button>
    }
    .into_any()
}

#[component]
fn WorkspaceLinks(slug: String) -> impl IntoView {
    let workspace = session::use_workspace();
    let devices = Signal::derive(move || workspace.get().map(|w| count(w.devices)));
    let rules = may(Permission::ViewRules);
    let jobs = may(Permission::ViewJobs);
    let at = |part: &str| format!("/w/{slug}/{part}");
    let rules_at = StoredValue::new(at("rules"));
    let exports = may(Permission::ViewDataExports);
    let exports_at = StoredValue::new(at("data-exports"));
    let jobs_at = StoredValue::new(at("jobs"));
    view! {
        <nav class="nav" aria-label="Workspace">
            <NavLink href=at("dashboards") glyph=Glyph::Dashboard text="Dashboards" />
            <NavLink href=at("devices") glyph=Glyph::Device text="Devices" number=devices />
            <NavLink href=at("groups") glyph=Glyph::Group text="Device groups" />
            <NavLink href=at("connection") glyph=Glyph::Plug text="Device connection" />
            <Show when=move || jobs.get()>
                <NavLink href=jobs_at.get_value() glyph=Glyph::List text="Jobs" />
            </Show>
            <NavLink href=at("explore") glyph=Glyph::Compass text="Explore" />
            <NavLink href=at("alarms") glyph=Glyph::Warning text="Alarms" />
            <NavLink href=at("query") glyph=Glyph::Query text="Query" />
            <h2>"Build"</h2>
            <NavLink href=at("templates") glyph=Glyph::Template text="Templates" />
            <Show when=move || rules.get()>
                <NavLink href=rules_at.get_value() glyph=Glyph::Activity text="Rules" />
            </Show>
            <Show when=move || exports.get()>
                <NavLink href=exports_at.get_value() glyph=Glyph::ArrowRight text="Data export" />
            </Show>
            <h2>"Workspace"</h2>
            <NavLink href=at("settings") glyph=Glyph::Settings text="Settings" />
            <HelpLinks />
        </nav>
    }
    .into_any()
}

/// The workspace's own logo, where it has one.
#[component]
fn BrandLogo() -> impl IntoView {
    let brand = session::use_brand();
    move || {
        let (path, name) = brand.with(|brand| (brand.logo_path(), brand.shown_name().to_owned()));
        path.map(|path| view! { <img class="brand-logo side-logo" src=path alt=name /> })
    }
}

/// The workspace's own links for help.
#[component]
fn HelpLinks() -> impl IntoView {
    let brand = session::use_brand();
    move || {
        let links = brand.with(|brand| brand.links.clone());
        (!links.is_empty()).then(|| {
            let each = links.into_iter().map(|link| {
                view! {
                    <a href=link.href rel="external noopener noreferrer" target="_blank">
                        <Icon glyph=Glyph::ArrowRight />
                        <span>{link.label}</span>
                    </a>
                }
            });
            view! {
                <h2>"Help"</h2>
                {each.collect_view()}
            }
        })
    }
}

/// Whether who is signed in administers the platform.
fn use_administers() -> Memo<bool> {
    let me = session::use_me();
    Memo::new(move |_| me.try_get().flatten().is_some_and(|me| me.person.administrator))
}

/// The parts of the administration console.
#[component]
fn AdminLinks() -> impl IntoView {
    view! {
        <nav class="nav" aria-label="Administration">
            <h2>"Administration"</h2>
            <NavLink href="/admin" glyph=Glyph::Workspace text="Workspaces" whole=true />
            <NavLink href="/admin/announcements" glyph=Glyph::Warning text="Announcements" />
            <NavLink href="/admin/housekeeping" glyph=Glyph::Storage text="Housekeeping" />
            <NavLink href="/admin/log" glyph=Glyph::Log text="Log" />
            <NavLink href="/admin/mails" glyph=Glyph::Mail text="Mails" />
            <NavLink href="/admin/plans" glyph=Glyph::Template text="Plans" />
            <NavLink href="/admin/settings" glyph=Glyph::Settings text="Settings" />
            <NavLink href="/workspaces" glyph=Glyph::ChevronLeft text="My workspaces" />
        </nav>
    }
    .into_any()
}

#[component]
fn OutsideLinks() -> impl IntoView {
    view! {
        <nav class="nav" aria-label="Homeport">
            <NavLink href="/workspaces" glyph=Glyph::Workspace text="Workspaces" />
            <NavLink href="/profile" glyph=Glyph::Person text="Profile" />
        </nav>
    }
    .into_any()
}

/// A link that is marked while its page or one beneath it is open.
#[component]
fn NavLink(
    #[prop(into)] href: String,
    glyph: Glyph,
    text: &'static str,
    #[prop(optional, into)] number: Option<Signal<Option<String>>>,
    /// Marked on this page alone, not on those beneath it.
    #[prop(optional)]
    whole: bool,
) -> impl IntoView {
    let path = use_location().pathname;
    let target = href.clone();
    let here = move |path: &str| if whole { path == target } else { is_within(path, &target) };
    let current = move || here(&path.get()).then_some("page");
    view! {
        <a href=href aria-current=current>
            <Icon glyph />
            <span>{text}</span>
            {number.map(|number| view! { <span class="nav-count">{move || number.get()}</span> })}
        </a>
    }
    .into_any()
}

fn is_within(path: &str, target: &str) -> bool {
    path.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Which workspace is open, and the way to the others.
#[component]
fn Switcher() -> impl IntoView {
    let workspace = session::use_workspace();
    let (me, brand) = (session::use_me(), session::use_brand());
    let name = move || workspace.get().map_or_else(|| "Homeport".to_owned(), |w| w.workspace.name);
    let choices = move || {
        // Whoever signs out takes these signals away before this is drawn for the last time.
        let open = workspace.try_get().flatten().map(|w| w.workspace.id);
        let all = me.try_get().flatten().map(|me| me.memberships).unwrap_or_default();
        all.into_iter().map(|m| choice(&m, open == Some(m.workspace.id))).collect_view()
    };
    view! {
        <div class="switcher">
            <Menu
                label="Switch workspace"
                class="switcher-button"
                face=move || {
                    view! {
                        <span class="mark" aria-hidden="true">
                            {move || initials(&name())}
                        </span>
                        <span class="switcher-name">
                            <b>{name}</b>
                            <small>{move || brand.with(|brand| brand.shown_name().to_owned())}</small>
                        </span>
                        <Icon glyph=Glyph::ChevronsUpDown />
                    }
                        .into_any()
                }
            >
                {choices}
                <MenuSeparator />
                <MenuLink href="/workspaces" icon=Glyph::Workspace>
                    "All workspaces"
                </MenuLink>
            </Menu>
        </div>
    }
    .into_any()
}

fn choice(membership: &Membership, current: bool) -> impl IntoView + use<> {
    let href = format!("/w/{}/devices", membership.workspace.slug);
    let name = membership.workspace.name.clone();
    view! {
        <MenuLink href=href current=current>
            {name}
        </MenuLink>
    }
    .into_any()
}

/// Up to two letters that stand for a name: `Weather & buildings` is WB.
pub(crate) fn initials(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.filter_map(|w| w.chars().next()).take(2).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lies_within_its_part() {
        assert!(is_within("/w/a/devices", "/w/a/devices"));
        assert!(is_within("/w/a/devices/x/raw", "/w/a/devices"));
        assert!(!is_within("/w/a/devices-old", "/w/a/devices"));
        assert!(!is_within("/w/a", "/w/a/devices"));
    }

    #[test]
    fn initials_of_names() {
        assert_eq!(initials("Weather & buildings"), "WB");
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials(" "), "");
    }
}
