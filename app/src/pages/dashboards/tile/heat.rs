//! A heat map: hours across, days down, the darker the more.

use super::figures::number_text;
use crate::pages::dashboards::board::Outcome;
use crate::zone::{self, civil};
use leptos::prelude::*;
use model::dashboard::{TileData, Word};
use std::collections::BTreeMap;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Most days that are drawn.
const DAYS_MAX: usize = 31;

/// The map of the tile's first value.
#[component]
pub(super) fn HeatBody(answer: Memo<Option<Outcome>>) -> impl IntoView {
    let clock = zone::use_clock();
    move || {
        let (word, buckets) = answer.with(|answer| match answer {
            Some(Ok(TileData::Lines { lines, .. })) => {
                let line = lines.first()?;
                Some((line.word.clone(), line.series.buckets.clone()))
            }
            _ => None,
        })?;
        let zone = clock.zone();
        let points = buckets.iter().map(|b| (b.ts + zone::offset_ms(&zone, b.ts), b.avg));
        Some(drawn(&days(points), &word))
    }
}

/// By day, since 1970, the value of each hour.
fn days(points: impl Iterator<Item = (i64, f64)>) -> BTreeMap<i64, [Option<f64>; 24]> {
    let mut days = BTreeMap::new();
    for (local, value) in points.filter(|(_, value)| value.is_finite()) {
        let hour = usize::try_from(local.rem_euclid(DAY_MS) / 3_600_000).unwrap_or(0);
        days.entry(local.div_euclid(DAY_MS)).or_insert([None; 24])[hour.min(23)] = Some(value);
    }
    while days.len() > DAYS_MAX {
        days.pop_first();
    }
    days
}

fn drawn(days: &BTreeMap<i64, [Option<f64>; 24]>, word: &Word) -> impl IntoView + use<> {
    let values = || days.values().flatten().flatten().copied();
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let rows = days.iter().map(|(day, hours)| {
        let at = civil(day * DAY_MS);
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][day.rem_euclid(7) as usize];
        let label = format!("{weekday} {}", at.day);
        let cells = hours.iter().enumerate().map(|(hour, value)| {
            let part = value.map(|v| if high > low { (v - low) / (high - low) } else { 0.5 });
            let text = value.map(|v| format!("{}, {hour}:00: {} {}", label, number_text(v, word), word.unit));
            view! { <td title=text style=part.map(|part| format!("--v:{:.2}", 0.08 + part * 0.92))></td> }
        });
        let cells = cells.collect_view();
        view! {
            <tr>
                <th scope="row">{label.clone()}</th>
                {cells}
            </tr>
        }
    });
    let hours = (0..4).map(|i| view! { <th scope="col" colspan="6">{format!("{}:00", i * 6)}</th> });
    let empty = days.is_empty().then(|| view! { <p class="figure-note">"No values in this time range"</p> });
    view! {
        {empty}
        <table class="heat">
            <tbody>{rows.collect_view()}</tbody>
            <tfoot>
                <tr>
                    <td></td>
                    {hours.collect_view()}
                </tr>
            </tfoot>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_find_their_day() {
        let hour = 3_600_000;
        let days = days([(0, 1.0), (23 * hour, 2.0), (25 * hour, 3.0)].into_iter());
        assert_eq!(days.len(), 2);
        assert_eq!((days[&0][0], days[&0][23], days[&1][1]), (Some(1.0), Some(2.0), Some(3.0)));
    }
}
