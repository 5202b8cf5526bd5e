//! What is to be drawn, and where: lines cut at their gaps, axes with round numbers, the scale between.

use super::scale::Scale;
use super::ticks;
use model::telemetry::{Bucket, Series};

/// Colours repeat after so many lines.
pub(super) const COLOURS: usize = 8;
/// A distance of more than this many times the usual one is a gap.
const GAP: i64 = 3;
/// What is usual is seen from this many distances on each side.
const NEARBY: usize = 5;
/// Width of a character of the axes, CSS pixels.
const LETTER_PX: f64 = 6.3;
/// Most axes: of more units, the last ones share one.
pub(super) const AXES_MAX: usize = 4;

/// A chart, decided to the pixel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plot {
    /// CSS pixels.
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) scale: Scale,
    /// The marks of the left axis.
    pub(super) values: Vec<(f64, String)>,
    /// The axes to the right, from within; usually there are none.
    pub(super) right: Vec<Axis>,
    /// The unit of the left axis, where others stand beside it; empty: none.
    pub(super) unit: String,
    pub(super) times: Vec<(i64, String)>,
    pub(super) lines: Vec<Line>,
    pub(super) style: ChartStyle,
    /// Values that are marked by a line across, with the word of what they mean.
    pub(super) marks: Vec<(f64, &'static str)>,
    /// What happened meanwhile.
    pub(super) notes: Vec<ChartNote>,
}

/// An axis to the right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// The unit of its values.
    pub(super) unit: String,
    /// Where its words begin, CSS pixels.
    pub(super) x: f64,
    /// Bottom and top edge.
    low: f64,
    high: f64,
    pub(super) values: Vec<(f64, String)>,
}

/// Something that happened while values came, at a moment or over a stretch.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartNote {
    /// From, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when; none: a moment.
    pub to_ms: Option<i64>,
    /// What it means: `good`, `warning`, `bad`, or `plain`.
    pub mood: &'static str,
    /// What people read beside the crosshair.
    pub text: String,
}

impl ChartNote {
    /// Whether it is within so much of this moment.
    pub(super) fn is_near(&self, at_ms: i64, reach_ms: i64) -> bool {
        let to = self.to_ms.unwrap_or(self.from_ms);
        (self.from_ms - reach_ms..=to + reach_ms).contains(&at_ms)
    }
}

/// How lines are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChartStyle {
    /// As lines, with what lay between the extremes of each point.
    #[default]
    Line,
    /// As lines over what they hold.
    Area,
    /// As bars, side by side.
    Bar,
}

/// One visible line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Its place among all lines: decides the colour.
    pub(super) index: usize,
    /// Its axis: 0 is the left one.
    pub(super) axis: usize,
    /// Its pieces between gaps, oldest first; none is empty.
    pub(super) pieces: Vec<Vec<Bucket>>,
}

/// What a plot is made of.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) series: &'a [Series],
    pub(super) is_hidden: &'a dyn Fn(usize) -> bool,
    /// The unit of a line: lines of one unit share an axis.
    pub(super) unit_of: &'a dyn Fn(usize) -> String,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Whether there are axes; without them the lines fill the whole.
    pub(super) axes: bool,
    pub(super) style: ChartStyle,
    /// The lower and the upper end of the values; none: by the values.
    pub(super) fixed: (Option<f64>, Option<f64>),
    /// As in [`Plot`].
    pub(super) marks: &'a [(f64, &'static str)],
    /// As in [`Plot`].
    pub(super) notes: &'a [ChartNote],
    /// Distance from UTC in the viewer's zone at a moment, milliseconds.
    pub(super) offset_ms: &'a dyn Fn(i64) -> i64,
}

