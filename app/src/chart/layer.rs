//! The layer above the drawing: crosshair and its readout, the brush, the keyboard.

use super::line_chart::ChartState;
use super::plot::{COLOURS, ChartNote, Plot};
use super::readout::{Reading, readings};
use crate::zone::{self, Clock};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

/// A drag shorter than this is a click, CSS pixels.
const BRUSH_MIN_PX: f64 = 5.0;
/// The readout stands this far from the crosshair.
const READOUT_PX: f64 = 14.0;

/// The layer of one chart.
#[component]
pub(super) fn Layer(state: ChartState) -> impl IntoView {
    let ChartState { plot, cursor, on_zoom, on_reset, on_pan, moved_ms, .. } = state;
    let node = NodeRef::<html::Div>::new();
    // Whether the pointer or the focus is here: the readout shows in one chart, the crosshair in all that share it.
    let active = RwSignal::new(false);
    // Where a drag began and where it is, CSS pixels.
    let brush = RwSignal::new(None::<(f64, f64)>);
    // Where the picture was taken, CSS pixels, and by how much it was moved then.
    let taken = RwSignal::new(None::<(f64, i64)>);
    let said = RwSignal::new(String::new());
    let clock = zone::use_clock();

    let x_of = move |ev: &PointerEvent| {
        node.get_untracked()
            .map_or(0.0, |layer| f64::from(ev.client_x()) - layer.get_bounding_client_rect().left())
    };
    let point_at = move |x: f64| {
        let at = plot.with_untracked(|plot| plot.as_ref().and_then(|p| p.nearest(p.scale.time_at(x))));
        cursor.set(at);
        active.set(at.is_some());
    };
    let moved = move |ev: PointerEvent| {
        let x = x_of(&ev);
        if let Some((start, before)) = taken.get_untracked() {
            let per_px =
                plot.with_untracked(|p| p.as_ref().map(|p| p.scale.ms_a_pixel())).unwrap_or_default();
            return moved_ms.set(before + ((start - x) * per_px) as i64);
        }
        match brush.get_untracked() {
            Some((start, _)) => brush.set(Some((start, x))),
            None => point_at(x),
        }
    };
    let pressed = move |ev: PointerEvent| {
        if ev.button() != 0 || ev.pointer_type() == "touch" {
            return;
        }
        let x = x_of(&ev);
        let below = node
            .get_untracked()
            .map_or(0.0, |layer| f64::from(ev.client_y()) - layer.get_bounding_client_rect().top());
        let on_axis = plot.with_untracked(|p| p.as_ref().is_some_and(|p| below > p.scale.bottom));
        let moves = on_pan.is_some() && (ev.shift_key() || on_axis);
        if !moves && on_zoom.is_none() {
            return;
        }
        if let Some(layer) = node.get_untracked() {
            let _ = layer.set_pointer_capture(ev.pointer_id());
        }
        match moves {
            true => taken.set(Some((x, moved_ms.get_untracked()))),
            false => brush.set(Some((x, x))),
        }
        cursor.set(None);
        active.set(false);
    };
    let released = move |_: PointerEvent| {
        if taken.get_untracked().is_some() {
            taken.set(None);
            let range = plot.with_untracked(|p| p.as_ref().map(|p| (p.scale.from_ms, p.scale.to_ms)));
            if let (Some(on_pan), Some(range), true) = (on_pan, range, moved_ms.get_untracked() != 0) {
                on_pan.run(range);
            }
            return;
        }
        let Some((start, end)) = brush.get_untracked() else { return };
        brush.set(None);
        let (a, b) = (start.min(end), start.max(end));
        let range = plot.with_untracked(|p| p.as_ref().map(|p| (p.scale.time_at(a), p.scale.time_at(b))));
        if let (true, Some(on_zoom), Some((from, to))) = (b - a >= BRUSH_MIN_PX, on_zoom, range)
            && to > from
        {
            on_zoom.run((from, to));
        }
    };
    let left = move || {
        if brush.get_untracked().is_none() && taken.get_untracked().is_none() {
            cursor.set(None);
            active.set(false);
        }
    };
    let keys = move |ev: KeyboardEvent| {
        if ev.alt_key() {
            return;
        }
        if !plot.with_untracked(|plot| plot.as_ref().is_some_and(|p| key(&ev, p, state))) {
            return;
        }
        ev.prevent_default();
        active.set(cursor.get_untracked().is_some());
        if ev.key() == "Escape" {
            brush.set(None);
        }
        said.set(spoken(state, clock));
    };
    view! {
        <div
            node_ref=node
            class="chart-layer"
            class:zoomable=on_zoom.is_some()
            class:taken=move || taken.get().is_some()
            tabindex="0"
            role="application"
            aria-roledescription="chart"
            aria-label="Chart. Arrow keys read values, with Ctrl they move the picture, plus and minus zoom."
            on:pointermove=moved
            on:pointerdown=pressed
            on:pointerup=released
            on:pointercancel=move |_| {
                brush.set(None);
                if taken.get_untracked().is_some() {
                    taken.set(None);
                    moved_ms.set(0);
                }
            }
            on:pointerleave=move |_| left()
            on:blur=move |_| left()
            on:dblclick=move |_| {
                if let Some(on_reset) = on_reset {
                    on_reset.run(());
                }
            }
            on:keydown=keys
        >
            <Crosshair state active />
            {move || brush.get().map(|(start, end)| plot.with(|p| p.as_ref().map(|p| brushed(p, start, end))))}
            <span class="visually-hidden" role="status">
                {move || said.get()}
            </span>
        </div>
    }
    .into_any()
}

