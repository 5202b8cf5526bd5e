//! When a rule may fire: on some days of the week, between two times of the day, as clocks show it somewhere.

use crate::check::Check;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// Days and times. Outside of them the rule does not fire; what holds then fires when the time comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// Days of the week: 1 is Monday, 7 Sunday.
    pub days: Vec<u8>,
    /// Minutes after midnight from when on.
    pub from_minute: u16,
    /// Minutes after midnight until when; less than `from_minute`: of the next day.
    pub to_minute: u16,
    /// Where, as the time zone database calls it: `Europe/Berlin`.
    pub zone: String,
}

/// The minute of the day at a moment in a time zone; where that isn't known, in UTC.
pub fn minute_of_day(at_ms: i64, zone: &str) -> u16 {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let local = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone);
    u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs())
}

impl Schedule {
    /// Whether the time, in milliseconds since 1970, lies in it. Where nobody knows the zone, it is that of Greenwich.
    pub fn is_open(&self, at_ms: i64) -> bool {
        let at = self.local(at_ms);
        let minute = at.hour() as u16 * 60 + at.minute() as u16;
        let on = |day: Weekday| self.days.contains(&(day.to_monday_one_offset() as u8));
        if self.from_minute < self.to_minute {
            return on(at.weekday()) && (self.from_minute..self.to_minute).contains(&minute);
        }
        // Over midnight: the day is the one on which it began.
        on(at.weekday()) && minute >= self.from_minute
            || on(at.weekday().previous()) && minute < self.to_minute
    }

    /// The first moment behind this one at which it is open, in milliseconds since 1970; nothing where it never is.
    pub fn opens_after(&self, at_ms: i64) -> Option<i64> {
        let today = self.local(at_ms);
        for ahead in 0..9 {
            let Ok(day) = today.date().checked_add(i64::from(ahead).days()) else { return None };
            let clock = day.at((self.from_minute / 60) as i8, (self.from_minute % 60) as i8, 0, 0);
            let Ok(opens) = clock.to_zoned(today.time_zone().clone()) else { return None };
            let opens = opens.timestamp().as_millisecond();
            if opens > at_ms && self.is_open(opens) {
                return Some(opens);
            }
        }
        None
    }

    fn local(&self, at_ms: i64) -> Zoned {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone)
    }

    /// Whether its zone is known. Asked on the server: the browser doesn't carry the zones of the world.
    pub fn knows_its_zone(&self) -> bool {
        TimeZone::get(&self.zone).is_ok()
    }

    pub(super) fn check(&self, check: &mut Check) {
        let days = !self.days.is_empty() && self.days.iter().all(|day| (1..=7).contains(day));
        check.that(days, "schedule.days", "Choose one day at least: 1 is Monday, 7 Sunday.");
        let times = self.from_minute < DAY_MINUTES
            && self.to_minute <= DAY_MINUTES
            && self.from_minute != self.to_minute;
        check.that(times, "schedule.toMinute", "Two different times of a day, in minutes after midnight.");
        check.that(!self.zone.trim().is_empty(), "schedule.zone", "A time zone like Europe/Berlin.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn it_goes_by_the_clocks_of_its_zone() {
        let office = Schedule {
            days: vec![1, 2, 3, 4, 5],
            from_minute: 480,
            to_minute: 1080,
            zone: "Europe/Berlin".into(),
        };
        for (at, open) in [
            ("2026-03-27T07:30:00Z", true),  // Friday, 8:30 in winter
            ("2026-03-27T06:59:00Z", false), // 7:59
            ("2026-03-28T09:00:00Z", false), // Saturday
            ("2026-03-30T06:00:00Z", true),  // Monday, 8:00 in summer
            ("2026-03-30T16:00:00Z", false), // 18:00
        ] {
            assert_eq!(office.is_open(ms(at)), open, "{at}");
        }
        assert_eq!(office.opens_after(ms("2026-03-27T17:00:00Z")), Some(ms("2026-03-30T06:00:00Z")));
        assert!(office.knows_its_zone());
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_began() {
        let night = Schedule { days: vec![5], from_minute: 22 * 60, to_minute: 6 * 60, zone: "UTC".into() };
        for (at, open) in [
            ("2026-03-27T21:59:00Z", false),
            ("2026-03-27T22:00:00Z", true),
            ("2026-03-28T05:59:00Z", true),
            ("2026-03-28T06:00:00Z", false),
            ("2026-03-28T23:00:00Z", false),
            ("2026-03-27T05:00:00Z", false),
        ] {
            assert_eq!(night.is_open(ms(at)), open, "{at}");
        }
    }
}
