//! Over what time: spans up to now, or from one moment to another.

use super::state::Looked;
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Glyph, Segmented, Time as Shown};
use crate::zone::{field_ms, field_text, now_ms, use_clock};
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
        <Dialog open title="Custom time range">
            <CustomForm looked open />
        </Dialog>
    }
    .into_any()
}

#[component]
fn CustomForm(looked: Looked, open: RwSignal<bool>) -> impl IntoView {
    let zone = use_clock().zone();
    let (from_ms, to_ms) = looked.now.get_untracked().time.bounds(now_ms());
    let from = RwSignal::new(field_text(from_ms, &zone));
    let to = RwSignal::new(field_text(to_ms, &zone));
    let error = RwSignal::new(None::<String>);
    let zone = StoredValue::new(zone);
    let submit = move || {
        let read =
            |text: RwSignal<String>| zone.with_value(|zone| text.with_untracked(|text| field_ms(text, zone)));
        match read(from).zip(read(to)) {
            Some((from, to)) if from >= 0 && to > from && to - from <= SPAN_MAX_MS => {
                looked.choose(Time::Between(from, to));
                open.set(false);
            }
            _ => error.set(Some("The end must lie after the beginning, by at most ten years.".to_owned())),
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
