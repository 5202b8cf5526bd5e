//! Workspaces as the administration console lists them: usage and health, and nothing of what they hold.

use crate::check::{self, Check};
use crate::id::WorkspaceId;
use crate::limits::Overrides;
use crate::page::Direction;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// A deleted workspace can be restored for so many days.
pub const GRACE_DAYS: i64 = 30;
/// Most workspaces of one page.
pub const TENANTS_PAGE: i64 = 50;
/// Longest reason, in characters.
pub const REASON_MAX: usize = 500;

/// A workspace, from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Internal key.
    pub id: WorkspaceId,
    /// Stands in addresses.
    pub slug: String,
    /// The ID scope that its devices connect with.
    pub scope: String,
    /// What people call it.
    pub name: String,
    /// Whom it was made for: an e-mail address, where one was given.
    pub owner: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// Its plan: key and name.
    pub plan: (i32, String),
    /// What it has otherwise than its plan.
    pub overrides: Overrides,
    /// Whether it is shut.
    pub suspended: bool,
    /// Why it is shut, as its people read it.
    pub reason: String,
    /// When it is deleted for good, milliseconds since 1970.
    pub delete_ms: Option<i64>,
    /// When its trial ends, milliseconds since 1970; none: it is on no trial.
    #[serde(default)]
    pub trial_ends_ms: Option<i64>,
    /// How it is.
    pub health: Health,
    /// The same in a word.
    pub condition: Condition,
}

/// How a workspace is, as a worker notes it every minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Devices.
    pub devices: i64,
    /// Devices that sent something within ten minutes.
    pub live: i64,
    /// People who belong to it.
    pub people: i64,
    /// Messages of the last 24 hours.
    pub messages: i64,
    /// Messages that were refused in the last 24 hours.
    pub refused: i64,
    /// What telemetry and files take, in bytes.
    pub stored: i64,
    /// When something came last, milliseconds since 1970.
    pub last_activity_ms: Option<i64>,
}

/// How a workspace is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// It has no devices yet, so there is nothing to say.
    Empty,
    /// Devices send, and what they send is taken.
    Good,
    /// Of what came within a day, more than a hundredth was refused.
    Refusing,
    /// It has devices, and none was heard for a day.
    Silent,
}

impl Condition {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Condition::Empty => "No devices",
            Condition::Good => "Good",
            Condition::Refusing => "Refusing messages",
            Condition::Silent => "Silent for a day",
        }
    }
}

impl Health {
    /// In a word, at this time.
    pub fn condition(&self, now_ms: i64) -> Condition {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        let heard = self.last_activity_ms.is_some_and(|last| now_ms - last < DAY_MS);
        match () {
            () if self.refused > 0 && self.refused.saturating_mul(100) > self.messages => Condition::Refusing,
            () if self.devices == 0 => Condition::Empty,
            () if !heard => Condition::Silent,
            () => Condition::Good,
        }
    }
}

/// Which workspaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TenantState {
    /// All.
    #[default]
    All,
    /// Those that are shut.
    Suspended,
    /// Those that will be deleted.
    Deleting,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TenantSort {
    /// By name.
    #[default]
    Name,
    /// By when they were made.
    Created,
    /// By messages of the last 24 hours.
    Messages,
    /// By refused ones.
    Refused,
    /// By devices that send.
    Live,
    /// By what they take.
    Stored,
    /// By when something came last.
    Activity,
}

impl TenantSort {
    /// All, with the words in addresses.
    pub const ALL: [(TenantSort, &str); 7] = [
        (TenantSort::Name, "name"),
        (TenantSort::Created, "created"),
        (TenantSort::Messages, "messages"),
        (TenantSort::Refused, "refused"),
        (TenantSort::Live, "live"),
        (TenantSort::Stored, "stored"),
        (TenantSort::Activity, "activity"),
    ];
}

