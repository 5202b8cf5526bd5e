//! The grid of tiles: twelve columns on a wide screen, two on a phone.

use super::editor::{Editor, Handle};
use super::tile::TileView;
use leptos::prelude::*;
use model::dashboard::{Tile, layout};

/// All tiles in their places.
#[component]
pub(super) fn Tiles(editor: Editor) -> impl IntoView {
    let board = editor.board;
    // While one changes it, elements keep their place in the document: one that moved there would let go of the pointer.
    let order = Memo::new(move |_| {
        let editing = editor.editing.get();
        board.content.with(|content| match editing {
            true => content.tiles.iter().map(|tile| tile.id.clone()).collect(),
            false => layout::in_order(&content.tiles),
        })
    });
    view! {
        <div class="board" class:editing=move || editor.editing.get()>
            <For each=move || order.get() key=|id| id.clone() let:id>
                <Placed editor id />
            </For>
        </div>
    }
    .into_any()
}

#[component]
fn Placed(editor: Editor, id: String) -> impl IntoView {
    let board = editor.board;
    let own = id.clone();
    let id = StoredValue::new(id);
    let tile = Memo::new(move |_| {
        board.content.with(|content| id.with_value(|id| content.tiles.iter().find(|t| t.id == *id).cloned()))
    });
    let place = move || tile.with(|tile| tile.as_ref().map(style));
    let narrow = move || tile.with(|tile| tile.as_ref().is_some_and(|tile| tile.width <= 3));
    // Another place is no other tile: only what it shows draws it anew.
    let shown = Memo::new(move |_| {
        tile.with(|tile| tile.as_ref().map(|t| (t.display_name.clone(), t.configuration.clone(), t.height)))
    });
    let label = Signal::derive(move || {
        tile.with(|tile| match tile {
            Some(tile) if !tile.display_name.is_empty() => tile.display_name.clone(),
            Some(tile) => tile.configuration.kind.label().to_owned(),
            None => String::new(),
        })
    });
    view! {
        <div class="board-place" class:narrow=narrow style=place>
            {move || {
                // Read, not just tracked: a memo that nobody has read follows nothing.
                let now = shown.with(|_| tile.get_untracked());
                now.map(|tile| view! { <TileView board tile /> })
            }}
            <Show when=move || editor.editing.get()>
                <Handle editor id=own.clone() label />
            </Show>
        </div>
    }
    .into_any()
}

/// The place as custom properties: the style sheet decides what they mean on this screen.
pub(super) fn style(tile: &Tile) -> String {
    format!("--x:{};--y:{};--w:{};--h:{}", tile.x + 1, tile.y + 1, tile.width, tile.height)
}
