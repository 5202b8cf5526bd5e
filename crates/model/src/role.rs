//! Roles: named sets of permissions in a workspace. Four are built in; more are made.

use crate::check::{self, Check};
use crate::permission::{Permission, Permissions};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest id of a role, in characters.
pub const ROLE_ID_MAX: usize = 64;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 300;
/// Most roles that a workspace makes.
pub const ROLES_MAX: i64 = 100;

/// By what a role is known in its workspace: the word of a built-in one, or the id of one that was made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleId(pub String);

impl RoleId {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The built-in role of this id, where it is one.
    pub fn built_in(&self) -> Option<BuiltIn> {
        BuiltIn::from_word(&self.0)
    }
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<BuiltIn> for RoleId {
    fn from(role: BuiltIn) -> RoleId {
        RoleId(role.as_str().to_owned())
    }
}

/// The roles that every workspace has, and that nobody changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuiltIn {
    /// Everything.
    Administrator,
    /// Everything but the workspace itself.
    Builder,
    /// Runs devices, designs nothing.
    Operator,
    /// Looks.
    Viewer,
}

impl BuiltIn {
    /// All of them, the mightiest first.
    pub const ALL: [BuiltIn; 4] =
        [BuiltIn::Administrator, BuiltIn::Builder, BuiltIn::Operator, BuiltIn::Viewer];

    /// The id.
    pub fn as_str(self) -> &'static str {
        match self {
            BuiltIn::Administrator => "administrator",
            BuiltIn::Builder => "builder",
            BuiltIn::Operator => "operator",
            BuiltIn::Viewer => "viewer",
        }
    }

    /// Reads [`BuiltIn::as_str`] back.
    pub fn from_word(word: &str) -> Option<BuiltIn> {
        BuiltIn::ALL.into_iter().find(|r| r.as_str() == word)
    }

    /// What it holds.
    pub fn permissions(self) -> Permissions {
        use Permission::*;
        let but = |less: &[Permission]| less.iter().fold(Permissions::ALL, |set, p| set.without(*p));
        match self {
            BuiltIn::Administrator => Permissions::ALL,
            BuiltIn::Builder => but(&[
                ManageWorkspace,
                ManageBranding,
                ManagePeople,
                ManageRoles,
                ManageOrganizations,
                ManageTokens,
                DeleteData,
                ViewAudit,
            ]),
            BuiltIn::Operator => [
                ViewDevices,
                CreateDevices,
                ManageDevices,
                DeleteDevices,
                RunCommands,
                ViewGroups,
                ManageGroups,
                ViewJobs,
                ManageJobs,
                ShareExplorations,
                ViewRawData,
                ImportData,
                ManagePersonalDashboards,
                ViewTemplates,
                ViewRules,
                ManageAlarms,
            ]
            .into_iter()
            .collect(),
            BuiltIn::Viewer => {
                [ViewDevices, ViewGroups, ViewJobs, ViewTemplates, ViewRules].into_iter().collect()
            }
        }
    }

    /// The role itself.
    pub fn role(self) -> Role {
        let (name, description) = match self {
            BuiltIn::Administrator => ("Administrator", "Everything."),
            BuiltIn::Builder => ("Builder", "Everything but the workspace itself and who is let in."),
            BuiltIn::Operator => ("Operator", "Runs devices; templates are made by others."),
            BuiltIn::Viewer => ("Viewer", "Sees devices and templates, and changes nothing."),
        };
        Role {
            id: self.into(),
            name: name.into(),
            description: description.into(),
            permissions: self.permissions(),
            built_in: true,
        }
    }
}

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Role {
    /// Unique in its workspace; never changes.
    pub id: RoleId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Whether every workspace has it and nobody changes it.
    pub built_in: bool,
}

impl Role {
    /// Whether the role holds the permission.
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.allows(permission)
    }

    /// Whether whoever has this role may give the other one away: it holds nothing that this one lacks.
    pub fn covers(&self, other: &Role) -> bool {
        self.permissions.covers(other.permissions)
    }

    /// By what others speak of it.
    pub fn named(&self) -> RoleName {
        RoleName { id: self.id.clone(), name: self.name.clone() }
    }
}

/// A role as others speak of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RoleName {
    /// Its id.
    pub id: RoleId,
    /// What people call it.
    pub name: String,
}

/// A role that is to be made, or what one is to become.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleDraft {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it allows.
    pub permissions: Permissions,
}

impl RoleDraft {
    /// With its texts trimmed.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `description`, `permissions`.
    pub fn checked(&self) -> Result<RoleDraft, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let description = check.field("description", check::line(&self.description, DESCRIPTION_MAX));
        let description = description.unwrap_or_default();
        check.that(self.permissions.count() > 0, "permissions", "A role allows something.");
        check.done()?;
        Ok(RoleDraft { name, description, permissions: self.permissions })
    }
}

/// A role in the list, with how many have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedRole {
    /// The role.
    pub role: Role,
    /// People who have it.
    pub people: i64,
    /// API tokens that have it and are not revoked.
    pub tokens: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesser_role_holds_no_more() {
        for pair in BuiltIn::ALL.windows(2) {
            let (more, less) = (pair[0].role(), pair[1].role());
            assert!(more.covers(&less) && !less.covers(&more), "{pair:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        let good = RoleDraft {
            name: " Night shift ".into(),
            description: " x ".into(),
            permissions: Permissions::ALL,
        };
        assert_eq!(good.checked().map(|d| (d.name, d.description)), Ok(("Night shift".into(), "x".into())));
        let long = "x".repeat(DESCRIPTION_MAX + 1);
        for (bad, field) in [
            (RoleDraft { name: String::new(), ..good.clone() }, "name"),
            (RoleDraft { description: long, ..good.clone() }, "description"),
            (RoleDraft { permissions: Permissions::NONE, ..good.clone() }, "permissions"),
        ] {
            assert!(bad.checked().unwrap_err().of_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn words_round_trip() {
        for role in BuiltIn::ALL {
            assert_eq!(RoleId::from(role).built_in(), Some(role));
        }
    }
}
