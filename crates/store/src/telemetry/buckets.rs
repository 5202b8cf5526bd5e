//! Reduces a line to what can be drawn: smallest, largest, mean and newest of each bucket of time.
//!
//! A bucket without points is left out, so that a gap stays a gap. While a line has no more points than buckets, the
//! points are kept as they are, unless the grid asks for buckets in any case.

use super::compact::DAY_MS;
use super::summary::Summary;
use model::telemetry::Bucket;
use std::sync::Arc;

/// A bucket that would be wider becomes whole days, which chunks answer for without being unpacked.
const DAYS_FROM_MS: u64 = 8 * 60 * 60 * 1000;

/// The buckets of a question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Grid {
    /// Of one width; as many points as buckets stay as they are.
    Width {
        /// A multiple of it begins every bucket, so that a live chart's buckets stay where they are.
        width_ms: i64,
        /// Where buckets begin to be counted from.
        origin_ms: i64,
        /// Most points that stay as they are; 0: none.
        points: usize,
    },
    /// From each of these times to the next: days of a time zone, months. In order.
    Edges(Arc<[i64]>),
}

impl Grid {
    /// A grid of at most `points` buckets over [from, to).
    pub(super) fn new(from_ms: i64, to_ms: i64, points: u32) -> Grid {
        let points = points.max(1);
        let span = to_ms.saturating_sub(from_ms).max(1);
        if points == 1 {
            return Grid::Width { width_ms: span, origin_ms: from_ms, points: 1 };
        }
        // One bucket is given away: a span that begins anywhere touches one bucket more than it is long.
        let mut width_ms = span.unsigned_abs().div_ceil(u64::from(points - 1));
        if width_ms >= DAYS_FROM_MS {
            width_ms = width_ms.div_ceil(DAY_MS.unsigned_abs()) * DAY_MS.unsigned_abs();
        }
        Grid::Width { width_ms: width_ms as i64, origin_ms: 0, points: points as usize }
    }

    /// The same, where buckets are wanted in any case: to join those of several lines.
    pub(super) fn of_buckets(self) -> Grid {
        match self {
            Grid::Width { width_ms, origin_ms, .. } => Grid::Width { width_ms, origin_ms, points: 0 },
            edges @ Grid::Edges(_) => edges,
        }
    }

    /// The number of the bucket that holds this time.
    pub(super) fn index(&self, ts: i64) -> i64 {
        match self {
            Grid::Width { width_ms, origin_ms, .. } => ts.saturating_sub(*origin_ms).div_euclid(*width_ms),
            Grid::Edges(edges) => edges.partition_point(|edge| *edge <= ts) as i64 - 1,
        }
    }

    /// When the bucket of this number begins.
    pub(super) fn begin_ms(&self, index: i64) -> i64 {
        match self {
            Grid::Width { width_ms, origin_ms, .. } => {
                index.saturating_mul(*width_ms).saturating_add(*origin_ms)
            }
            Grid::Edges(edges) => {
                usize::try_from(index).ok().and_then(|i| edges.get(i)).copied().unwrap_or_default()
            }
        }
    }

    fn points(&self) -> usize {
        match self {
            Grid::Width { points, .. } => *points,
            Grid::Edges(_) => 0,
        }
    }

    /// The width of its buckets, in milliseconds; 0 where they are of no one width.
    pub(super) fn width_ms(&self) -> i64 {
        match self {
            Grid::Width { width_ms, .. } => *width_ms,
            Grid::Edges(_) => 0,
        }
    }
}

/// A line in the making. Points come in the order of their time.
pub(super) struct Line {
    grid: Grid,
    buckets: Vec<Summary>,
    /// The grid's number of the newest bucket; none: the points still stand as they came.
    newest: Option<i64>,
}

impl Line {
    pub(super) fn new(grid: Grid) -> Line {
        Line { grid, buckets: Vec::new(), newest: None }
    }

    /// Whether its points stay as they are when so many more come.
    pub(super) fn keeps_points(&self, more: u64) -> bool {
        self.newest.is_none() && self.buckets.len() as u64 + more <= self.grid.points() as u64
    }

