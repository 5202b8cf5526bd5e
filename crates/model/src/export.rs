//! Exports of telemetry as CSV: what is asked for.

use crate::check::Check;
use crate::group::GroupId;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Most devices of one file.
pub const DEVICES_MAX: usize = 500;
/// Most values of one file.
pub const NAMES_MAX: usize = 200;

/// The width of the stretches of time that are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Interval {
    /// So many milliseconds; stretches that divide a day begin at midnight.
    #[serde(rename = "ms")]
    Millis(i64),
    /// Days of the time zone.
    #[serde(rename = "day")]
    Day,
    /// Weeks of the time zone, from Monday.
    #[serde(rename = "week")]
    Week,
    /// Months of the time zone.
    #[serde(rename = "month")]
    Month,
}

impl Interval {
    /// Those that the form offers: the word in an address, and what people read.
    pub const OFFERED: [(&'static str, &'static str); 8] = [
        ("1m", "1 minute"),
        ("5m", "5 minutes"),
        ("15m", "15 minutes"),
        ("1h", "1 hour"),
        ("6h", "6 hours"),
        ("day", "1 day"),
        ("week", "1 week"),
        ("month", "1 month"),
    ];

    /// Reads `30s`, `15m`, `6h`, `day`, `week`, `month`.
    pub fn from_word(word: &str) -> Option<Interval> {
        match word {
            "day" | "1d" => return Some(Interval::Day),
            "week" | "1w" => return Some(Interval::Week),
            "month" => return Some(Interval::Month),
            _ => {}
        }
        let unit = match word.chars().next_back()? {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            _ => return None,
        };
        let number: i64 = word.get(..word.len() - 1)?.parse().ok()?;
        (1..=100_000).contains(&number).then_some(Interval::Millis(number * unit))
    }
}

/// What a stretch of time comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Mean value.
    Avg,
    /// All values added up.
    Sum,
    /// How many values.
    Count,
    /// Oldest value.
    First,
    /// Newest value.
    Last,
}

impl Function {
    /// All.
    pub const ALL: [Function; 7] = [
        Function::Avg,
        Function::Min,
        Function::Max,
        Function::Sum,
        Function::Count,
        Function::First,
        Function::Last,
    ];

    /// The word in an address and in a header.
    pub fn as_str(self) -> &'static str {
        match self {
            Function::Min => "min",
            Function::Max => "max",
            Function::Avg => "avg",
            Function::Sum => "sum",
            Function::Count => "count",
            Function::First => "first",
            Function::Last => "last",
        }
    }

    /// Reads [`Function::as_str`] back.
    pub fn from_word(word: &str) -> Option<Function> {
        Function::ALL.into_iter().find(|function| function.as_str() == word)
    }
}

/// What is summed up, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregation {
    /// The stretches of time.
    pub interval: Interval,
    /// What of each, in this order.
    pub functions: Vec<Function>,
}

/// What stands in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A time with a column for each value.
    #[default]
    Wide,
    /// One value: its time, its device, its name.
    Long,
}

/// An export of numbers over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesExport {
    /// The devices, by their ids.
    pub devices: Vec<String>,
    /// Instead: those of this group.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// The values; empty: every number that these devices have sent.
    pub names: Vec<String>,
    /// From, inclusive, milliseconds since 1970.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// How values are summed up; none: every value.
    pub aggregation: Option<Aggregation>,
    /// What stands in a row.
    pub layout: Layout,
    /// The zone of days and of times: an IANA name; empty: UTC.
    pub zone: String,
}

impl SeriesExport {
    /// Whether it can be answered.
    ///
    /// # Errors
    /// Every problem by field.
    pub fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        check.that(self.from_ms < self.to_ms, "to", "The end of the time range lies after its beginning.");
        let some = self.group.is_some() || (1..=DEVICES_MAX).contains(&self.devices.len());
        check.that(some, "device", format!("Name 1 to {DEVICES_MAX} devices."));
        check.that(self.names.len() <= NAMES_MAX, "name", format!("At most {NAMES_MAX} values at once."));
        if let Some(aggregation) = &self.aggregation {
            let some = !aggregation.functions.is_empty();
            check.that(
                some,
                "function",
                "Choose what of each stretch: avg, min, max, sum, count, first, last.",
            );
            let Interval::Millis(width) = aggregation.interval else { return check.done() };
            check.that(width >= 1000, "interval", "An interval has at least one second.");
        }
        check.done()
    }
}

/// How large a file will be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Values that are read.
    pub points: i64,
    /// Rows of the file, about.
    pub rows: i64,
}

/// A text as a cell of CSV: spreadsheets would run one that looks like a formula, so it gets an apostrophe. So does a
/// text that begins like that behind apostrophes of its own, so that [`unguarded`] gives each text back.
pub fn guarded(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text that [`guarded`] was given.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn intervals_are_read() {
        for (word, _) in Interval::OFFERED {
            assert!(Interval::from_word(word).is_some(), "{word}");
        }
        assert_eq!(Interval::from_word("15m"), Some(Interval::Millis(900_000)));
        for bad in ["", "m", "0m", "-1h", "5x", "1é"] {
            assert_eq!(Interval::from_word(bad), None, "{bad}");
        }
    }

    #[test]
    fn formulas_are_guarded() {
        for (text, cell) in [("=1+1", "'=1+1"), ("'=1", "''=1"), ("it's", "it's"), ("-", "'-"), ("'a", "'a")]
        {
            assert_eq!(guarded(text), cell);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@a-]{0,6}") {
            prop_assert!(!guarded(&text).starts_with(['=', '+', '-', '@']));
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), text);
        }
    }
}
