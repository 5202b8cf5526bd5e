//! The interface: pages, the parts that they are built of, and the server functions that they call.
//!
//! Compiled twice: with `ssr` into the server, which renders pages, and with `hydrate` into the browser, which
//! brings them to life. Exactly what one renders the other must find.

#![recursion_limit = "512"]
#![expect(unreachable_pub, reason = "the component macro writes public items into private modules")]

pub mod api;
pub mod chart;
pub mod layout;
pub mod live;
pub mod map;
pub mod pages;
pub mod passkeys;
pub mod push;
mod routes;
pub mod session;
pub mod ui;
#[cfg(feature = "ssr")]
pub mod web_session;
pub mod zone;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};

/// The document around the app, as the server sends it.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = ui::theme::of_request().as_str();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f7f5" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0f1113" />
                <link rel="icon" type="image/svg+xml" href=FAVICON />
                <link rel="stylesheet" href="/style/main.css" />
                <script nonce=leptos::nonce::use_nonce() inner_html=EARLY></script>
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
    .into_any()
}

/// What is typed and pressed before the page is at work is kept, and done as soon as it is.
const EARLY: &str = include_str!("early.js");

/// The mark of Homeport: a harbour light.
const FAVICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E\
%3Crect width='32' height='32' rx='8' fill='%230b6b58'/%3E\
%3Cpath d='M8 21c3 0 3 2.5 5.3 2.5S16 21 18.7 21s2.7 2.5 5.3 2.5M13 18l1.2-9h3.6L19 18M12 9h8' \
fill='none' stroke='%23fff' stroke-width='2.2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/// The app: what every page shares, and the pages.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    ui::provide_toasts();
    let clock = zone::provide_clock();
    let session = session::provide_session();
    session::provide_host();
    Effect::new(move |_| {
        clock.set_zone(session.time_zone());
        if session.me().is_some() {
            ui::theme::apply(session.theme());
        }
    });
    Effect::new(|_| mark_hydrated());
    view! {
        <Title text="Homeport" />
        <routes::Pages />
        <ui::Toasts />
    }
    .into_any()
}

/// Tells whoever waits (browser tests, styles) that the page answers.
fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}
