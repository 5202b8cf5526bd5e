//! The frame of pages outside of any workspace's navigation: set-up, sign-in, what isn't there.

use leptos::prelude::*;
use leptos_meta::Title;

/// One narrow column with the product's mark above it.
#[component]
pub fn EntranceLayout(
    #[prop(into)] title: String,
    /// A sentence under the title.
    #[prop(optional, into)]
    text: String,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <main class="entrance">
            <div class="entrance-column">
                <header class="entrance-head">
                    <a class="entrance-mark" href="/" aria-label="Homeport, to the start">
                        <Mark />
                        <span>"Homeport"</span>
                    </a>
                    <h1>{title}</h1>
                    {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
                </header>
                {children()}
            </div>
        </main>
    }
}

/// The product's mark: a harbour light over water.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
            <rect width="32" height="32" rx="8" class="mark-ground" />
            <g class="mark-lines" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
                <path d="M13 20 14.5 10h3L19 20M12.5 10h7M16 10V6.5" />
                <path d="M6.5 24c2 0 2.4-1.5 4.8-1.5S13.7 24 16 24s2.4-1.5 4.7-1.5S23.5 24 25.5 24" />
            </g>
        </svg>
    }
}
