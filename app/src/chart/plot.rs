//! What is to be drawn, and where: lines cut at their gaps, axes with round numbers, the scale between.

use super::scale::Scale;
use super::ticks;
use model::telemetry::{Bucket, Series};

/// Colours repeat after so many lines.
pub(super) const COLOURS: usize = 8;
/// A distance of more than this many times the usual one is a gap.
const GAP: i64 = 3;
/// Width of a character of the axes, CSS pixels.
const LETTER_PX: f64 = 6.3;

/// A chart, decided to the pixel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plot {
    /// CSS pixels.
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) scale: Scale,
    pub(super) values: Vec<(f64, String)>,
    pub(super) times: Vec<(i64, String)>,
    pub(super) lines: Vec<Line>,
}

/// One visible line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Its place among all lines: decides the colour.
    pub(super) index: usize,
    /// Its pieces between gaps, oldest first; none is empty.
    pub(super) pieces: Vec<Vec<Bucket>>,
    /// The usual distance of its points, milliseconds.
    pub(super) spacing_ms: i64,
}

/// What a plot is made of.
pub(super) struct Wanted<'a> {
    pub(super) series: &'a [Series],
    pub(super) is_hidden: &'a dyn Fn(usize) -> bool,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Whether there are axes; without them the lines fill the whole.
    pub(super) axes: bool,
    /// Distance from UTC in the viewer's zone at a moment, milliseconds.
    pub(super) offset_ms: &'a dyn Fn(i64) -> i64,
}

impl Plot {
    pub(super) fn new(wanted: &Wanted<'_>) -> Plot {
        let lines: Vec<Line> = wanted
            .series
            .iter()
            .enumerate()
            .filter(|(i, _)| !(wanted.is_hidden)(*i))
            .map(|(i, series)| Line::new(i, series, wanted.from_ms, wanted.to_ms))
            .collect();
        let (low, high) = bounds(&lines);
        let (top, bottom) = if wanted.axes { (8.0, wanted.height - 22.0) } else { (2.0, wanted.height - 2.0) };
        let steps = ((bottom - top) / 46.0).round().clamp(2.0, 8.0) as usize;
        let at = ticks::values(low, high, steps);
        let (low, high) = (at.first().copied().unwrap_or(low), at.last().copied().unwrap_or(high));
        let labels = ticks::value_labels(&at);
        let longest = labels.iter().map(|l| l.chars().count()).max().unwrap_or(0);
        let (left, right) = if wanted.axes {
            ((longest as f64 * LETTER_PX + 10.0).max(26.0), wanted.width - 8.0)
        } else {
            (0.0, wanted.width)
        };
        let scale = Scale { left, right, top, bottom, from_ms: wanted.from_ms, to_ms: wanted.to_ms, low, high };
        let room = ((right - left) / 76.0).floor().clamp(2.0, 14.0) as usize;
        let times = ticks::times(wanted.from_ms, wanted.to_ms, room, wanted.offset_ms);
        // Without values there is nothing that the numbers of an axis could mean.
        let is_empty = lines.iter().all(|line| line.pieces.is_empty());
        let values = if is_empty { Vec::new() } else { at.into_iter().zip(labels).collect() };
        Plot { width: wanted.width, height: wanted.height, scale, values, times, lines }
    }

    /// Whether no visible line has a point in the range.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.pieces.is_empty())
    }

    /// Digits after the point that can be told apart on the axis, and one more.
    pub(super) fn places(&self) -> usize {
        let step = self.values.windows(2).map(|w| w[1].0 - w[0].0).next().unwrap_or(1.0);
        (1.0 - step.log10().floor()).clamp(0.0, 5.0) as usize
    }

    /// The time of the visible point that lies nearest; nothing where there is none.
    pub(super) fn nearest(&self, at_ms: i64) -> Option<i64> {
        let near = self.lines.iter().filter_map(|line| line.nearest(at_ms));
        near.map(|bucket| bucket.ts).min_by_key(|ts| (ts - at_ms).abs())
    }

    /// The time of the next visible point after (or before) this one.
    pub(super) fn neighbour(&self, at_ms: i64, forward: bool) -> Option<i64> {
        let all = self.lines.iter().flat_map(|line| line.pieces.iter().flatten()).map(|bucket| bucket.ts);
        if forward { all.filter(|ts| *ts > at_ms).min() } else { all.filter(|ts| *ts < at_ms).max() }
    }
}

