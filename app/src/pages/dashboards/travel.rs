//! Travelling in time: all as it was at a moment, with a slider over what lies before it.

use super::times::Times;
use crate::ui::{Button, Glyph, Time};
use crate::zone::{now_ms, use_clock};
use leptos::prelude::*;

/// The slider reaches back so many times the stretch that is shown.
const REACH: i64 = 20;
/// Steps of the slider.
const STEPS: i64 = 1_000;

/// The bar; it stands there while one travels.
#[component]
pub(super) fn Travel(times: Times) -> impl IntoView {
    let at = Memo::new(move |_| times.wanted.with(|wanted| wanted.at_ms));
    let clock = use_clock();
    let alive = Memo::new(move |_| clock.now().is_some());
    view! {
        // What time it is, the browser knows alone.
        <Show when=move || at.get().is_some() && alive.get()>
            <Slider times at />
        </Show>
    }
    .into_any()
}

#[component]
fn Slider(times: Times, at: Memo<Option<i64>>) -> impl IntoView {
    // The ends stay where they are while one slides.
    let now = now_ms();
    let (from, to) = times.bounds();
    let first = at.get_untracked().unwrap_or(now);
    let begin = (now - (to - from).max(60_000) * REACH).min(first);
    let at_step = move |step: i64| begin + (now - begin) / STEPS * step;
    let step_of = move |at: i64| ((at - begin) / ((now - begin) / STEPS).max(1)).clamp(0, STEPS);
    let shown = RwSignal::new(first);
    Effect::watch(move || at.get(), move |at, _, _| shown.set(at.unwrap_or(now)), false);
    let by = move |part: i64| {
        let (from, to) = times.bounds();
        let at = (shown.get_untracked() + (to - from) / 2 * part).clamp(begin, now);
        times.travel(Some(at));
    };
    view! {
        <div class="travel" role="group" aria-label="As it was">
            <b>"As it was "</b>
            <Time ms=Signal::derive(move || Some(shown.get())) exact=true />
            <Button icon=Glyph::ChevronLeft on_click=move || by(-1)>"Earlier"</Button>
            <input
                type="range"
                min="0"
                max=STEPS.to_string()
                aria-label="The moment that is shown"
                prop:value=move || step_of(shown.get()).to_string()
                on:input:target=move |ev| {
                    if let Ok(step) = ev.target().value().parse() {
                        shown.set(at_step(step));
                    }
                }
                on:change:target=move |ev| {
                    if let Ok(step) = ev.target().value().parse() {
                        times.travel(Some(at_step(step)));
                    }
                }
            />
            <Button icon=Glyph::ChevronRight on_click=move || by(1)>"Later"</Button>
            <Button icon=Glyph::Close on_click=move || times.travel(None)>"Back to now"</Button>
        </div>
    }
    .into_any()
}
