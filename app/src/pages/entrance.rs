//! The frame of pages outside of any workspace's navigation: set-up, sign-in, what isn't there.

use crate::api::AppError;
use crate::session::use_host;
use crate::ui::{ButtonKind, LinkButton, Skeleton};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One narrow column with the product's mark above it.
#[component]
pub fn EntranceLayout(
    #[prop(into)] title: String,
    /// A sentence under the title.
    #[prop(optional, into)]
    text: String,
    children: Children,
) -> impl IntoView {
    let brand = use_host().brand;
    let name = brand.shown_name().to_owned();
    let links = brand
        .links
        .clone()
        .into_iter()
        .map(|link| view! { <a href=link.href rel="external">{link.label}</a> });
    let help = (!brand.links.is_empty())
        .then(|| view! { <p class="entrance-note entrance-help">{links.collect_view()}</p> });
    let mark = match brand.logo_path() {
        Some(path) => view! { <img class="brand-logo" src=path alt=name.clone() /> }.into_any(),
        None => view! {
            <Mark />
            <span>{name.clone()}</span>
        }
        .into_any(),
    };
    view! {
        <Title text=title.clone() />
        <main class="entrance" style=brand.style()>
            <div class="entrance-column">
                <header class="entrance-head">
                    <a class="entrance-mark" href="/" aria-label=format!("{name}, to the start")>
                        {mark}
                    </a>
                    <h1>{title}</h1>
                    {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
                </header>
                {children()}
                {help}
            </div>
        </main>
    }
}

/// A page that a mailed link leads to (`:link` of its address): `look` asks what the link is good for, `show` draws that.
/// One that doesn't work is told under `broken`, with a way on.
pub(super) fn by_link<T, Asked>(
    look: fn(String) -> Asked,
    broken: &'static str,
    (href, way): (&'static str, &'static str),
    show: fn(String, T) -> AnyView,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Asked: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let link = use_params_map().with_untracked(|p| p.get("link")).unwrap_or_default();
    let asked = link.clone();
    let found = Resource::new(move || asked.clone(), look);
    view! {
        <Transition fallback=|| view! { <Skeleton rows=3 /> }>
            {move || {
                let link = link.clone();
                Suspend::new(async move {
                    match found.await {
                        Ok(found) => show(link, found),
                        Err(error) => {
                            view! {
                                <EntranceLayout title=broken text=error.0.sentence().to_owned()>
                                    <div class="entrance-actions">
                                        <LinkButton href kind=ButtonKind::Primary>
                                            {way}
                                        </LinkButton>
                                    </div>
                                </EntranceLayout>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Transition>
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

/// Whose password is asked for, where the address is known already: password keepers want to know.
#[component]
pub(crate) fn WhosePassword(email: String) -> impl IntoView {
    view! {
        <input
            type="text"
            name="username"
            autocomplete="username"
            value=email
            class="visually-hidden"
            tabindex="-1"
            aria-hidden="true"
            readonly
        />
    }
}
