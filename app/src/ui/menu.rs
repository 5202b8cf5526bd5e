//! Menus on the popover API: the browser opens, layers and dismisses them; the place is computed here.

use super::icon::{Glyph, Icon};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlElement, ToggleEvent};

/// A button that opens a list of things to do.
#[component]
pub fn Menu(
    /// What a screen reader calls the button.
    #[prop(into)]
    label: Signal<String>,
    /// What the button shows; without it three dots.
    #[prop(optional, into)]
    face: Option<ViewFnOnce>,
    /// The button's class, where it isn't one of the kit's buttons.
    #[prop(default = "button ghost icon-only")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let (Some(button), Some(list)) = (button.get(), list.get()) {
            // The element itself instead of an id: no ids to keep unique over server and browser.
            let _ = js_sys::Reflect::set(&button, &JsValue::from_str("popoverTargetElement"), &list);
        }
    });
    let placed = move |ev: Event| {
        let (Some(button), Some(list)) = (button.get_untracked(), list.get_untracked()) else { return };
        let opens = is_opening(&ev);
        let _ = button.set_attribute("aria-expanded", if opens { "true" } else { "false" });
        if opens {
            place(&button, &list);
        }
    };
    let shown = move |ev: Event| {
        if is_opening(&ev)
            && let Some(list) = list.get_untracked()
        {
            step(&list, Step::First);
        }
    };
    let keys = move |ev: KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        let to = match ev.key().as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            "Tab" => {
                let _ = list.hide_popover();
                return;
            }
            _ => return,
        };
        ev.prevent_default();
        step(&list, to);
    };
    // Choosing something closes the menu.
    let chosen = move |_| {
        if let Some(list) = list.get_untracked() {
            let _ = list.hide_popover();
        }
    };
    let face = match face {
        Some(face) => face.run(),
        None => view! { <Icon glyph=Glyph::More /> }.into_any(),
    };
    view! {
        <button
            node_ref=button
            class=class
            type="button"
            aria-haspopup="menu"
            aria-expanded="false"
            aria-label=move || label.get()
            title=move || label.get()
        >
            {face}
        </button>
        <div
            node_ref=list
            class="menu"
            role="menu"
            popover="auto"
            aria-label=move || label.get()
            on:beforetoggle=placed
            on:toggle=shown
            on:keydown=keys
            on:click=chosen
        >
            {children()}
        </div>
    }
    .into_any()
}

/// One thing to do in a [`Menu`].
#[component]
pub fn MenuItem(
    #[prop(into)] on_click: Callback<()>,
    #[prop(optional, into)] icon: Option<Glyph>,
    /// Destroys something.
    #[prop(optional)]
    danger: bool,
    /// Whether it is the current choice; none: it isn't a choice.
    #[prop(optional, into)]
    checked: Option<Signal<bool>>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class="menu-item"
            class:danger=danger
            role=if checked.is_some() { "menuitemradio" } else { "menuitem" }
            type="button"
            tabindex="-1"
            aria-checked=move || checked.map(|c| if c.get() { "true" } else { "false" })
            on:click=move |_| on_click.run(())
        >
            {icon.map(|glyph| view! { <Icon glyph /> })}
            <span class="menu-text">{children()}</span>
            {checked
                .map(|checked| {
                    view! {
                        <Show when=move || checked.get()>
                            <Icon glyph=Glyph::Check />
                        </Show>
                    }
                })}
        </button>
    }
    .into_any()
}

/// A place to go to in a [`Menu`].
#[component]
pub fn MenuLink(
    #[prop(into)] href: Signal<String>,
    #[prop(optional, into)] icon: Option<Glyph>,
    /// Whether it is where one is.
    #[prop(optional, into)]
    current: Signal<bool>,
    /// Whether it is a file rather than a page.
    #[prop(optional)]
    download: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <a
            class="menu-item"
            role="menuitem"
            tabindex="-1"
            href=move || href.get()
            rel=download.then_some("external")
            download=download
            aria-current=move || current.get().then_some("true")
        >
            {icon.map(|glyph| view! { <Icon glyph /> })}
            <span class="menu-text">{children()}</span>
            <Show when=move || current.get()>
                <Icon glyph=Glyph::Check />
            </Show>
        </a>
    }
    .into_any()
}

/// A line between groups.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <hr class="menu-separator" role="separator" /> }.into_any()
}

fn is_opening(ev: &Event) -> bool {
    ev.dyn_ref::<ToggleEvent>().is_some_and(|ev| ev.new_state() == "open")
}

/// Beneath the button, or above it in the lower half of the window; towards the nearer side.
fn place(button: &HtmlElement, list: &HtmlElement) {
    const GAP_PX: f64 = 4.0;
    let size = |value: Result<JsValue, JsValue>| value.ok().and_then(|v| v.as_f64()).unwrap_or_default();
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let rect = button.get_bounding_client_rect();
    let style = HtmlElement::style(list);
    let set = |name: &str, px: f64| {
        let _ = style.set_property(name, &format!("{:.0}px", px.max(GAP_PX)));
    };
    for name in ["top", "bottom", "left", "right"] {
        let _ = style.set_property(name, "auto");
    }
    if rect.top() > height * 0.6 {
        set("bottom", height - rect.top() + GAP_PX);
    } else {
        set("top", rect.bottom() + GAP_PX);
    }
    if rect.left() > width * 0.5 {
        set("right", width - rect.right());
    } else {
        set("left", rect.left());
    }
    set("min-width", rect.width());
}

enum Step {
    First,
    Next,
    Previous,
    Last,
}

fn step(list: &HtmlElement, to: Step) {
    let Ok(found) = list.query_selector_all("[role^=menuitem]") else { return };
    let items: Vec<HtmlElement> =
        (0..found.length()).filter_map(|i| found.get(i)?.dyn_into::<HtmlElement>().ok()).collect();
    if items.is_empty() {
        return;
    }
    let active = document().active_element();
    let at = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
    let last = items.len() - 1;
    let index = match (to, at) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Previous, None | Some(0)) => last,
        (Step::Next, Some(i)) => {
            if i == last {
                0
            } else {
                i + 1
            }
        }
        (Step::Previous, Some(i)) => i - 1,
    };
    let _ = items[index].focus();
}
