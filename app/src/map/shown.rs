//! A map: the pointer, the wheel and the keyboard move it, and what stands on it is drawn above the ground.

use super::area::{corners, path};
use super::ground::{Ground, GroundLayer};
use super::marks::{Handles, Marks};
use super::view::{ALONE_ZOOM, Point, View, place, point};
use super::{Marker, Way};
use crate::chart::use_width;
use crate::ui::{Glyph, IconButton};
use leptos::ev::{KeyboardEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use model::rule::Fence;

/// A way shorter than this is a click, CSS pixels.
const CLICK_PX: f64 = 5.0;
/// How far the arrow keys go, with Shift farther, CSS pixels.
const STEP_PX: f64 = 60.0;
const FAR_PX: f64 = 240.0;
/// How much closer a turn of the wheel comes, for each CSS pixel that it would scroll.
const WHEEL: f64 = 0.002;
/// What is placed by a click is about so large, CSS pixels.
const PLACED_PX: f64 = 60.0;
/// Most places that are told to who doesn't see them.
const TOLD_MAX: usize = 100;

/// A place of the map, in degrees north and east.
type Degrees = (f64, f64);

/// What the parts of one map share.
#[derive(Clone, Copy)]
pub(super) struct MapState {
    pub(super) view: Memo<View>,
    /// Where somebody, or the first thing that was shown, has put it: middle and zoom.
    pub(super) chosen: RwSignal<Option<(Point, f64)>>,
    pub(super) markers: Signal<Vec<Marker>>,
}

impl MapState {
    /// Shows this from now on.
    pub(super) fn show(self, view: View) {
        self.chosen.set(Some((view.middle, view.zoom)));
    }
}

/// A map with markers, ways and areas. It begins with all of them, and stays where it was moved to.
///
/// Pointer: drag, wheel, two fingers, double click. Keyboard: arrows (with Shift farther), plus and minus, 0 for all.
#[component]
pub fn Map(
    /// What it shows, for who doesn't see it.
    #[prop(into)]
    label: Signal<String>,
    #[prop(optional, into)] markers: Signal<Vec<Marker>>,
    #[prop(optional, into)] ways: Signal<Vec<Way>>,
    #[prop(optional, into)] areas: Signal<Vec<Fence>>,
    /// CSS pixels.
    #[prop(default = 280)]
    height: u32,
    /// What can be dragged, with its words.
    #[prop(optional, into)]
    handles: Signal<Vec<(String, Degrees)>>,
    /// One was dragged there.
    #[prop(optional, into)]
    on_handle: Option<Callback<(usize, Degrees)>>,
    /// One is to be removed.
    #[prop(optional, into)]
    on_remove: Option<Callback<usize>>,
    /// Something was clicked on; with it, how many metres are a good size for what is placed there.
    #[prop(optional, into)]
    on_place: Option<Callback<(Degrees, f64)>>,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = use_width(frame);
    let ground = Ground::new();
    let chosen = RwSignal::new(None::<(Point, f64)>);
    let all = move || {
        let markers = markers.with(|all| all.iter().map(|m| point(m.at)).collect::<Vec<_>>());
        let ways = ways.with(|all| all.iter().flatten().map(|at| point(*at)).collect::<Vec<_>>());
        let areas = areas.with(|all| all.iter().flat_map(corners).collect::<Vec<_>>());
        markers.into_iter().chain(ways).chain(areas).collect::<Vec<Point>>()
    };
    let size = move || (width.get().max(1.0), f64::from(height));
    let view = Memo::new(move |_| match chosen.get() {
        Some((middle, zoom)) => View { middle, zoom, size: size() },
        None => View::around(all(), size(), ALONE_ZOOM),
    });
    // Once there is something, what comes later moves nothing.
    Effect::new(move |_| {
        if width.get() > 0.0 && chosen.with(Option::is_none) && !all().is_empty() {
            let view = view.get();
            chosen.set(Some((view.middle, view.zoom)));
        }
    });
    let state = MapState { view, chosen, markers };
    let seen = move || width.get() > 0.0;
    let whole = move || chosen.set(None);
    let by = move |steps: f64| {
        let view = view.get_untracked();
        state.show(view.closer(steps, (view.size.0 / 2.0, view.size.1 / 2.0)));
    };
    view! {
        <div class="map" node_ref=frame style=format!("height:{height}px")>
            <Show when=seen>
                <GroundLayer ground view />
                <Lines view ways areas />
            </Show>
            <Layer state frame label on_place />
            <Show when=seen>
                <Marks state />
                <Handles state frame handles on_handle on_remove />
            </Show>
            <div class="map-tools">
                <IconButton glyph=Glyph::Plus label="Closer" on_click=move || by(1.0) />
                <IconButton glyph=Glyph::Minus label="Farther" on_click=move || by(-1.0) />
                <IconButton glyph=Glyph::Expand label="Show all" on_click=whole />
            </div>
            <p class="map-source">{move || ground.source()}</p>
            <Told markers />
        </div>
    }
    .into_any()
}

/// The layer that is dragged, above the ground and below what can be clicked.
#[component]
fn Layer(
    state: MapState,
    frame: NodeRef<html::Div>,
    label: Signal<String>,
    on_place: Option<Callback<(Degrees, f64)>>,
) -> impl IntoView {
    let view = state.view;
    // The fingers, or the one pointer: where each is, CSS pixels.
    let held = StoredValue::new(Vec::<(i32, (f64, f64))>::new());
    let gone = StoredValue::new(0.0_f64);
    let here = move |x: i32, y: i32| inside(frame, x, y);
    let set_place = move |at: (f64, f64)| {
        if let Some(on_place) = on_place {
            let now = view.get_untracked();
            state.show(now);
            on_place.run((place(now.at(at)), now.metres(PLACED_PX)));
        }
    };
    let pressed = move |ev: PointerEvent| {
        if ev.button() != 0 {
            return;
        }
        if let Some(layer) = target(&ev) {
            let _ = layer.set_pointer_capture(ev.pointer_id());
        }
        if held.with_value(Vec::is_empty) {
            gone.set_value(0.0);
        }
        held.update_value(|held| held.push((ev.pointer_id(), here(ev.client_x(), ev.client_y()))));
    };
    let moved = move |ev: PointerEvent| {
        let now = here(ev.client_x(), ev.client_y());
        let before = held.get_value();
        let Some(i) = before.iter().position(|(id, _)| *id == ev.pointer_id()) else { return };
        let was = before[i].1;
        held.update_value(|held| held[i].1 = now);
        gone.update_value(|gone| *gone += (now.0 - was.0).hypot(now.1 - was.1));
        let seen = view.get_untracked();
        match before.iter().enumerate().find(|(other, _)| *other != i) {
            None if gone.get_value() >= CLICK_PX => state.show(seen.moved((now.0 - was.0, now.1 - was.1))),
            None => {}
            Some((_, (_, other))) => {
                let far = |at: (f64, f64)| (at.0 - other.0).hypot(at.1 - other.1).max(1.0);
                let about = ((now.0 + other.0) / 2.0, (now.1 + other.1) / 2.0);
                let by = ((now.0 - was.0) / 2.0, (now.1 - was.1) / 2.0);
                state.show(seen.moved(by).closer((far(now) / far(was)).log2(), about));
            }
        }
    };
    let released = move |ev: PointerEvent| {
        let alone = held.with_value(|held| held.len() == 1);
        held.update_value(|held| held.retain(|(id, _)| *id != ev.pointer_id()));
        if alone && gone.get_value() < CLICK_PX && ev.button() == 0 {
            set_place(here(ev.client_x(), ev.client_y()));
        }
    };
    let turned = move |ev: WheelEvent| {
        ev.prevent_default();
        let lines = if ev.delta_mode() == 0 { 1.0 } else { 30.0 };
        // Two fingers on a pad say little by each event.
        let pinch = if ev.ctrl_key() { 5.0 } else { 1.0 };
        let by = (-ev.delta_y() * lines * WHEEL * pinch).clamp(-1.5, 1.5);
        state.show(view.get_untracked().closer(by, here(ev.client_x(), ev.client_y())));
    };
    let keys = move |ev: KeyboardEvent| {
        if ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
            return;
        }
        let seen = view.get_untracked();
        let middle = (seen.size.0 / 2.0, seen.size.1 / 2.0);
        let step = if ev.shift_key() { FAR_PX } else { STEP_PX };
        match ev.key().as_str() {
            "ArrowLeft" => state.show(seen.moved((step, 0.0))),
            "ArrowRight" => state.show(seen.moved((-step, 0.0))),
            "ArrowUp" => state.show(seen.moved((0.0, step))),
            "ArrowDown" => state.show(seen.moved((0.0, -step))),
            "+" | "=" => state.show(seen.closer(1.0, middle)),
            "-" => state.show(seen.closer(-1.0, middle)),
            "0" => state.chosen.set(None),
            "Enter" if on_place.is_some() => set_place(middle),
            _ => return,
        }
        ev.prevent_default();
    };
    let says = move || {
        let placing = if on_place.is_some() { " Enter places something in the middle." } else { "" };
        format!("{}. Arrow keys move the map, plus and minus zoom, 0 shows all.{placing}", label.get())
    };
    view! {
        <div
            class="map-layer"
            class:placing=on_place.is_some()
            tabindex="0"
            role="application"
            aria-roledescription="map"
            aria-label=says
            on:pointerdown=pressed
            on:pointermove=moved
            on:pointerup=released
            on:pointercancel=move |ev: PointerEvent| {
                held.update_value(|held| held.retain(|(id, _)| *id != ev.pointer_id()));
            }
            on:wheel=turned
            on:dblclick=move |ev| {
                if on_place.is_none() {
                    state.show(view.get_untracked().closer(1.0, here(ev.client_x(), ev.client_y())));
                }
            }
            on:keydown=keys
        ></div>
    }
    .into_any()
}

