//! The control of the time range: spans up to now, a custom stretch, and the way back from a zoom.

use super::time_range::TimeRange;
use crate::pages::devices::range::{Range, Span};
use crate::ui::{Button, Glyph, RangeDialog, Segmented, Time};
use crate::zone::now_ms;
use leptos::prelude::*;

/// The value of the segmented control while a stretch stands still.
const CUSTOM: &str = "custom";

/// Spans, “Custom…”, and what is shown when it isn't a span.
#[component]
pub(super) fn RangeBar(range: TimeRange, children: Children) -> impl IntoView {
    let open = RwSignal::new(false);
    let value = bind(range);
    let spans: Vec<(String, String)> =
        Span::ALL.into_iter().map(|span| (span.as_str().to_owned(), span.label().to_owned())).collect();
    let still = Memo::new(move |_| match range.now.get() {
        Range::Last(_) => None,
        Range::Between { from_ms, to_ms } => Some((from_ms, to_ms)),
    });
    let edge = move |pick: fn((i64, i64)) -> i64| Signal::derive(move || still.get().map(pick));
    let (from, to) = (edge(|(from, _)| from), edge(|(_, to)| to));
    let bounds = move |()| range.now.get_untracked().bounds(now_ms());
    let choose = move |(from, to)| Range::between(from, to).map(|chosen| range.choose(chosen)).is_some();
    view! {
        <div class="range-bar" role="group" aria-label="Time range">
            <Segmented value options=spans label="Up to now" />
            <Button icon=Glyph::Clock on_click=move || open.set(true)>
                "Custom…"
            </Button>
            <Show when=move || range.is_zoomed()>
                <span class="range-still">
                    <Time ms=from exact=true />
                    " – "
                    <Time ms=to exact=true />
                </span>
                <Button icon=Glyph::ZoomOut on_click=move || range.zoom_out()>
                    "Back"
                </Button>
            </Show>
            {children()}
        </div>
        <RangeDialog open bounds choose />
    }
    .into_any()
}

/// The segmented control follows the address, and the address follows the control.
fn bind(range: TimeRange) -> RwSignal<String> {
    let word = |range: Range| match range {
        Range::Last(span) => span.as_str(),
        Range::Between { .. } => CUSTOM,
    };
    let value = RwSignal::new(range.now.with_untracked(|now| word(*now)).to_owned());
    Effect::watch(
        move || range.now.get(),
        move |now, _, _| {
            if value.with_untracked(|value| value != word(*now)) {
                value.set(word(*now).to_owned());
            }
        },
        false,
    );
    Effect::watch(
        move || value.get(),
        move |value, _, _| {
            let chosen = Span::ALL.into_iter().find(|span| span.as_str() == value).map(Range::Last);
            if let Some(chosen) = chosen.filter(|chosen| *chosen != range.now.get_untracked()) {
                range.choose(chosen);
            }
        },
        false,
    );
    value
}
