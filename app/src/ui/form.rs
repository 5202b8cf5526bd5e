//! A form that hands its content to a callback instead of leaving the page.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A form. Enter in a field submits, Ctrl-Enter (⌘-Enter) anywhere in it too.
#[component]
pub fn Form(
    #[prop(into)] on_submit: Callback<()>,
    /// What a screen reader calls it.
    #[prop(optional, into)]
    label: Option<String>,
    children: Children,
) -> impl IntoView {
    let submitted = move |ev: SubmitEvent| {
        ev.prevent_default();
        on_submit.run(());
    };
    let shortcut = move |ev: KeyboardEvent| {
        if ev.key() == "Enter" && (ev.ctrl_key() || ev.meta_key()) {
            ev.prevent_default();
            on_submit.run(());
        }
    };
    view! {
        <form class="form" method="post" novalidate aria-label=label on:submit=submitted on:keydown=shortcut>
            {children()}
        </form>
    }
    .into_any()
}

/// The row of buttons that closes a form or a dialog.
#[component]
pub fn FormActions(children: Children) -> impl IntoView {
    view! { <div class="form-actions">{children()}</div> }.into_any()
}

/// Puts the cursor into the first field that is marked wrong. Called after a refused submit.
pub fn focus_first_error() {
    request_animation_frame(|| {
        let first = document().query_selector("form [aria-invalid=true]").ok().flatten();
        if let Some(field) = first.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    });
}