/// Ways and areas.
#[component]
fn Lines(view: Memo<View>, ways: Signal<Vec<Way>>, areas: Signal<Vec<Fence>>) -> impl IntoView {
    let anchor = Memo::new(move |_| view.with(View::anchor));
    let place = move || shift(&view.get(), &anchor.get());
    let drawn = move || {
        let anchor = anchor.get();
        let areas = areas
            .with(|areas| areas.iter().map(|area| path(&corners(area), &anchor, true)).collect::<Vec<_>>());
        let ways = ways.with(|ways| {
            let points = |way: &Way| way.iter().map(|at| point(*at)).collect::<Vec<_>>();
            ways.iter().map(|way| path(&points(way), &anchor, false)).collect::<Vec<_>>()
        });
        let areas = areas.into_iter().map(|d| view! { <path class="map-area" d=d /> });
        let ways = ways
            .into_iter()
            .enumerate()
            .map(|(i, d)| view! { <path class="map-way" data-line=i % 8 + 1 d=d /> });
        view! {
            {areas.collect_view()}
            {ways.collect_view()}
        }
    };
    view! {
        <svg class="map-lines" aria-hidden="true">
            <g transform=move || {
                let (x, y) = place();
                format!("translate({x:.1} {y:.1})")
            }>{drawn}</g>
        </svg>
    }
    .into_any()
}

