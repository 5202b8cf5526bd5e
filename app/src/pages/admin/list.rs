//! The list of workspaces: searched, sorted and paged by its address.

use super::new::NewTenantDialog;
use crate::api::admin::admin_list_tenants;
use crate::layout::{Crumb, PageHead, Shell};
use crate::ui::value::{bytes, count};
use crate::ui::{
    Button, ButtonKind, EmptyState, ErrorState, Glyph, LinkButton, SearchBox, Segmented, Skeleton,
    SortHeader, TableFrame, Tag, Time,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::page::Direction;
use model::tenant::{Condition, Tenant, TenantPage, TenantQuery, TenantSort, TenantState};
use std::time::Duration;

/// How long the search waits for the next key.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// `/admin`
#[component]
pub fn WorkspacesPage() -> impl IntoView {
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(read));
    let page = Resource::new(move || query.get(), admin_list_tenants);
    let navigate = use_navigate();
    let go = Callback::new(move |(query, replace): (TenantQuery, bool)| {
        let to = format!("/admin{}", written(&query).to_query_string());
        navigate(&to, NavigateOptions { replace, scroll: false, resolve: false, ..Default::default() });
    });
    let creating = RwSignal::new(false);
    let total = RwSignal::new(String::new());
    Effect::new(move || {
        if let Some(Ok(page)) = page.get() {
            total.set(count(page.total));
        }
    });
    view! {
        <Shell crumbs=vec![Crumb::here("Administration")]>
            <PageHead title="Workspaces" note=total>
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || creating.set(true)>
                    "New workspace"
                </Button>
            </PageHead>
            <section class="card" aria-label="Workspaces">
                <Filters query go />
                <Transition fallback=|| view! { <Skeleton rows=8 /> }>
                    {move || Suspend::new(async move {
                        match page.await {
                            Ok(found) if found.items.is_empty() => {
                                view! {
                                    <EmptyState
                                        icon=Glyph::Workspace
                                        title="No workspace here"
                                        text="The search finds names, addresses and owners by how they begin. Workspaces of the last seconds are among them."
                                    />
                                }
                                    .into_any()
                            }
                            Ok(found) => view! { <Tenants found query go /> }.into_any(),
                            Err(error) => {
                                view! { <ErrorState problem=error.0 retry=move || page.refetch() /> }.into_any()
                            }
                        }
                    })}
                </Transition>
            </section>
            <NewTenantDialog open=creating />
        </Shell>
    }
    .into_any()
}

#[component]
fn Filters(query: Memo<TenantQuery>, go: Callback<(TenantQuery, bool)>) -> impl IntoView {
    let search = RwSignal::new(query.with_untracked(|q| q.search.clone()));
    let mut send = leptos::leptos_dom::helpers::debounce(DEBOUNCE, move |typed: String| {
        let now = query.get_untracked();
        if now.search != typed {
            go.run((TenantQuery { search: typed, after: String::new(), ..now }, true));
        }
    });
    Effect::watch(move || search.get(), move |typed, _, _| send(typed.trim().to_owned()), false);
    let state = RwSignal::new(state_word(query.with_untracked(|q| q.state)).to_owned());
    Effect::watch(
        move || state.get(),
        move |word, _, _| {
            let now = query.get_untracked();
            go.run((TenantQuery { state: state_of(word), after: String::new(), ..now }, false));
        },
        false,
    );
    let states = [("all", "All"), ("suspended", "Suspended"), ("deleting", "To be deleted")];
    let states: Vec<_> = states.map(|(word, text)| (word.to_owned(), text.to_owned())).into();
    view! {
        <div class="filters">
            <SearchBox value=search placeholder="Search name, address, owner" />
            <Segmented value=state options=Signal::stored(states) label="Which workspaces" />
        </div>
    }
    .into_any()
}

