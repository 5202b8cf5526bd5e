//! One tile: its name, and what it shows by its kind.

mod alarms;
mod bins;
mod chart;
mod csv;
mod figures;
mod gauge;
mod happened;
mod heat;
mod menu;
mod places;
mod plan;
mod scatter;
mod shares;
mod states;
mod table;
mod twin;

use super::board::{Board, Outcome};
use super::markdown::Markdown;
use crate::chart::ChartHandle;
use crate::ui::value::count;
use crate::ui::{Button, Glyph, Icon, Skeleton};
use alarms::AlarmsBody;
use bins::BinsBody;
use chart::ChartBody;
use figures::FigureBody;
use gauge::GaugeBody;
use happened::TimelineBody;
use heat::HeatBody;
use leptos::prelude::*;
use menu::TileMenu;
use model::dashboard::{Counted, Kind, RANGES, Tile, TileData};
use places::PlacesBody;
use plan::PlanBody;
use scatter::ScatterBody;
use shares::SharesBody;
use states::StatesBody;
use table::TableBody;
use twin::{CommandBody, PropertyBody};

/// The tile with its head.
#[component]
pub(super) fn TileView(board: Board, tile: Tile) -> impl IntoView {
    let shown = board.shown(&tile.id);
    let answer = Memo::new(move |_| shown.get());
    let title = title(&tile, answer);
    let note = note(&tile, answer);
    let kind = tile.configuration.kind;
    let tile = StoredValue::new(tile);
    let handle = ChartHandle::default();
    let bare = kind == Kind::Text && tile.with_value(|tile| tile.display_name.is_empty());
    view! {
        <section class="tile board-tile" data-kind=kind.as_str() aria-label=move || title.get()>
            {(!bare)
                .then(|| {
                    view! {
                        <h3>
                            <span>{move || title.get()}</span>
                            <small>{move || note.get()}</small>
                        </h3>
                    }
                })}
            {(kind != Kind::Text).then(|| view! { <TileMenu title answer handle /> })}
            <div class="board-body">{move || body(board, &tile.get_value(), answer, handle)}</div>
        </section>
    }
    .into_any()
}

/// What it is called: its own name, or what it shows.
fn title(tile: &Tile, answer: Memo<Option<Outcome>>) -> Signal<String> {
    let (own, kind) = (tile.display_name.clone(), tile.configuration.kind);
    Signal::derive(move || {
        if !own.is_empty() {
            return own.clone();
        }
        let first = answer.with(|answer| match answer {
            Some(Ok(TileData::Lines { lines, .. })) => lines.first().map(|line| line.word.label.clone()),
            Some(Ok(TileData::Figures { figures, .. })) => figures.first().map(|f| f.word.label.clone()),
            _ => None,
        });
        first.unwrap_or_else(|| kind.label().to_owned())
    })
}

