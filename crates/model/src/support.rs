//! Support access: a platform administrator looks into a workspace, for a time and with a reason.

use crate::check::Check;
use crate::id::WorkspaceId;
use crate::problem::Problem;
use crate::role::{BuiltIn, RoleId, RoleName};
use crate::tenant;
use serde::{Deserialize, Serialize};

/// Longest time for which it is given, in hours.
pub const SUPPORT_HOURS_MAX: i64 = 8;

/// What an administrator asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupportAsk {
    /// Why: the people of the workspace read it.
    pub reason: String,
    /// For how many hours.
    pub hours: i64,
    /// What they may do inside: viewer, operator or builder. None of these lets people in or gives anything away.
    pub role: RoleId,
}

impl SupportAsk {
    /// With its reason trimmed, and the role.
    ///
    /// # Errors
    /// Every problem, by field.
    pub fn checked(self) -> Result<(SupportAsk, BuiltIn), Problem> {
        let mut check = Check::default();
        let reason = check.field("reason", tenant::reason(&self.reason)).unwrap_or_default();
        let fits = (1..=SUPPORT_HOURS_MAX).contains(&self.hours);
        check.that(fits, "hours", format!("Between 1 and {SUPPORT_HOURS_MAX} hours."));
        let role = self.role.built_in().filter(|role| *role != BuiltIn::Administrator);
        check.that(role.is_some(), "role", "Viewer, operator or builder.");
        check.done()?;
        Ok((SupportAsk { reason, ..self }, role.unwrap_or(BuiltIn::Viewer)))
    }
}

/// An access that was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupportAccess {
    /// Into which workspace.
    pub workspace: WorkspaceId,
    /// Its number in the workspace.
    pub id: i32,
    /// Who looks, in words.
    pub person: String,
    /// What they may do inside.
    pub role: RoleName,
    /// Why.
    pub reason: String,
    /// From when, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when at the longest.
    pub to_ms: i64,
    /// When somebody ended it before.
    pub ended_ms: Option<i64>,
    /// Who did, in words.
    pub ended_by: Option<String>,
    /// Whether it holds now.
    pub holds: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_for_with_a_reason_for_hours_and_never_as_administrator() {
        let ask = |reason: &str, hours, role: &str| {
            SupportAsk { reason: reason.into(), hours, role: RoleId(role.into()) }.checked()
        };
        let (good, role) = ask(" Ticket 12. ", 8, "viewer").unwrap();
        assert_eq!((good.reason.as_str(), role), ("Ticket 12.", BuiltIn::Viewer));
        for (bad, field) in [
            (ask(" ", 1, "viewer"), "reason"),
            (ask("x", 0, "viewer"), "hours"),
            (ask("x", 9, "viewer"), "hours"),
            (ask("x", 1, "administrator"), "role"),
            (ask("x", 1, "made-role"), "role"),
        ] {
            assert!(bad.unwrap_err().of_field(field).is_some(), "{field}");
        }
    }
}
