//! Over what time: spans up to now, or from one moment to another.

use super::state::Looked;
use crate::ui::{Button, Glyph, RangeDialog, Segmented, Time as Shown};
use crate::zone::now_ms;
use leptos::prelude::*;
use model::exploration::{SPAN_MAX_MS, Time};

const HOUR_MS: i64 = 3_600_000;
/// Spans that are offered, in milliseconds.
const SPANS: [(i64, &str); 7] = [
    (HOUR_MS, "1 h"),
    (6 * HOUR_MS, "6 h"),
    (24 * HOUR_MS, "24 h"),
    (7 * 24 * HOUR_MS, "7 d"),
    (30 * 24 * HOUR_MS, "30 d"),
    (90 * 24 * HOUR_MS, "90 d"),
    (365 * 24 * HOUR_MS, "1 y"),
];

#[component]
pub(super) fn TimeBar(looked: Looked) -> impl IntoView {
    let open = RwSignal::new(false);
    let value = super::controls::bound(
        Signal::derive(move || {
            looked.now.with(|now| match now.time {
                Time::Last(span) => span.to_string(),
                Time::Between(..) => String::new(),
            })
        }),
        move |key| {
            if let Ok(span) = key.parse() {
                looked.choose(Time::Last(span));
            }
        },
    );
    let spans: Vec<(String, String)> = SPANS.map(|(ms, text)| (ms.to_string(), text.to_owned())).into();
    let still = Memo::new(move |_| {
        looked.now.with(|now| match now.time {
            Time::Between(from, to) => Some((from, to)),
            Time::Last(_) => None,
        })
    });
    let from = Signal::derive(move || still.get().map(|(from, _)| from));
    let to = Signal::derive(move || still.get().map(|(_, to)| to));
    let bounds = move |()| looked.now.get_untracked().time.bounds(now_ms());
    let choose = move |(from, to)| {
        let is_range = from >= 0 && to > from && to - from <= SPAN_MAX_MS;
        if is_range {
            looked.choose(Time::Between(from, to));
        }
        is_range
    };
    view! {
        <div class="range-bar" role="group" aria-label="Time range">
            <Segmented value options=spans label="Up to now" />
            <Button icon=Glyph::Clock on_click=move || open.set(true)>
                "Custom…"
            </Button>
            <Show when=move || still.get().is_some()>
                <span class="range-still">
                    <Shown ms=from exact=true />
                    " – "
                    <Shown ms=to exact=true />
                </span>
            </Show>
        </div>
        <RangeDialog
            open
            bounds
            choose
            wrong="The end must lie after the beginning, by at most ten years."
        />
    }
    .into_any()
}
