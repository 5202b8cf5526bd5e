//! The same in numbers: a row a time, a column a line.

use super::Known;
use super::answer::{Answer, Answered};
use super::lines::panels;
use super::state::Looked;
use super::text::{file, query_of};
use crate::session::use_slug;
use crate::ui::value::{count, format_number};
use crate::ui::{Card, Glyph, LinkButton, TableFrame, Time};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Rows and columns that stand on the page; the file has all.
const ROWS: usize = 100;
const COLUMNS: usize = 24;

/// Numbers by time.
#[derive(Clone, Debug, Default, PartialEq)]
struct Numbers {
    /// What each column is called, with its unit.
    heads: Vec<String>,
    /// Times, the newest first, with a number a column.
    rows: Vec<(i64, Vec<Option<f64>>)>,
    /// How many there are.
    rows_of: usize,
    columns_of: usize,
}

#[component]
pub(super) fn Grid(looked: Looked, known: StoredValue<Known>, answered: Answered) -> impl IntoView {
    let slug = use_slug();
    let numbers = Memo::new(move |_| {
        answered.answer.with(|answer| {
            answer.as_ref().map(|answer| known.with_value(|known| numbers(answer, known))).unwrap_or_default()
        })
    });
    let csv = Signal::derive(move || {
        answered.answer.with(|answer| {
            let interval = answer.as_ref().map_or(0, |answer| answer.series.bucket_ms);
            let text = known.with_value(|known| query_of(&looked.now.get(), known, interval));
            file(&slug.get(), &text)
        })
    });
    let some = Memo::new(move |_| numbers.with(|numbers| !numbers.rows.is_empty()));
    let note = Signal::derive(move || numbers.with(said));
    view! {
        <Show when=move || some.get()>
            <Card title=Signal::stored("Numbers".to_owned()) note padded=false>
                <div class="query-bar">
                    <span></span>
                    <LinkButton href=csv icon=Glyph::Download download=true>
                        "All as CSV"
                    </LinkButton>
                </div>
                {move || numbers.with(table)}
            </Card>
        </Show>
    }
    .into_any()
}

fn table(numbers: &Numbers) -> AnyView {
    let heads = numbers.heads.iter().map(|head| view! { <th scope="col" class="number">{head.clone()}</th> });
    let heads = heads.collect_view();
    let rows = numbers.rows.iter().map(|(at, cells)| {
        let cells = cells.iter().map(|cell| {
            let text = cell.map_or_else(|| "–".to_owned(), |value| format_number(value, ""));
            view! { <td class="number">{text}</td> }
        });
        view! {
            <tr>
                <th scope="row">
                    <Time ms=Signal::stored(Some(*at)) exact=true />
                </th>
                {cells.collect_view()}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="explore-grid">
            <TableFrame label="Numbers of the lines">
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </div>
    }
    .into_any()
}

fn said(numbers: &Numbers) -> String {
    let rows = count(numbers.rows_of as i64);
    let shown = numbers.rows_of > ROWS || numbers.columns_of > COLUMNS;
    match (numbers.rows_of, shown) {
        (1, false) => "1 time".into(),
        (_, false) => format!("{rows} times"),
        (_, true) => {
            format!(
                "the newest {} of {rows} times, {} of {} lines; the file has all",
                count(numbers.rows.len() as i64),
                count(numbers.heads.len() as i64),
                count(numbers.columns_of as i64)
            )
        }
    }
}

fn numbers(answer: &Answer, known: &Known) -> Numbers {
    let panels = panels(answer, known);
    let columns: Vec<_> = panels
        .iter()
        .flat_map(|panel| {
            panel.series.iter().zip(&panel.labels).map(move |(series, label)| (panel, series, label))
        })
        .collect();
    let columns_of = columns.len();
    let mut rows = BTreeMap::<i64, Vec<Option<f64>>>::new();
    let shown = &columns[..columns_of.min(COLUMNS)];
    for (place, (_, series, _)) in shown.iter().enumerate() {
        for bucket in &series.buckets {
            rows.entry(bucket.ts).or_insert_with(|| vec![None; shown.len()])[place] = Some(bucket.avg);
        }
    }
    let head = |(_, _, label): &(_, _, &crate::chart::LineLabel)| match label.unit.as_str() {
        "" => label.display.clone(),
        unit => format!("{} ({unit})", label.display),
    };
    let rows_of = rows.len();
    Numbers {
        heads: shown.iter().map(head).collect(),
        rows: rows.into_iter().rev().take(ROWS).collect(),
        rows_of,
        columns_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::exploration::{Aggregate, Exploration, Explored};
    use model::group_series::{GroupLine, GroupSeries};
    use model::telemetry::Bucket;

    #[test]
    fn a_row_a_time_the_newest_first() {
        let line = |key: &str, times: &[i64]| GroupLine {
            name: "t".into(),
            key: key.into(),
            label: key.into(),
            devices: 1,
            buckets: times
                .iter()
                .map(|ts| Bucket { ts: *ts, min: 0.0, max: 0.0, avg: *ts as f64, last: 0.0, count: 1 })
                .collect(),
        };
        let values = vec![Explored { name: "t".into(), aggregate: Aggregate::Avg }];
        let series =
            GroupSeries { lines: vec![line("a", &[1, 2]), line("b", &[2, 3])], ..GroupSeries::default() };
        let answer = Answer {
            exploration: Exploration { values, ..Exploration::default() },
            from_ms: 0,
            to_ms: 9,
            series,
        };
        let numbers = numbers(&answer, &Known::default());
        assert_eq!(numbers.heads, ["a", "b"]);
        assert_eq!(numbers.rows[0], (3, vec![None, Some(3.0)]));
        assert_eq!(numbers.rows[1], (2, vec![Some(2.0), Some(2.0)]));
        assert_eq!(said(&numbers), "3 times");
    }
}
