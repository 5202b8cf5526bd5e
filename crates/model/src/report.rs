//! Reports: a dashboard as a file that is mailed by the calendar.

use crate::check::{self, Check};
use crate::dashboard::RANGES;
use crate::problem::Problem;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// Most reports of a dashboard.
pub const REPORTS_MAX: i64 = 20;
/// Most addresses of one.
pub const RECIPIENTS_MAX: usize = 50;
/// Largest file that is mailed, in bytes.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// So many of what became of it are kept and shown.
pub const RUNS_MAX: i64 = 50;
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// As what a dashboard is mailed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Pages to read and print.
    #[default]
    Pdf,
    /// Values for a spreadsheet.
    Csv,
}

impl Format {
    /// Both.
    pub const ALL: [Format; 2] = [Format::Pdf, Format::Csv];

    /// The word in the database and for programs; it ends the file's name too.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Csv => "csv",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Format::Pdf => "PDF",
            Format::Csv => "CSV",
        }
    }

    /// The type of the file.
    pub fn media(self) -> &'static str {
        match self {
            Format::Pdf => "application/pdf",
            Format::Csv => "text/csv",
        }
    }

    /// Reads [`Format::as_str`] back.
    pub fn from_word(word: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.as_str() == word)
    }
}

/// On which days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Every {
    /// Each.
    #[default]
    Day,
    /// One of the week: 1 is Monday, 7 Sunday.
    Week {
        /// Which.
        day: u8,
    },
    /// One of the month; in a shorter month, its last.
    Month {
        /// Which, from 1 to 31.
        day: u8,
    },
}

/// When it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct When {
    /// On which days.
    pub on: Every,
    /// At which minute after midnight.
    pub minute: u16,
    /// Where, as the time zone database calls it: `Europe/Berlin`.
    pub zone: String,
}

/// A report as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReport {
    /// What people call it, and the subject of its mails.
    pub name: String,
    /// As what it is sent.
    #[serde(default)]
    pub format: Format,
    /// The word of its range, one of [`RANGES`].
    pub range: String,
    /// When it is sent.
    pub when: When,
    /// To whom.
    pub recipients: Vec<String>,
    /// Whether it waits until somebody lets it go on.
    #[serde(default)]
    pub paused: bool,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its number.
    pub id: i32,
    /// The id of its dashboard.
    pub dashboard: String,
    /// What somebody wants of it.
    pub wanted: NewReport,
    /// Who made it: it shows what they see. Empty: a program.
    pub maker: String,
    /// When it is sent next, milliseconds since 1970; none: it is paused.
    pub next_ms: Option<i64>,
    /// Whether it is being made now, or soon.
    pub asked: bool,
    /// What became of it last.
    pub last: Option<Run>,
}

/// What became of a report once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it was made, milliseconds since 1970.
    pub at_ms: i64,
    /// How large the file was, in bytes.
    pub bytes: i64,
    /// To how many it was sent.
    pub mails: i32,
    /// Why it was not; none: it was.
    pub error: Option<String>,
}

impl NewReport {
    /// With its texts trimmed, and each address once.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `range`, `when`, `zone`, `recipients`.
    pub fn checked(mut self) -> Result<NewReport, Problem> {
        let mut check = Check::default();
        self.name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let range = RANGES.iter().any(|(word, _)| *word == self.range);
        check.that(range, "range", format!("One of {}.", RANGES.map(|(word, _)| word).join(", ")));
        let day = match self.when.on {
            Every::Day => true,
            Every::Week { day } => (1..=7).contains(&day),
            Every::Month { day } => (1..=31).contains(&day),
        };
        check.that(day, "when", "A day of the week from 1, Monday, to 7, or of the month from 1 to 31.");
        check.that(self.when.minute < DAY_MINUTES, "when", "A minute of the day, from 0 to 1439.");
        let mut recipients = Vec::new();
        for address in self.recipients.iter().map(|one| one.trim()).filter(|one| !one.is_empty()) {
            match check::email(address) {
                Ok(address) if !recipients.contains(&address) => recipients.push(address),
                Ok(_) => {}
                Err(why) => {
                    check.that(false, "recipients", format!("{address}: {why}"));
                }
            }
        }
        let number = (1..=RECIPIENTS_MAX).contains(&recipients.len());
        check.that(number, "recipients", format!("From 1 to {RECIPIENTS_MAX} addresses."));
        self.recipients = recipients;
        check.done()?;
        Ok(self)
    }
}

impl When {
    /// Whether the time zone database knows the zone. Of the server: a browser knows none.
    pub fn knows_its_zone(&self) -> bool {
        TimeZone::get(&self.zone).is_ok()
    }

