//! What can be done with a tile: taking it along as a picture or as numbers.

use super::csv;
use crate::chart::ChartHandle;
use crate::pages::dashboards::board::Outcome;
use crate::pages::dashboards::more::{save, save_from};
use crate::ui::{Glyph, Menu, MenuItem, use_toasts};
use leptos::prelude::*;
use model::dashboard::TileData;

/// The menu in the head of a tile.
#[component]
pub(super) fn TileMenu(
    title: Signal<String>,
    answer: Memo<Option<Outcome>>,
    handle: ChartHandle,
) -> impl IntoView {
    let toasts = use_toasts();
    let label = Signal::derive(move || format!("Actions for {}", title.get()));
    let draws = Signal::derive(move || {
        answer.with(|answer| matches!(answer, Some(Ok(TileData::Lines { lines, .. })) if !lines.is_empty()))
    });
    let file = move |end: &str| {
        let slug = model::check::slug(&title.get_untracked());
        format!("{}.{end}", if slug.is_empty() { "tile" } else { &slug })
    };
    let none = move || {
        let text = "There is nothing here to save just now.";
        toasts.bad(&model::Problem::with_detail(model::Code::NotFound, text));
    };
    let png = move || match handle.png(&title.get_untracked()) {
        Some(picture) => save_from(&picture, &file("png")),
        None => none(),
    };
    let svg = move || match handle.svg(&title.get_untracked()) {
        Some(picture) => save(&picture, &file("svg")),
        None => none(),
    };
    let numbers = move || {
        let text = answer.with_untracked(|answer| match answer {
            Some(Ok(data)) => csv::of(data),
            _ => None,
        });
        match text {
            Some(text) => save(&text, &file("csv")),
            None => none(),
        }
    };
    view! {
        <span class="tile-menu">
            <Menu label>
                <Show when=move || draws.get()>
                    <MenuItem on_click=png icon=Glyph::Download>
                        "Save as PNG"
                    </MenuItem>
                    <MenuItem on_click=svg icon=Glyph::Download>
                        "Save as SVG"
                    </MenuItem>
                </Show>
                <MenuItem on_click=numbers icon=Glyph::Download>
                    "Save as CSV"
                </MenuItem>
            </Menu>
        </span>
    }
    .into_any()
}
