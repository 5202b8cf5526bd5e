//! The filter by device group.

use super::address::Address;
use super::query::ListState;
use crate::session::use_slug;
use crate::ui::{Chip, Glyph, Icon, Menu, MenuItem, MenuLink};
use leptos::prelude::*;
use model::group::{GroupId, ListedGroup};

#[component]
pub(super) fn GroupFilter(address: Address, groups: Signal<Vec<ListedGroup>>) -> impl IntoView {
    let slug = use_slug();
    let chosen = Memo::new(move |_| address.state.with(|s| s.group.clone()));
    let choose = move |group: Option<GroupId>| {
        address.change(|state| ListState { group, page: 0, ..state.clone() });
    };
    let name = move |id: &GroupId| {
        groups.with(|all| {
            let known = all.iter().find(|listed| listed.group.id == *id);
            known.map_or_else(|| id.to_string(), |listed| listed.group.name.clone())
        })
    };
    move || {
        match chosen.get() {
        Some(id) => {
            let label = Signal::derive(move || format!("Group: {}", name(&id)));
            view! { <Chip label on_remove=move || choose(None) /> }.into_any()
        }
        None => view! {
            <Menu label="Filter by group" class="chip add" face=|| view! { <Icon glyph=Glyph::Plus /> "Group" }>
                {move || {
                    groups
                        .get()
                        .into_iter()
                        .map(|listed| {
                            let id = listed.group.id;
                            view! { <MenuItem on_click=move || choose(Some(id.clone()))>{listed.group.name}</MenuItem> }
                        })
                        .collect_view()
                }}
                <MenuLink href=Signal::derive(move || format!("/w/{}/groups", slug.get())) icon=Glyph::Group>
                    "All device groups"
                </MenuLink>
            </Menu>
        }
        .into_any(),
    }
    }
}
