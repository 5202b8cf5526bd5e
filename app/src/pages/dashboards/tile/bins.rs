//! A histogram: how often values lie in each bin.

use super::figures::number_text;
use crate::pages::dashboards::board::Outcome;
use crate::ui::value::count;
use leptos::prelude::*;
use model::dashboard::{Bars, TileData, Word};

/// Colours repeat after so many devices.
const COLOURS: usize = 8;

/// The bars of the tile.
#[component]
pub(super) fn BinsBody(answer: Memo<Option<Outcome>>) -> impl IntoView {
    move || {
        let (word, edges, bars, left_out) = answer.with(|answer| match answer {
            Some(Ok(TileData::Bins { word, edges, bars, left_out })) => {
                Some((word.clone(), edges.clone(), bars.clone(), *left_out))
            }
            _ => None,
        })?;
        if edges.is_empty() {
            return Some(view! { <p class="figure-note">"No values in this time range"</p> }.into_any());
        }
        let most = bars.iter().flat_map(|bars| &bars.counts).copied().max().unwrap_or(1).max(1);
        let bins = edges.windows(2).enumerate().map(|(bin, ends)| {
            let (from, to) = (number_text(ends[0], &word), number_text(ends[1], &word));
            let columns = bars.iter().enumerate().map(|(i, Bars { label, counts })| {
                let n = counts.get(bin).copied().unwrap_or(0);
                let part = n as f64 / most as f64 * 100.0;
                let says = format!("{label}, {from} to {to} {}: {}", word.unit, number(n));
                view! { <i data-line=i % COLOURS + 1 title=says style=format!("height:{part:.1}%")></i> }
            });
            view! { <div class="bin">{columns.collect_view()}</div> }
        });
        let bins = bins.collect_view();
        let legend = (bars.len() > 1).then(|| {
            let one = |(i, bars): (usize, &Bars)| {
                view! {
                    <span class="legend-line" data-line=i % COLOURS + 1>
                        <i aria-hidden="true"></i>
                        {bars.label.clone()}
                    </span>
                }
            };
            view! { <div class="legend">{bars.iter().enumerate().map(one).collect_view()}</div> }
        });
        let left = (left_out > 0).then(|| {
            let n = count(i64::try_from(left_out).unwrap_or(i64::MAX));
            view! { <p class="figure-note">{format!("{n} more devices are left out.")}</p> }
        });
        let table = told(&word, &edges, &bars);
        let mark = |i: usize| edges.get(i).map(|edge| number_text(*edge, &word));
        let marks = [mark(0), mark(edges.len() / 2), mark(edges.len() - 1)];
        let marks = marks.into_iter().flatten().map(|text| view! { <span>{text}</span> }).collect_view();
        Some(
            view! {
                <div class="bins" aria-hidden="true">
                    <span class="bins-most">{number(most)}</span>
                    {bins}
                </div>
                <div class="bins-foot" aria-hidden="true">
                    {marks}
                </div>
                {table}
                {legend}
                {left}
            }
            .into_any(),
        )
    }
}

fn number(n: u64) -> String {
    count(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The same as a table, for who doesn't see it.
fn told(word: &Word, edges: &[f64], bars: &[Bars]) -> impl IntoView + use<> {
    let heads = bars.iter().map(|bars| view! { <th scope="col">{bars.label.clone()}</th> }).collect_view();
    let rows = edges.windows(2).enumerate().map(|(bin, ends)| {
        let name = format!("{} to {} {}", number_text(ends[0], word), number_text(ends[1], word), word.unit);
        let cells = bars.iter().map(|bars| {
            let n = bars.counts.get(bin).copied().unwrap_or(0);
            view! { <td>{number(n)}</td> }
        });
        let cells = cells.collect_view();
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cells}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="visually-hidden">
            <thead>
                <tr>
                    <th scope="col">"From, to"</th>
                    {heads}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
