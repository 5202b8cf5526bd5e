//! The frame itself: navigation at the side (a drawer on a phone), breadcrumbs and search above, the page.

use super::banners::BannerList;
use super::bell::Bell;
use super::navigation::Navigation;
use super::palette::{Palette, PaletteButton};
use crate::live;
use crate::session::use_brand;
use crate::ui::keyboard::on_page_key;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;
use leptos_meta::Title;
use model::branding::Brand;

/// A step on the way to a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Crumb {
    text: String,
    href: Option<String>,
}

impl Crumb {
    /// A step that can be gone back to.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Crumb {
        Crumb { text: text.into(), href: Some(href.into()) }
    }

    /// Where one is.
    pub fn here(text: impl Into<String>) -> Crumb {
        Crumb { text: text.into(), href: None }
    }
}

/// The frame; each page stands in one. The workspace, the person and the counts come from the session.
#[component]
pub fn Shell(
    /// The way to this page, itself last.
    #[prop(into)]
    crumbs: Signal<Vec<Crumb>>,
    children: Children,
) -> impl IntoView {
    let drawer = RwSignal::new(false);
    let palette = RwSignal::new(false);
    let connected = live::live().connected();
    let brand = use_brand();
    on_page_key(move |ev| {
        if ev.key() == "Escape" && drawer.get_untracked() {
            drawer.set(false);
        }
    });
    view! {
        <div class="shell" style=move || brand.with(Brand::style)>
            <a class="skip-link" href="#content">
                "Skip to the page"
            </a>
            <Navigation open=drawer />
            <div class="shell-main">
                <header class="topbar">
                    <button
                        class="button ghost icon-only drawer-button"
                        type="button"
                        aria-label="Menu"
                        aria-controls="navigation"
                        aria-expanded=move || if drawer.get() { "true" } else { "false" }
                        on:click=move |_| drawer.update(|open| *open = !*open)
                    >
                        <Icon glyph=Glyph::Menu />
                    </button>
                    <Crumbs crumbs />
                    <Show when=move || !connected.get()>
                        <span class="offline" role="status">
                            <Icon glyph=Glyph::Offline />
                            "Reconnecting…"
                        </span>
                    </Show>
                    <Bell />
                    <PaletteButton open=palette />
                </header>
                <main id="content" class="page" tabindex="-1">
                    <BannerList />
                    {children()}
                </main>
            </div>
            <Palette open=palette />
        </div>
    }
    .into_any()
}

#[component]
fn Crumbs(crumbs: Signal<Vec<Crumb>>) -> impl IntoView {
    let steps = move || {
        let crumbs = crumbs.get();
        let last = crumbs.len().saturating_sub(1);
        let step = |(i, crumb): (usize, Crumb)| match crumb.href {
            Some(href) => view! { <li><a href=href>{crumb.text}</a></li> }.into_any(),
            None => view! { <li aria-current=(i == last).then_some("page")>{crumb.text}</li> }.into_any(),
        };
        crumbs.into_iter().enumerate().map(step).collect_view()
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <ol>{steps}</ol>
        </nav>
    }
    .into_any()
}

/// The head of a page: its name, what belongs beside it, and the actions at the end. Names the browser's tab too.
#[component]
pub fn PageHead(
    #[prop(into)] title: Signal<String>,
    /// A remark beside the name: a count.
    #[prop(optional, into)]
    note: Option<Signal<String>>,
    /// Marks beside the name.
    #[prop(optional, into)]
    marks: Option<ViewFnOnce>,
    /// Actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    // On the server the head is written when the first part of the page is: the page may have been drawn anew since, and
    // the title of what was drawn before is gone.
    let brand = use_brand();
    let tab = move || {
        let name = brand.try_get().unwrap_or_default().shown_name().to_owned();
        title.try_get().map_or_else(|| name.clone(), |title| format!("{title} · {name}"))
    };
    view! {
        <Title text=tab />
        <header class="page-head">
            <h1>{move || title.get()}</h1>
            {note.map(|note| view! { <span class="page-note">{move || note.get()}</span> })}
            {marks.map(|marks| marks.run())}
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </header>
    }
    .into_any()
}
