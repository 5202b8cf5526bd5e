//! When jobs begin: at a time, or every day, week or month at an hour as clocks show it somewhere.

use crate::check::Check;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// Most times that are looked through for the next one: two hundred years of days.
const TIMES_MAX: i64 = 73_000;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    /// Once.
    Once,
    /// Every day.
    Daily,
    /// Every week, on the day of the first.
    Weekly,
    /// Every month, on the day of the first; in a month that is too short on its last.
    Monthly,
}

impl Every {
    /// All there are.
    pub const ALL: [Every; 4] = [Every::Once, Every::Daily, Every::Weekly, Every::Monthly];

    /// The word of programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Every::Once => "once",
            Every::Daily => "daily",
            Every::Weekly => "weekly",
            Every::Monthly => "monthly",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Every::Once => "Once",
            Every::Daily => "Every day",
            Every::Weekly => "Every week",
            Every::Monthly => "Every month",
        }
    }

    /// Reads [`Every::as_str`] back.
    pub fn from_word(word: &str) -> Option<Every> {
        Every::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// When jobs begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobSchedule {
    /// The first day, as `2026-03-28`.
    pub start: String,
    /// The minute of the day, as clocks show it there.
    pub minute: u16,
    /// Where: as the time zone database calls it.
    pub zone: String,
    /// How often.
    pub every: Every,
    /// The last day; none: for good.
    #[serde(default)]
    pub until: Option<String>,
    /// How many times at most; none: for good.
    #[serde(default)]
    pub times: Option<u32>,
}

impl JobSchedule {
    /// Notes what is wrong with it.
    pub fn check(&self, check: &mut Check) {
        check.that(date(&self.start).is_some(), "schedule.start", "A day as 2026-03-28.");
        let until = self.until.as_deref().map(date);
        let fits = until.is_none_or(|until| until.is_some_and(|until| date(&self.start) <= Some(until)));
        check.that(fits, "schedule.until", "A day as 2026-03-28, not before the first.");
        check.that(self.minute < 24 * 60, "schedule.minute", "A minute of the day.");
        check.that(self.times.is_none_or(|times| times > 0), "schedule.times", "Once at least.");
        let known = TimeZone::get(self.zone.trim()).is_ok();
        check.that(known, "schedule.zone", "This time zone isn't known. One looks like Europe/Berlin.");
    }

    /// The first time behind this moment, in milliseconds since 1970; nothing where there is none any more.
    ///
    /// An hour that a day skips is taken as the one behind it, one that a day has twice is taken once.
    pub fn next_after(&self, after_ms: i64) -> Option<i64> {
        let first = date(&self.start)?;
        let until = self.until.as_deref().and_then(date);
        let zone = TimeZone::get(self.zone.trim()).ok()?;
        // The first may lie long ago: begin a little before the day on which that moment is.
        let today = Timestamp::from_millisecond(after_ms).ok()?.to_zoned(zone.clone()).date();
        let days = i64::from(first.until(today).ok()?.get_days()).max(0);
        let skip = match self.every {
            Every::Once => 0,
            Every::Daily => days - 1,
            Every::Weekly => days / 7 - 1,
            Every::Monthly => days / 31 - 1,
        };
        let most = match self.every {
            Every::Once => 1,
            _ => i64::from(self.times.unwrap_or(u32::MAX)).min(TIMES_MAX),
        };
        for n in skip.max(0)..most {
            let day = match self.every {
                Every::Once => Ok(first),
                Every::Daily => first.checked_add(n.days()),
                Every::Weekly => first.checked_add(n.weeks()),
                Every::Monthly => first.checked_add(n.months()),
            };
            let day = day.ok()?;
            if until.is_some_and(|until| day > until) {
                return None;
            }
            let clock = day.at((self.minute / 60) as i8, (self.minute % 60) as i8, 0, 0);
            let at_ms = clock.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond();
            if at_ms > after_ms {
                return Some(at_ms);
            }
        }
        None
    }

    /// One whose first time is this moment, written as `2026-03-28T08:00:00Z`; nothing where it is none, or the zone isn't known.
    pub fn starting(
        at: &str,
        zone: String,
        every: Every,
        until: Option<String>,
        times: Option<u32>,
    ) -> Option<JobSchedule> {
        let known = TimeZone::get(zone.trim()).ok()?;
        let at = at.trim().parse::<Timestamp>().ok()?.to_zoned(known);
        let minute = at.hour() as u16 * 60 + at.minute() as u16;
        Some(JobSchedule { start: at.date().to_string(), minute, zone, every, until, times })
    }

