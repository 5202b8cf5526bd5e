//! The command palette: Ctrl-K (⌘-K) from anywhere, a few letters, Enter.

mod entries;

use crate::ui::dialog::{close_from_backdrop, closed, follow};
use crate::ui::keyboard::on_page_key;
use crate::ui::{Glyph, Icon};
use entries::{Entry, Found, Group, use_entries};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// What looks like a search field at the top and opens the palette.
#[component]
pub(super) fn PaletteButton(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            class="palette-button"
            type="button"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K"
            aria-label="Search or jump to"
            on:click=move |_| open.set(true)
        >
            <Icon glyph=Glyph::Search />
            <span class="palette-hint">"Search or jump to…"</span>
            <kbd>"Ctrl K"</kbd>
        </button>
    }
    .into_any()
}

/// The palette. Its entries are asked for when it opens.
#[component]
pub(super) fn Palette(open: RwSignal<bool>) -> impl IntoView {
    on_page_key(move |ev| {
        if (ev.ctrl_key() || ev.meta_key()) && !ev.shift_key() && ev.key().eq_ignore_ascii_case("k") {
            ev.prevent_default();
            open.update(|open| *open = !*open);
        }
    });
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    view! {
        <dialog
            node_ref=node
            class="palette"
            aria-label="Search or jump to"
            on:close=move |_| closed(node, open)
            on:mousedown=move |ev| close_from_backdrop(&ev, node, open)
        >
            <Show when=move || open.get()>
                <Finder open />
            </Show>
        </dialog>
    }
    .into_any()
}

#[component]
fn Finder(open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = use_entries(typed.into());
    let navigate = use_navigate();
    let choose = Callback::new(move |entry: Entry| {
        open.set(false);
        match entry.does {
            entries::Does::Go(href) => navigate(&href, Default::default()),
            entries::Does::Run(run) => run.run(()),
        }
    });
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    // What was typed anew begins at the best fit.
    Effect::new(move |_| {
        typed.track();
        at.set(0);
    });
    let keys = move |ev: KeyboardEvent| {
        let last = found.with_untracked(|f| f.entries.len()).saturating_sub(1);
        let here = at.get_untracked().min(last);
        match ev.key().as_str() {
            "ArrowDown" => at.set(if here == last { 0 } else { here + 1 }),
            "ArrowUp" => at.set(if here == 0 { last } else { here - 1 }),
            "Home" => at.set(0),
            "End" => at.set(last),
            "Enter" => {
                if let Some(entry) = found.with_untracked(|f| f.entries.get(here).cloned()) {
                    choose.run(entry);
                }
            }
            _ => return,
        }
        ev.prevent_default();
        scroll_to_choice();
    };
    let active = move || format!("palette-{}", at.get());
    view! {
        <div class="palette-frame">
            <div class="palette-input">
                <Icon glyph=Glyph::Search />
                <input
                    node_ref=input
                    type="text"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant=active
                    aria-label="Search or jump to"
                    placeholder="Pages, devices, templates, workspaces, actions"
                    autocomplete="off"
                    // The dialog gives the focus to what has this when it opens.
                    autofocus=true
                    spellcheck="false"
                    prop:value=move || typed.get()
                    on:input:target=move |ev| typed.set(ev.target().value())
                    on:keydown=keys
                />
                <kbd>"Esc"</kbd>
            </div>
            <div id="palette-list" class="palette-list" role="listbox" aria-label="What was found">
                {move || found.with(|found| list(found, at, choose))}
            </div>
            <footer class="palette-foot" aria-hidden="true">
                <span>
                    <kbd>"↑"</kbd>
                    <kbd>"↓"</kbd>
                    "choose"
                </span>
                <span>
                    <kbd>"↵"</kbd>
                    "open"
                </span>
            </footer>
        </div>
    }
    .into_any()
}

fn list(found: &Found, at: RwSignal<usize>, choose: Callback<Entry>) -> AnyView {
    if found.entries.is_empty() {
        let text = if found.waiting { "Searching…" } else { "Nothing fits." };
        return view! { <p class="palette-none">{text}</p> }.into_any();
    }
    let mut group = None::<Group>;
    let rows = found.entries.iter().cloned().enumerate().map(|(i, entry)| {
        let head = (group != Some(entry.group)).then(|| {
            group = Some(entry.group);
            view! { <h3 class="palette-group">{entry.group.title()}</h3> }
        });
        view! {
            {head}
            {row(i, entry, at, choose)}
        }
    });
    rows.collect_view().into_any()
}

fn row(i: usize, entry: Entry, at: RwSignal<usize>, choose: Callback<Entry>) -> impl IntoView {
    let chosen = entry.clone();
    view! {
        <div
            id=format!("palette-{i}")
            class="palette-entry"
            role="option"
            aria-selected=move || if at.get() == i { "true" } else { "false" }
            on:mousemove=move |_| {
                if at.get_untracked() != i {
                    at.set(i);
                }
            }
            on:click=move |_| choose.run(chosen.clone())
        >
            <Icon glyph=entry.glyph />
            <span class="palette-text">{entry.text}</span>
            <span class="palette-beside">{entry.beside}</span>
            <Icon glyph=Glyph::Enter />
        </div>
    }
    .into_any()
}

fn scroll_to_choice() {
    request_animation_frame(|| {
        if let Some(row) = document().query_selector(".palette-entry[aria-selected=true]").ok().flatten() {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}
