//! Every part with every state on one page, for eyes and for the browser tests that photograph it.

mod charts;
mod controls;
mod data;
mod feedback;
mod maps;

use super::icon::{Glyph, Icon};
use super::segmented::Segmented;
use super::theme;
use leptos::prelude::*;
use leptos_meta::Title;
use model::person::Theme;

/// The gallery; development builds only.
#[component]
pub fn Gallery() -> impl IntoView {
    let theme = RwSignal::new("system".to_owned());
    Effect::new(move |before: Option<String>| {
        let now = theme.get();
        // Not at the start: what the visitor chose elsewhere stays.
        if before.is_some_and(|before| before != now) {
            theme::apply(Theme::from_word(&now));
        }
        now
    });
    let themes = Theme::ALL.map(|t| (t.as_str().to_owned(), t.as_str().to_owned())).to_vec();
    view! {
        <Title text="Gallery · Homeport" />
        <main class="gallery">
            <header class="page-head">
                <h1>"Gallery"</h1>
                <div class="page-actions">
                    <Segmented value=theme options=themes label="Theme" />
                </div>
            </header>
            <controls::Buttons />
            <controls::Fields />
            <controls::Choices />
            <controls::Layers />
            <data::Statuses />
            <data::Figures />
            <data::Table />
            <data::Codes />
            <charts::Charts />
            <maps::Maps />
            <feedback::States />
            <feedback::Messages />
            <Colours />
            <Icons />
        </main>
    }
    .into_any()
}

/// One kind of part, with its name above.
#[component]
fn Part(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="gallery-part">
            <h2>{title}</h2>
            {children()}
        </section>
    }
    .into_any()
}

#[component]
fn Colours() -> impl IntoView {
    const ROLES: [&str; 24] = [
        "canvas",
        "surface",
        "raised",
        "sunken",
        "hover",
        "line",
        "line-strong",
        "ink",
        "ink-2",
        "ink-3",
        "accent",
        "accent-soft",
        "ok",
        "warn",
        "bad",
        "bad-soft",
        "s1",
        "s2",
        "s3",
        "s4",
        "s5",
        "s6",
        "s7",
        "s8",
    ];
    let swatch = |role: &'static str| {
        view! {
            <div class="gallery-swatch">
                <i style:background=format!("var(--{role})")></i>
                {role}
            </div>
        }
    };
    view! {
        <Part title="Colours">
            <div class="gallery-swatches">{ROLES.map(swatch).collect_view()}</div>
        </Part>
    }
    .into_any()
}

#[component]
fn Icons() -> impl IntoView {
    let icon = |(glyph, name): &(Glyph, &'static str)| {
        view! {
            <span>
                <Icon glyph=*glyph />
                {*name}
            </span>
        }
    };
    view! {
        <Part title="Signs">
            <div class="gallery-icons">{Glyph::ALL.iter().map(icon).collect_view()}</div>
        </Part>
    }
    .into_any()
}
