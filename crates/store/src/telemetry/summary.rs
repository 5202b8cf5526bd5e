//! What a span of points comes to: enough to draw it, to answer for it, and to join it with its neighbours.

/// At least one point, summed up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Time of the first point, milliseconds since 1970.
    pub t0: i64,
    /// Time of the last point.
    pub t1: i64,
    /// How many points.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The value of the first point.
    pub first: f64,
    /// The value of the last.
    pub last: f64,
}

impl Summary {
    pub(super) fn of(ts: i64, value: f64) -> Summary {
        Summary { t0: ts, t1: ts, count: 1, sum: value, min: value, max: value, first: value, last: value }
    }

    /// Of points in the order of their time; none: there are none.
    pub(super) fn of_all(times: &[i64], values: &[f64]) -> Option<Summary> {
        times.iter().zip(values).map(|(&ts, &value)| Summary::of(ts, value)).reduce(|mut all, next| {
            all.join(next);
            all
        })
    }

    /// Takes another span in, whichever comes first. Of two points of one time the other's counts as the later one.
    pub(super) fn join(&mut self, other: Summary) {
        if other.t0 < self.t0 {
            (self.t0, self.first) = (other.t0, other.first);
        }
        if other.t1 >= self.t1 {
            (self.t1, self.last) = (other.t1, other.last);
        }
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The mean. Where the sum is beyond what a double holds, the nearest value that it can have.
    pub(super) fn mean(&self) -> f64 {
        let mean = self.sum / self.count as f64;
        if mean.is_nan() { self.min / 2.0 + self.max / 2.0 } else { mean.clamp(self.min, self.max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_numbers_have_a_mean() {
        for values in [[f64::MAX, f64::MIN, f64::MAX], [f64::MAX, f64::MAX, f64::MIN], [f64::MAX; 3]] {
            let mean = Summary::of_all(&[1, 2, 3], &values).unwrap().mean();
            assert!(mean.is_finite(), "{values:?}: {mean}");
        }
    }

    #[test]
    fn spans_join_in_any_order() {
        let (early, late) = (Summary::of_all(&[1, 2], &[5.0, 7.0]).unwrap(), Summary::of(9, -1.0));
        let all = Summary::of_all(&[1, 2, 9], &[5.0, 7.0, -1.0]).unwrap();
        for (mut one, other) in [(early, late), (late, early)] {
            one.join(other);
            assert_eq!(one, all);
        }
    }
}