    /// The first time, in milliseconds since 1970.
    pub fn first_ms(&self) -> Option<i64> {
        self.next_after(-2 * 24 * 3600 * 1000)
    }

    /// What people read of it.
    pub fn said(&self) -> String {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        let every = self.every.label();
        let end = match (&self.until, self.times) {
            (Some(until), _) => format!(" until {until}"),
            (None, Some(times)) if self.every != Every::Once => format!(", {times} times"),
            _ => String::new(),
        };
        let from = if self.every == Every::Once { "on" } else { "from" };
        format!("{every} {from} {} at {hour:02}:{minute:02} ({}){end}", self.start, self.zone)
    }
}

fn date(text: &str) -> Option<Date> {
    text.trim().parse().ok().filter(|date: &Date| (1970..=2200).contains(&date.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(start: &str, minute: u16, every: Every) -> JobSchedule {
        let (start, zone) = (start.to_owned(), "Europe/Berlin".to_owned());
        JobSchedule { start, minute, zone, every, until: None, times: None }
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    /// The next times behind a moment, one after the other.
    fn times(schedule: &JobSchedule, after: &str, count: usize) -> Vec<String> {
        let mut at = ms(after);
        let mut all = Vec::new();
        while let Some(next) = schedule.next_after(at).filter(|_| all.len() < count) {
            all.push(Timestamp::from_millisecond(next).unwrap().to_string());
            at = next;
        }
        all
    }

    #[test]
    fn it_goes_by_the_clocks_of_its_zone_when_they_change() {
        let eight = schedule("2026-03-01", 8 * 60, Every::Daily);
        let said = times(&eight, "2026-03-28T06:00:00Z", 3);
        assert_eq!(said, ["2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z"]);
        // Half past two does not exist on the day on which summer begins, and is there twice when it ends.
        let night = schedule("2026-03-01", 150, Every::Daily);
        let said = times(&night, "2026-03-28T12:00:00Z", 2);
        assert_eq!(said, ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        let said = times(&night, "2026-10-24T12:00:00Z", 2);
        assert_eq!(said, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn weeks_and_months_keep_their_day() {
        let weekly = schedule("2026-01-05", 0, Every::Weekly);
        assert_eq!(times(&weekly, "2026-06-01T12:00:00Z", 1), ["2026-06-07T22:00:00Z"]);
        let monthly = schedule("2026-01-31", 12 * 60, Every::Monthly);
        let said = times(&monthly, "2026-01-31T12:00:00Z", 3);
        assert_eq!(said, ["2026-02-28T11:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z"]);
        // Also long after its beginning.
        assert_eq!(times(&monthly, "2100-02-01T00:00:00Z", 1), ["2100-02-28T11:00:00Z"]);
    }

    #[test]
    fn it_ends() {
        let once = schedule("2026-01-31", 12 * 60, Every::Once);
        assert_eq!(times(&once, "2026-01-01T00:00:00Z", 5), ["2026-01-31T11:00:00Z"]);
        let until =
            JobSchedule { until: Some("2026-02-02".into()), ..schedule("2026-01-31", 0, Every::Daily) };
        assert_eq!(times(&until, "2026-01-01T00:00:00Z", 9).len(), 3);
        let twice = JobSchedule { times: Some(2), ..schedule("2026-01-31", 0, Every::Monthly) };
        assert_eq!(times(&twice, "2026-01-01T00:00:00Z", 9).len(), 2);
        let again =
            JobSchedule::starting("2026-01-31T11:00:00Z", "Europe/Berlin".into(), Every::Once, None, None);
        assert_eq!(
            (again.as_ref().and_then(JobSchedule::first_ms), again),
            (once.next_after(0), Some(once.clone()))
        );
        let mut check = Check::default();
        JobSchedule { zone: "Nowhere".into(), until: Some("2020-01-01".into()), ..once }.check(&mut check);
        let problem = check.done().unwrap_err();
        assert!(problem.of_field("schedule.zone").is_some() && problem.of_field("schedule.until").is_some());
    }
}