impl Plot {
    pub(super) fn new(wanted: &Wanted<'_>) -> Plot {
        let mut lines: Vec<Line> = wanted
            .series
            .iter()
            .enumerate()
            .filter(|(i, _)| !(wanted.is_hidden)(*i))
            .map(|(i, series)| Line::new(i, series, wanted.from_ms, wanted.to_ms))
            .collect();
        let units = units(&mut lines, wanted);
        let several = wanted.axes && units.len() > 1;
        let (top, bottom) = match (wanted.axes, several) {
            (false, _) => (2.0, wanted.height - 2.0),
            (true, false) => (8.0, wanted.height - 22.0),
            // There is a line of units above.
            (true, true) => (20.0, wanted.height - 22.0),
        };
        let (low, high) = within(bounds(&lines, 0), wanted);
        let steps = ((bottom - top) / 46.0).round().clamp(2.0, 8.0) as usize;
        let at = ticks::values(low, high, steps);
        let (low, high) = (at.first().copied().unwrap_or(low), at.last().copied().unwrap_or(high));
        let labels = ticks::value_labels(&at);
        let longest = labels.iter().map(|l| l.chars().count()).max().unwrap_or(0);
        let (left, mut right) = if wanted.axes {
            ((longest as f64 * LETTER_PX + 10.0).max(26.0), wanted.width - 8.0)
        } else {
            (0.0, wanted.width)
        };
        let mut axes: Vec<Axis> = Vec::new();
        for (place, unit) in units.iter().enumerate().skip(1).rev() {
            let free = Wanted { fixed: (None, None), ..*wanted };
            let (low, high) = within(bounds(&lines, place), &free);
            let at = ticks::values(low, high, steps);
            let labels = ticks::value_labels(&at);
            let longest = labels.iter().chain([unit]).map(|l| l.chars().count()).max().unwrap_or(0);
            let room = if wanted.axes { longest as f64 * LETTER_PX + 12.0 } else { 0.0 };
            right -= room;
            let (low, high) = (at.first().copied().unwrap_or(low), at.last().copied().unwrap_or(high));
            let values = at.into_iter().zip(labels).collect();
            axes.insert(0, Axis { unit: unit.clone(), x: right + 7.0, low, high, values });
        }
        let scale =
            Scale { left, right, top, bottom, from_ms: wanted.from_ms, to_ms: wanted.to_ms, low, high };
        let room = ((right - left) / 76.0).floor().clamp(2.0, 14.0) as usize;
        let times = ticks::times(wanted.from_ms, wanted.to_ms, room, wanted.offset_ms);
        // Without values there is nothing that the numbers of an axis could mean.
        let is_empty = lines.iter().all(|line| line.pieces.is_empty());
        let values = if is_empty { Vec::new() } else { at.into_iter().zip(labels).collect() };
        let (style, marks) = (wanted.style, wanted.marks.to_vec());
        let unit = if several { units.first().cloned().unwrap_or_default() } else { String::new() };
        let inside = |note: &&ChartNote| {
            note.to_ms.unwrap_or(note.from_ms) >= wanted.from_ms && note.from_ms <= wanted.to_ms
        };
        let notes = wanted.notes.iter().filter(inside).cloned().collect();
        let (width, height) = (wanted.width, wanted.height);
        Plot { width, height, scale, values, right: axes, unit, times, lines, style, marks, notes }
    }

    /// The scale of an axis; 0 is the left one.
    pub(super) fn scale_of(&self, axis: usize) -> Scale {
        match axis.checked_sub(1).and_then(|place| self.right.get(place)) {
            Some(axis) => Scale { low: axis.low, high: axis.high, ..self.scale },
            None => self.scale,
        }
    }

    /// What happened around this moment, as far as a pointer can tell.
    pub(super) fn notes_at(&self, at_ms: i64) -> Vec<&ChartNote> {
        const NEAR_PX: f64 = 5.0;
        const MOST: usize = 6;
        let Scale { left, right, from_ms, to_ms, .. } = self.scale;
        let reach = (NEAR_PX / (right - left).max(1.0) * (to_ms - from_ms) as f64) as i64;
        self.notes.iter().filter(|note| note.is_near(at_ms, reach)).take(MOST).collect()
    }

