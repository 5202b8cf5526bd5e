//! Explorations: which values of which devices are looked at, how they are summed up, and over what time.
//!
//! One stands in the address of its page, so that a link brings it along, and can be saved under a name.

mod address;

use crate::check::{self, Check};
use crate::group::Place;
use crate::group_series::{By, GroupSeriesQuery, INTERVAL_MIN_MS, LINES_MAX, NAMES_MAX, Whose};
use crate::id::ExplorationId;
use crate::problem::Problem;
use crate::telemetry::Bucket;
use serde::{Deserialize, Serialize};

/// Most explorations that a person sees: their own and those that are shared.
pub const EXPLORATIONS_MAX: i64 = 500;
/// The time that is shown where nobody says otherwise, in milliseconds: a day.
pub const SPAN_MS: i64 = 24 * 60 * 60 * 1000;
/// The longest time, in milliseconds: ten years.
pub const SPAN_MAX_MS: i64 = 3653 * SPAN_MS;

/// What is made of the values of a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggregate {
    /// The mean.
    #[default]
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The sum.
    Sum,
    /// How many there are.
    Count,
    /// The newest.
    Last,
}

impl Aggregate {
    /// All, in the order in which they are offered.
    pub const ALL: [Aggregate; 6] =
        [Aggregate::Avg, Aggregate::Min, Aggregate::Max, Aggregate::Sum, Aggregate::Count, Aggregate::Last];

    /// The word in addresses; in capitals, the function of the query language.
    pub fn as_str(self) -> &'static str {
        match self {
            Aggregate::Avg => "avg",
            Aggregate::Min => "min",
            Aggregate::Max => "max",
            Aggregate::Sum => "sum",
            Aggregate::Count => "count",
            Aggregate::Last => "last",
        }
    }

    /// Reads [`Aggregate::as_str`] back, in any case.
    pub fn from_word(word: &str) -> Option<Aggregate> {
        Aggregate::ALL.into_iter().find(|aggregate| aggregate.as_str().eq_ignore_ascii_case(word))
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Aggregate::Avg => "Mean",
            Aggregate::Min => "Smallest",
            Aggregate::Max => "Largest",
            Aggregate::Sum => "Sum",
            Aggregate::Count => "Number of values",
            Aggregate::Last => "Newest",
        }
    }

    /// It, of a bucket.
    pub fn of(self, bucket: &Bucket) -> f64 {
        match self {
            Aggregate::Avg => bucket.avg,
            Aggregate::Min => bucket.min,
            Aggregate::Max => bucket.max,
            Aggregate::Sum => bucket.avg * f64::from(bucket.count),
            Aggregate::Count => f64::from(bucket.count),
            Aggregate::Last => bucket.last,
        }
    }
}

/// A value that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Explored {
    /// The field's path.
    pub name: String,
    /// What is made of its values.
    pub aggregate: Aggregate,
}

/// Over what time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Time {
    /// So many milliseconds up to now.
    Last(i64),
    /// From, inclusive, to, exclusive, in milliseconds since 1970.
    Between(i64, i64),
}

impl Default for Time {
    fn default() -> Time {
        Time::Last(SPAN_MS)
    }
}

impl Time {
    /// From and to at this time.
    pub fn bounds(self, now_ms: i64) -> (i64, i64) {
        match self {
            Time::Last(span) => (now_ms.saturating_sub(span), now_ms),
            Time::Between(from, to) => (from, to),
        }
    }
}

/// What is looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exploration {
    /// Of which devices.
    pub whose: Whose,
    /// Which values, in the order of their lines.
    pub values: Vec<Explored>,
    /// Whose values make one line.
    pub by: By,
    /// The width of a bucket, in milliseconds; none: as suits the time.
    #[serde(default)]
    pub interval_ms: Option<i64>,
    /// Over what time.
    pub time: Time,
    /// Whether all lines stand in one chart, each unit at an axis of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_chart: bool,
}

