//! Organizations: the tree inside a workspace. People and devices belong to its nodes, and people see what lies in
//! their own node and below it.

use crate::check::{self, Check};
use crate::id::OrganizationId;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// How deep a tree may be, the root counted.
pub const DEPTH_MAX: usize = 5;
/// Most organizations of a workspace, the root counted.
pub const ORGANIZATIONS_MAX: i64 = 200;
/// Longest key of one, in characters.
pub const KEY_MAX: usize = 48;

/// An organization as others speak of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrganizationName {
    /// Internal key.
    pub id: OrganizationId,
    /// By what programs know it.
    pub key: String,
    /// What people call it.
    pub name: String,
}

/// A node of the tree, as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Internal key.
    pub id: OrganizationId,
    /// By what programs know it; unique in the workspace, never changes.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Where it hangs; none: the root, or the highest that its viewer sees.
    pub parent: Option<OrganizationId>,
    /// How far below the highest node of the list it lies.
    pub depth: usize,
    /// Devices that belong to this very node.
    pub devices: i64,
    /// People who belong to this very node.
    pub people: i64,
    /// Alarms that are not cleared, of devices of it and of all below it.
    #[serde(default)]
    pub alarms: i64,
}

/// What is needed to make one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewOrganization {
    /// Its key; empty: made of the name.
    #[serde(default)]
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Where it hangs; none: below the maker's own.
    pub parent: Option<OrganizationId>,
}

impl NewOrganization {
    /// With its texts trimmed and a key.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `key`.
    pub fn checked(&self) -> Result<NewOrganization, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let key = self.key.trim().to_owned();
        let shaped = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        check.that(
            shaped && key.len() <= KEY_MAX && !key.starts_with('-'),
            "key",
            format!("Lower-case letters, digits and -, at most {KEY_MAX}."),
        );
        check.done()?;
        let key = match key.is_empty() {
            true => check::slug(&name).chars().take(KEY_MAX - 8).collect(),
            false => key,
        };
        Ok(NewOrganization { key, name, parent: self.parent })
    }
}

/// What of an organization is to change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrganizationPatch {
    /// What people are to call it; none: as it is.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it is to hang; none: where it is.
    #[serde(default)]
    pub parent: Option<OrganizationId>,
}

/// Which organizations somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of the workspace: who belongs to its root, and the product itself.
    Everything,
    /// These: a node and all below it.
    Organizations(Vec<OrganizationId>),
}

impl Reach {
    /// Whether this one is among them.
    pub fn sees(&self, organization: OrganizationId) -> bool {
        match self {
            Reach::Everything => true,
            Reach::Organizations(these) => these.contains(&organization),
        }
    }

    /// As the database's setting `app.organizations` says it: `*`, or `{1,2}`.
    pub fn setting(&self) -> String {
        match self {
            Reach::Everything => "*".to_owned(),
            Reach::Organizations(these) => {
                let numbers: Vec<String> = these.iter().map(OrganizationId::to_string).collect();
                format!("{{{}}}", numbers.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_the_name() {
        let new =
            |key: &str, name: &str| NewOrganization { key: key.into(), name: name.into(), parent: None };
        assert_eq!(
            new("", " North Wing ").checked().map(|n| (n.key, n.name)),
            Ok(("north-wing".into(), "North Wing".into()))
        );
        assert_eq!(new("n1", "North").checked().map(|n| n.key), Ok("n1".into()));
        for (bad, field) in [(new("N 1", "x"), "key"), (new("-n", "x"), "key"), (new("", ""), "name")] {
            assert!(bad.checked().unwrap_err().of_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_reach_is_a_setting() {
        let some = Reach::Organizations(vec![OrganizationId(3), OrganizationId(5)]);
        assert_eq!((Reach::Everything.setting(), some.setting()), ("*".into(), "{3,5}".into()));
        assert!(some.sees(OrganizationId(5)) && !some.sees(OrganizationId(4)));
        assert!(Reach::Everything.sees(OrganizationId(4)));
    }
}
