//! A gauge: the newest value on a half circle between two bounds, with the thresholds as its colours.

use super::figures::{figures, number_text, words};
use crate::pages::dashboards::board::Outcome;
use leptos::prelude::*;
use model::dashboard::{Configuration, Figure, Mood, Tile, Word};
use serde_json::Value;

/// The radius of the arc, and its middle, in the units of the drawing.
const RADIUS: f64 = 80.0;
const MIDDLE: (f64, f64) = (100.0, 96.0);

/// The gauge of the tile's first value.
#[component]
pub(super) fn GaugeBody(tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    move || {
        let figure = figures(answer).into_iter().next()?;
        let value = figure.value.as_ref().and_then(Value::as_f64);
        let (low, high) = ends(&tile.configuration, &figure);
        let part = |value: f64| ((value - low) / (high - low)).clamp(0.0, 1.0);
        let mood = value.map_or(Mood::Plain, |value| tile.configuration.mood(value));
        let (text, unit) = words(figure.value.as_ref(), &figure.word);
        let zones = zones(&tile.configuration, low, high).into_iter().map(|(from, to, mood)| {
            view! { <path class="gauge-zone" data-mood=mood.as_str() d=arc(part(from), part(to), RADIUS + 9.0) /> }
        });
        let ends = Word { unit: String::new(), ..figure.word.clone() };
        Some(view! {
            <div class="gauge" data-mood=mood.as_str()>
                <svg viewBox="0 0 200 112" aria-hidden="true">
                    <path class="gauge-track" d=arc(0.0, 1.0, RADIUS) />
                    {value.map(|value| view! { <path class="gauge-value" d=arc(0.0, part(value), RADIUS) /> })}
                    {zones.collect_view()}
                    <text x="20" y="111">{number_text(low, &ends)}</text>
                    <text x="180" y="111">{number_text(high, &ends)}</text>
                </svg>
                <p class="figure">{text} {(!unit.is_empty()).then(|| view! { <small>{unit}</small> })}</p>
            </div>
        })
    }
}

/// Both ends of the scale: the tile's, the template's, or round numbers about the value.
fn ends(configuration: &Configuration, figure: &Figure) -> (f64, f64) {
    let value = figure.value.as_ref().and_then(Value::as_f64).unwrap_or(0.0);
    let usual = figure.bounds.unwrap_or_else(|| {
        let high = 10_f64.powf(value.abs().max(1.0).log10().floor() + 1.0);
        (if value < 0.0 { -high } else { 0.0 }, high)
    });
    let (low, high) = (configuration.min.unwrap_or(usual.0), configuration.max.unwrap_or(usual.1));
    if high > low { (low, high) } else { (low, low + 1.0) }
}

/// Where each threshold's colour begins and ends.
fn zones(configuration: &Configuration, low: f64, high: f64) -> Vec<(f64, f64, Mood)> {
    let mut all = configuration.thresholds.clone();
    all.sort_by(|a, b| a.from.total_cmp(&b.from));
    let ends = all.iter().skip(1).map(|next| next.from).chain([high]);
    let zones = all.iter().zip(ends).map(|(zone, to)| (zone.from.max(low), to.min(high), zone.mood));
    zones.filter(|(from, to, _)| from < to).collect()
}

/// A stretch of the half circle; 0 is its left end, 1 its right one.
fn arc(from: f64, to: f64, radius: f64) -> String {
    let at = |part: f64| {
        let angle = std::f64::consts::PI * (1.0 - part);
        (MIDDLE.0 + radius * angle.cos(), MIDDLE.1 - radius * angle.sin())
    };
    let ((x1, y1), (x2, y2)) = (at(from), at(to.max(from + 0.002)));
    format!("M{x1:.1} {y1:.1}A{radius} {radius} 0 0 1 {x2:.1} {y2:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dashboard::Threshold;

    #[test]
    fn an_arc_goes_from_left_to_right() {
        assert_eq!(arc(0.0, 1.0, 80.0), "M20.0 96.0A80 80 0 0 1 180.0 96.0");
    }

    #[test]
    fn zones_lie_between_the_ends() {
        let threshold = |from, mood| Threshold { from, mood };
        let thresholds =
            vec![threshold(80.0, Mood::Bad), threshold(-5.0, Mood::Good), threshold(200.0, Mood::Bad)];
        let configuration = Configuration { thresholds, ..Configuration::default() };
        assert_eq!(zones(&configuration, 0.0, 100.0), [(0.0, 80.0, Mood::Good), (80.0, 100.0, Mood::Bad)]);
    }

    #[test]
    fn without_bounds_the_scale_is_round() {
        let figure = |value: f64| Figure { value: Some(value.into()), ..Figure::default() };
        assert_eq!(ends(&Configuration::default(), &figure(42.0)), (0.0, 100.0));
        assert_eq!(ends(&Configuration::default(), &figure(-3.0)), (-10.0, 10.0));
        let bounded = Figure { bounds: Some((5.0, 9.0)), ..figure(7.0) };
        assert_eq!(ends(&Configuration { max: Some(8.0), ..Configuration::default() }, &bounded), (5.0, 8.0));
    }
}
