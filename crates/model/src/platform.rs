//! What platform administrators set for all of Homeport, and the log of what they do.

use crate::audit::AuditEntry;
use crate::check::Check;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Longest trial, in days.
pub const TRIAL_DAYS_MAX: i32 = 365;

/// How people come to Homeport by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpSettings {
    /// Whether anybody may make an account and a workspace.
    pub open: bool,
    /// The plan of workspaces that come so; none: the one that new workspaces are given.
    pub trial_plan: Option<i32>,
    /// After so many days such a workspace is suspended, unless it was given a plan.
    pub trial_days: i32,
}

impl SignUpSettings {
    /// Itself, where it makes sense.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn checked(self) -> Result<SignUpSettings, Problem> {
        let mut check = Check::default();
        let fits = (1..=TRIAL_DAYS_MAX).contains(&self.trial_days);
        check.that(fits, "trial_days", format!("Between 1 and {TRIAL_DAYS_MAX} days."));
        check.done()?;
        Ok(self)
    }
}

/// A page of the log, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlatformLog {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Whether there are older ones.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_has_an_end() {
        let settings = |trial_days| SignUpSettings { open: true, trial_plan: None, trial_days };
        assert!(settings(30).checked().is_ok());
        for bad in [0, -1, TRIAL_DAYS_MAX + 1] {
            assert!(settings(bad).checked().unwrap_err().of_field("trial_days").is_some());
        }
    }
}
