//! A value across a chart that can be dragged up and down, and stretches of time behind the lines.

use super::line_chart::ChartState;
use crate::ui::value::decimal;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

/// Steps from the lower to the upper end of the values, about.
const STEPS: f64 = 200.0;
/// So many steps at once with Page up and Page down.
const FAR: f64 = 10.0;

/// What stands across a chart.
#[derive(Clone, Copy)]
pub struct Across {
    /// The value; it follows the pointer and the keys.
    pub value: RwSignal<f64>,
    /// Called when it is let go, or was moved by a key.
    pub on_set: Callback<f64>,
}

/// The value as a slider: a line across that is dragged, or moved by the arrow keys.
#[component]
pub(super) fn Threshold(state: ChartState, across: Across) -> impl IntoView {
    let Across { value, on_set } = across;
    let node = NodeRef::<html::Div>::new();
    let dragged = RwSignal::new(false);
    let range = move || {
        state.plot.with(|plot| plot.as_ref().map_or((0.0, 1.0), |plot| (plot.scale.low, plot.scale.high)))
    };
    let moved = move |ev: PointerEvent| {
        if !dragged.get_untracked() {
            return;
        }
        let frame = node.get_untracked().and_then(|node| node.parent_element());
        let Some(top) = frame.map(|frame| frame.get_bounding_client_rect().top()) else { return };
        let at = state.plot.with_untracked(|plot| {
            plot.as_ref()
                .map(|p| (p.scale.value_at(f64::from(ev.client_y()) - top), step(p.scale.low, p.scale.high)))
        });
        if let Some((at, step)) = at {
            value.set(rounded(at, step));
        }
    };
    let pressed = move |ev: PointerEvent| {
        if ev.button() != 0 {
            return;
        }
        ev.prevent_default();
        if let Some(node) = node.get_untracked() {
            _ = node.set_pointer_capture(ev.pointer_id());
            _ = node.focus();
        }
        dragged.set(true);
    };
    let released = move |_: PointerEvent| {
        if dragged.get_untracked() {
            dragged.set(false);
            on_set.run(value.get_untracked());
        }
    };
    let keys = move |ev: KeyboardEvent| {
        let (low, high) = untrack(range);
        let step = step(low, high);
        let now = value.get_untracked();
        let to = match ev.key().as_str() {
            "ArrowUp" | "ArrowRight" => now + step,
            "ArrowDown" | "ArrowLeft" => now - step,
            "PageUp" => now + FAR * step,
            "PageDown" => now - FAR * step,
            "Home" => low,
            "End" => high,
            _ => return,
        };
        ev.prevent_default();
        value.set(rounded(to.clamp(low, high), step));
        on_set.run(value.get_untracked());
    };
    let top = move || {
        let value = value.get();
        state.plot.with(|plot| {
            plot.as_ref().map(|p| format!("{:.0}px", p.scale.y(value.clamp(p.scale.low, p.scale.high))))
        })
    };
    view! {
        <div
            node_ref=node
            class="chart-threshold"
            class:dragged=move || dragged.get()
            role="slider"
            tabindex="0"
            aria-label="Threshold"
            aria-orientation="vertical"
            aria-valuemin=move || range().0.to_string()
            aria-valuemax=move || range().1.to_string()
            aria-valuenow=move || value.get().to_string()
            style:top=top
            on:pointerdown=pressed
            on:pointermove=moved
            on:pointerup=released
            on:pointercancel=released
            on:keydown=keys
        >
            <span>{move || decimal(value.get())}</span>
        </div>
    }
    .into_any()
}

/// Stretches of time, behind the layer.
#[component]
pub(super) fn Bands(state: ChartState, bands: Signal<Vec<(i64, i64)>>) -> impl IntoView {
    move || {
        state.plot.with(|plot| {
            let scale = plot.as_ref()?.scale;
            let inside = |at: i64| scale.x(at.clamp(scale.from_ms, scale.to_ms));
            let bands = bands.with(|bands| {
                bands
                    .iter()
                    .map(|(from, to)| {
                        let (a, b) = (inside(*from), inside(*to));
                        view! {
                            <div
                                class="chart-band"
                                style:left=format!("{a:.0}px")
                                style:width=format!("{:.0}px", (b - a).max(2.0))
                                style:top=format!("{:.0}px", scale.top)
                                style:height=format!("{:.0}px", scale.bottom - scale.top)
                            ></div>
                        }
                    })
                    .collect_view()
            });
            Some(bands)
        })
    }
}

/// A step that people would choose: 1, 2 or 5 of a power of ten.
fn step(low: f64, high: f64) -> f64 {
    let wanted = ((high - low) / STEPS).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(wanted.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|one| one * power).find(|step| *step >= wanted).unwrap_or(power)
}

/// Without the digits that a step doesn't have.
fn rounded(value: f64, step: f64) -> f64 {
    let steps = (value / step).round();
    // By division where the step is a part of one: 0.1 times 3 is not 0.3.
    if step < 1.0 { steps / (1.0 / step).round() } else { steps * step }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_of_people_s_choice() {
        for (low, high, wanted) in
            [(0.0, 100.0, 0.5), (0.0, 1.0, 0.005), (10.0, 2010.0, 10.0), (0.0, 300.0, 2.0)]
        {
            assert!((step(low, high) - wanted).abs() < 1e-12, "{low} to {high}: {}", step(low, high));
        }
        assert_eq!(rounded(0.30004, 0.1), 0.3);
        assert_eq!(rounded(1234.0, 10.0), 1230.0);
    }
}
