//! Buttons, and links that look like them.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// How much a button asks for attention. One `Primary` a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing that one came to do.
    Primary,
    /// Anything else.
    #[default]
    Plain,
    /// Of little weight: in rows, beside fields.
    Ghost,
    /// Destroys something.
    Danger,
}

impl ButtonKind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            ButtonKind::Primary => "button primary",
            ButtonKind::Plain => "button",
            ButtonKind::Ghost => "button ghost",
            ButtonKind::Danger => "button danger",
        }
    }
}

/// A button. While `busy` it can't be pressed and shows that something is going on.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] busy: Signal<bool>,
    /// Whether it hands in the form around it.
    #[prop(optional)]
    submit: bool,
    /// Drawn before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    #[prop(optional, into)] on_click: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=kind.class()
            type=if submit { "submit" } else { "button" }
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=move |_| {
                if let Some(on_click) = on_click {
                    on_click.run(());
                }
            }
        >
            {icon.map(|glyph| view! { <Icon glyph /> })}
            <span class="button-label">{children()}</span>
        </button>
    }
    .into_any()
}

/// A square button that shows a sign only; `label` is what it is called.
#[component]
pub fn IconButton(
    glyph: Glyph,
    #[prop(into)] label: Signal<String>,
    #[prop(default = ButtonKind::Ghost)] kind: ButtonKind,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_click: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <button
            class=format!("{} icon-only", kind.class())
            type="button"
            aria-label=move || label.get()
            title=move || label.get()
            disabled=move || disabled.get()
            on:click=move |_| {
                if let Some(on_click) = on_click {
                    on_click.run(());
                }
            }
        >
            <Icon glyph />
        </button>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional, into)] icon: Option<Glyph>,
    /// A file to save rather than a page to go to: the browser fetches it, not the router.
    #[prop(optional)]
    download: bool,
    /// What the server answers by itself, or leads elsewhere: no page of the router's.
    #[prop(optional)]
    elsewhere: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=move || href.get() rel=(download || elsewhere).then_some("external") download=download>
            {icon.map(|glyph| view! { <Icon glyph /> })}
            <span class="button-label">{children()}</span>
        </a>
    }
    .into_any()
}
