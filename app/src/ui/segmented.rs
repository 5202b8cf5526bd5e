//! A choice of few that are all in sight, and the box to search lists with.

use super::icon::{Glyph, Icon};
use super::keyboard::{is_typing, on_page_key};
use leptos::html;
use leptos::prelude::*;

/// A choice of one of a few; `options` are (value, words). Arrow keys move the choice.
#[component]
pub fn Segmented(
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(into)] label: String,
) -> impl IntoView {
    let group = format!("segmented-{}", model::check::slug(&label));
    view! {
        <fieldset class="segmented">
            <legend class="visually-hidden">{label}</legend>
            {move || {
                let group = group.clone();
                options
                    .get()
                    .into_iter()
                    .map(|(key, text)| {
                        let (mine, chosen) = (key.clone(), key.clone());
                        view! {
                            <label>
                                <input
                                    type="radio"
                                    name=group.clone()
                                    value=key
                                    checked=value.with_untracked(|v| *v == mine)
                                    prop:checked=move || value.with(|v| *v == mine)
                                    on:change=move |_| value.set(chosen.clone())
                                />
                                <span>{text}</span>
                            </label>
                        }
                    })
                    .collect_view()
            }}
        </fieldset>
    }
    .into_any()
}

/// A search field; `/` from anywhere on the page puts the cursor in it, Escape empties it.
#[component]
pub fn SearchBox(value: RwSignal<String>, #[prop(into)] placeholder: String) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    on_page_key(move |ev| {
        if ev.key() == "/" && !ev.ctrl_key() && !ev.meta_key() && !ev.alt_key() && !is_typing() {
            ev.prevent_default();
            if let Some(input) = node.get_untracked() {
                let _ = input.focus();
            }
        }
    });
    view! {
        <label class="search-box">
            <Icon glyph=Glyph::Search />
            <span class="visually-hidden">{placeholder.clone()}</span>
            <input
                node_ref=node
                type="search"
                placeholder=placeholder
                prop:value=move || value.get()
                value=value.get_untracked()
                on:input:target=move |ev| value.set(ev.target().value())
                on:keydown=move |ev| {
                    if ev.key() == "Escape" {
                        value.set(String::new());
                    }
                }
            />
            <kbd aria-hidden="true">"/"</kbd>
        </label>
    }
    .into_any()
}
