//! Maintenance windows: while somebody works on devices, what rules find there is noted and told to nobody.

use crate::check::Check;
use crate::organization::OrganizationName;
use crate::problem::Problem;
use crate::rule::Target;
use serde::{Deserialize, Serialize};

/// Longest reason, in characters.
pub const REASON_MAX: usize = 200;
/// Longest window: 31 days, in milliseconds.
pub const SPAN_MAX_MS: i64 = 31 * 24 * 3600 * 1000;
/// Most windows of a workspace that are not over.
pub const WINDOWS_MAX: i64 = 200;

/// A window as somebody wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMaintenance {
    /// What is done there.
    pub reason: String,
    /// On which devices: of a group, of an organization, or these; of those that its maker sees.
    pub target: Target,
    /// From when on, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when, milliseconds since 1970.
    pub to_ms: i64,
}

impl NewMaintenance {
    /// Trimmed; `now_ms` is the time in milliseconds since 1970.
    ///
    /// # Errors
    /// Each problem beside its field.
    pub fn checked(mut self, now_ms: i64) -> Result<NewMaintenance, Problem> {
        let mut check = Check::default();
        self.reason = self.reason.trim().to_owned();
        let length = self.reason.chars().count();
        check.that(length > 0, "reason", "Say what is done.");
        check.that(
            length <= REASON_MAX,
            "reason",
            format!("At most {REASON_MAX} characters; this has {length}."),
        );
        check.that(self.to_ms > self.from_ms, "toMs", "The end must lie after the beginning.");
        check.that(self.to_ms > now_ms, "toMs", "This is over already.");
        let short = self.to_ms.saturating_sub(self.from_ms) <= SPAN_MAX_MS;
        check.that(short, "toMs", "At most 31 days.");
        self.target.check(&mut check);
        check.done()?;
        Ok(self)
    }
}

/// A window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Maintenance {
    /// Its number in the workspace.
    pub id: i32,
    /// What is done there.
    pub reason: String,
    /// On which devices.
    pub target: Target,
    /// Where it belongs: it is of devices there and below alone.
    pub organization: OrganizationName,
    /// From when on, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when, milliseconds since 1970.
    pub to_ms: i64,
    /// Who made it.
    pub by: String,
}

impl Maintenance {
    /// Whether it is on at this time.
    pub fn is_on(&self, at_ms: i64) -> bool {
        (self.from_ms..self.to_ms).contains(&at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_checked() {
        let new = |reason: &str, from_ms, to_ms| {
            NewMaintenance { reason: reason.into(), target: Target::All, from_ms, to_ms }.checked(100)
        };
        assert_eq!(new(" New valves ", 50, 200).unwrap().reason, "New valves");
        for (reason, from_ms, to_ms, field) in [
            (" ", 50, 200, "reason"),
            ("x", 200, 200, "toMs"),
            ("x", 50, 90, "toMs"),
            ("x", 0, SPAN_MAX_MS + 1, "toMs"),
        ] {
            let problem = new(reason, from_ms, to_ms).unwrap_err();
            assert!(problem.of_field(field).is_some(), "{reason} {from_ms} {to_ms}");
        }
        let empty = NewMaintenance {
            reason: "x".into(),
            target: Target::Devices { devices: Vec::new() },
            from_ms: 0,
            to_ms: 200,
        };
        assert!(empty.checked(100).unwrap_err().of_field("target.devices").is_some());
    }
}
