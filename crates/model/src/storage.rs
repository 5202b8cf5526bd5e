//! What a workspace's telemetry takes, how long it is kept, and what of it is to be deleted.

use crate::check::Check;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use time::macros::format_description;
use time::{Date, Duration};

/// Longest retention that people can set, in days: ten years.
pub const RETENTION_DAYS_MAX: i32 = 3650;
/// Most devices of one deletion.
pub const ERASED_DEVICES_MAX: usize = 100_000;

/// How a workspace's telemetry lies on the disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Storage {
    /// Bytes of values that have come to rest, with what their rows and keys take.
    pub chunk_bytes: i64,
    /// About how many bytes the messages take that are kept as they were received: its share of the slots.
    pub hot_bytes: i64,
    /// How many such messages came.
    pub hot_messages: i64,
    /// Values at rest, and numbers that have not come to rest yet.
    pub points: i64,
    /// Time of the oldest value that has come to rest, milliseconds since 1970.
    pub first_ms: Option<i64>,
    /// Time of the newest one.
    pub last_ms: Option<i64>,
    /// The devices that take most, the largest first.
    pub largest: Vec<DeviceStorage>,
    /// What came each day, the oldest first; days on which nothing came are left out.
    pub days: Vec<DaySent>,
    /// How long telemetry is kept, in days.
    pub retention_days: i32,
    /// What keeps telemetry from coming to rest, where something did.
    pub trouble: Option<Trouble>,
}

/// What a device's values take that have come to rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceStorage {
    /// What it connects with.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Bytes.
    pub bytes: i64,
    /// Values.
    pub points: i64,
}

/// What came in a day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DaySent {
    /// The day of arrival, UTC, as days since 1970.
    pub day: i32,
    /// Messages.
    pub messages: i64,
    /// Values.
    pub points: i64,
    /// Bytes as received.
    pub bytes: i64,
}

/// What a shorter retention would delete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Doomed {
    /// Values.
    pub points: i64,
    /// Bytes.
    pub bytes: i64,
}

/// The last failure of compaction and its like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// How often so far.
    pub count: i64,
}

/// A deletion that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Erasure {
    /// Its number in the workspace.
    pub id: i32,
    /// The first day, UTC, as days since 1970.
    pub from_day: i32,
    /// The last day.
    pub to_day: i32,
    /// Of how many devices.
    pub devices: i32,
    /// How many of these are done.
    pub done: i32,
    /// Messages that were deleted as they were received.
    pub messages: i64,
    /// Values that were deleted.
    pub points: i64,
    /// Who asked for it.
    pub requested_by: String,
    /// When, milliseconds since 1970.
    pub requested_ms: i64,
    /// When all of it was deleted.
    pub finished_ms: Option<i64>,
}

/// What is to be deleted: whole days, UTC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewErasure {
    /// By what they connect with; empty: all devices.
    pub devices: Vec<String>,
    /// The first day: `2026-01-31`.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl NewErasure {
    /// First and last day, as days since 1970.
    ///
    /// # Errors
    /// Every problem, by field.
    pub fn days(&self) -> Result<(i32, i32), Problem> {
        let mut check = Check::default();
        let from = check.field("from", day(&self.from)).unwrap_or_default();
        let to = check.field("to", day(&self.to)).unwrap_or(i32::MAX);
        check.that(from <= to, "to", "The last day is not before the first.");
        let text = format!("At most {ERASED_DEVICES_MAX} devices at once.");
        check.that(self.devices.len() <= ERASED_DEVICES_MAX, "devices", text);
        check.done()?;
        Ok((from, to))
    }
}

/// Reads `2026-01-31` as days since 1970.
pub(crate) fn day(text: &str) -> Result<i32, String> {
    let read = Date::parse(text.trim(), format_description!("[year]-[month]-[day]"));
    let date = read.map_err(|_| "A day looks like 2026-01-31.".to_owned())?;
    let days = (date - epoch()).whole_days();
    i32::try_from(days).map_err(|_| "A day looks like 2026-01-31.".to_owned())
}

/// Writes a day as `2026-01-31`.
pub fn day_text(day: i32) -> String {
    let date = epoch().checked_add(Duration::days(i64::from(day)));
    date.and_then(|date| date.format(format_description!("[year]-[month]-[day]")).ok()).unwrap_or_default()
}

fn epoch() -> Date {
    time::OffsetDateTime::UNIX_EPOCH.date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: &str, to: &str) -> NewErasure {
        NewErasure { devices: Vec::new(), from: from.into(), to: to.into() }
    }

    #[test]
    fn days_are_read_and_written() {
        assert_eq!(of("1970-01-02", " 1970-02-01").days(), Ok((1, 31)));
        assert_eq!(of("1969-12-31", "1969-12-31").days(), Ok((-1, -1)));
        assert_eq!(day_text(20_395), "2025-11-03");
        assert_eq!(of(&day_text(5), &day_text(5)).days(), Ok((5, 5)));
        for (bad, field) in [
            (of("", "2026-01-01"), "from"),
            (of("2026-02-30", "2026-03-01"), "from"),
            (of("2026-01-02", "2026-01-01"), "to"),
        ] {
            assert!(bad.days().unwrap_err().of_field(field).is_some(), "{bad:?}");
        }
    }
}
