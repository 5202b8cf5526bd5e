//! Which stretches of time are read at once.

use std::collections::VecDeque;
use store::telemetry::DayVolume;

/// Values that are held at once, about.
const POINTS: i64 = 200_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A stretch, in milliseconds since 1970: from, inclusive, and to, exclusive.
pub(super) type Slice = (i64, i64);

/// Stretches of [from, to) that hold all that there is of these days, each about as much as fits in memory. What comes
/// between two of these days after they were counted falls to the stretch before.
pub(super) fn slices(days: &[DayVolume], from_ms: i64, to_ms: i64) -> VecDeque<Slice> {
    let mut slices = VecDeque::new();
    let (mut begin, mut held) = (from_ms, 0);
    for day in days {
        let day_begin = day.begin_ms.max(from_ms);
        let day_end = day.begin_ms.saturating_add(DAY_MS).min(to_ms);
        if held > 0 && held + day.points > POINTS && day_begin > begin {
            slices.push_back((begin, day_begin));
            (begin, held) = (day_begin, 0);
        }
        held += day.points;
        if day.points > POINTS {
            // A day of its own in as many equal parts as it takes.
            let parts = (day.points / POINTS + 1).min(DAY_MS / 1000);
            let width = ((day_end - day_begin) / parts).max(1);
            let mut at = begin;
            for part in 1..parts {
                let next = day_begin + part * width;
                if next > at {
                    slices.push_back((at, next));
                    at = next;
                }
            }
            slices.push_back((at, day_end));
            (begin, held) = (day_end, 0);
        }
    }
    if begin < to_ms {
        slices.push_back((begin, to_ms));
    }
    slices.retain(|(from, to)| from < to);
    slices
}

/// The stretches of [from, to) in which there is something, as these days tell.
pub(super) fn present(days: &[DayVolume], from_ms: i64, to_ms: i64) -> VecDeque<Slice> {
    let mut slices = VecDeque::<Slice>::new();
    for day in days {
        let begin = day.begin_ms.max(from_ms);
        let end = day.begin_ms.saturating_add(DAY_MS).min(to_ms);
        match slices.back_mut().filter(|(_, until)| *until == begin) {
            Some((_, until)) => *until = end,
            None => slices.push_back((begin, end)),
        }
    }
    slices.retain(|(from, to)| from < to);
    slices
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slices_cover_the_time_once(
            points in prop::collection::btree_map(0_i64..60, 0_i64..900_000, 0..20),
            from in 0_i64..5_000_000_000,
            span in 1_i64..5_000_000_000,
        ) {
            let days: Vec<_> = points.into_iter()
                .map(|(day, points)| DayVolume { begin_ms: day * DAY_MS, points, messages: points })
                .filter(|day| day.begin_ms + DAY_MS > from && day.begin_ms < from + span)
                .collect();
            let slices = slices(&days, from, from + span);
            prop_assert_eq!(slices.front().unwrap().0, from);
            prop_assert_eq!(slices.back().unwrap().1, from + span);
            for pair in slices.iter().zip(slices.iter().skip(1)) {
                prop_assert_eq!(pair.0.1, pair.1.0);
            }
        }
    }
}
