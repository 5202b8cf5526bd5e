//! Shares of a whole as a ring, with a list that says the same.

use super::figures::number_text;
use crate::pages::dashboards::board::Outcome;
use leptos::prelude::*;
use model::dashboard::{Share, TileData};
use std::f64::consts::TAU;

/// Colours repeat after so many shares.
const COLOURS: usize = 8;

/// The ring.
#[component]
pub(super) fn SharesBody(answer: Memo<Option<Outcome>>) -> impl IntoView {
    move || {
        let (shares, word) = answer.with(|answer| match answer {
            Some(Ok(TileData::Shares { shares, word })) => Some((shares.clone(), word.clone())),
            _ => None,
        })?;
        let whole: f64 = shares.iter().map(|share| share.value).sum();
        if whole <= 0.0 {
            return Some(view! { <p class="figure-note">"No values in this time range"</p> }.into_any());
        }
        let mut from = 0.0;
        let arcs = shares.iter().enumerate().map(|(i, share)| {
            let to = from + share.value / whole;
            let d = arc(from, to);
            from = to;
            view! { <path data-line=i % COLOURS + 1 d=d /> }
        });
        let arcs = arcs.collect_view();
        let lines = shares.iter().enumerate().map(|(i, Share { label, value })| {
            let part = format!("{:.0} %", value / whole * 100.0);
            view! {
                <li data-line=i % COLOURS + 1>
                    <i aria-hidden="true"></i>
                    <span>{label.clone()}</span>
                    <b>{format!("{} {}", number_text(*value, &word), word.unit)}</b>
                    <small>{part}</small>
                </li>
            }
        });
        let lines = lines.collect_view();
        Some(
            view! {
                <div class="shares">
                    <svg viewBox="0 0 100 100" aria-hidden="true">
                        {arcs}
                    </svg>
                    <ul>{lines}</ul>
                </div>
            }
            .into_any(),
        )
    }
}

/// A part of the ring, from 0 to 1, clockwise from above.
fn arc(from: f64, to: f64) -> String {
    const RADIUS: f64 = 40.0;
    // A whole ring has no two ends between which an arc could be drawn.
    let to = to.min(from + 0.9999);
    let at = |part: f64| (50.0 + RADIUS * (part * TAU).sin(), 50.0 - RADIUS * (part * TAU).cos());
    let ((x1, y1), (x2, y2)) = (at(from), at(to));
    let far = u8::from(to - from > 0.5);
    format!("M{x1:.2} {y1:.2}A{RADIUS} {RADIUS} 0 {far} 1 {x2:.2} {y2:.2}")
}

#[cfg(test)]
mod tests {
    use super::arc;

    #[test]
    fn an_arc_goes_clockwise() {
        assert_eq!(arc(0.0, 0.25), "M50.00 10.00A40 40 0 0 1 90.00 50.00");
        assert!(arc(0.0, 1.0).contains(" 1 1 "));
    }
}
