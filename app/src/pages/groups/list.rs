//! The list of a workspace's device groups.

use super::delete::DeleteGroup;
use crate::api::groups::list_groups;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::{use_slug, use_workspace};
use crate::ui::value::count;
use crate::ui::{
    ButtonKind, Card, EmptyState, ErrorState, Glyph, LinkButton, Menu, MenuItem, MenuLink, MenuSeparator,
    Pager, SearchBox, Skeleton, TableFrame, Time,
};
use leptos::prelude::*;
use model::group::{DeviceGroup, ListedGroup};
use model::page::Page;
use model::permission::Permission;
use std::time::Duration;

/// Groups a page.
const PAGE: i64 = 50;
/// How long the search waits for the next key.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// `/w/:workspace/groups`
#[component]
pub fn GroupsPage() -> impl IntoView {
    let (slug, workspace) = (use_slug(), use_workspace());
    let may_change = Memo::new(move |_| {
        workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageGroups)))
    });
    let (typed, sought) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let offset = RwSignal::new(0_i64);
    let mut seek = leptos::leptos_dom::helpers::debounce(DEBOUNCE, move |text: String| {
        offset.set(0);
        sought.set(text);
    });
    Effect::watch(move || typed.get(), move |text, _, _| seek(text.trim().to_owned()), false);
    let groups = Resource::new(
        move || (slug.get(), sought.get(), offset.get()),
        |(slug, sought, offset)| list_groups(slug, sought, offset, PAGE),
    );
    let total = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok(page)) = groups.get() {
            total.set(count(page.total));
        }
    });
    let new_path = Signal::derive(move || format!("/w/{}/groups/new", slug.get()));
    let asking = RwSignal::new(None::<DeviceGroup>);
    let parts = Parts { may_change: may_change.into(), asking };
    view! {
        <Shell crumbs=vec![Crumb::here("Device groups")]>
            <PageHead title="Device groups" note=total>
                <Show when=move || may_change.get()>
                    <LinkButton href=new_path kind=ButtonKind::Primary icon=Glyph::Plus>
                        "New group"
                    </LinkButton>
                </Show>
            </PageHead>
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match groups.await {
                        Ok(page) if page.total == 0 => {
                            view! {
                                <Card>
                                    <EmptyState
                                        icon=Glyph::Group
                                        title="No device groups yet"
                                        text="A group holds the devices of which something is true: of a template, at a site, warmer than 30 °C. Dashboards, the explorer and rules speak of groups."
                                    >
                                        <Show when=move || may_change.get()>
                                            <LinkButton href=new_path kind=ButtonKind::Primary icon=Glyph::Plus>
                                                "New group"
                                            </LinkButton>
                                        </Show>
                                    </EmptyState>
                                </Card>
                            }
                                .into_any()
                        }
                        Ok(page) => view! { <Groups page typed offset parts /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || groups.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <DeleteGroup asking on_deleted=move |()| groups.refetch() />
        </Shell>
    }
    .into_any()
}

/// What the rows need of the page.
#[derive(Clone, Copy)]
struct Parts {
    may_change: Signal<bool>,
    asking: RwSignal<Option<DeviceGroup>>,
}

#[component]
fn Groups(
    page: Page<ListedGroup>,
    typed: RwSignal<String>,
    offset: RwSignal<i64>,
    parts: Parts,
) -> impl IntoView {
    let Page { items, matching, total } = page;
    let summary = (matching < total).then(|| format!("{} of {}", count(matching), count(total)));
    let many = matching > PAGE;
    let body = if items.is_empty() {
        view! { <EmptyState icon=Glyph::Search title="No group matches" text="No name and no description holds that text." /> }
            .into_any()
    } else {
        let rows = items.into_iter().map(|listed| view! { <Row listed parts /> }).collect_view();
        view! {
            <TableFrame label="Device groups" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Group"</th>
                        <th scope="col">"Devices of which holds"</th>
                        <th scope="col">"Organization"</th>
                        <th scope="col" class="number">"Devices"</th>
                        <th scope="col" class="number">"Changed"</th>
                        <th scope="col" class="row-actions">
                            <span class="visually-hidden">"Actions"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <Card padded=false>
            <div class="filters">
                <SearchBox value=typed placeholder="Search groups" />
                <span class="filters-count" role="status">
                    {summary}
                </span>
            </div>
            {body}
            {many
                .then(|| {
                    view! { <Pager offset limit=PAGE matching=Signal::stored(matching) on_page=move |to| offset.set(to) /> }
                })}
        </Card>
    }
    .into_any()
}

#[component]
fn Row(listed: ListedGroup, parts: Parts) -> impl IntoView {
    let slug = use_slug();
    let ListedGroup { group, devices, said } = listed;
    let id = StoredValue::new(group.id.to_string());
    let path = move |rest: &'static str| {
        Signal::derive(move || format!("/w/{}/{rest}{}", slug.get(), id.get_value()))
    };
    let (page, of_devices, explore) = (path("groups/"), path("devices?group="), path("explore?group="));
    let copy = path("groups/new?copy=");
    let label = format!("Actions for {}", group.name);
    let (name, description) = (group.name.clone(), group.description.clone());
    let (organization, updated) = (group.organization.name.clone(), group.updated_ms);
    let group = StoredValue::new(group);
    let Parts { may_change, asking } = parts;
    view! {
        <tr>
            <th scope="row" data-label="Group">
                <a class="row-link" href=move || page.get()>
                    {name}
                </a>
                {(!description.is_empty()).then(|| view! { <p class="hint">{description}</p> })}
            </th>
            <td class="group-said" data-label="Devices of which holds">
                {said}
            </td>
            <td data-label="Organization">{organization}</td>
            <td class="number" data-label="Devices">
                <a class="quiet-link" href=move || of_devices.get()>
                    {count(devices)}
                </a>
            </td>
            <td class="number quiet" data-label="Changed">
                <Time ms=Signal::stored(Some(updated)) />
            </td>
            <td class="row-actions">
                <Menu label=label>
                    <MenuLink href=of_devices icon=Glyph::Device>
                        "Show its devices"
                    </MenuLink>
                    <MenuLink href=explore icon=Glyph::Compass>
                        "Explore it"
                    </MenuLink>
                    <Show when=move || may_change.get()>
                        <MenuLink href=copy icon=Glyph::Copy>
                            "Make another from it"
                        </MenuLink>
                        <MenuSeparator />
                        <MenuItem
                            on_click=move || asking.set(Some(group.get_value()))
                            icon=Glyph::Trash
                            danger=true
                        >
                            "Delete…"
                        </MenuItem>
                    </Show>
                </Menu>
            </td>
        </tr>
    }
    .into_any()
}
