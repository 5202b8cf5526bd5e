//! What stands under the crosshair: a time, and each line's value there.

use super::line_chart::LineLabel;
use super::plot::Plot;
use crate::ui::value::{fixed, format_number, with_unit};
use leptos::prelude::*;
use model::telemetry::{Bucket, Series};

#[derive(Clone, Copy)]
struct SharedCursor(RwSignal<Option<i64>>);

/// Lets the crosshairs of all charts beneath move together.
pub fn provide_shared_cursor() {
    provide_context(SharedCursor(RwSignal::new(None)));
}

/// The time of the crosshair: shared where the page wants it so, else the chart's own.
pub(super) fn use_cursor() -> RwSignal<Option<i64>> {
    use_context::<SharedCursor>().map_or_else(|| RwSignal::new(None), |shared| shared.0)
}

/// One line's value at the crosshair.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) index: usize,
    pub(super) display: String,
    pub(super) value: String,
    /// The extremes, where the point stands for several values.
    pub(super) range: Option<String>,
    /// Where the point stands, CSS pixels from the left and the top.
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Most lines whose values stand beside the crosshair.
const READ_MAX: usize = 14;

/// Each visible line's value at this time; of very many those of the first.
pub(super) fn readings(plot: &Plot, series: &[Series], labels: &[LineLabel], at_ms: i64) -> Vec<Reading> {
    let of_line = |line: &super::plot::Line| {
        let bucket = line.reading(at_ms)?;
        let label = label(labels, &series.get(line.index)?.name);
        Some(Reading {
            index: line.index,
            value: value(&bucket, plot.places(line.axis), &label.unit),
            range: range(&bucket, plot.places(line.axis), &label.unit),
            display: label.display,
            x: plot.scale.x(bucket.ts).clamp(plot.scale.left, plot.scale.right),
            y: plot.scale_of(line.axis).y(bucket.avg).clamp(plot.scale.top, plot.scale.bottom),
        })
    };
    plot.lines.iter().filter_map(of_line).take(READ_MAX).collect()
}

/// A single value as it came; a mean with the places that the axis can tell apart.
fn value(bucket: &Bucket, places: usize, unit: &str) -> String {
    if bucket.count <= 1 {
        format_number(bucket.avg, unit)
    } else {
        with_unit(fixed(bucket.avg, places), unit)
    }
}

fn range(bucket: &Bucket, places: usize, unit: &str) -> Option<String> {
    (bucket.max > bucket.min)
        .then(|| format!("{} to {}", fixed(bucket.min, places), with_unit(fixed(bucket.max, places), unit)))
}

/// What a series is called; one without a label shows its own name.
pub(super) fn label(labels: &[LineLabel], name: &str) -> LineLabel {
    labels.iter().find(|l| l.name == name).cloned().unwrap_or_else(|| LineLabel {
        name: name.to_owned(),
        display: name.to_owned(),
        unit: String::new(),
    })
}
