//! A moment: relative, exact on hover, in the viewer's zone.

use crate::zone;
use leptos::prelude::*;

/// A moment in milliseconds since 1970: “2 s ago”, or “–” where there is none.
///
/// The server writes UTC; the browser replaces it once the page lives, so both agree while hydrating.
#[component]
pub fn Time(
    #[prop(into)] ms: Signal<Option<i64>>,
    /// The date and time instead of the age.
    #[prop(optional)]
    exact: bool,
) -> impl IntoView {
    let clock = zone::use_clock();
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let text = move || match (ms.get(), ready.get().then(|| clock.now()).flatten()) {
        (None, _) => "–".to_owned(),
        (Some(at), None) => zone::utc(at),
        (Some(at), Some(_)) if exact => clock.exact(at),
        (Some(at), Some(now)) => clock.relative(at, now),
    };
    let title = move || {
        let at = ms.get()?;
        Some(if ready.get() { clock.exact(at) } else { zone::utc(at) })
    };
    view! {
        <time datetime=move || ms.get().map(zone::iso) title=title>
            {text}
        </time>
    }
    .into_any()
}
