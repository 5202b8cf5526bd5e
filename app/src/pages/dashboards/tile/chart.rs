//! Charts over time: lines, areas and bars.

use crate::chart::{ChartHandle, ChartStyle, LineChart, LineLabel};
use crate::pages::dashboards::board::{Board, Outcome};
use crate::pages::dashboards::height_px;
use crate::pages::dashboards::notes::of_tile;
use crate::pages::dashboards::span::Span;
use crate::ui::value::count;
use leptos::prelude::*;
use model::dashboard::{Kind, LineOf, Tile, TileData};

/// What of the tile isn't the chart: its head, its edges, the times and the legend, in CSS pixels.
const AROUND_PX: u32 = 58;
const LEGEND_PX: u32 = 30;
const LOWEST_PX: u32 = 60;

/// The chart of the tile.
#[component]
pub(super) fn ChartBody(
    board: Board,
    tile: Tile,
    answer: Memo<Option<Outcome>>,
    handle: ChartHandle,
) -> impl IntoView {
    let style = match tile.configuration.kind {
        Kind::Area => ChartStyle::Area,
        Kind::Bar => ChartStyle::Bar,
        _ => ChartStyle::Line,
    };
    let series = Memo::new(move |_| of_lines(answer, |line| line.series.clone()));
    let labels = Memo::new(move |_| {
        of_lines(answer, |line| LineLabel {
            name: line.series.name.clone(),
            display: line.word.label.clone(),
            unit: line.word.unit.clone(),
        })
    });
    let left_out = move || {
        answer.with(|answer| match answer {
            Some(Ok(TileData::Lines { left_out, .. })) if *left_out > 0 => Some(format!(
                "{} more devices are left out.",
                count(i64::try_from(*left_out).unwrap_or(i64::MAX))
            )),
            _ => None,
        })
    };
    let own = Span::from_word(&tile.configuration.range);
    let bounds = Memo::new(move |_| {
        let shown = board.bounds.get();
        // Its own range is as long as before, and moves when all is asked for.
        own.map_or(shown, |own| shown.map(|_| board.times.bounds_of(own)))
    });
    let from_ms = Signal::derive(move || bounds.get().map_or(0, |(from, _)| from));
    let to_ms = Signal::derive(move || bounds.get().map_or(1, |(_, to)| to));
    let named = series.with_untracked(Vec::len) > 1 && !tile.configuration.hide_legend;
    let around = AROUND_PX + if named { LEGEND_PX } else { 0 };
    let height = height_px(tile.height).saturating_sub(around).max(LOWEST_PX);
    let fixed = (tile.configuration.min, tile.configuration.max);
    let marks = tile.configuration.thresholds.iter().map(|t| (t.from, t.mood.as_str())).collect::<Vec<_>>();
    let notes = Memo::new(move |_| {
        if !board.shows_marks.get() {
            return Vec::new();
        }
        board.marks.with(|marks| {
            answer.with(|answer| match answer {
                Some(Ok(TileData::Lines { lines, .. })) => of_tile(marks, &tile, lines),
                _ => Vec::new(),
            })
        })
    });
    view! {
        <LineChart
            series
            labels
            from_ms
            to_ms
            height
            style
            fixed
            marks
            legend=named
            on_zoom=move |(from, to): (i64, i64)| board.times.zoom(from, to)
            on_pan=move |(from, to): (i64, i64)| board.times.pan(from, to)
            handle
            notes
            loading=board.loading
        />
        {move || left_out().map(|text| view! { <p class="figure-note">{text}</p> })}
    }
    .into_any()
}

/// Something of each line of the answer; nothing while there is none.
fn of_lines<T>(answer: Memo<Option<Outcome>>, read: impl Fn(&LineOf) -> T) -> Vec<T> {
    answer.with(|answer| match answer {
        Some(Ok(TileData::Lines { lines, .. })) => lines.iter().map(read).collect(),
        _ => Vec::new(),
    })
}
