//! What a workspace used, by hour and by day, UTC: counted once, when it was committed.

use crate::storage::day_text;
use serde::{Deserialize, Serialize};

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * 60 * 1000;
/// For so many days what was used is known by the hour.
pub const USAGE_DAYS: i32 = 400;

/// How finely usage is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// By the day.
    #[default]
    Day,
    /// By the hour.
    Hour,
}

/// What was used in an hour or a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// When it begins, milliseconds since 1970.
    pub at_ms: i64,
    /// Messages of devices that were kept.
    pub messages: i64,
    /// Values in them.
    pub points: i64,
    /// Bytes of them as received.
    pub bytes: i64,
    /// Messages that could not be taken.
    pub refused: i64,
    /// Devices that sent something.
    pub devices: i64,
    /// Requests of the programming interface.
    pub api_calls: i64,
    /// E-mails.
    pub mails: i64,
    /// What telemetry and files took at the end of it, in bytes.
    pub stored: i64,
}

impl Used {
    /// The columns of the file, in their order.
    pub const COLUMNS: &str = "from,messages,values,bytes,refused,devices,api_calls,mails,stored_bytes";

    /// A line of the file.
    pub fn line(&self) -> String {
        format!(
            "{},{},{},{},{},{},{},{},{}",
            hour_text(self.at_ms),
            self.messages,
            self.points,
            self.bytes,
            self.refused,
            self.devices,
            self.api_calls,
            self.mails,
            self.stored
        )
    }
}

/// What of a workspace's usage is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageQuery {
    /// How finely.
    pub grain: Grain,
    /// The first moment, milliseconds since 1970.
    pub from_ms: i64,
    /// The moment after the last.
    pub to_ms: i64,
}

/// Writes the begin of an hour as `2026-01-31T13:00:00Z`.
pub fn hour_text(at_ms: i64) -> String {
    let hours = at_ms.div_euclid(HOUR_MS);
    let (day, hour) = (hours.div_euclid(24), hours.rem_euclid(24));
    format!("{}T{hour:02}:00:00Z", day_text(i32::try_from(day).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_field_for_each_column() {
        let used = Used { at_ms: 1_762_128_000_000 + 5 * HOUR_MS, messages: 3, ..Used::default() };
        assert_eq!(used.line(), "2025-11-03T05:00:00Z,3,0,0,0,0,0,0,0");
        assert_eq!(used.line().split(',').count(), Used::COLUMNS.split(',').count());
    }
}
