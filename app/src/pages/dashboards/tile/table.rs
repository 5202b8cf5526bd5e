//! A table of devices: a row each, sorted by any column, with small lines beside the numbers.

use super::figures::words;
use crate::pages::dashboards::board::{Board, Outcome};
use crate::ui::value::count;
use crate::ui::{SortHeader, Sparkline, TableFrame};
use leptos::prelude::*;
use model::dashboard::{Column, Row, Tile, TileData};
use model::page::Direction;
use serde_json::Value;
use std::cmp::Ordering;

/// Rows that are drawn; the rest is counted.
const DRAWN_MAX: usize = 200;

/// The table of the tile.
#[component]
pub(super) fn TableBody(board: Board, tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    // 0: the device's name; else a column's place, from 1.
    let order = RwSignal::new((0_usize, Direction::Ascending));
    let slug = board.slug();
    let label = if tile.display_name.is_empty() { "Devices".to_owned() } else { tile.display_name };
    move || {
        let (columns, mut rows, left_out) = answer.with(|answer| match answer {
            Some(Ok(TileData::Rows { columns, rows, left_out })) => {
                Some((columns.clone(), rows.clone(), *left_out))
            }
            _ => None,
        })?;
        sort(&mut rows, order.get());
        let hidden = left_out + rows.len().saturating_sub(DRAWN_MAX);
        let heads = columns.iter().enumerate().map(|(i, Column { word, number })| {
            let label = match word.unit.as_str() {
                "" => word.label.clone(),
                unit => format!("{}, {unit}", word.label),
            };
            view! {
                <SortHeader label key=i + 1 current=order on_sort=move |to| order.set(to) number=*number />
            }
        });
        let heads = heads.collect_view();
        let rows = rows.into_iter().take(DRAWN_MAX).map(|row| line(&slug, row, &columns)).collect_view();
        let note = (hidden > 0).then(|| {
            let text =
                format!("{} more devices are left out.", count(i64::try_from(hidden).unwrap_or(i64::MAX)));
            view! { <p class="figure-note">{text}</p> }
        });
        Some(view! {
            <TableFrame label=label.clone()>
                <thead>
                    <tr>
                        <SortHeader label="Device" key=0 current=order on_sort=move |to| order.set(to) />
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
            {note}
        })
    }
}

fn line(slug: &str, row: Row, columns: &[Column]) -> impl IntoView + use<> {
    // Whoever has come by a link has no pages of devices.
    let href = (!slug.is_empty())
        .then(|| format!("/w/{slug}/devices/{}", model::external_id::in_address(&row.device)));
    let cells = columns.iter().enumerate().map(|(i, Column { word, number })| {
        let (text, _) = words(row.values.get(i).and_then(Option::as_ref), word);
        let trend = row.trends.get(i).filter(|trend| trend.len() > 1).map(|trend| {
            let points: Vec<(f64, f64)> = trend.iter().map(|(at, value)| (*at as f64, *value)).collect();
            view! { <Sparkline points=Signal::stored(points) width=54 height=16 /> }
        });
        view! { <td class:number=*number>{trend} {text}</td> }
    });
    view! {
        <tr>
            <td>
                {match href {
                    Some(href) => view! { <a href=href>{row.name}</a> }.into_any(),
                    None => row.name.into_any(),
                }}
            </td>
            {cells.collect_view()}
        </tr>
    }
}

/// Sorts by the device's name, or by a column; what has no value comes last either way.
fn sort(rows: &mut [Row], (key, direction): (usize, Direction)) {
    let turned = |order: Ordering| if direction == Direction::Descending { order.reverse() } else { order };
    if key == 0 {
        return rows.sort_by(|a, b| turned(a.name.to_lowercase().cmp(&b.name.to_lowercase())));
    }
    let value = |row: &Row| row.values.get(key - 1).cloned().flatten();
    rows.sort_by(|a, b| match (value(a), value(b)) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(a), Some(b)) => turned(compare(&a, &b)),
    });
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match a.as_f64().zip(b.as_f64()) {
        Some((a, b)) => a.total_cmp(&b),
        None => a.to_string().to_lowercase().cmp(&b.to_string().to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_gaps_come_last() {
        let row = |name: &str, value: Option<f64>| Row {
            device: name.into(),
            name: name.into(),
            last_seen_ms: None,
            values: vec![value.map(Value::from)],
            trends: Vec::new(),
        };
        let mut rows = vec![row("b", Some(2.0)), row("a", None), row("C", Some(10.0))];
        let names = |rows: &[Row]| rows.iter().map(|r| r.name.clone()).collect::<Vec<_>>();
        sort(&mut rows, (1, Direction::Descending));
        assert_eq!(names(&rows), ["C", "b", "a"]);
        sort(&mut rows, (1, Direction::Ascending));
        assert_eq!(names(&rows), ["b", "C", "a"]);
        sort(&mut rows, (0, Direction::Ascending));
        assert_eq!(names(&rows), ["a", "b", "C"]);
    }
}
