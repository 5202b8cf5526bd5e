//! The catalogue of dashboards: which there are, the marks on them, and what can be done with each.

use super::actions::{Asked, Dialogs};
use super::dashboard_path;
use super::new::NewDialog;
use crate::api::AppError;
use crate::api::dashboards::{list_dashboards, set_default_dashboard, set_favourite_dashboard};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, EmptyState, ErrorState, Glyph, Icon, LinkButton, Menu, MenuItem, MenuSeparator,
    Skeleton, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use model::dashboard::{GENERATED, Listed};
use model::permission::Permission;

/// `/w/:workspace/dashboards`
#[component]
pub fn DashboardsPage() -> impl IntoView {
    let slug = use_slug();
    let dashboards = Resource::new(move || slug.get(), list_dashboards);
    let (shared, own) = (may(Permission::ManageDashboards), may(Permission::ManagePersonalDashboards));
    let may_make = Signal::derive(move || shared.get() || own.get());
    let making = RwSignal::new(false);
    let asked = Asked::new();
    let parts = Parts { asked, shared, own, reload: Callback::new(move |()| dashboards.refetch()) };
    view! {
        <Shell crumbs=vec![Crumb::here("Dashboards")]>
            <PageHead title="Dashboards">
                <Show when=move || may_make.get()>
                    <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || making.set(true)>
                        "New dashboard"
                    </Button>
                </Show>
            </PageHead>
            <Transition fallback=|| view! { <Skeleton rows=5 /> }>
                {move || Suspend::new(async move {
                    match dashboards.await {
                        Ok(list) if list.is_empty() => view! { <NoDashboards making may_make /> }.into_any(),
                        Ok(list) => view! { <List list parts /> }.into_any(),
                        Err(AppError(problem)) => {
                            view! { <ErrorState problem retry=move || dashboards.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <NewDialog open=making shared own />
            <Dialogs asked shared own on_changed=parts.reload />
        </Shell>
    }
    .into_any()
}

/// What the entries need of the page.
#[derive(Clone, Copy)]
struct Parts {
    asked: Asked,
    shared: Signal<bool>,
    own: Signal<bool>,
    reload: Callback<()>,
}

#[component]
fn NoDashboards(making: RwSignal<bool>, may_make: Signal<bool>) -> impl IntoView {
    let look = dashboard_path(&use_slug().get_untracked(), GENERATED);
    let text = "A dashboard shows what devices send: figures, charts, tables. A new one begins with what your devices \
                send, so there is something to see at once.";
    view! {
        <EmptyState icon=Glyph::Dashboard title="No dashboards yet" text=text>
            <Show when=move || may_make.get()>
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || making.set(true)>
                    "New dashboard"
                </Button>
            </Show>
            <LinkButton href=look>"Look at what devices send"</LinkButton>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn List(list: Vec<Listed>, parts: Parts) -> impl IntoView {
    let said = match list.len() {
        1 => "1 dashboard".to_owned(),
        n => format!("{n} dashboards"),
    };
    let entries = list.into_iter().map(|about| view! { <Entry about parts /> }).collect_view();
    view! {
        <ul class="dashboards">{entries}</ul>
        <p class="page-note" role="status">
            {said}
        </p>
    }
    .into_any()
}

#[component]
fn Entry(about: Listed, parts: Parts) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let href = dashboard_path(&slug.get_untracked(), &about.id);
    let favourite = RwSignal::new(about.favourite);
    let id = StoredValue::new(about.id.clone());
    let marked = move |_| {
        let now = !favourite.get_untracked();
        // At once; taken back where the server says no.
        favourite.set(now);
        let answer = set_favourite_dashboard(slug.get_untracked(), id.get_value(), now);
        leptos::task::spawn_local(async move {
            if let Err(error) = answer.await {
                toasts.bad(&error.0);
                _ = favourite.try_set(!now);
            }
        });
    };
    let tiles = match about.tiles {
        1 => "1 tile".to_owned(),
        n => format!("{} tiles", count(n)),
    };
    let whose = match &about.organization {
        Some(organization) => organization.name.clone(),
        None if about.template.is_some() => "Whoever sees its devices".to_owned(),
        None => "Only you see it".to_owned(),
    };
    let updated = about.updated_ms;
    let name = about.name.clone();
    let star = move || match favourite.get() {
        true => format!("Take the mark from {name}"),
        false => format!("Mark {name}"),
    };
    let (personal, is_default) = (about.personal, about.is_default);
    let of_template = about.template.is_some();
    let (title, description) = (about.name.clone(), about.description.clone());
    view! {
        <li class="dashboard-entry">
            <button
                class="button ghost icon-only star"
                type="button"
                aria-pressed=move || favourite.get().to_string()
                aria-label=star
                on:click=marked
            >
                <Icon glyph=Glyph::Star />
            </button>
            <div>
                <h2>
                    <a href=href>{title}</a>
                    {is_default.then(|| view! { <Tag>"default"</Tag> })}
                    {of_template.then(|| view! { <Tag>"view of a template"</Tag> })}
                    {personal.then(|| view! { <Tag dashed=true>"personal"</Tag> })}
                </h2>
                {(!description.is_empty()).then(|| view! { <p>{description}</p> })}
                <p class="hint">{tiles} " · " {whose} " · changed " <Time ms=Signal::stored(Some(updated)) /></p>
            </div>
            <EntryMenu about parts />
        </li>
    }
    .into_any()
}

#[component]
fn EntryMenu(about: Listed, parts: Parts) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let Parts { asked, shared, own, reload } = parts;
    let (personal, is_default) = (about.personal, about.is_default);
    let may_change = Signal::derive(move || if personal { own.get() } else { shared.get() });
    let may_copy = Signal::derive(move || shared.get() || own.get());
    let label = format!("Actions for {}", about.name);
    let about = StoredValue::new(about);
    let set_default = Callback::new(move |()| {
        let answer =
            set_default_dashboard(slug.get_untracked(), about.with_value(|a| a.id.clone()), !is_default);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    reload.try_run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
        });
    });
    view! {
        <Show when=move || may_change.get() || may_copy.get()>
            <Menu label=label.clone()>
                <Show when=move || may_change.get()>
                    <MenuItem on_click=move || asked.rename.set(Some(about.get_value())) icon=Glyph::Pencil>
                        "Rename…"
                    </MenuItem>
                </Show>
                <Show when=move || may_copy.get()>
                    <MenuItem on_click=move || asked.copy.set(Some(about.get_value())) icon=Glyph::Copy>
                        "Copy…"
                    </MenuItem>
                </Show>
                <Show when=move || may_change.get() && !personal>
                    <MenuItem on_click=set_default icon=Glyph::Home>
                        {if is_default { "Don't show it first" } else { "Show it first" }}
                    </MenuItem>
                </Show>
                <Show when=move || may_change.get()>
                    <MenuSeparator />
                    <MenuItem
                        on_click=move || asked.delete.set(Some(about.get_value()))
                        icon=Glyph::Trash
                        danger=true
                    >
                        "Delete…"
                    </MenuItem>
                </Show>
            </Menu>
        </Show>
    }
    .into_any()
}
