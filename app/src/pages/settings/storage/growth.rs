//! How much came each day: a bar a day, and the same as words for who can't see them.

use crate::ui::Card;
use crate::ui::value::{bytes, count};
use leptos::prelude::*;
use model::storage::{DaySent, day_text};

/// Height of the chart, in its own units; a day is one wide.
const HEIGHT: f64 = 24.0;
/// So many days are drawn at least, so that a single one is no wall.
const DAYS_MIN: i32 = 14;

#[component]
pub(super) fn Growth(days: Vec<DaySent>) -> impl IntoView {
    let (Some(first), Some(last)) = (days.first().map(|day| day.day), days.last().map(|day| day.day)) else {
        return ().into_any();
    };
    let first = first.min(last - DAYS_MIN + 1);
    let width = last - first + 1;
    let most = days.iter().map(|day| day.bytes).max().unwrap_or_default().max(1);
    let all: i64 = days.iter().map(|day| day.bytes).sum();
    let bars = days
        .iter()
        .map(|day| {
            let height = (day.bytes as f64 / most as f64 * HEIGHT).max(0.3);
            let said = format!(
                "{}: {}, {} messages, {} values",
                day_text(day.day),
                bytes(day.bytes),
                count(day.messages),
                count(day.points)
            );
            view! {
                <rect x=f64::from(day.day - first) + 0.1 y=HEIGHT - height width="0.8" height=height>
                    <title>{said}</title>
                </rect>
            }
        })
        .collect_view();
    let said =
        format!("Received a day, from {} to {}: {} at most", day_text(first), day_text(last), bytes(most));
    let note = format!("{} in these days", bytes(all));
    view! {
        <Card title=Signal::stored("Received a day".to_owned()) note=Signal::stored(note)>
            <svg
                class="day-bars"
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=said
            >
                {bars}
            </svg>
            <p class="day-bars-ends">
                <span>{day_text(first)}</span>
                <span>{format!("up to {}", bytes(most))}</span>
                <span>{day_text(last)}</span>
            </p>
        </Card>
    }
    .into_any()
}
