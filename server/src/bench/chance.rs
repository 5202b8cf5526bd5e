//! Chance that can be repeated: the same seed, the same faults.

/// A sequence of numbers that look random (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, but without, `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// From 0 up to 1.
    pub(super) fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A choice by weight: its place.
    pub(super) fn weighed(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut at = self.below(weights.clone().map(u64::from).sum());
        for (place, weight) in weights.enumerate() {
            match at.checked_sub(u64::from(weight)) {
                Some(rest) => at = rest,
                None => return place,
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_weights_count() {
        let (mut one, mut same) = (Chance::new(7), Chance::new(7));
        assert!((0..100).all(|_| one.next() == same.next()));
        let mut hits = [0; 3];
        (0..1000).for_each(|_| hits[one.weighed([1, 0, 9].into_iter())] += 1);
        assert!(hits[1] == 0 && hits[0] > 50 && hits[2] > 800, "{hits:?}");
        assert!((0..100).map(|_| one.part()).all(|part| (0.0..1.0).contains(&part)));
    }
}
