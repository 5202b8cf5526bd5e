//! A long time in stretches that can be held: shorter where there is much, longer again where there is little.

/// Shortest stretch, in milliseconds.
const SHORTEST_MS: i64 = 1000;

/// What is left of a time.
pub(super) struct Stretches {
    from_ms: i64,
    to_ms: i64,
    width_ms: i64,
    widest_ms: i64,
    newest_first: bool,
    /// How many went well since one was halved.
    well: u32,
}

/// So many go well before a wider one is tried: what is halved was read in vain.
const WELL: u32 = 4;

impl Stretches {
    /// Of [from, to); the first has this width.
    pub(super) fn new(
        (from_ms, to_ms): (i64, i64),
        (width_ms, widest_ms): (i64, i64),
        newest_first: bool,
    ) -> Stretches {
        Stretches { from_ms, to_ms, width_ms, widest_ms, newest_first, well: WELL }
    }

    /// The next one, until it is [`done`](Stretches::done) or [`halved`](Stretches::halve).
    pub(super) fn next(&self) -> Option<(i64, i64)> {
        if self.from_ms >= self.to_ms {
            return None;
        }
        // Stretches end where days and hours do, so that a chunk of a day lies in one of them.
        let width = self.width_ms;
        Some(match self.newest_first {
            true => (((self.to_ms - 1).div_euclid(width) * width).max(self.from_ms), self.to_ms),
            false => {
                (self.from_ms, (self.from_ms.div_euclid(width).saturating_add(1) * width).min(self.to_ms))
            }
        })
    }

    /// The next one has been read.
    pub(super) fn done(&mut self) {
        if let Some((from, to)) = self.next() {
            if self.newest_first { self.to_ms = from } else { self.from_ms = to }
        }
        self.well += 1;
        if self.well >= WELL {
            self.width_ms = (self.width_ms * 2).min(self.widest_ms);
        }
    }

    /// The next one holds too much: half of it; false where it can't be shorter.
    pub(super) fn halve(&mut self) -> bool {
        let Some((from, to)) = self.next() else { return false };
        let shorter = (self.width_ms / 2).min((to - from) / 2 + 1);
        if self.width_ms <= SHORTEST_MS || shorter < 1 {
            return false;
        }
        self.width_ms = shorter.max(SHORTEST_MS);
        self.well = 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_moment_is_in_one_stretch_whatever_is_halved() {
        for newest_first in [true, false] {
            let mut stretches = Stretches::new((-12_345, 987_654), (1000, 100_000), newest_first);
            let (mut found, mut i) = (Vec::new(), 0);
            while let Some(stretch) = stretches.next() {
                i += 1;
                if i % 3 != 0 && stretches.halve() {
                    continue;
                }
                found.push(stretches.next().unwrap());
                stretches.done();
                assert!(stretch.0 < stretch.1);
            }
            if newest_first {
                found.reverse();
            }
            assert_eq!((found.first().unwrap().0, found.last().unwrap().1), (-12_345, 987_654));
            assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0), "{found:?}");
        }
    }

    #[test]
    fn what_can_t_be_halved_says_so() {
        let mut stretches = Stretches::new((0, 10_000), (10_000, 10_000), true);
        let mut halved = 0;
        while stretches.halve() {
            halved += 1;
        }
        assert!((3..6).contains(&halved), "{halved}");
    }
}
