//! Asks before a group is deleted, and says what refers to it.

use crate::api::groups::{delete_group, group_uses};
use crate::session::use_slug;
use crate::ui::{Confirm, use_toasts};
use leptos::prelude::*;
use model::group::{DeviceGroup, GroupUse};

/// Open while a group is asked about.
#[component]
pub(super) fn DeleteGroup(
    asking: RwSignal<Option<DeviceGroup>>,
    #[prop(into)] on_deleted: Callback<()>,
) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let uses = RwSignal::new(Vec::<GroupUse>::new());
    Effect::new(move |_| {
        let Some(group) = asking.get() else { return };
        uses.set(Vec::new());
        open.set(true);
        let answer = group_uses(slug.get_untracked(), group.id);
        leptos::task::spawn_local(async move {
            if let Ok(found) = answer.await {
                _ = uses.try_set(found);
            }
        });
    });
    Effect::new(move |_| {
        if !open.get() {
            asking.set(None);
        }
    });
    let title = Signal::derive(move || {
        asking.with(|group| {
            group.as_ref().map_or_else(String::new, |group| format!("Delete “{}”?", group.name))
        })
    });
    let delete = Callback::new(move |()| {
        let Some(group) = asking.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let answer = delete_group(slug.get_untracked(), group.id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    toasts.ok(format!("“{}” is deleted.", group.name));
                    on_deleted.try_run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = open.try_set(false);
        });
    });
    view! {
        <Confirm open title action="Delete the group" danger=true on_confirm=delete busy>
            <p>"Its devices stay as they are. This can't be undone."</p>
            <Show when=move || uses.with(|uses| !uses.is_empty())>
                <p>"It is used, and can be deleted once these speak of something else:"</p>
                <ul>
                    {move || {
                        uses.get()
                            .into_iter()
                            .map(|one| view! { <li>{one.kind} " “" {one.name} "”"</li> })
                            .collect_view()
                    }}
                </ul>
            </Show>
        </Confirm>
    }
    .into_any()
}
