//! The control of time: stretches up to now and by the calendar, a custom one, the way back from a zoom.

use super::span::Span;
use super::times::Times;
use crate::ui::{
    Button, ButtonKind, Dialog, Field, Form, FormActions, Glyph, Menu, MenuItem, MenuSeparator, Segmented,
    Time,
};
use crate::zone::{field_ms, field_text, use_clock};
use leptos::prelude::*;
use model::dashboard::RANGES;

/// The value of the segmented control while something else is chosen.
const OTHER: &str = "other";
/// What is in sight; all others stand in the menu.
const IN_SIGHT: [&str; 4] = ["1h", "24h", "7d", "this-month"];

/// Stretches, “Custom…”, comparison, and what is shown when it stands still.
#[component]
pub(super) fn TimeBar(times: Times) -> impl IntoView {
    let open = RwSignal::new(false);
    let value = bind(times);
    let label = |word: &str| RANGES.iter().find(|(known, _)| *known == word).map_or("", |(_, label)| label);
    let in_sight: Vec<(String, String)> =
        IN_SIGHT.into_iter().map(|word| (word.to_owned(), label(word).to_owned())).collect();
    let others = RANGES.iter().filter(|(word, _)| !IN_SIGHT.contains(word)).map(|(word, label)| {
        let checked = Signal::derive(move || times.span.get() == Span::Word(word));
        let chosen = move || times.choose(Span::Word(word));
        view! {
            <MenuItem on_click=chosen checked=checked>
                {*label}
            </MenuItem>
        }
    });
    let others = others.collect_view();
    let comparing = Signal::derive(move || times.wanted.with(|wanted| wanted.compare));
    let face = move || {
        let hidden = times.span.get();
        match hidden {
            Span::Word(word) if !IN_SIGHT.contains(&word) => hidden.label(),
            _ => "More",
        }
    };
    let still = Memo::new(move |_| match times.span.get() {
        Span::Word(_) => None,
        Span::Between(from, to) => Some((from, to)),
    });
    let edge = move |pick: fn((i64, i64)) -> i64| Signal::derive(move || still.get().map(pick));
    let (from, to) = (edge(|(from, _)| from), edge(|(_, to)| to));
    view! {
        <div class="time-bar" role="group" aria-label="Time range">
            <Segmented value options=in_sight label="Time range" />
            <Menu label="More time ranges" class="button" face=move || view! { {face} }.into_any()>
                {others}
                <MenuSeparator />
                <MenuItem on_click=move || open.set(true) icon=Glyph::Clock>
                    "Custom…"
                </MenuItem>
                <MenuSeparator />
                <MenuItem on_click=move || times.compare(!comparing.get_untracked()) checked=comparing>
                    "Compare with the time before"
                </MenuItem>
            </Menu>
            <Show when=move || times.is_zoomed()>
                <span class="range-still">
                    <Time ms=from exact=true />
                    " – "
                    <Time ms=to exact=true />
                </span>
                <Button icon=Glyph::ZoomOut on_click=move || times.zoom_out()>
                    "Back"
                </Button>
            </Show>
        </div>
        <Dialog open title="Custom time range">
            <CustomForm times open />
        </Dialog>
    }
    .into_any()
}

/// The segmented control follows the address, and the address follows the control.
fn bind(times: Times) -> RwSignal<String> {
    let word = |span: Span| match span {
        Span::Word(word) if IN_SIGHT.contains(&word) => word,
        _ => OTHER,
    };
    let value = RwSignal::new(times.span.with_untracked(|span| word(*span)).to_owned());
    Effect::watch(
        move || times.span.get(),
        move |span, _, _| {
            if value.with_untracked(|value| value != word(*span)) {
                value.set(word(*span).to_owned());
            }
        },
        false,
    );
    Effect::watch(
        move || value.get(),
        move |value, _, _| {
            let chosen = Span::from_word(value).filter(|chosen| *chosen != times.span.get_untracked());
            if let Some(chosen) = chosen {
                times.choose(chosen);
            }
        },
        false,
    );
    value
}

#[component]
fn CustomForm(times: Times, open: RwSignal<bool>) -> impl IntoView {
    let zone = use_clock().zone();
    let (from_ms, to_ms) = times.bounds();
    let from = RwSignal::new(field_text(from_ms, &zone));
    let to = RwSignal::new(field_text(to_ms, &zone));
    let error = RwSignal::new(None::<String>);
    let zone = StoredValue::new(zone);
    let submit = move || {
        let read =
            |text: RwSignal<String>| zone.with_value(|zone| text.with_untracked(|text| field_ms(text, zone)));
        match read(from).zip(read(to)).and_then(|(from, to)| Span::between(from, to)) {
            Some(chosen) => {
                times.choose(chosen);
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