/// Beside the name: the unit of a chart, and the tile's own range.
fn note(tile: &Tile, answer: Memo<Option<Outcome>>) -> Signal<String> {
    let own = RANGES.iter().find(|(word, _)| *word == tile.configuration.range).map(|(_, label)| *label);
    Signal::derive(move || {
        let unit = answer.with(|answer| match answer {
            Some(Ok(TileData::Lines { lines, .. })) => {
                let first = lines.first().map(|line| line.word.unit.clone()).unwrap_or_default();
                lines.iter().all(|line| line.word.unit == first).then_some(first)
            }
            _ => None,
        });
        let parts = [unit.unwrap_or_default(), own.unwrap_or_default().to_owned()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    })
}

/// The state in which the answer is, and what it shows.
fn body(board: Board, tile: &Tile, answer: Memo<Option<Outcome>>, handle: ChartHandle) -> AnyView {
    let kind = tile.configuration.kind;
    if kind == Kind::Text {
        return view! { <Markdown text=tile.configuration.text.clone() /> }.into_any();
    }
    if kind == Kind::Image {
        return view! { <PlanBody board tile=tile.clone() answer /> }.into_any();
    }
    // A chart takes new lines without being made anew.
    let is = Memo::new(move |_| {
        answer.with(|answer| match answer {
            None => None,
            Some(Ok(data)) => Some(Ok(kind_of(data))),
            Some(Err(problem)) => Some(Err(problem.clone())),
        })
    });
    let tile = StoredValue::new(tile.clone());
    (move || match is.get() {
        None => view! { <Skeleton rows=2 /> }.into_any(),
        Some(Err(problem)) => refused(board, tile, problem.sentence().to_owned()),
        Some(Ok("lines")) if kind == Kind::Heat => view! { <HeatBody answer /> }.into_any(),
        Some(Ok("states")) => view! { <StatesBody board answer /> }.into_any(),
        Some(Ok("shares")) => view! { <SharesBody answer /> }.into_any(),
        Some(Ok("places")) => view! { <PlacesBody board tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("lines")) => view! { <ChartBody board tile=tile.get_value() answer handle /> }.into_any(),
        Some(Ok("spots")) => view! { <PlanBody board tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("clouds")) => view! { <ScatterBody tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("bins")) => view! { <BinsBody answer /> }.into_any(),
        Some(Ok("alarms")) => view! { <AlarmsBody board tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("happenings")) => view! { <TimelineBody board tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("devices")) if kind == Kind::Command => {
            view! { <CommandBody board tile=tile.get_value() answer /> }.into_any()
        }
        Some(Ok("devices")) => view! { <PropertyBody board tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("rows")) => view! { <TableBody board tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("figures")) if kind == Kind::Gauge => {
            view! { <GaugeBody tile=tile.get_value() answer /> }.into_any()
        }
        Some(Ok("figures")) => view! { <FigureBody tile=tile.get_value() answer /> }.into_any(),
        Some(Ok("count")) => (move || counted(answer)).into_any(),
        Some(Ok(_)) => ().into_any(),
    })
    .into_any()
}

fn kind_of(data: &TileData) -> &'static str {
    match data {
        TileData::Lines { .. } => "lines",
        TileData::Figures { .. } => "figures",
        TileData::Rows { .. } => "rows",
        TileData::States { .. } => "states",
        TileData::Shares { .. } => "shares",
        TileData::Places { .. } => "places",
        TileData::Clouds { .. } => "clouds",
        TileData::Bins { .. } => "bins",
        TileData::Alarms { .. } => "alarms",
        TileData::Happenings { .. } => "happenings",
        TileData::Devices { .. } => "devices",
        TileData::Spots { .. } => "spots",
        TileData::Count(_) => "count",
        TileData::Nothing => "nothing",
    }
}

fn refused(board: Board, tile: StoredValue<Tile>, sentence: String) -> AnyView {
    view! {
        <div class="board-trouble" role="note">
            <Icon glyph=Glyph::Warning />
            <p>{sentence}</p>
            <Button icon=Glyph::Refresh on_click=move || board.ask_one(tile.get_value())>
                "Try again"
            </Button>
        </div>
    }
    .into_any()
}

/// How many devices there are, and how many of them are well.
fn counted(answer: Memo<Option<Outcome>>) -> Option<impl IntoView + use<>> {
    let Counted { all, live, silent, never } = answer.with(|answer| match answer {
        Some(Ok(TileData::Count(counted))) => Some(*counted),
        _ => None,
    })?;
    let number = |n: usize| count(i64::try_from(n).unwrap_or(i64::MAX));
    let mut rest = Vec::new();
    if silent > 0 {
        rest.push(format!("{} silent for more than 10 min", number(silent)));
    }
    if never > 0 {
        rest.push(format!("{} never connected", number(never)));
    }
    let rest = if rest.is_empty() { "All of them are live".to_owned() } else { rest.join(", ") };
    Some(view! {
        <p class="figure">{number(live)} <small>{format!("/ {} live", number(all))}</small></p>
        <p class="figure-note">{rest}</p>
    })
}