impl Line {
    fn new(index: usize, series: &Series, from_ms: i64, to_ms: i64) -> Line {
        let spacing_ms = spacing(&series.buckets).max(series.bucket_ms);
        let far = |a: &Bucket, b: &Bucket| spacing_ms > 0 && b.ts - a.ts > GAP * spacing_ms;
        let buckets = &series.buckets;
        // One point beyond each edge, so that lines enter and leave the picture.
        let first = buckets.partition_point(|b| b.ts < from_ms).saturating_sub(1);
        let last = (buckets.partition_point(|b| b.ts < to_ms) + 1).min(buckets.len());
        let visible = buckets.get(first..last).unwrap_or_default();
        let pieces: Vec<Vec<Bucket>> = visible
            .chunk_by(|a, b| !far(a, b))
            .map(|piece| piece.iter().copied().filter(|b| b.avg.is_finite()).collect::<Vec<_>>())
            .filter(|piece| piece.iter().any(|b| (from_ms..to_ms).contains(&b.ts)))
            .collect();
        Line { index, pieces, spacing_ms }
    }

    /// The point nearest to this time, unless it lies in a gap.
    pub(super) fn nearest(&self, at_ms: i64) -> Option<Bucket> {
        let near = self.pieces.iter().filter_map(|piece| {
            let after = piece.partition_point(|b| b.ts < at_ms);
            let candidates = [after.checked_sub(1), Some(after)];
            candidates.into_iter().flatten().filter_map(|i| piece.get(i)).min_by_key(|b| (b.ts - at_ms).abs())
        });
        near.copied().min_by_key(|b| (b.ts - at_ms).abs())
    }
}

/// The median distance of neighbours, milliseconds; 0 with less than two points.
fn spacing(buckets: &[Bucket]) -> i64 {
    let mut distances: Vec<i64> = buckets.windows(2).map(|w| w[1].ts - w[0].ts).collect();
    if distances.is_empty() {
        return 0;
    }
    let middle = distances.len() / 2;
    *distances.select_nth_unstable(middle).1
}

/// The range of what is visible, with some air where it is flat.
fn bounds(lines: &[Line]) -> (f64, f64) {
    let points = || lines.iter().flat_map(|line| line.pieces.iter().flatten());
    let low = points().map(|b| b.min).filter(|v| v.is_finite()).fold(f64::INFINITY, f64::min);
    let high = points().map(|b| b.max).filter(|v| v.is_finite()).fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return (0.0, 1.0);
    }
    let span = high - low;
    let air = if span > low.abs().max(high.abs()) * 1e-9 { span * 0.04 } else { (low.abs() * 0.02).max(0.5) };
    // Below nothing there is nothing to see of what is never negative.
    let floor = if low >= 0.0 { (low - air).max(0.0) } else { low - air };
    (floor, high + air)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(i64, f64)]) -> Series {
        let bucket = |&(ts, v): &(i64, f64)| Bucket { ts, min: v, max: v, avg: v, last: v, count: 1 };
        Series { name: "x".into(), bucket_ms: 0, buckets: points.iter().map(bucket).collect() }
    }

    fn plot(series: &[Series], from_ms: i64, to_ms: i64) -> Plot {
        Plot::new(&Wanted {
            series,
            is_hidden: &|_| false,
            from_ms,
            to_ms,
            width: 400.0,
            height: 200.0,
            axes: true,
            offset_ms: &|_| 0,
        })
    }

    #[test]
    fn a_long_silence_is_a_gap() {
        let line = series(&[(0, 1.0), (10, 2.0), (20, 3.0), (100, 4.0), (110, 5.0)]);
        let plot = plot(&[line], 0, 200);
        assert_eq!(plot.lines[0].pieces.len(), 2);
        assert_eq!(plot.nearest(55), Some(20));
        assert_eq!(plot.nearest(70), Some(100));
        assert_eq!(plot.neighbour(20, true), Some(100));
        assert_eq!(plot.neighbour(0, false), None);
    }

    #[test]
    fn lines_run_on_beyond_the_edges() {
        let line = series(&[(0, 1.0), (10, 2.0), (20, 3.0), (30, 4.0)]);
        let plot = plot(&[line], 5, 15);
        let times: Vec<i64> = plot.lines[0].pieces[0].iter().map(|b| b.ts).collect();
        assert_eq!(times, [0, 10, 20]);
    }

    #[test]
    fn a_flat_line_stands_in_the_middle() {
        let plot = plot(&[series(&[(0, 21.0), (10, 21.0)])], 0, 20);
        assert!(plot.scale.low < 21.0 && plot.scale.high > 21.0);
        assert!(!plot.is_empty());
        assert!(self::plot(&[series(&[])], 0, 20).is_empty());
    }
}