impl Exploration {
    /// What is asked of the server for it, with so many points a line where no width is chosen.
    pub fn asked(&self, now_ms: i64, points: u32, lines: u32) -> GroupSeriesQuery {
        let (from_ms, to_ms) = self.time.bounds(now_ms);
        let mut names: Vec<String> = Vec::new();
        for value in &self.values {
            if !names.contains(&value.name) {
                names.push(value.name.clone());
            }
        }
        GroupSeriesQuery {
            whose: self.whose.clone(),
            names,
            from_ms,
            to_ms,
            points,
            interval_ms: self.interval_ms,
            by: self.by.clone(),
            lines: lines.min(LINES_MAX),
        }
    }

    /// The same in the query language; the width of its windows is the one that is given. `group` is what the group is called.
    pub fn text(&self, group: Option<&str>, interval_ms: i64) -> String {
        let mut items = Vec::new();
        let key = match &self.by {
            By::Together => None,
            By::Device => Some("$id".to_owned()),
            By::Template => Some("$template".to_owned()),
            By::Organization => Some("$organization".to_owned()),
            By::Property(Place { path, .. }) => Some(quoted_path(path)),
        };
        items.push("$ts".to_owned());
        items.extend(key.clone());
        items.extend(self.values.iter().map(|value| {
            format!("{}({})", value.aggregate.as_str().to_uppercase(), quoted_path(&value.name))
        }));
        let from = match &self.whose {
            Whose::All | Whose::Filter(_) => "devices".to_owned(),
            Whose::Group(id) => format!("GROUP {}", quoted(group.unwrap_or(id.as_str()), '"')),
            Whose::Devices(ids) => {
                format!("DEVICE {}", ids.iter().map(|id| quoted(id, '\'')).collect::<Vec<_>>().join(", "))
            }
        };
        let time = match self.time {
            Time::Last(span) => duration(span),
            Time::Between(from, to) => format!("'{}', '{}'", moment(from), moment(to)),
        };
        let keys: Vec<String> =
            std::iter::once(format!("WINDOW({})", duration(interval_ms))).chain(key).collect();
        format!(
            "SELECT {}\nFROM {from}\nWHERE WITHIN_WINDOW({time})\nGROUP BY {}\nORDER BY $ts",
            items.join(", "),
            keys.join(", ")
        )
    }
}

/// Between quotes, those within it doubled.
fn quoted(text: &str, quote: char) -> String {
    format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}")))
}

/// A path with what isn't a plain name in quotes.
fn quoted_path(path: &str) -> String {
    let one = |name: &str| {
        let plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(name));
        if plain { name.to_owned() } else { quoted(name, '"') }
    };
    path.split('.').map(one).collect::<Vec<_>>().join(".")
}

/// Words of the query language, which as names stand in quotes.
const WORDS: [&str; 19] = [
    "AS", "SELECT", "TOP", "FROM", "WHERE", "GROUP", "BY", "ORDER", "ASC", "DESC", "AND", "OR", "NOT", "IN",
    "IS", "NULL", "DEFINED", "TRUE", "FALSE",
];

/// `P1DT12H`: as the query language has lengths of time.
fn duration(ms: i64) -> String {
    let seconds = (ms / 1000).max(1);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let parts = [(rest / 3600, 'H'), (rest % 3600 / 60, 'M'), (rest % 60, 'S')];
    let time: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, sign)| format!("{n}{sign}")).collect();
    let days = if days > 0 { format!("{days}D") } else { String::new() };
    format!("P{days}{}{time}", if time.is_empty() { "" } else { "T" })
}

fn moment(ms: i64) -> String {
    use time::format_description::well_known::Rfc3339;
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// A saved one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedExploration {
    /// Internal key.
    pub id: ExplorationId,
    /// What it is called.
    pub name: String,
    /// Whether everybody finds it who sees the organization of whoever saved it; else that person alone.
    pub shared: bool,
    /// Whether it is the asker's own.
    pub mine: bool,
    /// What is looked at.
    pub exploration: Exploration,
    /// When it was changed last, milliseconds since 1970.
    pub updated_ms: i64,
}

/// What is saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExplorationDraft {
    /// What it is called.
    pub name: String,
    /// Whether everybody finds it.
    pub shared: bool,
    /// What is looked at.
    pub exploration: Exploration,
}

