//! What stands on the map and can be clicked or dragged: markers, clusters of them, handles.

use super::Marker;
use super::cluster::{Cluster, clusters};
use super::shown::{MapState, inside, shift, target};
use super::view::{Point, View, ZOOM_MAX, place, point};
use crate::ui::{Glyph, IconButton};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

/// Closer than this, a cluster opens as a list rather than by coming closer.
const CLOSEST: f64 = 18.0;
/// Most markers of such a list.
const LISTED_MAX: usize = 30;
/// How far an arrow key moves a handle, CSS pixels.
const STEP_PX: f64 = 8.0;

/// The markers, those that stand close together as one.
#[component]
pub(super) fn Marks(state: MapState) -> impl IntoView {
    let MapState { view, markers, .. } = state;
    let anchor = Memo::new(move |_| view.with(View::anchor));
    let opened = RwSignal::new(Vec::<Marker>::new());
    let drawn = move || {
        let anchor = anchor.get();
        markers.with(|markers| {
            let points: Vec<Point> = markers.iter().map(|marker| point(marker.at)).collect();
            let found = clusters(&points, &anchor);
            let one = |cluster: &Cluster| {
                let (x, y) = anchor.px(cluster.at);
                let place = format!("left:{x:.1}px;top:{y:.1}px");
                match cluster.of.as_slice() {
                    [only] => markers.get(*only).map(|marker| single(marker, place)),
                    many => {
                        let these = many.iter().filter_map(|i| markers.get(*i)).cloned().collect();
                        Some(several(state, these, place, opened))
                    }
                }
            };
            found.iter().filter_map(one).collect_view()
        })
    };
    let moved = move || {
        let (x, y) = shift(&view.get(), &anchor.get());
        format!("transform:translate({x:.1}px,{y:.1}px)")
    };
    view! {
        <div class="map-marks" style=moved>
            {drawn}
        </div>
        {move || (!opened.with(Vec::is_empty)).then(|| view! { <List opened /> })}
    }
    .into_any()
}

fn single(marker: &Marker, place: String) -> AnyView {
    let says = format!("{}, {}", marker.label, marker.notes.join(", "));
    let tip = tip(marker);
    match marker.href.clone() {
        Some(href) => view! {
            <a class="map-mark" data-mood=marker.mood href=href style=place aria-label=says>
                {tip}
            </a>
        }
        .into_any(),
        None => view! {
            <span class="map-mark" data-mood=marker.mood style=place role="img" aria-label=says>
                {tip}
            </span>
        }
        .into_any(),
    }
}

fn tip(marker: &Marker) -> impl IntoView + use<> {
    let notes = marker.notes.iter().map(|note| view! { <small>{note.clone()}</small> }).collect_view();
    view! {
        <i aria-hidden="true"></i>
        <span class="map-tip" aria-hidden="true">
            <b>{marker.label.clone()}</b>
            {notes}
        </span>
    }
}

/// The number of several markers, in the colour of the worst of them.
fn several(state: MapState, these: Vec<Marker>, place: String, opened: RwSignal<Vec<Marker>>) -> AnyView {
    let worst = |mood: &str| ["plain", "good", "warning", "bad"].iter().position(|known| *known == mood);
    let mood = these.iter().map(|marker| marker.mood).max_by_key(|mood| worst(mood)).unwrap_or("plain");
    let (count, names) =
        (these.len(), these.iter().take(5).map(|marker| marker.label.clone()).collect::<Vec<_>>());
    let says =
        format!("{count} close together: {}{}", names.join(", "), if count > 5 { " and more" } else { "" });
    let title = says.clone();
    let open = move |_| {
        let now = state.view.get_untracked();
        let near = View::around(these.iter().map(|marker| point(marker.at)), now.size, CLOSEST);
        match near.zoom > now.zoom + 0.3 && now.zoom < ZOOM_MAX {
            true => state.show(near),
            false => opened.set(these.clone()),
        }
    };
    let class = match count {
        0..10 => "map-cluster",
        10..100 => "map-cluster many",
        _ => "map-cluster very-many",
    };
    view! {
        <button class=class type="button" data-mood=mood style=place aria-label=says title=title on:click=open>
            {count}
        </button>
    }
    .into_any()
}

