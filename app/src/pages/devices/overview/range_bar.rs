//! The control of the time range: spans up to now, a custom stretch, and the way back from a zoom.

use super::time_range::TimeRange;
use crate::pages::devices::range::{Range, Span};
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Glyph, Segmented, Time};
use crate::zone::{field_ms, field_text, now_ms, use_clock};
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
        <Dialog open title="Custom time range">
            <CustomForm range open />
        </Dialog>
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

#[component]
fn CustomForm(range: TimeRange, open: RwSignal<bool>) -> impl IntoView {
    let zone = use_clock().zone();
    let (from_ms, to_ms) = range.now.get_untracked().bounds(now_ms());
    let from = RwSignal::new(field_text(from_ms, &zone));
    let to = RwSignal::new(field_text(to_ms, &zone));
    let error = RwSignal::new(None::<String>);
    let zone = StoredValue::new(zone);
    let submit = move || {
        let read =
            |text: RwSignal<String>| zone.with_value(|zone| text.with_untracked(|text| field_ms(text, zone)));
        let chosen = read(from).zip(read(to)).and_then(|(from, to)| Range::between(from, to));
        match chosen {
            Some(chosen) => {
                range.choose(chosen);
                open.set(false);
            }
            None => error.set(Some("The end must lie after the beginning.".to_owned())),
        }
    };
    let where_ = zone.with_value(|zone| match zone.as_str() {
        "" => "Times are those of this browser.".to_owned(),
        zone => format!("Times are those of {zone}."),
    });
    view! {
        <Form on_submit=submit label="Custom time range">
            <Field label="From" name="from" kind="datetime-local" value=from autofocus=true />
            <Field label="To" name="to" kind="datetime-local" value=to error hint=where_ />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true>
                    "Show"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
