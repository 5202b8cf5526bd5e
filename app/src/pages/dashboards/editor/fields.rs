//! Fields of the panel: each begins with what the tile says, and what is typed changes the tile.

use super::Editor;
use leptos::prelude::*;
use model::dashboard::Tile;

/// A text of this tile.
pub(super) fn text(
    editor: Editor,
    id: StoredValue<String>,
    initial: String,
    write: impl Fn(&mut Tile, &str) + Send + Sync + 'static,
) -> RwSignal<String> {
    let value = RwSignal::new(initial);
    Effect::watch(
        move || value.get(),
        move |now, before, _| {
            if before != Some(now) {
                id.with_value(|id| editor.change_tile(id, |tile| write(tile, now)));
            }
        },
        false,
    );
    value
}

/// A number of this tile, or nothing; what is no number counts as nothing.
pub(super) fn number(
    editor: Editor,
    id: StoredValue<String>,
    initial: Option<f64>,
    write: impl Fn(&mut Tile, Option<f64>) + Send + Sync + 'static,
) -> RwSignal<String> {
    let initial = initial.map(|number| number.to_string()).unwrap_or_default();
    text(editor, id, initial, move |tile, text| {
        let number = text.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
        write(tile, number);
    })
}

/// Yes or no.
pub(super) fn flag(
    editor: Editor,
    id: StoredValue<String>,
    initial: bool,
    write: impl Fn(&mut Tile, bool) + Send + Sync + 'static,
) -> RwSignal<bool> {
    let value = RwSignal::new(initial);
    Effect::watch(
        move || value.get(),
        move |now, _, _| id.with_value(|id| editor.change_tile(id, |tile| write(tile, *now))),
        false,
    );
    value
}
