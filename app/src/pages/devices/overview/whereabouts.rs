//! Where the device is, where it says so.

use crate::map::{Map, Marker};
use crate::pages::devices::here::Here;
use crate::ui::{Card, Time};
use leptos::prelude::*;
use model::map;
use model::telemetry::Latest;

/// A map with the newest place; nothing where no value is one.
#[component]
pub(super) fn Whereabouts(here: Here, newest: RwSignal<Vec<Latest>>) -> impl IntoView {
    let found = Memo::new(move |_| {
        newest.with(|newest| {
            let places = newest.iter().filter_map(|l| Some((l.ts, l.name.clone(), map::place(&l.value)?)));
            places.max_by_key(|(ts, ..)| *ts)
        })
    });
    let is_somewhere = Memo::new(move |_| found.with(Option::is_some));
    let at = Signal::derive(move || found.with(|found| found.as_ref().map(|(ts, ..)| *ts)));
    let markers = Signal::derive(move || {
        let (_, name, at) = found.get()?;
        let (label, _) = here.shown_words(&name);
        let notes = vec![format!("{:.5}, {:.5}", at.0, at.1)];
        Some(Marker { id: name, label, notes, at, mood: "plain", href: None })
    });
    let markers = Signal::derive(move || markers.get().into_iter().collect::<Vec<_>>());
    view! {
        <Show when=move || is_somewhere.get()>
            <Card title=Signal::stored("Where it is".to_owned())>
                <Map label="Where the device is" markers height=280 />
                <p class="figure-note">
                    <Time ms=at />
                </p>
            </Card>
        </Show>
    }
    .into_any()
}
