//! Blocking a device, which is asked for, and unblocking it, which undoes it.

use super::here::Here;
use crate::api::devices::set_blocked;
use crate::ui::{Confirm, use_toasts};
use leptos::prelude::*;

/// The handle that the menu and the dialog share.
#[derive(Clone, Copy)]
pub(super) struct Blocking {
    /// Whether it is being asked.
    pub asking: RwSignal<bool>,
    /// While the server does it.
    busy: RwSignal<bool>,
    /// Blocks or unblocks.
    pub set: Callback<bool>,
}

/// Blocking and unblocking the device of the page. To be called by a component: it knows where to tell the outcome.
pub(super) fn blocking(here: Here) -> Blocking {
    let toasts = use_toasts();
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let set = Callback::new(move |blocked: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let answer = set_blocked(here.slug(), here.id(), blocked);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(device) => {
                    toasts.ok(said(&device.name, device.blocked));
                    _ = here.device.try_set(device);
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
        });
    });
    Blocking { asking, busy, set }
}

/// Asks before it blocks, and says what that means.
#[component]
pub(super) fn BlockDialog(here: Here, blocking: Blocking) -> impl IntoView {
    let Blocking { asking, busy, set } = blocking;
    let title = Signal::derive(move || here.device.with(|d| format!("Block “{}”?", d.name)));
    view! {
        <Confirm open=asking title action="Block" danger=true on_confirm=move |()| set.run(true) busy>
            <p>
                "Its connections end at once, and it can't connect until somebody unblocks it. Its telemetry, its log, its key and its certificates stay."
            </p>
        </Confirm>
    }
    .into_any()
}

fn said(name: &str, blocked: bool) -> String {
    match blocked {
        true => format!("“{name}” is blocked."),
        false => format!("“{name}” is unblocked and may connect again."),
    }
}
