//! How a device stands, by dot and word; tags and filter chips.

use super::icon::{Glyph, Icon};
use crate::zone;
use leptos::prelude::*;
use model::device::Status;

/// The status of a device.
#[component]
pub fn StatusMark(#[prop(into)] status: Signal<Status>) -> impl IntoView {
    view! {
        <span class="status" data-status=move || status.get().as_str()>
            <span class="dot" aria-hidden="true"></span>
            <span class="status-word">{move || status.get().label()}</span>
        </span>
    }
    .into_any()
}

/// The status of a device with the age of its newest message: “Live · 2 s ago”. Turns silent by itself.
#[component]
pub fn LiveMark(#[prop(into)] last_ms: Signal<Option<i64>>) -> impl IntoView {
    let clock = zone::use_clock();
    let status = Memo::new(move |_| match clock.now() {
        Some(now) => Status::of(last_ms.get(), now),
        // Before the page lives, what was heard at all counts as live; the first tick decides.
        None => last_ms.get().map_or(Status::NeverConnected, |_| Status::Live),
    });
    view! {
        <span class="status live-mark" data-status=move || status.get().as_str() role="status">
            <span class="dot" aria-hidden="true"></span>
            <span class="status-word">{move || status.get().label()}</span>
            <Show when=move || last_ms.get().is_some()>
                <span class="live-age" aria-live="off">
                    <super::time::Time ms=last_ms />
                </span>
            </Show>
        </span>
    }
    .into_any()
}

/// A small label. `dashed`: something that isn't quite real, such as a simulated device. `bad`:
/// something that someone should know of, such as a blocked one.
#[component]
pub fn Tag(#[prop(optional)] dashed: bool, #[prop(optional)] bad: bool, children: Children) -> impl IntoView {
    view! {
        <span class="tag" class:dashed=dashed class:bad=bad>
            {children()}
        </span>
    }
    .into_any()
}

/// A filter that is on, with a way to take it off.
#[component]
pub fn Chip(#[prop(into)] label: Signal<String>, #[prop(into)] on_remove: Callback<()>) -> impl IntoView {
    view! {
        <span class="chip">
            {move || label.get()}
            <button
                type="button"
                aria-label=move || format!("Remove the filter {}", label.get())
                on:click=move |_| on_remove.run(())
            >
                <Icon glyph=Glyph::Close />
            </button>
        </span>
    }
    .into_any()
}
