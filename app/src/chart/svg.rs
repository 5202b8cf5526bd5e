//! Charts as SVG: what the server sends before the browser draws, and pictures for elsewhere.

use super::inks::Inks;
use super::plot::{ChartStyle, Plot, Wanted};
use model::telemetry::Series;

/// A chart with its axes in UTC, as an SVG document that takes its colours from the page's tokens.
///
/// `width` and `height` in CSS pixels. Empty where the drawing fails or this build can't draw (the browser's).
pub fn svg(series: &[Series], from_ms: i64, to_ms: i64, width: u32, height: u32) -> String {
    render(series, from_ms, to_ms, width, height, true)
}

/// The lines alone: they are stretched to whatever width the page gives them, which text would not bear.
pub(super) fn first_paint(series: &[Series], from_ms: i64, to_ms: i64, height: u32) -> String {
    const SOME_WIDTH: u32 = 800;
    let svg = render(series, from_ms, to_ms, SOME_WIDTH, height, false);
    svg.replacen("<svg ", "<svg preserveAspectRatio=\"none\" aria-hidden=\"true\" ", 1)
}

fn render(series: &[Series], from_ms: i64, to_ms: i64, width: u32, height: u32, axes: bool) -> String {
    let plot = Plot::new(&Wanted {
        series,
        is_hidden: &|_| false,
        unit_of: &|_| String::new(),
        from_ms,
        to_ms,
        width: f64::from(width),
        height: f64::from(height),
        axes,
        style: ChartStyle::Line,
        fixed: (None, None),
        marks: &[],
        notes: &[],
        offset_ms: &|_| 0,
    });
    // The browser draws on its canvas at once.
    match cfg!(feature = "ssr") {
        true => Inks::name(to_string(&plot, &Inks::placeholders(), axes)),
        false => String::new(),
    }
}

/// The plot as an SVG document in these colours. Empty where the drawing fails or this build can't draw.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub(super) fn to_string(plot: &Plot, inks: &Inks, axes: bool) -> String {
    use super::draw::{UNITS, draw};
    let mut svg = String::new();
    let size = ((plot.width * UNITS) as u32, (plot.height * UNITS) as u32);
    let backend = plotters_svg::SVGBackend::with_string(&mut svg, size);
    if let Err(error) = draw(backend, plot, inks, axes) {
        #[cfg(feature = "ssr")]
        tracing::warn!(%error, "a chart could not be drawn");
        #[cfg(not(feature = "ssr"))]
        leptos::logging::warn!("a chart could not be drawn: {error}");
        return String::new();
    }
    // The backend's pixels are eighths of ours; the view box keeps them.
    let measured = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    svg.replacen(&measured, &format!("width=\"{}\" height=\"{}\"", plot.width, plot.height), 1)
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
pub(super) fn to_string(plot: &Plot, inks: &Inks, axes: bool) -> String {
    let _ = (plot, inks, axes);
    String::new()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use model::telemetry::Bucket;

    fn line() -> Vec<Series> {
        let bucket = |i: i64| {
            let v = (i as f64 / 5.0).sin() * 10.0;
            Bucket { ts: i * 1000, min: v - 1.0, max: v + 1.0, avg: v, last: v, count: 3 }
        };
        vec![Series { name: "x".into(), bucket_ms: 1000, buckets: (0..60).map(bucket).collect() }]
    }

    #[test]
    fn a_chart_has_its_line_its_band_and_its_axes() {
        let svg = svg(&line(), 0, 60_000, 400, 200);
        assert!(svg.contains("width=\"400\" height=\"200\" viewBox=\"0 0 3200 1600\""), "{svg}");
        assert!(svg.contains("<polyline") && svg.contains("<polygon"));
        assert!(svg.contains("var(--s1)") && svg.contains("var(--line)") && svg.contains("00:00:30"));
        assert!(!svg.contains("#0"));
    }

    #[test]
    fn the_first_paint_has_no_text() {
        let svg = first_paint(&line(), 0, 60_000, 200);
        assert!(svg.contains("preserveAspectRatio=\"none\"") && !svg.contains("<text"));
    }
}
