//! The bar above the table: search, filters as chips, and how many there are.

use super::address::Address;
use super::group_filter::GroupFilter;
use super::query::ListState;
use crate::api::AppError;
use crate::session::use_workspace;
use crate::ui::value::count;
use crate::ui::{Chip, Glyph, Icon, Menu, MenuItem, SearchBox};
use leptos::prelude::*;
use model::device::{DeviceRow, DeviceSort, Status};
use model::group::ListedGroup;
use model::id::{OrganizationId, TemplateId};
use model::organization::Organization;
use model::page::Page;
use model::template::Template;
use std::time::Duration;

/// How long the search waits for the next key.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// Search and filters; all of them live in the address.
#[component]
pub(super) fn Filters(
    address: Address,
    templates: Signal<Vec<Template>>,
    organizations: Signal<Vec<Organization>>,
    groups: Signal<Vec<ListedGroup>>,
    answer: Signal<Option<Result<Page<DeviceRow>, AppError>>>,
) -> impl IntoView {
    let search = bind_search(address);
    view! {
        <div class="filters">
            <SearchBox value=search placeholder="Search name or id" />
            <TemplateFilter address templates />
            <OrganizationFilter address organizations />
            <GroupFilter address groups />
            <StatusFilter address />
            <WaitingFilter address />
            <span class="filters-count" role="status">
                {move || answer.with(|a| summary(a.as_ref().and_then(|a| a.as_ref().ok()), &address.state.get()))}
            </span>
        </div>
    }
    .into_any()
}

/// The text of the search box: what is typed goes into the address after a moment, and the back button comes back.
fn bind_search(address: Address) -> RwSignal<String> {
    let text = RwSignal::new(address.state.with_untracked(|s| s.search.clone()));
    let sent = StoredValue::new(text.get_untracked());
    let mut send = leptos::leptos_dom::helpers::debounce(DEBOUNCE, move |typed: String| {
        if sent.with_value(|sent| *sent != typed) {
            sent.set_value(typed.clone());
            address.amend(|state| ListState { search: typed, page: 0, ..state.clone() });
        }
    });
    Effect::watch(move || text.get(), move |typed, _, _| send(typed.trim().to_owned()), false);
    Effect::watch(
        move || address.state.with(|s| s.search.clone()),
        move |found, _, _| {
            // Only what came from elsewhere: what is being typed stays.
            if sent.with_value(|sent| sent != found) {
                sent.set_value(found.clone());
                text.set(found.clone());
            }
        },
        false,
    );
    text
}

#[component]
fn TemplateFilter(address: Address, templates: Signal<Vec<Template>>) -> impl IntoView {
    let chosen = Memo::new(move |_| address.state.with(|s| s.template));
    let choose = move |template: Option<TemplateId>| {
        address.change(|state| ListState { template, page: 0, ..state.clone() });
    };
    let name = move |id: TemplateId| {
        templates.with(|all| {
            all.iter().find(|t| t.id == id).map_or_else(|| "unknown".to_owned(), |t| t.name.clone())
        })
    };
    move || {
        match chosen.get() {
        Some(id) => {
            let label = Signal::derive(move || format!("Template: {}", name(id)));
            view! { <Chip label on_remove=move || choose(None) /> }.into_any()
        }
        None => view! {
            <Menu label="Filter by template" class="chip add" face=|| view! { <Icon glyph=Glyph::Plus /> "Template" }>
                {move || {
                    let all = templates.get();
                    if all.is_empty() {
                        return view! { <p class="menu-note">"There are no templates yet."</p> }.into_any();
                    }
                    all.into_iter()
                        .map(|t| view! { <MenuItem on_click=move || choose(Some(t.id))>{t.name}</MenuItem> })
                        .collect_view()
                        .into_any()
                }}
            </Menu>
        }
        .into_any(),
    }
    }
}