/// The line through the moment, a dot on each line, and the values beside it.
#[component]
fn Crosshair(state: ChartState, active: RwSignal<bool>) -> impl IntoView {
    let ChartState { series, labels, plot, cursor, .. } = state;
    let clock = zone::use_clock();
    move || {
        let at = cursor.get()?;
        plot.with(|plot| {
            let plot = plot.as_ref().filter(|p| (p.scale.from_ms..=p.scale.to_ms).contains(&at))?;
            let readings = series.with(|series| readings(plot, series, &labels.get(), at));
            let x = plot.scale.x(at);
            let dots = readings.iter().map(|r| {
                view! { <circle class="chart-dot" data-line=r.index % COLOURS + 1 cx=r.x cy=r.y r="3.5" /> }
            });
            let notes: Vec<ChartNote> = plot.notes_at(at).into_iter().cloned().collect();
            let readout = (active.get() && !(readings.is_empty() && notes.is_empty()))
                .then(|| readout(&readings, notes, x, plot.width, clock.exact(at)));
            Some(view! {
                <svg class="chart-marks" width=plot.width height=plot.height aria-hidden="true">
                    <line class="chart-crosshair" x1=x x2=x y1=plot.scale.top y2=plot.scale.bottom />
                    {dots.collect_view()}
                </svg>
                {readout}
            })
        })
    }
}

/// The box with the values, on the side where there is room.
fn readout(
    readings: &[Reading],
    notes: Vec<ChartNote>,
    x: f64,
    width: f64,
    time: String,
) -> impl IntoView + use<> {
    let on_left = x > width / 2.0;
    let rows = readings.iter().map(|r| {
        view! {
            <div class="readout-line" data-line=r.index % COLOURS + 1>
                <i></i>
                <span>{r.display.clone()}</span>
                <b>{r.value.clone()}</b>
                {r.range.clone().map(|range| view! { <small>{range}</small> })}
            </div>
        }
    });
    view! {
        <div
            class="chart-readout"
            aria-hidden="true"
            style:left=(!on_left).then(|| format!("{:.0}px", x + READOUT_PX))
            style:right=on_left.then(|| format!("{:.0}px", width - x + READOUT_PX))
        >
            <time>{time}</time>
            {rows.collect_view()}
            {notes
                .into_iter()
                .map(|note| view! { <p class="readout-note" data-mood=note.mood>{note.text}</p> })
                .collect_view()}
        </div>
    }
    .into_any()
}