    /// Whether no visible line has a point in the range.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.pieces.is_empty())
    }

    /// Digits after the point that can be told apart on the axis, and one more.
    pub(super) fn places(&self, axis: usize) -> usize {
        let own = axis.checked_sub(1).and_then(|place| self.right.get(place)).map(|axis| &axis.values);
        let step = own.unwrap_or(&self.values).windows(2).map(|w| w[1].0 - w[0].0).next().unwrap_or(1.0);
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
        let buckets = &series.buckets;
        // One point beyond each edge, so that lines enter and leave the picture.
        let first = buckets.partition_point(|b| b.ts < from_ms).saturating_sub(1);
        let last = (buckets.partition_point(|b| b.ts < to_ms) + 1).min(buckets.len());
        let visible = buckets.get(first..last).unwrap_or_default();
        let visible: Vec<Bucket> = visible.iter().copied().filter(|b| b.avg.is_finite()).collect();
        let mut pieces = cut(&visible, series.bucket_ms);
        pieces.retain(|piece| piece.iter().any(|b| (from_ms..to_ms).contains(&b.ts)));
        Line { index, axis: 0, pieces }
    }

    /// The point that a crosshair at this time reads: none in a gap.
    pub(super) fn reading(&self, at_ms: i64) -> Option<Bucket> {
        let around = self.pieces.iter().find(|piece| {
            let ends = piece.first().zip(piece.last());
            ends.is_some_and(|(first, last)| (first.ts..=last.ts).contains(&at_ms))
        });
        let bucket = around.and_then(|piece| nearest_in(piece, at_ms)).or_else(|| self.nearest(at_ms))?;
        let reach = if around.is_some() { i64::MAX } else { self.usual_ms() };
        ((bucket.ts - at_ms).abs() <= reach).then_some(bucket)
    }

    /// The mean distance of points within pieces, milliseconds.
    pub(super) fn usual_ms(&self) -> i64 {
        let spans =
            self.pieces.iter().filter_map(|p| Some((p.last()?.ts - p.first()?.ts, p.len() as i64 - 1)));
        let (span, steps) = spans.fold((0, 0), |sum, piece| (sum.0 + piece.0, sum.1 + piece.1));
        if steps > 0 { span / steps } else { 0 }
    }

    /// How many points there are to draw.
    pub(super) fn points(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    /// The point nearest to this time.
    fn nearest(&self, at_ms: i64) -> Option<Bucket> {
        self.pieces.iter().filter_map(|piece| nearest_in(piece, at_ms)).min_by_key(|b| (b.ts - at_ms).abs())
    }
}

fn nearest_in(piece: &[Bucket], at_ms: i64) -> Option<Bucket> {
    let after = piece.partition_point(|b| b.ts < at_ms);
    let candidates = [after.checked_sub(1), Some(after)].into_iter().flatten();
    candidates.filter_map(|i| piece.get(i)).min_by_key(|b| (b.ts - at_ms).abs()).copied()
}