/// Only there where there is a choice: several organizations, or one below the root.
#[component]
fn OrganizationFilter(address: Address, organizations: Signal<Vec<Organization>>) -> impl IntoView {
    let chosen = Memo::new(move |_| address.state.with(|s| (s.organization, s.moved_away)));
    let choose = move |organization: Option<OrganizationId>, moved_away: bool| {
        address.change(|state| ListState { organization, moved_away, page: 0, ..state.clone() });
    };
    let name = move |id: OrganizationId| {
        organizations.with(|all| {
            all.iter().find(|o| o.id == id).map_or_else(|| "unknown".to_owned(), |o| o.name.clone())
        })
    };
    let part = use_workspace();
    let below = Memo::new(move |_| part.with(|w| w.as_ref().is_some_and(|w| !w.at_root)));
    let some = Memo::new(move |_| below.get() || organizations.with(|all| all.len() > 1));
    move || match chosen.get() {
        (_, true) => {
            let label = Signal::stored("Moved away".to_owned());
            view! { <Chip label on_remove=move || choose(None, false) /> }.into_any()
        }
        (Some(id), _) => {
            let label = Signal::derive(move || format!("Organization: {}", name(id)));
            view! { <Chip label on_remove=move || choose(None, false) /> }.into_any()
        }
        (None, false) if some.get() => view! {
            <Menu
                label="Filter by organization"
                class="chip add"
                face=|| view! { <Icon glyph=Glyph::Plus /> "Organization" }
            >
                {move || {
                    organizations
                        .get()
                        .into_iter()
                        .map(|o| {
                            let text = format!("{}{}", "\u{2003}".repeat(o.depth), o.name);
                            view! { <MenuItem on_click=move || choose(Some(o.id), false)>{text}</MenuItem> }
                        })
                        .collect_view()
                }}
                <Show when=move || below.get()>
                    <MenuItem on_click=move || choose(None, true)>"Moved away"</MenuItem>
                </Show>
            </Menu>
        }
        .into_any(),
        (None, false) => ().into_any(),
    }
}

#[component]
fn StatusFilter(address: Address) -> impl IntoView {
    let chosen = Memo::new(move |_| address.state.with(|s| s.status));
    let choose = move |status: Option<Status>| {
        address.change(|state| ListState { status, page: 0, ..state.clone() });
    };
    move || {
        match chosen.get() {
        Some(status) => {
            let label = format!("Status: {}", status.label());
            view! { <Chip label=Signal::stored(label) on_remove=move || choose(None) /> }.into_any()
        }
        None => view! {
            <Menu label="Filter by status" class="chip add" face=|| view! { <Icon glyph=Glyph::Plus /> "Status" }>
                {Status::ALL
                    .into_iter()
                    .map(|status| {
                        view! { <MenuItem on_click=move || choose(Some(status))>{status.label()}</MenuItem> }
                    })
                    .collect_view()}
            </Menu>
        }
        .into_any(),
    }
    }
}

/// Whether only those are shown that wait for approval.
#[component]
fn WaitingFilter(address: Address) -> impl IntoView {
    let waiting = Memo::new(move |_| address.state.with(|s| s.waiting));
    let choose = move |waiting: bool| {
        address.change(|state| ListState { waiting, page: 0, ..state.clone() });
    };
    move || {
        if waiting.get() {
            let label = Signal::stored("Waiting for approval".to_owned());
            view! { <Chip label on_remove=move || choose(false) /> }.into_any()
        } else {
            view! {
                <button class="chip add" type="button" on:click=move |_| choose(true)>
                    <Icon glyph=Glyph::Plus />
                    "Waiting for approval"
                </button>
            }
            .into_any()
        }
    }
}

/// `412 of 1,204 · by last seen`.
fn summary(page: Option<&Page<DeviceRow>>, state: &ListState) -> String {
    let order = match state.sort {
        DeviceSort::Name => "by name",
        DeviceSort::Id => "by id",
        DeviceSort::Template => "by template",
        DeviceSort::LastSeen => "by last seen",
        DeviceSort::Created => "by creation",
    };
    match page {
        Some(page) if page.total > 0 => {
            format!("{} of {} · {order}", count(page.matching), count(page.total))
        }
        _ => String::new(),
    }
}
