//! Lines of many devices at once: what a chart of a group asks for, and what it is answered.

use crate::check::Check;
use crate::group::{Filter, GroupId, Place};
use crate::problem::Problem;
use crate::telemetry::Bucket;
use serde::{Deserialize, Serialize};

/// Most names of one question.
pub const NAMES_MAX: usize = 20;
/// Most lines of a name.
pub const LINES_MAX: u32 = 1000;
/// Most buckets of a line.
pub const POINTS_MAX: u32 = 4000;
/// Most devices that are named one by one.
pub const DEVICES_MAX: usize = 1000;
/// Most buckets of an answer.
pub const BUCKETS_MAX: i64 = 400_000;
/// The narrowest buckets that can be asked for, in milliseconds.
pub const INTERVAL_MIN_MS: i64 = 1000;

/// Whose lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Whose {
    /// Of every device that whoever asks sees.
    #[default]
    All,
    /// Of a group.
    Group(GroupId),
    /// Of those of which this holds.
    Filter(Filter),
    /// Of these, by what they connect with.
    Devices(Vec<String>),
}

/// Whose values make one line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum By {
    /// All devices together.
    #[default]
    Together,
    /// A line a device.
    Device,
    /// A line a template.
    Template,
    /// A line an organization.
    Organization,
    /// A line a value of a property.
    Property(Place),
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupSeriesQuery {
    /// Whose lines.
    pub whose: Whose,
    /// Field paths.
    pub names: Vec<String>,
    /// From, inclusive, milliseconds since 1970.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// At most so many buckets a line.
    pub points: u32,
    /// The width of a bucket, in milliseconds, counted from 1970; none: as follows from `points`.
    #[serde(default)]
    pub interval_ms: Option<i64>,
    /// Whose values make one line.
    #[serde(default)]
    pub by: By,
    /// At most so many lines a name.
    pub lines: u32,
}

impl GroupSeriesQuery {
    /// Within its bounds.
    ///
    /// # Errors
    /// Every problem, by field.
    pub fn checked(self) -> Result<GroupSeriesQuery, Problem> {
        let mut check = Check::default();
        let span = self.to_ms.saturating_sub(self.from_ms);
        check.that(span > 0, "to_ms", "The end of the time range lies after its beginning.");
        check.that(!self.names.is_empty(), "names", "Choose what to draw.");
        check.that(self.names.len() <= NAMES_MAX, "names", format!("At most {NAMES_MAX} names at once."));
        if let Some(width) = self.interval_ms {
            check.that(width >= INTERVAL_MIN_MS, "interval_ms", "An interval is at least a second.");
            let few = span / width.max(1) < i64::from(POINTS_MAX);
            check.that(
                few,
                "interval_ms",
                format!("That makes more than {POINTS_MAX} intervals. Take longer ones, or a shorter time."),
            );
        }
        let whose = match self.whose {
            Whose::Filter(filter) => Whose::Filter(filter.checked(&mut check)),
            Whose::Devices(ids) => {
                check.that(
                    ids.len() <= DEVICES_MAX,
                    "devices",
                    format!("At most {DEVICES_MAX} devices at once."),
                );
                Whose::Devices(ids)
            }
            other => other,
        };
        check.done()?;
        Ok(GroupSeriesQuery {
            whose,
            points: self.points.clamp(2, POINTS_MAX),
            lines: self.lines.clamp(1, LINES_MAX),
            ..self
        })
    }
}

/// A line of a name, of one device or of several together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupLine {
    /// The field's path.
    pub name: String,
    /// Whose: a device's external id, a template's or organization's number, a property's value as text; empty: of all.
    pub key: String,
    /// What people read of that; empty: of all.
    pub label: String,
    /// How many devices belong to the line, whether they sent anything or not.
    pub devices: i64,
    /// Buckets with values, oldest first; `ts` is the beginning of the bucket. A mean is that of all points in it.
    pub buckets: Vec<Bucket>,
}

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupSeries {
    /// Lines in the order of their labels, those of one label in the order in which names were asked for. Lines without
    /// values are left out.
    pub lines: Vec<GroupLine>,
    /// The width of every bucket, in milliseconds.
    pub bucket_ms: i64,
    /// How many devices were asked for.
    pub devices: i64,
    /// How many of them were left out, because more can't be read at once.
    pub devices_left_out: i64,
    /// How many lines of a name were left out.
    pub lines_left_out: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_bounded() {
        let usual = GroupSeriesQuery { names: vec!["t".into()], to_ms: 3_600_000, ..Default::default() };
        let checked = usual.clone().checked().unwrap();
        assert_eq!((checked.points, checked.lines), (2, 1));
        for (bad, field) in [
            (GroupSeriesQuery { to_ms: 0, ..usual.clone() }, "to_ms"),
            (GroupSeriesQuery { names: vec![], ..usual.clone() }, "names"),
            (GroupSeriesQuery { interval_ms: Some(10), ..usual.clone() }, "interval_ms"),
            (GroupSeriesQuery { interval_ms: Some(1000), to_ms: i64::MAX, ..usual.clone() }, "interval_ms"),
            (GroupSeriesQuery { whose: Whose::Filter(Filter::Any(vec![])), ..usual.clone() }, "filter"),
            (GroupSeriesQuery { whose: Whose::Devices(vec![String::new(); 1001]), ..usual }, "devices"),
        ] {
            assert!(bad.checked().unwrap_err().of_field(field).is_some(), "{field}");
        }
    }
}