/// Cuts a line where it was silent: at a distance much larger than is usual before it and after it. Both are looked
/// at, because a device may change its pace: what is sparse throughout is no gap.
fn cut(points: &[Bucket], bucket_ms: i64) -> Vec<Vec<Bucket>> {
    let distances: Vec<i64> = points.windows(2).map(|w| w[1].ts - w[0].ts).collect();
    let is_gap = |i: usize| {
        let before = median(&distances[i.saturating_sub(NEARBY)..i]);
        let after = median(&distances[i + 1..(i + 1 + NEARBY).min(distances.len())]);
        let usual = before.max(after).unwrap_or(distances[i]).max(bucket_ms);
        distances[i] > GAP * usual
    };
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    for (i, point) in points.iter().enumerate() {
        piece.push(*point);
        if i < distances.len() && is_gap(i) {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.push(piece);
    pieces
}

/// The median of a few distances, milliseconds; nothing without any.
fn median(distances: &[i64]) -> Option<i64> {
    let mut sorted = distances.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// The range that is drawn: what stands on a floor shows it, and who says where the ends are is heard.
fn within((low, high): (f64, f64), wanted: &Wanted<'_>) -> (f64, f64) {
    let (low, high) = match wanted.style {
        ChartStyle::Line => (low, high),
        ChartStyle::Area | ChartStyle::Bar => (low.min(0.0), high.max(0.0)),
    };
    let (low, high) = (wanted.fixed.0.unwrap_or(low), wanted.fixed.1.unwrap_or(high));
    if high > low { (low, high) } else { (low, low + 1.0) }
}

/// Gives each line its axis; the units of the axes, the left one's first. Lines that show nothing want none.
fn units(lines: &mut [Line], wanted: &Wanted<'_>) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    for line in lines.iter_mut().filter(|line| !line.pieces.is_empty()) {
        let unit = (wanted.unit_of)(line.index);
        line.axis = match units.iter().position(|known| *known == unit) {
            Some(place) => place,
            None if units.len() < AXES_MAX => {
                units.push(unit);
                units.len() - 1
            }
            None => AXES_MAX - 1,
        };
    }
    units
}

/// The range of what is visible at an axis, with some air where it is flat.
fn bounds(lines: &[Line], axis: usize) -> (f64, f64) {
    let here = || lines.iter().filter(|line| line.axis == axis);
    let points = || here().flat_map(|line| line.pieces.iter().flatten());
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
            unit_of: &|i| if i == 2 { "kW".into() } else { "°C".into() },
            from_ms,
            to_ms,
            width: 400.0,
            height: 200.0,
            axes: true,
            style: ChartStyle::Line,
            fixed: (None, None),
            marks: &[],
            notes: &[],
            offset_ms: &|_| 0,
        })
    }

    #[test]
    fn each_unit_has_its_axis() {
        let (low, high) = (series(&[(0, 1.0), (10, 2.0)]), series(&[(0, 1000.0), (10, 2000.0)]));
        let one = plot(&[low.clone(), low.clone()], 0, 20);
        assert!(one.right.is_empty() && one.unit.is_empty());
        let two = plot(&[low.clone(), low, high], 0, 20);
        assert_eq!((two.unit.as_str(), two.right.len(), two.lines[2].axis), ("°C", 1, 1));
        assert!(two.scale.right < one.scale.right && two.scale.high < 10.0);
        assert!(two.scale_of(1).high >= 2000.0 && two.scale_of(0) == two.scale);
        assert!(two.right[0].x > two.scale.right);
    }

    #[test]
    fn what_happened_is_found_near_the_pointer() {
        let note = |from_ms, to_ms| ChartNote { from_ms, to_ms, mood: "bad", text: "x".into() };
        let mut plot = plot(&[series(&[(0, 1.0)])], 0, 1_000_000);
        plot.notes = vec![note(100_000, None), note(500_000, Some(600_000))];
        assert_eq!(plot.notes_at(101_000).len(), 1);
        assert_eq!(plot.notes_at(550_000).len(), 1);
        assert_eq!(plot.notes_at(300_000).len(), 0);
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
        assert_eq!(plot.lines[0].reading(14).map(|b| b.ts), Some(10));
        assert_eq!(plot.lines[0].reading(60), None);
    }

    #[test]
    fn a_change_of_pace_is_no_gap() {
        let hourly = (0..8).map(|i| (i * 3600, 1.0));
        let fast = (1..20).map(|i| (7 * 3600 + i * 10, 1.0));
        let points: Vec<(i64, f64)> = hourly.chain(fast).collect();
        let mixed = plot(&[series(&points)], 0, 40_000);
        assert_eq!(mixed.lines[0].pieces.len(), 1);
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
