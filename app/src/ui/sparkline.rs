//! A line as small as a word.

use leptos::prelude::*;

/// A small line without axes. Points are (x, y) in any units, x ascending; not a number breaks the line.
#[component]
pub fn Sparkline(
    #[prop(into)] points: Signal<Vec<(f64, f64)>>,
    /// Pixels.
    #[prop(default = 96)]
    width: u32,
    /// Pixels.
    #[prop(default = 22)]
    height: u32,
    /// What a screen reader says; empty: decoration beside a number that says it all.
    #[prop(optional, into)]
    label: String,
) -> impl IntoView {
    let hidden = label.is_empty().then_some("true");
    let label = (!label.is_empty()).then_some(label);
    view! {
        <svg
            class="sparkline"
            width=width
            height=height
            viewBox=format!("0 0 {width} {height}")
            role="img"
            aria-hidden=hidden
            aria-label=label
        >
            <path d=move || path(&points.get(), f64::from(width), f64::from(height)) />
        </svg>
    }
    .into_any()
}

/// The path of the line within `width` × `height`, with room for the stroke.
fn path(points: &[(f64, f64)], width: f64, height: f64) -> String {
    const ROOM: f64 = 1.5;
    let finite = || points.iter().filter(|p| p.1.is_finite());
    let bounds = |value: fn(&(f64, f64)) -> f64| {
        finite().map(value).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
    };
    let (x, y) = (bounds(|p| p.0), bounds(|p| p.1));
    if !x.0.is_finite() {
        return String::new();
    }
    // A line of equal values stands in the middle.
    let scale = |v: f64, (low, high): (f64, f64), room: f64| {
        if high > low { (v - low) / (high - low) * room } else { room / 2.0 }
    };
    let mut d = String::new();
    let mut pen_down = false;
    for &(px, py) in points {
        if !py.is_finite() {
            pen_down = false;
            continue;
        }
        let sx = ROOM + scale(px, x, width - 2.0 * ROOM);
        let sy = height - ROOM - scale(py, y, height - 2.0 * ROOM);
        d.push_str(&format!("{}{sx:.1} {sy:.1}", if pen_down { 'L' } else { 'M' }));
        pen_down = true;
    }
    d
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_fills_its_box() {
        assert_eq!(path(&[(0.0, 1.0), (1.0, 3.0)], 13.0, 13.0), "M1.5 11.5L11.5 1.5");
        assert_eq!(path(&[], 10.0, 10.0), "");
        assert_eq!(path(&[(5.0, 5.0)], 10.0, 10.0), "M5.0 5.0");
    }

    #[test]
    fn a_gap_lifts_the_pen() {
        let d = path(&[(0.0, 1.0), (1.0, f64::NAN), (2.0, 2.0)], 10.0, 10.0);
        assert_eq!(d.matches('M').count(), 2);
    }
}
