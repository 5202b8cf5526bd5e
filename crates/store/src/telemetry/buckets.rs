//! Reduces a line to what can be drawn: smallest, largest, mean and newest of each bucket of time.
//!
//! A bucket without points is left out, so that a gap stays a gap. While a line has no more points than buckets, the
//! points are kept as they are.

use model::telemetry::Bucket;

/// The buckets of a query: where they begin and how wide they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grid {
    /// A multiple of it begins every bucket, so that a live chart's buckets stay where they are.
    width_ms: i64,
    /// Where buckets begin to be counted from.
    origin_ms: i64,
    /// Most buckets.
    points: usize,
}

impl Grid {
    /// A grid of at most `points` buckets over [from, to).
    pub(super) fn new(from_ms: i64, to_ms: i64, points: u32) -> Grid {
        let points = points.max(1);
        let span = to_ms.saturating_sub(from_ms).max(1);
        if points == 1 {
            return Grid { width_ms: span, origin_ms: from_ms, points: 1 };
        }
        // One bucket is given away: a span that begins anywhere touches one bucket more than it is long.
        let width_ms = span.unsigned_abs().div_ceil(u64::from(points - 1)) as i64;
        Grid { width_ms, origin_ms: 0, points: points as usize }
    }

    fn index(self, ts: i64) -> i64 {
        ts.saturating_sub(self.origin_ms).div_euclid(self.width_ms)
    }
}

/// A line in the making. Points come in the order of their time.
pub(super) struct Line {
    grid: Grid,
    buckets: Vec<Bucket>,
    /// The grid's number of the newest bucket; none: the points still stand as they came.
    newest: Option<i64>,
}

impl Line {
    pub(super) fn new(grid: Grid) -> Line {
        Line { grid, buckets: Vec::new(), newest: None }
    }

    /// Adds the next point.
    pub(super) fn push(&mut self, ts: i64, value: f64) {
        let point = Bucket { ts, min: value, max: value, avg: value, last: value, count: 1 };
        match self.newest {
            Some(_) => self.add(point),
            None if self.buckets.len() < self.grid.points => self.buckets.push(point),
            None => {
                for early in std::mem::take(&mut self.buckets) {
                    self.add(early);
                }
                self.add(point);
            }
        }
    }

    /// The width of the buckets, 0 where they are the points, and the buckets.
    pub(super) fn finish(self) -> (i64, Vec<Bucket>) {
        (if self.newest.is_some() { self.grid.width_ms } else { 0 }, self.buckets)
    }

    fn add(&mut self, point: Bucket) {
        let index = self.grid.index(point.ts);
        match self.buckets.last_mut().filter(|_| self.newest == Some(index)) {
            Some(bucket) => {
                bucket.min = bucket.min.min(point.min);
                bucket.max = bucket.max.max(point.max);
                bucket.last = point.last;
                bucket.count += 1;
                // Divided before it is subtracted: two huge numbers must not overflow.
                let count = f64::from(bucket.count);
                bucket.avg =
                    (bucket.avg + (point.avg / count - bucket.avg / count)).clamp(bucket.min, bucket.max);
            }
            None => {
                self.buckets.push(point);
                self.newest = Some(index);
            }
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
            data.iter().for_each(|&(ts, v)| line.push(ts, v));
            let (width, buckets) = line.finish();
            prop_assert!(buckets.len() <= points as usize);
            prop_assert_eq!(width == 0, data.len() <= points as usize);
            prop_assert_eq!(buckets.iter().map(|b| b.count as usize).sum::<usize>(), data.len());
            let mut rest = data.as_slice();
            for bucket in &buckets {
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
    }

    #[test]
    fn huge_numbers_have_a_mean() {
        let mut line = Line::new(Grid::new(0, 10, 1));
        for value in [f64::MAX, f64::MIN, f64::MAX] {
            line.push(1, value);
        }
        assert!(line.finish().1[0].avg.is_finite());
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut line = Line::new(Grid::new(0, 1000, 11));
        (0..50).chain(900..950).for_each(|ts| line.push(ts, 1.0));
        let (width, buckets) = line.finish();
        assert_eq!((width, buckets.len()), (100, 2));
        assert_eq!(buckets[1].ts, 900);
    }
}
