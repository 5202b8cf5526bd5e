//! Chance that is always the same: what a simulation told of a moment it tells of it again.

/// Mixes two numbers into one that looks random (the finaliser of splitmix64).
pub fn hash(seed: u64, at: i64) -> u64 {
    let mut z =
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ at.cast_unsigned().wrapping_mul(0xD1B5_4A32_D192_ED03);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Between 0 and 1.
pub fn chance(seed: u64, at: i64) -> f64 {
    (hash(seed, at) >> 11) as f64 / (1u64 << 53) as f64
}

/// A line between -1 and 1 that wanders from one value to the next within `period_s` seconds, without steps.
pub fn wander(seed: u64, at_s: f64, period_s: f64) -> f64 {
    let x = at_s / period_s;
    let (left, part) = (x.floor(), x - x.floor());
    let value = |i: f64| chance(seed, i as i64) * 2.0 - 1.0;
    let smooth = part * part * (3.0 - 2.0 * part);
    value(left) + (value(left + 1.0) - value(left)) * smooth
}

/// A number for a word.
pub fn seed(word: &str) -> u64 {
    word.bytes().fold(0, |seed, byte| hash(seed, i64::from(byte)))
}

/// What lasts a while: the number of the slot that a moment falls in, of slots that are so many seconds long and begin
/// at a time of their own.
pub fn slot(seed: u64, at_s: f64, length_s: f64) -> i64 {
    (at_s / length_s + chance(seed, -1)).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_wanders_without_steps_and_stays_in_bounds() {
        let mut before = wander(7, 0.0, 600.0);
        for second in 1..10_000 {
            let now = wander(7, f64::from(second), 600.0);
            assert!(now.abs() <= 1.0 && (now - before).abs() < 0.01, "{second}: {before} {now}");
            before = now;
        }
        assert_ne!(wander(7, 100.0, 600.0), wander(8, 100.0, 600.0));
    }
}
