//! The control of time: stretches up to now and by the calendar, a custom one, the way back from a zoom.

use super::span::Span;
use super::times::Times;
use crate::ui::{Button, Glyph, Menu, MenuItem, MenuSeparator, RangeDialog, Segmented, Time};
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
    let bounds = move |()| times.bounds();
    let choose = move |(from, to)| Span::between(from, to).map(|chosen| times.choose(chosen)).is_some();
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
        <RangeDialog open bounds choose />
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
