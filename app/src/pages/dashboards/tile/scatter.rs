//! One value against another: a dot a moment, a colour a device.

use super::figures::number_text;
use crate::chart::use_width;
use crate::pages::dashboards::board::Outcome;
use crate::pages::dashboards::height_px;
use crate::ui::value::count;
use leptos::html;
use leptos::prelude::*;
use model::dashboard::{Cloud, Tile, TileData, Word};

/// What of the tile isn't the drawing, and the room for its axes; CSS pixels.
const AROUND_PX: u32 = 88;
const LOWEST_PX: u32 = 90;
const LEFT_PX: f64 = 46.0;
const FOOT_PX: f64 = 34.0;
const EDGE_PX: f64 = 10.0;
/// Colours repeat after so many devices; more than these have no names in the legend.
const COLOURS: usize = 8;
const NAMED: usize = 12;

/// The clouds of the tile.
#[component]
pub(super) fn ScatterBody(tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = use_width(frame);
    let height = height_px(tile.height).saturating_sub(AROUND_PX).max(LOWEST_PX);
    let hide_legend = tile.configuration.hide_legend;
    let found = move || {
        answer.with(|answer| match answer {
            Some(Ok(TileData::Clouds { x, y, clouds, left_out })) => {
                Some((x.clone(), y.clone(), clouds.clone(), *left_out))
            }
            _ => None,
        })
    };
    let drawn = move || {
        let (x, y, clouds, left_out) = found()?;
        if clouds.is_empty() {
            return Some(
                view! { <p class="figure-note">"No moments with both values in this time range"</p> }
                    .into_any(),
            );
        }
        let named = !hide_legend && clouds.len() > 1;
        let legend = named.then(|| {
            clouds
                .iter()
                .take(NAMED)
                .enumerate()
                .map(|(i, cloud)| {
                    view! {
                        <span class="legend-line" data-line=i % COLOURS + 1>
                            <i aria-hidden="true"></i>
                            {cloud.label.clone()}
                        </span>
                    }
                })
                .collect_view()
        });
        let left = (left_out > 0).then(|| {
            let n = count(i64::try_from(left_out).unwrap_or(i64::MAX));
            view! { <p class="figure-note">{format!("{n} more devices are left out.")}</p> }
        });
        let said = said(&x, &y, &clouds);
        let plot = Plot::new(&clouds, width.get().max(120.0), f64::from(height));
        Some(
            view! {
                <svg class="scatter" width=plot.width height=plot.height role="img" aria-label=said>
                    {axes(&plot, &x, &y)}
                    {dots(&plot, &clouds)}
                </svg>
                <div class="legend">{legend}</div>
                {left}
            }
            .into_any(),
        )
    };
    view! {
        <div class="scatter-frame" node_ref=frame>
            {drawn}
        </div>
    }
    .into_any()
}

/// The scales: the least and the greatest of both values, and how large the drawing is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plot {
    x: (f64, f64),
    y: (f64, f64),
    width: f64,
    height: f64,
}

impl Plot {
    fn new(clouds: &[Cloud], width: f64, height: f64) -> Plot {
        let all = || clouds.iter().flat_map(|cloud| &cloud.points);
        let ends = |values: &mut dyn Iterator<Item = f64>| {
            let none = (f64::INFINITY, f64::NEG_INFINITY);
            let (low, high) = values.filter(|v| v.is_finite()).fold(none, |(l, h), v| (l.min(v), h.max(v)));
            let air = if high > low { (high - low) * 0.05 } else { (low.abs() * 0.05).max(0.5) };
            (low - air, high + air)
        };
        Plot { x: ends(&mut all().map(|p| p.0)), y: ends(&mut all().map(|p| p.1)), width, height }
    }

    fn px(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let part = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low);
        let (inner_width, inner_height) = (self.width - LEFT_PX - EDGE_PX, self.height - FOOT_PX - EDGE_PX);
        (LEFT_PX + part(x, self.x) * inner_width, EDGE_PX + (1.0 - part(y, self.y)) * inner_height)
    }
}

fn axes(plot: &Plot, x: &Word, y: &Word) -> impl IntoView + use<> {
    let steps = |(low, high): (f64, f64)| (0..=4).map(move |i| low + (high - low) * f64::from(i) / 4.0);
    let plain = |word: &Word| Word { unit: String::new(), ..word.clone() };
    let name = |word: &Word| match word.unit.as_str() {
        "" => word.label.clone(),
        unit => format!("{}, {unit}", word.label),
    };
    let foot = plot.height - FOOT_PX;
    let rows = steps(plot.y).map(|value| {
        let (_, at) = plot.px((plot.x.0, value));
        view! {
            <line class="scatter-grid" x1=LEFT_PX x2=plot.width - EDGE_PX y1=at y2=at />
            <text x=LEFT_PX - 6.0 y=at + 3.5 class="end">{number_text(value, &plain(y))}</text>
        }
    });
    let columns = steps(plot.x).map(|value| {
        let (at, _) = plot.px((value, plot.y.0));
        view! { <text x=at y=foot + 13.0 class="middle">{number_text(value, &plain(x))}</text> }
    });
    view! {
        {rows.collect_view()}
        {columns.collect_view()}
        <text class="scatter-name end" x=plot.width - EDGE_PX y=plot.height - 6.0>
            {name(x)}
            " →"
        </text>
        <text class="scatter-name" x=LEFT_PX y=EDGE_PX - 1.0>"↑ " {name(y)}</text>
    }
}

/// All dots of a device are one path: thousands of them are drawn at once.
fn dots(plot: &Plot, clouds: &[Cloud]) -> impl IntoView + use<> {
    let paths = clouds.iter().enumerate().map(|(i, cloud)| {
        let mut d = String::new();
        for point in cloud.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
            let (x, y) = plot.px(*point);
            d.push_str(&format!("M{x:.1} {y:.1}h0"));
        }
        view! {
            <path class="scatter-dots" data-line=i % COLOURS + 1 d=d />
        }
    });
    paths.collect_view()
}

/// The drawing in words.
fn said(x: &Word, y: &Word, clouds: &[Cloud]) -> String {
    let points: usize = clouds.iter().map(|cloud| cloud.points.len()).sum();
    let plot = Plot::new(clouds, 1.0, 1.0);
    let range = |word: &Word, (low, high): (f64, f64)| {
        format!("{} from {} to {} {}", word.label, number_text(low, word), number_text(high, word), word.unit)
    };
    format!(
        "{} moments of {} devices: {}, {}",
        count(points as i64),
        count(clouds.len() as i64),
        range(x, plot.x).trim_end(),
        range(y, plot.y).trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_lie_within_the_axes() {
        let cloud = Cloud {
            device: "a".into(),
            label: "A".into(),
            points: vec![(1.0, 10.0), (3.0, 30.0), (2.0, 5.0)],
        };
        let plot = Plot::new(std::slice::from_ref(&cloud), 300.0, 200.0);
        for point in &cloud.points {
            let (x, y) = plot.px(*point);
            assert!((LEFT_PX..=290.0).contains(&x) && (EDGE_PX..=166.0).contains(&y), "{x} {y}");
        }
        assert!(plot.px((1.0, 30.0)).1 < plot.px((1.0, 5.0)).1, "more is higher");
        let alone = Cloud { points: vec![(7.0, 7.0)], ..cloud };
        let plot = Plot::new(&[alone], 300.0, 200.0);
        assert!(plot.px((7.0, 7.0)).0.is_finite());
    }
}