/// What of the list is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantQuery {
    /// What the name, the slug or the owner's address begins with.
    #[serde(default)]
    pub search: String,
    /// Which.
    #[serde(default)]
    pub state: TenantState,
    /// In which order.
    #[serde(default)]
    pub sort: TenantSort,
    /// Up or down.
    #[serde(default)]
    pub direction: Direction,
    /// Where the page before ended; empty: from the start.
    #[serde(default)]
    pub after: String,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TenantPage {
    /// The workspaces.
    pub items: Vec<Tenant>,
    /// Where this page ends, where there are more.
    pub next: Option<String>,
    /// How many there are in all, as a worker last counted them.
    pub total: i64,
}

/// What is needed to make a workspace for somebody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewTenant {
    /// What people call it.
    pub name: String,
    /// Who is invited to administer it.
    pub owner: String,
    /// Its plan.
    pub plan: i32,
    /// What it has otherwise.
    #[serde(default)]
    pub overrides: Overrides,
    /// What it is furnished with: the id of an application that comes with the product; empty: nothing.
    #[serde(default)]
    pub application: String,
}

/// A workspace that was just made for somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeTenant {
    /// Its slug.
    pub slug: String,
    /// The link by which the owner comes in; it was mailed to them, and is never shown again. None: they have an account,
    /// and administer the workspace already.
    pub link: Option<String>,
}

impl NewTenant {
    /// With name and address trimmed.
    ///
    /// # Errors
    /// Every problem, by field.
    pub fn checked(self) -> Result<NewTenant, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let owner = check.field("owner", check::email(&self.owner)).unwrap_or_default();
        check_overrides(&self.overrides, &mut check);
        check.done()?;
        Ok(NewTenant { name, owner, ..self })
    }
}

/// Notes each value that can't be a limit's, by its word.
pub fn check_overrides(overrides: &Overrides, check: &mut Check) {
    let values = overrides.iter().filter_map(|(limit, value)| Some((*limit, (*value)?)));
    crate::limits::Limits(values.collect()).check(check);
}

/// A reason that people are told: trimmed, not empty, bounded.
///
/// # Errors
/// A sentence.
pub fn reason(raw: &str) -> Result<String, String> {
    let reason = raw.trim();
    if reason.is_empty() {
        return Err("Say why: the people of the workspace read it.".into());
    }
    if reason.chars().count() > REASON_MAX {
        return Err(format!("At most {REASON_MAX} characters."));
    }
    if reason.chars().any(|c| c.is_control() && c != '\n') {
        return Err("It can't hold control characters.".into());
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;

    #[test]
    fn what_is_wrong_is_said_by_field() {
        let good =
            NewTenant { name: " Weather ".into(), owner: "Ada@Example.com".into(), ..Default::default() };
        let checked = good.clone().checked().unwrap();
        assert_eq!((checked.name.as_str(), checked.owner.as_str()), ("Weather", "ada@example.com"));
        let bad = NewTenant {
            owner: "ada".into(),
            overrides: [(Limit::Devices, Some(-1)), (Limit::People, None)].into(),
            ..good
        };
        let problem = bad.checked().unwrap_err();
        assert!(problem.of_field("owner").is_some() && problem.of_field("devices").is_some());
        assert_eq!(problem.of_field("people"), None);
    }

    #[test]
    fn a_workspace_is_well_while_it_sends_and_is_taken() {
        let health = |devices, messages, refused, last: Option<i64>| Health {
            devices,
            messages,
            refused,
            last_activity_ms: last,
            ..Health::default()
        };
        let now = 10 * 86_400_000;
        for (health, condition) in [
            (health(0, 0, 0, None), Condition::Empty),
            (health(2, 500, 5, Some(now - 1000)), Condition::Good),
            (health(2, 500, 6, Some(now - 1000)), Condition::Refusing),
            (health(2, 0, 0, Some(now - 86_400_000)), Condition::Silent),
            (health(2, 0, 0, None), Condition::Silent),
        ] {
            assert_eq!(health.condition(now), condition, "{health:?}");
        }
    }

    #[test]
    fn a_reason_is_a_sentence() {
        assert_eq!(reason(" Unpaid.\nCall us. ").unwrap(), "Unpaid.\nCall us.");
        for bad in ["", "  ", "a\u{7}"] {
            assert!(reason(bad).is_err());
        }
        assert!(reason(&"x".repeat(REASON_MAX + 1)).is_err());
    }
}