fn brushed(plot: &Plot, start: f64, end: f64) -> impl IntoView + use<> {
    let inside = |x: f64| x.clamp(plot.scale.left, plot.scale.right);
    let (a, b) = (inside(start.min(end)), inside(start.max(end)));
    view! {
        <div
            class="chart-brush"
            style:left=format!("{a:.0}px")
            style:width=format!("{:.0}px", b - a)
            style:top=format!("{:.0}px", plot.scale.top)
            style:height=format!("{:.0}px", plot.scale.bottom - plot.scale.top)
        ></div>
    }
    .into_any()
}

/// Does what the key means; false where it means nothing here.
fn key(ev: &KeyboardEvent, plot: &Plot, state: ChartState) -> bool {
    const FAR: usize = 10;
    let ChartState { cursor, on_zoom, on_reset, on_pan, .. } = state;
    let scale = plot.scale;
    let here = cursor.get_untracked();
    let middle = here.unwrap_or((scale.from_ms + scale.to_ms) / 2);
    let stepped = |forward: bool| {
        let steps = if ev.shift_key() { FAR } else { 1 };
        match here {
            Some(at) => (0..steps).fold(at, |at, _| plot.neighbour(at, forward).unwrap_or(at)),
            None => plot.nearest(middle).unwrap_or(middle),
        }
    };
    let zoomed = |factor: f64| {
        if let Some(on_zoom) = on_zoom {
            let part = |edge: i64| middle + ((edge - middle) as f64 * factor) as i64;
            let (from, to) = (part(scale.from_ms), part(scale.to_ms));
            if to - from >= 1_000 {
                on_zoom.run((from, to));
            }
        }
    };
    let pan = |part: i64| {
        let by = (scale.to_ms - scale.from_ms) / 4 * part;
        on_pan.map(|on_pan| on_pan.run((scale.from_ms + by, scale.to_ms + by))).is_some()
    };
    if ev.ctrl_key() || ev.meta_key() {
        return match ev.key().as_str() {
            "ArrowRight" => pan(1),
            "ArrowLeft" => pan(-1),
            _ => false,
        };
    }
    match ev.key().as_str() {
        "ArrowRight" => cursor.set(Some(stepped(true))),
        "ArrowLeft" => cursor.set(Some(stepped(false))),
        "Home" => cursor.set(plot.neighbour(scale.from_ms - 1, true)),
        "End" => cursor.set(plot.neighbour(scale.to_ms, false)),
        "+" | "=" => zoomed(0.5),
        "-" => zoomed(2.0),
        "0" => {
            if let Some(on_reset) = on_reset {
                on_reset.run(());
            }
        }
        "Escape" => cursor.set(None),
        _ => return false,
    }
    true
}

/// The crosshair in words.
fn spoken(state: ChartState, clock: Clock) -> String {
    let ChartState { series, labels, plot, cursor, .. } = state;
    let Some(at) = cursor.get_untracked() else { return String::new() };
    let readings = plot.with_untracked(|plot| {
        let Some(plot) = plot else { return Vec::new() };
        series.with_untracked(|series| readings(plot, series, &labels.get_untracked(), at))
    });
    let mut values: Vec<String> =
        readings.into_iter().map(|r| format!("{} {}", r.display, r.value)).collect();
    plot.with_untracked(|plot| {
        let notes = plot.as_ref().map(|plot| plot.notes_at(at)).unwrap_or_default();
        values.extend(notes.into_iter().map(|note| note.text.clone()));
    });
    format!("{}: {}", clock.exact(at), values.join(", "))
}