    /// Adds the next points, summed up: they must lie in one bucket.
    pub(super) fn push(&mut self, next: Summary) {
        match self.newest {
            Some(_) => self.add(next),
            None if next.count == 1 && self.buckets.len() < self.grid.points() => self.buckets.push(next),
            None => {
                for early in std::mem::take(&mut self.buckets) {
                    self.add(early);
                }
                self.add(next);
            }
        }
    }

    /// The width of the buckets, 0 where they are the points or of no one width, and the buckets.
    pub(super) fn finish(self) -> (i64, Vec<Summary>) {
        (if self.newest.is_some() { self.grid.width_ms() } else { 0 }, self.buckets)
    }

    fn add(&mut self, next: Summary) {
        let index = self.grid.index(next.t0);
        match self.buckets.last_mut().filter(|_| self.newest == Some(index)) {
            Some(bucket) => bucket.join(next),
            None => {
                self.buckets.push(next);
                self.newest = Some(index);
            }
        }
    }
}

impl From<Summary> for Bucket {
    fn from(s: Summary) -> Bucket {
        Bucket {
            ts: s.t0,
            min: s.min,
            max: s.max,
            avg: s.mean(),
            last: s.last,
            count: u32::try_from(s.count).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buckets_say_what_the_points_say(
            steps in prop::collection::vec((0_i64..5_000, -1e6_f64..1e6), 0..400),
            from in -10_000_i64..10_000,
            points in 1_u32..60,
        ) {
            let mut ts = from;
            let data: Vec<(i64, f64)> = steps.into_iter().map(|(step, v)| { ts += step; (ts, v) }).collect();
            let mut line = Line::new(Grid::new(from, ts + 1, points));
            data.iter().for_each(|&(ts, v)| line.push(Summary::of(ts, v)));
            let (width, buckets) = line.finish();
            prop_assert!(buckets.len() <= points as usize);
            prop_assert_eq!(width == 0, data.len() <= points as usize);
            prop_assert_eq!(buckets.iter().map(|b| b.count as usize).sum::<usize>(), data.len());
            let mut rest = data.as_slice();
            for bucket in buckets.into_iter().map(Bucket::from) {
                let (these, later) = rest.split_at(bucket.count as usize);
                rest = later;
                prop_assert_eq!(bucket.ts, these[0].0);
                prop_assert_eq!(bucket.last, these[these.len() - 1].1);
                prop_assert_eq!(bucket.min, these.iter().map(|p| p.1).fold(f64::INFINITY, f64::min));
                prop_assert_eq!(bucket.max, these.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max));
                let mean = these.iter().map(|p| p.1).sum::<f64>() / these.len() as f64;
                prop_assert!((bucket.avg - mean).abs() <= 1e-6 * mean.abs().max(1.0));
                prop_assert!(width == 0 || these[these.len() - 1].0 - these[0].0 < width);
            }
        }

        #[test]
        fn a_span_is_touched_by_no_more_buckets_than_asked_for(
            from in 0_i64..2_000_000_000_000,
            span in 1_i64..100_000_000_000,
            points in 1_u32..4_000,
        ) {
            let grid = Grid::new(from, from + span, points);
            prop_assert!(grid.index(from + span - 1) - grid.index(from) < i64::from(points));
        }
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut line = Line::new(Grid::new(0, 1000, 11));
        (0..50).chain(900..950).for_each(|ts| line.push(Summary::of(ts, 1.0)));
        let (width, buckets) = line.finish();
        assert_eq!((width, buckets.len()), (100, 2));
        assert_eq!(buckets[1].t0, 900);
    }

    #[test]
    fn edges_make_buckets_of_any_width() {
        let mut line = Line::new(Grid::Edges([10, 20, 50].into()));
        [10, 19, 20, 49].into_iter().for_each(|ts| line.push(Summary::of(ts, 1.0)));
        let (width, buckets) = line.finish();
        let spans: Vec<_> = buckets.iter().map(|b| (b.t0, b.t1, b.count)).collect();
        assert_eq!((width, spans), (0, vec![(10, 19, 2), (20, 49, 2)]));
    }
}
