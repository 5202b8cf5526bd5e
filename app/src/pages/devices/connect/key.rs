//! The device's key: hidden until asked for, replaced on demand.

use crate::api::devices::{rotate_key, show_key};
use crate::pages::devices::here::{Here, may};
use crate::ui::{Button, ButtonKind, Confirm, Secret, use_toasts};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::permission::Permission;

/// What the history's state says of the page that follows making a device: whoever made it needs its key next.
pub const JUST_MADE: &str = "device-just-made";

/// The key as this page knows it.
#[derive(Clone, Copy)]
pub(super) struct DeviceKey {
    here: Here,
    /// The key, base64, while it is shown.
    pub shown: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl DeviceKey {
    pub(super) fn new(here: Here) -> Self {
        DeviceKey { here, shown: RwSignal::new(None), busy: RwSignal::new(false) }
    }
}

/// The row of the key in the list of facts.
#[component]
pub(super) fn KeyRow(key: DeviceKey) -> impl IntoView {
    let DeviceKey { here, shown, busy } = key;
    let toasts = use_toasts();
    let may_manage = may(Permission::ManageDevices);
    let rotating = RwSignal::new(false);
    let show = Callback::new(move |()| {
        busy.set(true);
        let answer = show_key(here.slug(), here.id());
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(key) => _ = shown.try_set(Some(key)),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    });
    let just_made = use_location().state;
    Effect::new(move || {
        if may_manage.get()
            && just_made.get_untracked().to_js_value().as_string().as_deref() == Some(JUST_MADE)
        {
            show.run(());
        }
    });
    let rotate = Callback::new(move |()| {
        busy.set(true);
        let answer = rotate_key(here.slug(), here.id());
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(key) => {
                    _ = shown.try_set(Some(key));
                    toasts.ok("The key is replaced; the old one no longer works.");
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = rotating.try_set(false);
        });
    });
    view! {
        <dt>"Key"</dt>
        <dd>
            <Show
                when=move || may_manage.get()
                fallback=|| view! { <span class="quiet">"Your role doesn't show keys."</span> }
            >
                <span class="fact-line">
                    <Secret value=shown on_show=show on_hide=move |()| shown.set(None) busy />
                    <Button kind=ButtonKind::Ghost on_click=move || rotating.set(true)>
                        "Rotate"
                    </Button>
                </span>
            </Show>
            <Confirm
                open=rotating
                title="Replace the key?"
                action="Replace the key"
                danger=true
                on_confirm=rotate
                busy
            >
                <p>
                    "The device is cut off at once and can't connect until it has the new key. The old key is worth nothing from then on."
                </p>
            </Confirm>
        </dd>
    }
    .into_any()
}
