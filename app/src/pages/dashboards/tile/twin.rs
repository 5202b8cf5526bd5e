//! Properties of a device to be read and set, and commands to be run by a button.

use crate::pages::dashboards::board::{Board, Outcome};
use crate::pages::devices::{CommandButton, DeviceProperties};
use crate::ui::Select;
use crate::ui::value::count;
use leptos::prelude::*;
use model::dashboard::{Tile, TileData};

/// What each device connects with, and its name.
type Devices = Vec<(String, String)>;

fn devices(answer: Memo<Option<Outcome>>) -> Memo<(Devices, usize)> {
    Memo::new(move |_| {
        answer.with(|answer| match answer {
            Some(Ok(TileData::Devices { devices, left_out })) => (devices.clone(), *left_out),
            _ => (Vec::new(), 0),
        })
    })
}

/// The properties of one of the tile's devices.
#[component]
pub(super) fn PropertyBody(board: Board, tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let devices = devices(answer);
    let first = devices.with_untracked(|(all, _)| all.first().map(|(id, _)| id.clone()).unwrap_or_default());
    let chosen = RwSignal::new(first);
    let options = Signal::derive(move || devices.with(|(all, _)| all.clone()));
    let several = Memo::new(move |_| devices.with(|(all, _)| all.len() > 1));
    let names: Vec<String> = tile.configuration.capabilities.into_iter().map(|c| c.capability).collect();
    let slug = board.slug();
    view! {
        <Show when=move || several.get()>
            <Select label="Device" name=format!("device-{}", tile.id) value=chosen options bare=true />
        </Show>
        <div class="board-properties">
            {move || {
                view! { <DeviceProperties slug=slug.clone() device=chosen.get() names=names.clone() /> }
            }}
        </div>
    }
    .into_any()
}

/// The button of the tile's command.
#[component]
pub(super) fn CommandBody(board: Board, tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let devices = devices(answer);
    let slug = board.slug();
    let command = tile.configuration.command.clone().filter(|command| !command.name.is_empty());
    move || {
        let (all, left_out) = devices.get();
        let Some(command) = command.clone() else {
            return view! { <p class="figure-note">"Say which command in the tile's settings."</p> }
                .into_any();
        };
        let left = (left_out > 0).then(|| {
            let n = count(i64::try_from(left_out).unwrap_or(i64::MAX));
            view! { <p class="figure-note">{format!("{n} more devices are left out.")}</p> }
        });
        view! {
            <CommandButton slug=slug.clone() devices=all command />
            {left}
        }
        .into_any()
    }
}
