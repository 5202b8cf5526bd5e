//! The keyboard: moving, resizing, copying, undoing.

use super::Editor;
use crate::ui::keyboard::{is_typing, on_page_key};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::dashboard::{Tile, layout};

/// Where copied tiles lie, so that they can be pasted into another dashboard.
const CLIPBOARD: &str = "homeport-tiles";

/// Hears the page's keys while the editor is open and nobody types.
pub(super) fn listen(editor: Editor) {
    on_page_key(move |ev| {
        if editor.editing.try_get_untracked() == Some(true) && !is_typing() && pressed(editor, &ev) {
            ev.prevent_default();
        }
    });
}

/// Does what the key means; false where it means nothing here.
fn pressed(editor: Editor, ev: &KeyboardEvent) -> bool {
    if ev.alt_key() {
        return false;
    }
    let key = ev.key();
    if ev.ctrl_key() || ev.meta_key() {
        match key.to_lowercase().as_str() {
            "z" => editor.turn(!ev.shift_key()),
            "y" => editor.turn(false),
            "c" => copy(editor),
            "x" => {
                copy(editor);
                editor.remove();
            }
            "v" => paste(editor),
            "d" => editor.insert(sized(editor.chosen())),
            "a" => editor.selected.set(
                editor
                    .board
                    .content
                    .with_untracked(|content| content.tiles.iter().map(|t| t.id.clone()).collect()),
            ),
            "s" => editor.save(),
            _ => return false,
        }
        return true;
    }
    let arrow = match key.as_str() {
        "ArrowLeft" => Some((-1, 0)),
        "ArrowRight" => Some((1, 0)),
        "ArrowUp" => Some((0, -1)),
        "ArrowDown" => Some((0, 1)),
        _ => None,
    };
    let chosen = editor.selected.get_untracked();
    match (arrow, key.as_str()) {
        (Some(_), _) if chosen.is_empty() => return false,
        (Some((columns, rows)), _) if ev.shift_key() => editor.change(|content| {
            for id in &chosen {
                let size =
                    content.tiles.iter().find(|tile| tile.id == *id).map(|tile| (tile.width, tile.height));
                if let Some((width, height)) = size {
                    layout::resize(
                        &mut content.tiles,
                        id,
                        i32::from(width) + columns,
                        i32::from(height) + rows,
                    );
                }
            }
        }),
        // Down a step is no step where what lies below comes up again: over it, then.
        (Some((columns, rows)), _) => editor.change(|content| {
            let before = content.tiles.clone();
            for far in 1..=layout::HEIGHT_MAX {
                layout::shift(&mut content.tiles, &chosen, columns * i32::from(far), rows * i32::from(far));
                if content.tiles != before || rows == 0 {
                    break;
                }
            }
        }),
        (None, "Delete" | "Backspace") if !chosen.is_empty() => editor.remove(),
        (None, "Escape") if !chosen.is_empty() => editor.selected.update(|selected| selected.clear()),
        _ => return false,
    }
    true
}

fn sized(tiles: Vec<Tile>) -> Vec<((u16, u16), Tile)> {
    tiles.into_iter().map(|tile| ((tile.width, tile.height), tile)).collect()
}

fn copy(editor: Editor) {
    if let (Ok(text), Ok(Some(storage))) = (serde_json::to_string(&editor.chosen()), window().local_storage())
    {
        let _ = storage.set_item(CLIPBOARD, &text);
    }
}

fn paste(editor: Editor) {
    let text = window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(CLIPBOARD).ok().flatten());
    let tiles: Vec<Tile> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    if !tiles.is_empty() {
        editor.insert(sized(tiles));
    }
}
