//! The list and files: devices and data out of files, the list into one, with keys where that is asked for.

use super::super::here::may;
use super::address::Address;
use crate::session::use_slug;
use crate::ui::{Confirm, Glyph, Menu, MenuItem, MenuLink, MenuSeparator};
use leptos::prelude::*;
use model::permission::Permission;

/// The menu, and the question before keys go into a file.
#[component]
pub(super) fn FilesMenu(
    address: Address,
    may_import: Signal<bool>,
    may_manage: Signal<bool>,
) -> impl IntoView {
    let slug = use_slug();
    let asking = RwSignal::new(false);
    let file = move |keys: bool| {
        let state = address.state.get();
        let mut pairs = vec![("search", state.search)];
        pairs.extend(state.template.map(|id| ("template", id.to_string())));
        pairs.extend(state.group.map(|id| ("group", id.to_string())));
        pairs.extend(state.status.map(|status| ("status", status.as_str().to_owned())));
        pairs.extend(state.waiting.then(|| ("waiting", "true".to_owned())));
        pairs.extend(keys.then(|| ("keys", "true".to_owned())));
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", model::percent::encode(&value))).collect();
        format!("/w/{}/devices.csv?{}", slug.get(), pairs.join("&"))
    };
    let plain = Signal::derive(move || file(false));
    let with_keys = move |()| {
        asking.set(false);
        // A file that is sent as an attachment leaves the page where it is.
        drop(window().location().set_href(&untrack(|| file(true))));
    };
    let of = move |rest: &'static str| Signal::derive(move || format!("/w/{}/import{rest}", slug.get()));
    let may_create = may(Permission::CreateDevices);
    let may_both = move || may_import.get() && may_create.get();
    view! {
        <Menu label="Files">
            <Show when=move || may_import.get()>
                <MenuLink href=of("") icon=Glyph::ArrowUp>
                    "Import data"
                </MenuLink>
            </Show>
            <Show when=may_both>
                <MenuLink href=of("?of=devices") icon=Glyph::ArrowUp>
                    "Import devices"
                </MenuLink>
                <MenuSeparator />
            </Show>
            <MenuLink href=plain icon=Glyph::Download download=true>
                "Export this list"
            </MenuLink>
            <Show when=move || may_manage.get()>
                <MenuItem on_click=move || asking.set(true) icon=Glyph::Download>
                    "Export this list with keys…"
                </MenuItem>
            </Show>
        </Menu>
        <Confirm open=asking title="Export keys?" action="Export with keys" danger=true on_confirm=with_keys>
            <p>
                "Whoever has the file can be any of these devices. Each device's log says that its keys were exported, and by whom."
            </p>
        </Confirm>
    }
    .into_any()
}
