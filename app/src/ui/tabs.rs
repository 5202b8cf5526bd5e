//! Tabs that are links: each has its address, so each can be shared and opened beside the others.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Links to the parts of a page; the one whose address is open is marked. `items` are (address, words).
#[component]
pub fn Tabs(
    #[prop(into)] items: Signal<Vec<(String, String)>>,
    #[prop(default = "Parts of this page")] label: &'static str,
) -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <nav class="tabs" aria-label=label>
            {move || {
                items
                    .get()
                    .into_iter()
                    .map(|(href, text)| {
                        let target = href.clone();
                        let current = move || same_path(&path.get(), &target).then_some("page");
                        view! {
                            <a href=href aria-current=current>
                                {text}
                            </a>
                        }
                    })
                    .collect_view()
            }}
        </nav>
    }
    .into_any()
}

fn same_path(a: &str, b: &str) -> bool {
    let clean = |p: &str| p.split('?').next().unwrap_or_default().trim_end_matches('/').to_owned();
    clean(a) == clean(b)
}