/// Markers that stand at one place, one below the other.
#[component]
fn List(opened: RwSignal<Vec<Marker>>) -> impl IntoView {
    let close = move || opened.set(Vec::new());
    let rows = move || {
        opened.with(|these| {
            let rows = these.iter().take(LISTED_MAX).map(|marker| {
                let label = marker.label.clone();
                let name = match marker.href.clone() {
                    Some(href) => view! { <a href=href>{label}</a> }.into_any(),
                    None => view! { <span>{label}</span> }.into_any(),
                };
                view! {
                    <li data-mood=marker.mood>
                        {name} <small>{marker.notes.join(", ")}</small>
                    </li>
                }
            });
            rows.collect_view()
        })
    };
    let more = move || opened.with(Vec::len).saturating_sub(LISTED_MAX);
    view! {
        <div class="map-list" role="dialog" aria-label="At this place" on:keydown=move |ev| {
            if ev.key() == "Escape" {
                close();
            }
        }>
            <IconButton glyph=Glyph::Close label="Close the list" on_click=close />
            <ul>{rows}</ul>
            {move || (more() > 0).then(|| view! { <p class="hint">{format!("and {} more", more())}</p> })}
        </div>
    }
    .into_any()
}

/// What can be dragged.
#[component]
pub(super) fn Handles(
    state: MapState,
    frame: NodeRef<html::Div>,
    handles: Signal<Vec<(String, (f64, f64))>>,
    on_handle: Option<Callback<(usize, (f64, f64))>>,
    on_remove: Option<Callback<usize>>,
) -> impl IntoView {
    let view = state.view;
    let dragged = StoredValue::new(None::<usize>);
    let count = Memo::new(move |_| handles.with(Vec::len));
    let to = move |i: usize, px: (f64, f64)| {
        if let Some(on_handle) = on_handle {
            // Where it is now is where it is looked at from now on.
            let now = view.get_untracked();
            state.show(now);
            on_handle.run((i, place(now.at(px))));
        }
    };
    let at =
        move |i: usize| handles.with(|all| all.get(i).map(|(_, at)| view.with(|view| view.px(point(*at)))));
    let one = move |i: usize| {
        let style = move || at(i).map(|(x, y)| format!("left:{x:.1}px;top:{y:.1}px"));
        let label = move || handles.with(|all| all.get(i).map(|(label, _)| label.clone()));
        let pressed = move |ev: PointerEvent| {
            if let Some(handle) = target(&ev) {
                let _ = handle.set_pointer_capture(ev.pointer_id());
            }
            dragged.set_value(Some(i));
        };
        let moved = move |ev: PointerEvent| {
            if dragged.get_value() == Some(i) {
                to(i, inside(frame, ev.client_x(), ev.client_y()));
            }
        };
        let keys = move |ev: KeyboardEvent| {
            let Some((x, y)) = untrack(|| at(i)) else { return };
            match (ev.key().as_str(), on_remove) {
                ("ArrowLeft", _) => to(i, (x - STEP_PX, y)),
                ("ArrowRight", _) => to(i, (x + STEP_PX, y)),
                ("ArrowUp", _) => to(i, (x, y - STEP_PX)),
                ("ArrowDown", _) => to(i, (x, y + STEP_PX)),
                ("Delete" | "Backspace", Some(on_remove)) => on_remove.run(i),
                _ => return,
            }
            ev.prevent_default();
        };
        view! {
            <button
                class="map-handle"
                type="button"
                style=style
                aria-label=label
                title=label
                on:pointerdown=pressed
                on:pointermove=moved
                on:pointerup=move |_| dragged.set_value(None)
                on:pointercancel=move |_| dragged.set_value(None)
                on:keydown=keys
            ></button>
        }
    };
    // The handles stay while they move: one that is made anew would let go of the pointer.
    move || (0..count.get()).map(one).collect_view()
}