    /// The first time of it behind this one, both in milliseconds since 1970.
    pub fn after(&self, at_ms: i64) -> Option<i64> {
        let here = zoned(at_ms, &self.zone)?;
        let mut date = here.date();
        // A month and a day behind it there is one for certain.
        for _ in 0..40 {
            let last = date.days_in_month();
            let is_day = match self.on {
                Every::Day => true,
                Every::Week { day } => date.weekday() == weekday(day),
                Every::Month { day } => date.day().cast_unsigned() == day.min(last.cast_unsigned()),
            };
            if is_day {
                let clock = date.at((self.minute / 60) as i8, (self.minute % 60) as i8, 0, 0);
                let at = clock.to_zoned(here.time_zone().clone()).ok()?.timestamp().as_millisecond();
                if at > at_ms {
                    return Some(at);
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// In words: `every Monday at 08:00 (Europe/Berlin)`.
    pub fn said(&self) -> String {
        let day = match self.on {
            Every::Day => "every day".to_owned(),
            Every::Week { day } => format!("every {}", DAYS[usize::from(day.clamp(1, 7)) - 1]),
            Every::Month { day } => format!("on day {day} of every month"),
        };
        format!("{day} at {:02}:{:02} ({})", self.minute / 60, self.minute % 60, self.zone)
    }
}

/// The days of the week, from Monday.
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn weekday(day: u8) -> Weekday {
    Weekday::from_monday_one_offset(day.clamp(1, 7).cast_signed()).unwrap_or(Weekday::Monday)
}

fn zoned(at_ms: i64, zone: &str) -> Option<Zoned> {
    let zone = TimeZone::get(zone).ok()?;
    Some(Timestamp::from_millisecond(at_ms).ok()?.to_zoned(zone))
}

/// From and to of a range at this time in a zone, all in milliseconds since 1970. Of the server.
pub fn bounds(range: &str, now_ms: i64, zone: &str) -> Option<(i64, i64)> {
    const HOUR_MS: i64 = 3_600_000;
    let back = |hours: i64| Some((now_ms - hours * HOUR_MS, now_ms));
    match range {
        "15m" => return Some((now_ms - HOUR_MS / 4, now_ms)),
        "1h" => return back(1),
        "6h" => return back(6),
        "24h" => return back(24),
        "7d" => return back(7 * 24),
        "30d" => return back(30 * 24),
        "1y" => return back(365 * 24),
        _ => {}
    }
    let here = zoned(now_ms, zone)?;
    let today = here.date();
    let monday = today.checked_sub(Span::new().days(today.weekday().to_monday_zero_offset())).ok()?;
    let first = today.first_of_month();
    let (from, to) = match range {
        "today" => (today, today.tomorrow().ok()?),
        "yesterday" => (today.yesterday().ok()?, today),
        "this-week" => (monday, monday.checked_add(Span::new().weeks(1)).ok()?),
        "last-week" => (monday.checked_sub(Span::new().weeks(1)).ok()?, monday),
        "this-month" => (first, first.checked_add(Span::new().months(1)).ok()?),
        "last-month" => (first.checked_sub(Span::new().months(1)).ok()?, first),
        _ => return None,
    };
    let at = |date: jiff::civil::Date| {
        date.to_zoned(here.time_zone().clone()).ok().map(|at| at.timestamp().as_millisecond())
    };
    Some((at(from)?, at(to)?))
}

/// A moment as clocks of the zone show it, and its distance from UTC in milliseconds: `2026-11-24 08:00`. Of the server.
pub fn shown(at_ms: i64, zone: &str) -> String {
    zoned(at_ms, zone).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

/// The distance of a zone from UTC at a moment, in milliseconds. Of the server.
pub fn offset_ms(at_ms: i64, zone: &str) -> i64 {
    zoned(at_ms, zone).map_or(0, |at| i64::from(at.offset().seconds()) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn the_next_time_is_that_of_the_zone_s_clocks() {
        let berlin = |on| When { on, minute: 8 * 60, zone: "Europe/Berlin".into() };
        let cases = [
            // Before and after the change of clocks on 25 October 2026.
            (Every::Day, "2026-10-24T06:00:01Z", "2026-10-25T07:00:00Z"),
            (Every::Day, "2026-10-24T05:59:59Z", "2026-10-24T06:00:00Z"),
            (Every::Week { day: 1 }, "2026-11-24T12:00:00Z", "2026-11-30T07:00:00Z"),
            (Every::Month { day: 31 }, "2026-11-24T12:00:00Z", "2026-11-30T07:00:00Z"),
            (Every::Month { day: 31 }, "2026-11-30T07:00:00Z", "2026-12-31T07:00:00Z"),
            (Every::Month { day: 1 }, "2026-11-24T12:00:00Z", "2026-12-01T07:00:00Z"),
        ];
        for (on, at, next) in cases {
            assert_eq!(berlin(on).after(ms(at)), Some(ms(next)), "{on:?} after {at}");
        }
        assert_eq!(When { zone: "Europe/Atlantis".into(), ..berlin(Every::Day) }.after(0), None);
    }

    #[test]
    fn ranges_are_those_of_the_zone() {
        let now = ms("2026-11-24T23:30:00Z"); // Wednesday the 25th in Berlin.
        let of = |range| bounds(range, now, "Europe/Berlin").unwrap();
        assert_eq!(of("today"), (ms("2026-11-24T23:00:00Z"), ms("2026-11-25T23:00:00Z")));
        assert_eq!(of("last-week"), (ms("2026-11-15T23:00:00Z"), ms("2026-11-22T23:00:00Z")));
        assert_eq!(of("last-month"), (ms("2026-09-30T22:00:00Z"), ms("2026-10-31T23:00:00Z")));
        for (word, _) in RANGES {
            let (from, to) = of(word);
            assert!(from < to && from <= now, "{word}");
        }
        assert_eq!(shown(now, "Europe/Berlin"), "2026-11-25 00:30");
        assert_eq!(offset_ms(now, "Europe/Berlin"), 3_600_000);
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        let when = When { on: Every::Week { day: 8 }, minute: 0, zone: "UTC".into() };
        let new = NewReport {
            name: " ".into(),
            format: Format::Pdf,
            range: "fortnight".into(),
            when: when.clone(),
            recipients: vec!["ada".into()],
            paused: false,
        };
        let problem = new.clone().checked().unwrap_err();
        for field in ["name", "range", "when", "recipients"] {
            assert!(problem.of_field(field).is_some(), "{field}");
        }
        let right = NewReport {
            name: "Weekly".into(),
            range: "7d".into(),
            when: When { on: Every::Week { day: 1 }, ..when },
            recipients: vec![" Ada@example.com".into(), "ada@example.com".into(), String::new()],
            ..new
        };
        assert_eq!(right.checked().unwrap().recipients, ["ada@example.com"]);
    }
}
