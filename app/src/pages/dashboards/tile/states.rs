//! States over time: a lane a device, a colour a state.

use crate::pages::dashboards::board::{Board, Outcome};
use crate::zone;
use leptos::prelude::*;
use model::dashboard::{Lane, TileData};
use std::collections::BTreeSet;

/// Colours repeat after so many states.
const COLOURS: usize = 8;

/// The lanes.
#[component]
pub(super) fn StatesBody(board: Board, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let clock = zone::use_clock();
    move || {
        let lanes = answer.with(|answer| match answer {
            Some(Ok(TileData::States { lanes, .. })) => Some(lanes.clone()),
            _ => None,
        })?;
        let (from, to) = board.bounds.get()?;
        let states: BTreeSet<String> =
            lanes.iter().flat_map(|lane| lane.stays.iter().map(|stay| stay.state.clone())).collect();
        let states: Vec<String> = states.into_iter().collect();
        let colour = |state: &str| states.iter().position(|s| s == state).unwrap_or(0) % COLOURS + 1;
        let span = (to - from).max(1) as f64;
        let part = |at: i64| ((at - from) as f64 / span * 100.0).clamp(0.0, 100.0);
        let rows = lanes.iter().map(|Lane { label, stays, .. }| {
            let stays = stays.iter().filter(|stay| stay.to_ms > from && stay.from_ms < to).map(|stay| {
                let (left, right) = (part(stay.from_ms), part(stay.to_ms));
                let title =
                    format!("{}: {} to {}", stay.state, clock.exact(stay.from_ms), clock.exact(stay.to_ms));
                view! {
                    <i
                        data-line=colour(&stay.state)
                        title=title
                        style:left=format!("{left:.2}%")
                        style:width=format!("{:.2}%", (right - left).max(0.2))
                    ></i>
                }
            });
            let stays = stays.collect_view();
            let last = lane_says(stays_of(&lanes, label));
            view! {
                <tr>
                    <th scope="row">{label.clone()}</th>
                    <td>
                        <div class="lane">{stays}</div>
                        <span class="visually-hidden">{last}</span>
                    </td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        let legend = states.iter().take(12).map(|state| {
            view! {
                <span class="legend-line" data-line=colour(state)>
                    <i aria-hidden="true"></i>
                    {state.clone()}
                </span>
            }
        });
        let legend = legend.collect_view();
        Some(view! {
            <table class="lanes">
                <tbody>{rows}</tbody>
            </table>
            <div class="legend">{legend}</div>
        })
    }
}

fn stays_of<'a>(lanes: &'a [Lane], label: &str) -> Option<&'a Lane> {
    lanes.iter().find(|lane| lane.label == label)
}

/// The lane in words: its newest state, and how often it changed.
fn lane_says(lane: Option<&Lane>) -> String {
    match lane.and_then(|lane| Some((lane.stays.last()?, lane.stays.len()))) {
        Some((last, count)) => format!("now {}, {} changes", last.state, count - 1),
        None => "nothing in this time range".to_owned(),
    }
}
