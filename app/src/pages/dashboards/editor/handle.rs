//! What lies over a tile while the dashboard is changed: it selects, moves and resizes.

use super::Editor;
use crate::pages::dashboards::{GAP_PX, ROW_PX};
use leptos::ev::{MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use model::dashboard::{Content, layout};

/// Below this width of the window tiles stand in two columns, and are not dragged.
const NARROW_PX: f64 = 760.0;

/// A drag on its way.
#[derive(Clone)]
struct Drag {
    /// Where it began, in CSS pixels.
    from: (f64, f64),
    /// Columns and rows by which what is shown differs from before.
    by: (i32, i32),
    resizes: bool,
    before: Content,
}

/// The handle of one tile.
#[component]
pub(in super::super) fn Handle(editor: Editor, id: String, label: Signal<String>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let drag = StoredValue::new(None::<Drag>);
    let id = StoredValue::new(id);
    let chosen =
        Memo::new(move |_| editor.selected.with(|selected| id.with_value(|id| selected.contains(id))));
    let begin = move |ev: &PointerEvent, resizes: bool| {
        if ev.button() != 0 {
            return;
        }
        ev.prevent_default();
        ev.stop_propagation();
        let besides = ev.shift_key() || ev.ctrl_key() || ev.meta_key();
        if besides || !chosen.get_untracked() {
            id.with_value(|id| editor.select(id, besides));
        }
        let wide = window().inner_width().ok().and_then(|w| w.as_f64()).is_some_and(|w| w > NARROW_PX);
        if let Some(handle) = node.get_untracked().filter(|_| wide) {
            let _ = handle.set_pointer_capture(ev.pointer_id());
            let before = editor.board.content.get_untracked();
            let from = (f64::from(ev.client_x()), f64::from(ev.client_y()));
            drag.set_value(Some(Drag { from, by: (0, 0), resizes, before }));
        }
    };
    let moved = move |ev: PointerEvent| {
        let Some(Drag { from, by, resizes, before }) = drag.get_value() else { return };
        let Some(column) = node.get_untracked().and_then(|handle| column_px(&handle)) else { return };
        let steps = |px: f64, step: f64| (px / step).round() as i32;
        let now = (
            steps(f64::from(ev.client_x()) - from.0, column),
            steps(f64::from(ev.client_y()) - from.1, f64::from(ROW_PX + GAP_PX)),
        );
        if now == by {
            return;
        }
        let mut content = before.clone();
        let mine = id.get_value();
        match resizes {
            true => {
                let size = content.tiles.iter().find(|tile| tile.id == mine).map(|t| (t.width, t.height));
                if let Some((width, height)) = size {
                    layout::resize(
                        &mut content.tiles,
                        &mine,
                        i32::from(width) + now.0,
                        i32::from(height) + now.1,
                    );
                }
            }
            false => layout::shift(&mut content.tiles, &editor.selected.get_untracked(), now.0, now.1),
        }
        drag.update_value(|drag| {
            if let Some(drag) = drag {
                drag.by = now;
            }
        });
        editor.show(content);
    };
    let ended = move || {
        if drag.try_update_value(Option::take).flatten().is_some() {
            editor.settled();
        }
    };
    let cancelled = move || {
        if let Some(drag) = drag.try_update_value(Option::take).flatten() {
            editor.show(drag.before);
        }
    };
    // By keyboard: a press of a pointer has done its part already.
    let clicked = move |ev: MouseEvent| {
        if ev.detail() == 0 {
            id.with_value(|id| editor.select(id, ev.shift_key()));
        }
    };
    view! {
        <div
            node_ref=node
            class="board-handle"
            class:chosen=move || chosen.get()
            on:pointerdown=move |ev| begin(&ev, false)
            on:pointermove=moved
            on:pointerup=move |_| ended()
            on:pointercancel=move |_| cancelled()
        >
            <button
                class="board-choose"
                type="button"
                aria-pressed=move || chosen.get().to_string()
                aria-label=move || format!("Tile {}", label.get())
                on:click=clicked
            ></button>
            <span
                class="board-resize"
                title="Drag to resize"
                aria-hidden="true"
                on:pointerdown=move |ev| begin(&ev, true)
            ></span>
        </div>
    }
    .into_any()
}

/// How far it is from one column to the next, in CSS pixels.
fn column_px(handle: &web_sys::HtmlElement) -> Option<f64> {
    let board = handle.closest(".board").ok().flatten()?;
    Some((f64::from(board.client_width()) + f64::from(GAP_PX)) / f64::from(layout::COLUMNS))
}