impl ExplorationDraft {
    /// With its name trimmed.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `values`, `interval_ms`, `time`.
    pub fn checked(&self) -> Result<ExplorationDraft, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let Exploration { values, interval_ms, time, .. } = &self.exploration;
        check.that(!values.is_empty(), "values", "Choose what to draw.");
        check.that(values.len() <= NAMES_MAX, "values", format!("At most {NAMES_MAX} values."));
        let wide = interval_ms.is_none_or(|ms| (INTERVAL_MIN_MS..=SPAN_MAX_MS).contains(&ms));
        check.that(wide, "interval_ms", "An interval is at least a second.");
        let (from, to) = time.bounds(0);
        let some = to > from && to.saturating_sub(from) <= SPAN_MAX_MS;
        check.that(some, "time", "A time of up to ten years, whose end lies after its beginning.");
        check.done()?;
        Ok(ExplorationDraft { name, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::GroupId;
    use crate::twin::Part;

    fn pumps() -> Exploration {
        let value = |name: &str, aggregate| Explored { name: name.into(), aggregate };
        Exploration {
            whose: Whose::Group(GroupId("pumps".into())),
            values: vec![value("motor.speed", Aggregate::Avg), value("top", Aggregate::Max)],
            by: By::Device,
            interval_ms: None,
            time: Time::Last(36 * 3_600_000),
            one_chart: false,
        }
    }

    #[test]
    fn an_exploration_is_a_query() {
        assert_eq!(
            pumps().text(Some("My \"pumps\""), 90_000),
            "SELECT $ts, $id, AVG(motor.speed), MAX(\"top\")\nFROM GROUP \"My \"\"pumps\"\"\"\nWHERE WITHIN_WINDOW(P1DT12H)\n\
             GROUP BY WINDOW(PT1M30S), $id\nORDER BY $ts"
        );
        let all = Exploration {
            whose: Whose::Devices(vec!["a".into(), "b'".into()]),
            by: By::Property(Place { part: Part::Cloud, path: "site no".into() }),
            time: Time::Between(0, 86_400_000),
            ..pumps()
        };
        let text = all.text(None, 86_400_000);
        assert!(
            text.contains("FROM DEVICE 'a', 'b'''") && text.contains("WINDOW(P1D), \"site no\""),
            "{text}"
        );
        assert!(text.contains("WITHIN_WINDOW('1970-01-01T00:00:00Z', '1970-01-02T00:00:00Z')"), "{text}");
    }

    #[test]
    fn each_name_is_asked_for_once() {
        let mut twice = pumps();
        twice.values.push(Explored { name: "top".into(), aggregate: Aggregate::Min });
        let asked = twice.asked(100_000_000_000, 300, 5000);
        assert_eq!((asked.names.len(), asked.lines), (2, LINES_MAX));
        assert_eq!(asked.to_ms - asked.from_ms, 36 * 3_600_000);
    }

    #[test]
    fn what_is_made_of_a_bucket() {
        let bucket = Bucket { ts: 0, min: 1.0, max: 5.0, avg: 2.0, last: 4.0, count: 3 };
        let made = Aggregate::ALL.map(|aggregate| aggregate.of(&bucket));
        assert_eq!(made, [2.0, 1.0, 5.0, 6.0, 3.0, 4.0]);
        for aggregate in Aggregate::ALL {
            assert_eq!(Aggregate::from_word(&aggregate.as_str().to_uppercase()), Some(aggregate));
        }
    }

    #[test]
    fn drafts_are_checked() {
        let draft = ExplorationDraft { name: " A ".into(), shared: false, exploration: pumps() };
        assert_eq!(draft.checked().unwrap().name, "A");
        let bad = ExplorationDraft {
            name: String::new(),
            shared: false,
            exploration: Exploration { values: vec![], time: Time::Between(5, 5), ..pumps() },
        };
        let problem = bad.checked().unwrap_err();
        for field in ["name", "values", "time"] {
            assert!(problem.of_field(field).is_some(), "{field}");
        }
    }
}
