//! Leaving a form with changes in it: the browser asks before the tab closes, we ask before a link is followed.

use crate::ui::Confirm;
use leptos::ev::BeforeUnloadEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlAnchorElement, MouseEvent};

/// Asks before what is `dirty` is left behind. Stands once in the form that it guards.
#[component]
pub(super) fn LeaveGuard(#[prop(into)] dirty: Signal<bool>) -> impl IntoView {
    let asked = RwSignal::new(false);
    let target = RwSignal::new(String::new());
    let navigate = use_navigate();

    // In an effect: there is no window on the server.
    Effect::new(move |_| {
        let unload = window_event_listener(leptos::ev::beforeunload, move |ev: BeforeUnloadEvent| {
            if dirty.get_untracked() {
                ev.prevent_default();
            }
        });
        on_cleanup(move || unload.remove());
    });

    Effect::new(move || {
        let clicked = move |ev: MouseEvent| {
            if let Some(path) = dirty.get_untracked().then(|| followed(&ev)).flatten() {
                ev.prevent_default();
                ev.stop_propagation();
                target.set(path);
                asked.set(true);
            }
        };
        on_capture("click", clicked);
    });
    let leave = move || {
        asked.set(false);
        navigate(&target.get_untracked(), NavigateOptions::default());
    };
    view! {
        <Confirm open=asked title="Leave without saving?" action="Leave" danger=true on_confirm=leave>
            <p>"Your changes to this template are not saved yet."</p>
        </Confirm>
    }
}

/// The path that a click leads to within this tab, if it follows a link.
fn followed(ev: &MouseEvent) -> Option<String> {
    if ev.button() != 0 || ev.ctrl_key() || ev.meta_key() || ev.shift_key() || ev.alt_key() {
        return None;
    }
    let element = ev.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = element.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let stays = link.target() == "_blank" || link.has_attribute("download") || link.rel() == "external";
    let ours = window().location().origin().ok()? == link.origin();
    (ours && !stays).then(|| format!("{}{}{}", link.pathname(), link.search(), link.hash()))
}

/// Hears clicks before the router does, as long as the present owner lives.
fn on_capture(event: &'static str, handler: impl Fn(MouseEvent) + 'static) {
    let listener = Closure::<dyn Fn(MouseEvent)>::new(handler);
    let function: js_sys::Function = listener.as_ref().unchecked_ref::<js_sys::Function>().clone();
    let added = document().add_event_listener_with_callback_and_bool(event, &function, true).is_ok();
    let kept = StoredValue::new_local((listener, function));
    on_cleanup(move || {
        kept.try_with_value(|(_, function)| {
            if added {
                _ = document().remove_event_listener_with_callback_and_bool(event, function, true);
            }
        });
    });
}
