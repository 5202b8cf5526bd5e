//! Stretches of time: where they begin, in a time zone.

use crate::error::{Error, Result};
use crate::imports::moment::zone;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use model::export::Interval;
use model::{Code, Problem};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The edges of an interval.
pub(super) struct Edges {
    interval: Interval,
    zone: TimeZone,
}

impl Edges {
    /// Edges in this zone; empty: UTC.
    ///
    /// # Errors
    /// The field `zone`: nobody knows it.
    pub(super) fn new(interval: Interval, zone_name: &str) -> Result<Edges> {
        Ok(Edges { interval, zone: known_zone(zone_name)? })
    }

    /// The edge at this time or before it, in milliseconds since 1970.
    pub(super) fn at_or_before(&self, ms: i64) -> i64 {
        match self.interval {
            Interval::Millis(width) if DAY_MS % width == 0 => {
                let midnight = self.day(ms, Ok).unwrap_or(ms.div_euclid(DAY_MS) * DAY_MS);
                midnight + (ms - midnight).div_euclid(width) * width
            }
            Interval::Millis(width) => ms.div_euclid(width) * width,
            Interval::Day => self.day(ms, Ok).unwrap_or(ms),
            Interval::Week => {
                let monday =
                    |day: Zoned| day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
                self.day(ms, monday).unwrap_or(ms)
            }
            Interval::Month => self.day(ms, |day| day.first_of_month()).unwrap_or(ms),
        }
    }

    /// The edge after this one.
    pub(super) fn after(&self, edge: i64) -> i64 {
        let next = match self.interval {
            Interval::Millis(width) if DAY_MS % width == 0 => {
                let midnight = self.day(edge, |day| day.checked_add(1.day()));
                Some(midnight.map_or(edge + width, |midnight| midnight.min(edge + width)))
            }
            Interval::Millis(width) => Some(edge + width),
            Interval::Day => self.day(edge, |day| day.checked_add(1.day())),
            Interval::Week => self.day(edge, |day| day.checked_add(1.week())),
            Interval::Month => self.day(edge, |day| day.checked_add(1.month())),
        };
        next.filter(|next| *next > edge).unwrap_or(edge + DAY_MS)
    }

    /// How many begin on a day, at most.
    pub(super) fn a_day(&self) -> i64 {
        match self.interval {
            Interval::Millis(width) => DAY_MS / width + 1,
            _ => 1,
        }
    }

    /// The beginning of the day of this time, or of the day that is made of it.
    fn day(&self, ms: i64, other: impl Fn(Zoned) -> std::result::Result<Zoned, jiff::Error>) -> Option<i64> {
        let at = Timestamp::from_millisecond(ms).ok()?.to_zoned(self.zone.clone());
        let day = other(at.start_of_day().ok()?).ok()?.start_of_day().ok()?;
        Some(day.timestamp().as_millisecond())
    }
}

/// The zone of this name; empty: UTC.
///
/// # Errors
/// The field `zone`: nobody knows it.
pub(super) fn known_zone(name: &str) -> Result<TimeZone> {
    zone(name).ok_or_else(|| {
        Error::Problem(Problem::field(Code::Invalid, "zone", "A zone has a name such as Europe/Vienna."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn days_of_a_zone_have_their_own_lengths() {
        let edges = Edges::new(Interval::Day, "Europe/Vienna").unwrap();
        // 2026-03-29 has 23 hours, 2026-10-25 has 25.
        for (noon, hours) in [(1_774_778_400_000, 23), (1_792_926_000_000, 25), (1_782_907_200_000, 24)] {
            let begin = edges.at_or_before(noon);
            assert_eq!((edges.after(begin) - begin) / HOUR, hours);
            assert_eq!(edges.at_or_before(begin), begin);
            assert_eq!(edges.at_or_before(edges.after(begin) - 1), begin);
        }
    }

    #[test]
    fn every_time_lies_in_one_stretch() {
        let intervals =
            ["30s", "15m", "7m", "6h", "day", "week", "month"].map(|w| Interval::from_word(w).unwrap());
        for interval in intervals {
            let edges = Edges::new(interval, "America/New_York").unwrap();
            for ms in (0..400).map(|i| 1_772_000_000_000 + i * 11 * HOUR + i) {
                let begin = edges.at_or_before(ms);
                let end = edges.after(begin);
                assert!(begin <= ms && ms < end, "{interval:?} {begin} {ms} {end}");
                assert_eq!(edges.at_or_before(end), end, "{interval:?}");
            }
        }
        assert!(Edges::new(Interval::Day, "Nowhere/Else").is_err());
    }
}
