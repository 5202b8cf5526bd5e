//! Alarms: what rules have found, and who sees to it.
//!
//! Of one rule and device one alarm is open at a time: what fires again meanwhile is counted on it.

use crate::check::Check;
use crate::id::OrganizationId;
use crate::problem::Problem;
use crate::rule::Severity;
use serde::{Deserialize, Serialize};

/// Longest comment, in characters.
pub const COMMENT_MAX: usize = 2000;
/// Most alarms that are changed at once.
pub const AT_ONCE_MAX: usize = 200;
/// Longest time for which an alarm is kept quiet: 31 days, in milliseconds.
pub const QUIET_MAX_MS: i64 = 31 * 24 * 3600 * 1000;
/// Most alarms of a page.
pub const PAGE_MAX: i64 = 200;

/// How an alarm stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmState {
    /// It holds, and nobody has seen it.
    Active,
    /// It holds, and somebody sees to it.
    Acknowledged,
    /// It is over.
    Cleared,
}

impl AlarmState {
    /// All of them.
    pub const ALL: [AlarmState; 3] = [AlarmState::Active, AlarmState::Acknowledged, AlarmState::Cleared];

    /// The word spoken by the API and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            AlarmState::Active => "active",
            AlarmState::Acknowledged => "acknowledged",
            AlarmState::Cleared => "cleared",
        }
    }

    /// Reads [`AlarmState::as_str`] back.
    pub fn from_word(word: &str) -> Option<AlarmState> {
        AlarmState::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            AlarmState::Active => "Active",
            AlarmState::Acknowledged => "Acknowledged",
            AlarmState::Cleared => "Cleared",
        }
    }
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alarm {
    /// Its number in the workspace.
    pub id: i64,
    /// The rule that raised it; nothing: that is gone.
    pub rule: Option<i32>,
    /// What the rule was called.
    pub rule_name: String,
    /// How bad it is.
    pub severity: Severity,
    /// The id that the device connects with.
    pub device: String,
    /// What people call the device.
    pub device_name: String,
    /// How it stands.
    pub state: AlarmState,
    /// When it was raised, milliseconds since 1970.
    pub raised_ms: i64,
    /// When its rule fired last, milliseconds since 1970.
    pub last_ms: i64,
    /// How often its rule fired.
    pub count: i32,
    /// Why: the conditions that held, with their values.
    pub why: String,
    /// When somebody said that they see to it, milliseconds since 1970.
    pub acknowledged_ms: Option<i64>,
    /// Who.
    pub acknowledged_by: Option<String>,
    /// The address of who sees to it.
    pub assigned_to: Option<String>,
    /// When it was over, milliseconds since 1970.
    pub cleared_ms: Option<i64>,
    /// Who said so; nothing: its condition ended.
    pub cleared_by: Option<String>,
    /// Until when nobody is told of it, milliseconds since 1970; nothing: nobody said so.
    #[serde(default)]
    pub quiet_until_ms: Option<i64>,
    /// What was done there when it was raised, so that nobody was told; nothing: nothing was.
    #[serde(default)]
    pub maintenance: Option<String>,
    /// Whether further people were told, because nobody had acknowledged it.
    #[serde(default)]
    pub escalated: bool,
}

/// Something that was said or done of an alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmEntry {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// What: `raised`, `acknowledged`, `assigned`, `comment`, `cleared`, `mailed`, `quiet`, `level`, `escalated`.
    pub kind: String,
    /// Who; nothing: the rule.
    pub by: Option<String>,
    /// What was said.
    pub text: String,
}

/// Which alarms are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlarmQuery {
    /// In this state; nothing: those that are not cleared, unless all are wanted.
    #[serde(default)]
    pub state: Option<AlarmState>,
    /// Also those that are cleared.
    #[serde(default)]
    pub all: bool,
    /// This bad.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Of this rule.
    #[serde(default)]
    pub rule: Option<i32>,
    /// Of this device.
    #[serde(default)]
    pub device: Option<String>,
    /// Of devices of this organization, and of those below it.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
    /// So many are passed over.
    #[serde(default)]
    pub offset: i64,
    /// So many at most; 0: as many as a page holds.
    #[serde(default)]
    pub limit: i64,
}

/// What somebody does with alarms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AlarmChange {
    /// Says that they have seen it.
    Acknowledge,
    /// Says who sees to it; nothing: nobody.
    Assign {
        /// The address of somebody of the workspace.
        to: Option<String>,
    },
    /// Says something.
    Comment {
        /// What.
        text: String,
    },
    /// Says that it is over.
    Clear,
    /// Keeps it quiet for so long, also where it clears and is raised anew: nobody is told of it.
    #[serde(rename_all = "camelCase")]
    Quiet {
        /// How long, in milliseconds; 0: people are told again.
        for_ms: i64,
    },
}

impl AlarmChange {
    /// Trimmed.
    ///
    /// # Errors
    /// The problem beside its field.
    pub fn checked(self) -> Result<AlarmChange, Problem> {
        let mut check = Check::default();
        let change = match self {
            AlarmChange::Comment { text } => {
                let text = text.trim().to_owned();
                let length = text.chars().count();
                check.that(length > 0, "text", "Say something.");
                check.that(
                    length <= COMMENT_MAX,
                    "text",
                    format!("At most {COMMENT_MAX} characters; this has {length}."),
                );
                AlarmChange::Comment { text }
            }
            AlarmChange::Assign { to } => {
                AlarmChange::Assign { to: to.map(|to| to.trim().to_lowercase()).filter(|to| !to.is_empty()) }
            }
            AlarmChange::Quiet { for_ms } => {
                let text = "From 0 to 31 days, in milliseconds.";
                check.that((0..=QUIET_MAX_MS).contains(&for_ms), "forMs", text);
                AlarmChange::Quiet { for_ms }
            }
            other => other,
        };
        check.done()?;
        Ok(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_checked() {
        let assign = AlarmChange::Assign { to: Some(" Ada@Example.com ".into()) }.checked().unwrap();
        assert_eq!(assign, AlarmChange::Assign { to: Some("ada@example.com".into()) });
        assert_eq!(
            AlarmChange::Assign { to: Some(" ".into()) }.checked().unwrap(),
            AlarmChange::Assign { to: None }
        );
        let empty = AlarmChange::Comment { text: " ".into() }.checked().unwrap_err();
        assert!(empty.of_field("text").is_some());
    }
}
