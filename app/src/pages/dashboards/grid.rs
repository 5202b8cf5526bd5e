//! The grid of tiles: twelve columns on a wide screen, two on a phone.

use super::board::Board;
use super::tile::TileView;
use leptos::prelude::*;
use model::dashboard::{Tile, layout};

/// All tiles in their places.
#[component]
pub(super) fn Tiles(board: Board) -> impl IntoView {
    let order = Memo::new(move |_| board.content.with(|content| layout::in_order(&content.tiles)));
    view! {
        <div class="board">
            <For each=move || order.get() key=|id| id.clone() let:id>
                <Placed board id />
            </For>
        </div>
    }
    .into_any()
}

#[component]
fn Placed(board: Board, id: String) -> impl IntoView {
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
    view! {
        <div class="board-place" class:narrow=narrow style=place>
            {move || {
                shown.track();
                tile.get_untracked().map(|tile| view! { <TileView board tile /> })
            }}
        </div>
    }
    .into_any()
}

/// The place as custom properties: the style sheet decides what they mean on this screen.
pub(super) fn style(tile: &Tile) -> String {
    format!("--x:{};--y:{};--w:{};--h:{}", tile.x + 1, tile.y + 1, tile.width, tile.height)
}
