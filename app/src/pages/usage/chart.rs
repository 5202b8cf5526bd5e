//! A bar a day or an hour; each says its number, and the table beside them says all.

use leptos::prelude::*;
use model::usage::{Grain, HOUR_MS, hour_text};

/// Height of the chart, in its own units; a bar is one wide.
const HEIGHT: f64 = 24.0;
/// So many bars have room at least, so that a single one is no wall.
const BARS_MIN: i64 = 14;

#[component]
pub(super) fn UsageChart(
    title: &'static str,
    /// When each begins, milliseconds since 1970, and its number; the oldest first.
    bars: Vec<(i64, i64)>,
    grain: Grain,
    written: fn(i64) -> String,
) -> impl IntoView {
    let step = if grain == Grain::Day { 24 * HOUR_MS } else { HOUR_MS };
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return ().into_any() };
    let begin = first.0.min(last.0 - (BARS_MIN - 1) * step);
    let width = (last.0 - begin) / step + 1;
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or_default();
    let when = move |at: i64| {
        let text = hour_text(at);
        if grain == Grain::Day { text[..10].to_owned() } else { text[..16].replace('T', " ") }
    };
    let said = format!("{title}, from {} to {}: {} at most", when(begin), when(last.0), written(most));
    let ends = (when(begin), written(most), when(last.0));
    let drawn = bars
        .iter()
        .map(|(at, number)| {
            let height =
                (*number as f64 / most.max(1) as f64 * HEIGHT).max(if *number > 0 { 0.3 } else { 0.0 });
            let x = ((at - begin) / step) as f64 + 0.1;
            view! {
                <rect x=x y=HEIGHT - height width="0.8" height=height>
                    <title>{format!("{}: {}", when(*at), written(*number))}</title>
                </rect>
            }
        })
        .collect_view();
    view! {
        <figure class="usage-chart">
            <figcaption>{title}</figcaption>
            <svg
                class="day-bars"
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=said
            >
                {drawn}
            </svg>
            <p class="day-bars-ends">
                <span>{ends.0}</span>
                <span>{format!("up to {}", ends.1)}</span>
                <span>{ends.2}</span>
            </p>
        </figure>
    }
    .into_any()
}