#[component]
fn Tenants(found: TenantPage, query: Memo<TenantQuery>, go: Callback<(TenantQuery, bool)>) -> impl IntoView {
    let current = Signal::derive(move || query.with(|q| (q.sort, q.direction)));
    let sort = Callback::new(move |(sort, direction)| {
        let now = query.get_untracked();
        go.run((TenantQuery { sort, direction, after: String::new(), ..now }, false));
    });
    let rows = found.items.into_iter().map(row).collect_view();
    let at = move |after: String| {
        let next = TenantQuery { after, ..query.get() };
        format!("/admin{}", written(&next).to_query_string())
    };
    let next = found.next.map(|after| Signal::derive(move || at(after.clone())));
    let later = move || query.with(|q| !q.after.is_empty());
    view! {
        <TableFrame label="Workspaces" stack=true>
            <thead>
                <tr>
                    <SortHeader label="Workspace" key=TenantSort::Name current on_sort=sort />
                    <th scope="col">"Health"</th>
                    <th scope="col">"Plan"</th>
                    <SortHeader label="Live devices" key=TenantSort::Live current on_sort=sort number=true />
                    <SortHeader label="Messages, 24 h" key=TenantSort::Messages current on_sort=sort number=true />
                    <SortHeader label="Refused, 24 h" key=TenantSort::Refused current on_sort=sort number=true />
                    <SortHeader label="On disk" key=TenantSort::Stored current on_sort=sort number=true />
                    <SortHeader label="Last activity" key=TenantSort::Activity current on_sort=sort />
                    <SortHeader label="Made" key=TenantSort::Created current on_sort=sort />
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        <nav class="pager" aria-label="Pages">
            <Show when=later>
                <LinkButton href=Signal::derive(move || at(String::new()))>"From the start"</LinkButton>
            </Show>
            {next.map(|href| view! { <LinkButton href>"Next page"</LinkButton> })}
        </nav>
    }
    .into_any()
}

fn row(tenant: Tenant) -> impl IntoView {
    let health = tenant.health;
    let (condition, on_trial) = (tenant.condition, tenant.trial_ends_ms.is_some());
    let path = format!("/admin/workspaces/{}", tenant.slug);
    let mark = match (tenant.delete_ms.is_some(), tenant.suspended) {
        (true, _) => Some("to be deleted"),
        (false, true) => Some("suspended"),
        _ => None,
    };
    let owner = if tenant.owner.is_empty() { format!("/w/{}", tenant.slug) } else { tenant.owner };
    view! {
        <tr>
            <td>
                <a class="row-link" href=path>
                    {tenant.name}
                </a>
                {mark.map(|mark| view! { <Tag dashed=true>{mark}</Tag> })}
                <p class="quiet">{owner}</p>
            </td>
            <td data-label="Health">
                <span class:warn=condition == Condition::Refusing>{condition.label()}</span>
            </td>
            <td data-label="Plan">{tenant.plan.1} {on_trial.then(|| view! { " " <Tag>"trial"</Tag> })}</td>
            <td class="number" data-label="Live devices">
                {format!("{} of {}", count(health.live), count(health.devices))}
            </td>
            <td class="number" data-label="Messages, 24 h">
                {count(health.messages)}
            </td>
            <td class="number" data-label="Refused, 24 h">
                {count(health.refused)}
            </td>
            <td class="number" data-label="On disk">
                {bytes(health.stored)}
            </td>
            <td data-label="Last activity">
                <Time ms=Signal::stored(health.last_activity_ms) />
            </td>
            <td data-label="Made">
                <Time ms=Signal::stored(Some(tenant.created_ms)) />
            </td>
        </tr>
    }
    .into_any()
}

fn state_word(state: TenantState) -> &'static str {
    match state {
        TenantState::All => "all",
        TenantState::Suspended => "suspended",
        TenantState::Deleting => "deleting",
    }
}

fn state_of(word: &str) -> TenantState {
    match word {
        "suspended" => TenantState::Suspended,
        "deleting" => TenantState::Deleting,
        _ => TenantState::All,
    }
}

fn read(address: &ParamsMap) -> TenantQuery {
    let said = |name: &str| address.get(name).unwrap_or_default();
    let sort = said("sort");
    TenantQuery {
        search: said("search"),
        state: state_of(&said("state")),
        sort: TenantSort::ALL
            .iter()
            .find(|(_, word)| *word == sort)
            .map(|(sort, _)| *sort)
            .unwrap_or_default(),
        direction: if said("order") == "down" { Direction::Descending } else { Direction::Ascending },
        after: said("after"),
    }
}

/// What is usual isn't said.
fn written(query: &TenantQuery) -> ParamsMap {
    let mut address = ParamsMap::new();
    let mut say = |name: &'static str, value: &str, usual: bool| {
        if !usual {
            address.insert(name, value.to_owned());
        }
    };
    say("search", &query.search, query.search.is_empty());
    say("state", state_word(query.state), query.state == TenantState::All);
    let word = TenantSort::ALL.iter().find(|(sort, _)| *sort == query.sort).map_or("", |(_, word)| word);
    say("sort", word, query.sort == TenantSort::Name);
    say("order", "down", query.direction == Direction::Ascending);
    say("after", &query.after, query.after.is_empty());
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let query = TenantQuery {
            search: "wea ther".into(),
            state: TenantState::Suspended,
            sort: TenantSort::Messages,
            direction: Direction::Descending,
            after: "[12,3]".into(),
        };
        assert_eq!(read(&written(&query)), query);
        assert_eq!(written(&TenantQuery::default()).to_query_string(), "");
        assert_eq!(read(&ParamsMap::new()), TenantQuery::default());
    }
}