/// How far what was drawn for one view is moved in another, CSS pixels.
pub(super) fn shift(view: &View, anchor: &View) -> (f64, f64) {
    let ((x, y), (width, height)) = (view.px(anchor.middle), view.size);
    (x - width / 2.0, y - height / 2.0)
}

/// The places in words.
#[component]
fn Told(markers: Signal<Vec<Marker>>) -> impl IntoView {
    let rows = move || {
        markers.with(|all| {
            let told = all.iter().take(TOLD_MAX).map(|marker| {
                let (lat, lon) = marker.at;
                view! {
                    <li>{format!("{}: {lat:.4}, {lon:.4}. {}", marker.label, marker.notes.join(", "))}</li>
                }
            });
            told.collect_view()
        })
    };
    view! { <ul class="visually-hidden">{rows}</ul> }.into_any()
}

/// A place of the window as one of the map, CSS pixels.
pub(super) fn inside(frame: NodeRef<html::Div>, x: i32, y: i32) -> (f64, f64) {
    let Some(frame) = frame.get_untracked() else { return (0.0, 0.0) };
    let edges = frame.get_bounding_client_rect();
    (f64::from(x) - edges.left(), f64::from(y) - edges.top())
}

/// The element that hears the event.
pub(super) fn target(ev: &PointerEvent) -> Option<web_sys::Element> {
    use wasm_bindgen::JsCast;
    ev.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
}
