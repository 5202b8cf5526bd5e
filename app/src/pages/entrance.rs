//! The frame of pages outside of any workspace's navigation: set-up, sign-in, what isn't there.

use crate::api::AppError;
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
