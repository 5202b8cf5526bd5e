//! Keys that work from anywhere on a page.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use std::rc::Rc;

/// Calls back with every key that is pressed on the page, while the caller's part of it exists.
pub(crate) fn on_page_key(call: impl Fn(KeyboardEvent) + 'static) {
    let call = Rc::new(call);
    // In an effect: there is no window on the server, and nothing may be kept there that belongs to one thread.
    Effect::new(move |_| {
        let call = call.clone();
        let listener = window_event_listener(keydown, move |ev| call(ev));
        on_cleanup(move || listener.remove());
    });
}

/// Whether keys go into a field just now.
pub(crate) fn is_typing() -> bool {
    document().active_element().is_some_and(|e| {
        matches!(e.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || e.has_attribute("contenteditable")
    })
}
