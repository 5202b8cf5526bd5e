//! The tree of organizations, as far as the signed-in person sees it: made, renamed, moved and deleted here.

mod dialogs;

use super::SettingsTabs;
use super::frame::crumbs;
use crate::api::AppError;
use crate::api::organizations::list_organizations;
use crate::layout::{PageHead, Shell};
use crate::live::live;
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, ErrorState, Glyph, Menu, MenuItem, MenuSeparator, Skeleton, TableFrame,
};
use dialogs::{Dialogs, Wish};
use leptos::prelude::*;
use model::organization::Organization;
use model::permission::Permission;

/// `/w/:workspace/settings/organizations`
#[component]
pub fn OrganizationsPage() -> impl IntoView {
    let slug = use_slug();
    let tree = Resource::new(move || slug.get(), list_organizations);
    let changed = live().access();
    Effect::watch(move || changed.get(), move |_, _, _| tree.refetch(), false);
    let may_change = may(Permission::ManageOrganizations);
    let wish = RwSignal::new(None::<Wish>);
    let known = Signal::derive(move || tree.get().and_then(Result::ok).unwrap_or_default());
    let top = move || known.with(|all| all.first().cloned());
    view! {
        <Shell crumbs=crumbs("Organizations")>
            <PageHead title="Settings">
                <Show when=move || may_change.get()>
                    <Button
                        kind=ButtonKind::Primary
                        icon=Glyph::Plus
                        on_click=move || wish.set(top().map(Wish::Make))
                    >
                        "New organization"
                    </Button>
                </Show>
            </PageHead>
            <SettingsTabs />
            <div class="settings wide">
                <Card title=Signal::stored("Organizations".to_owned()) padded=false>
                    <Transition fallback=|| view! { <Skeleton rows=4 /> }>
                        {move || Suspend::new(async move {
                            match tree.await {
                                Ok(list) => view! { <Tree list wish may_change /> }.into_any(),
                                Err(AppError(problem)) => {
                                    view! { <ErrorState problem retry=move || tree.refetch() /> }.into_any()
                                }
                            }
                        })}
                    </Transition>
                </Card>
            </div>
            <Dialogs wish known on_done=move |()| tree.refetch() />
        </Shell>
    }
    .into_any()
}

#[component]
fn Tree(list: Vec<Organization>, wish: RwSignal<Option<Wish>>, may_change: Signal<bool>) -> impl IntoView {
    let said = match list.len() {
        1 => "1 organization. People and devices of an organization see and are seen by what lies in it and below it."
            .to_owned(),
        many => format!("{many} organizations"),
    };
    let slug = use_slug();
    let rows = list
        .into_iter()
        .map(|node| {
            let label = format!("Actions for {}", node.name);
            let indent = format!("padding-left: {}px", 16 + node.depth * 24);
            let below = node.parent.is_some();
            let level = format!("level {}: ", node.depth + 1);
            let devices = {
                let id = node.id;
                move || format!("/w/{}/devices?organization={id}", slug.get())
            };
            let (name, key) = (node.name.clone(), node.key.clone());
            let (device_count, people) = (count(node.devices), count(node.people));
            let alarms = {
                let id = node.id;
                move || format!("/w/{}/alarms?organization={id}", slug.get())
            };
            let alarm_count = count(node.alarms);
            let node = StoredValue::new(node);
            view! {
                <tr>
                    <td style=indent>
                        <span class="visually-hidden">{level}</span>
                        {name} " " <span class="mono quiet">{key}</span>
                    </td>
                    <td class="number" data-label="Devices">
                        <a href=devices>{device_count}</a>
                    </td>
                    <td class="number" data-label="People">{people}</td>
                    <td class="number" data-label="Open alarms">
                        <a href=alarms>{alarm_count}</a>
                    </td>
                    <td class="row-actions">
                        <Show when=move || may_change.get()>
                            <Menu label=label.clone()>
                                <MenuItem
                                    on_click=move || wish.set(Some(Wish::Make(node.get_value())))
                                    icon=Glyph::Plus
                                >
                                    "New one below it…"
                                </MenuItem>
                                <MenuItem
                                    on_click=move || wish.set(Some(Wish::Change(node.get_value())))
                                    icon=Glyph::Pencil
                                >
                                    {if below { "Rename or move…" } else { "Rename…" }}
                                </MenuItem>
                                <Show when=move || below>
                                    <MenuSeparator />
                                    <MenuItem
                                        on_click=move || wish.set(Some(Wish::Delete(node.get_value())))
                                        icon=Glyph::Trash
                                        danger=true
                                    >
                                        "Delete…"
                                    </MenuItem>
                                </Show>
                            </Menu>
                        </Show>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame label="Organizations" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Organization"</th>
                    <th scope="col" class="number">"Devices"</th>
                    <th scope="col" class="number">"People"</th>
                    <th scope="col" class="number">"Open alarms"</th>
                    <th scope="col" class="row-actions">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        <p class="table-note" role="status">{said}</p>
    }
    .into_any()
}
