//! Notices: what somebody is told of within the product. They are alarms that somebody sees, of the severities that they want.

use crate::alarm::Alarm;
use crate::check::Check;
use crate::problem::Problem;
use crate::rule::Severity;
use serde::{Deserialize, Serialize};

/// Notices that are shown; the newest.
pub const SHOWN_MAX: i64 = 100;
/// Unread ones are counted up to here.
pub const COUNTED_MAX: i64 = 100;
/// So far back alarms are notices, in milliseconds: 30 days.
pub const SPAN_MS: i64 = 30 * 24 * 3600 * 1000;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What somebody wants to be told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeSettings {
    /// Of alarms that are as bad or worse; nothing: of none.
    pub at_least: Option<Severity>,
    /// Between these minutes of their day no browser is woken; nothing: it always is.
    #[serde(default)]
    pub quiet: Option<(u16, u16)>,
}

impl Default for NoticeSettings {
    fn default() -> NoticeSettings {
        NoticeSettings { at_least: Some(Severity::Warning), quiet: None }
    }
}

impl NoticeSettings {
    /// Checked.
    ///
    /// # Errors
    /// The problem beside its field.
    pub fn checked(self) -> Result<NoticeSettings, Problem> {
        let mut check = Check::default();
        let good = self.quiet.is_none_or(|(from, to)| from < DAY && to < DAY && from != to);
        check.that(good, "quiet", "Two times of the day, like 22:00 and 06:00.");
        check.done()?;
        Ok(self)
    }

    /// Whether a browser may be woken at this minute of the day.
    pub fn is_quiet(&self, minute: u16) -> bool {
        self.quiet.is_some_and(|(from, to)| match from < to {
            true => (from..to).contains(&minute),
            false => minute >= from || minute < to,
        })
    }

    /// The severities of which they are told.
    pub fn severities(&self) -> Vec<Severity> {
        let wanted = |severity: &Severity| self.at_least.is_some_and(|least| *severity >= least);
        Severity::ALL.into_iter().filter(wanted).collect()
    }
}

/// An alarm that somebody is told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The alarm.
    pub alarm: Alarm,
    /// Whether they have read it.
    pub read: bool,
}

/// All of somebody's notices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notices {
    /// How many are unread, up to [`COUNTED_MAX`].
    pub unread: i64,
    /// The newest.
    pub items: Vec<Notice>,
    /// What they want to be told of.
    pub settings: NoticeSettings,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let quiet = |from, to| NoticeSettings { quiet: Some((from, to)), ..NoticeSettings::default() };
        for (settings, minute, is) in [
            (quiet(1320, 360), 0, true),
            (quiet(1320, 360), 360, false),
            (quiet(60, 120), 119, true),
            (quiet(60, 120), 59, false),
        ] {
            assert_eq!(settings.is_quiet(minute), is, "{settings:?} at {minute}");
        }
        assert!(quiet(5, 5).checked().is_err());
        assert_eq!(NoticeSettings::default().severities(), Severity::ALL[1..]);
        assert_eq!(NoticeSettings { at_least: None, quiet: None }.severities(), []);
    }
}
