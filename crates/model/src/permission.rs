//! Who may do what: roles, and the permissions that they hold.

use serde::{Deserialize, Serialize};

/// One thing that a role may allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// See devices and their values.
    ViewDevices,
    /// Create, change and delete devices; see and rotate their keys.
    ManageDevices,
    /// See raw messages.
    ViewRawData,
    /// Import history from files.
    ImportData,
    /// See templates.
    ViewTemplates,
    /// Create and change templates.
    ManageTemplates,
    /// Rename the workspace and change its settings.
    ManageWorkspace,
    /// See, make and revoke API tokens.
    ManageTokens,
    /// Delete telemetry of devices that stay.
    DeleteData,
    /// See, make and change groups by which devices enrol, with their keys.
    ManageEnrolment,
    /// Run commands on devices, and send them messages.
    RunCommands,
    /// See the audit log.
    ViewAudit,
    /// Change what the workspace looks like.
    ManageBranding,
}

impl Permission {
    /// All there are.
    pub const ALL: [Permission; 13] = [
        Permission::ViewDevices,
        Permission::ManageDevices,
        Permission::ViewRawData,
        Permission::ImportData,
        Permission::ViewTemplates,
        Permission::ManageTemplates,
        Permission::ManageWorkspace,
        Permission::ManageTokens,
        Permission::DeleteData,
        Permission::ManageEnrolment,
        Permission::RunCommands,
        Permission::ViewAudit,
        Permission::ManageBranding,
    ];
}

/// A named set of permissions in one workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Administrator,
    /// Everything but the workspace itself.
    Builder,
    /// Runs devices, designs nothing.
    Operator,
    /// Looks.
    Viewer,
}

impl Role {
    /// All roles, the mightiest first.
    pub const ALL: [Role; 4] = [Role::Administrator, Role::Builder, Role::Operator, Role::Viewer];

    /// Whether the role holds the permission.
    pub fn allows(self, permission: Permission) -> bool {
        use Permission::*;
        match self {
            Role::Administrator => true,
            Role::Builder => !matches!(
                permission,
                ManageWorkspace | ManageTokens | DeleteData | ViewAudit | ManageBranding
            ),
            Role::Operator => {
                matches!(
                    permission,
                    ViewDevices | ManageDevices | ViewRawData | ImportData | ViewTemplates | RunCommands
                )
            }
            Role::Viewer => matches!(permission, ViewDevices | ViewTemplates),
        }
    }

    /// Whether whoever has this role may give the other one away: it holds nothing that this one lacks.
    pub fn covers(self, other: Role) -> bool {
        Permission::ALL.into_iter().all(|permission| self.allows(permission) || !other.allows(permission))
    }

    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Builder => "builder",
            Role::Operator => "operator",
            Role::Viewer => "viewer",
        }
    }

    /// Reads [`Role::as_str`] back.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesser_role_holds_no_more() {
        for pair in Role::ALL.windows(2) {
            for p in Permission::ALL {
                assert!(pair[0].allows(p) || !pair[1].allows(p), "{:?} {p:?}", pair);
            }
            assert!(pair[0].covers(pair[1]) && !pair[1].covers(pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn words_round_trip() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.as_str()), Some(role));
        }
    }
}
