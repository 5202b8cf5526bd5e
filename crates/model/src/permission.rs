//! What may be allowed in a workspace, one thing at a time, and sets of it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What permissions are about; lists of them are shown by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Devices and what they do.
    Devices,
    /// What devices have sent.
    Data,
    /// Templates.
    Templates,
    /// Rules and alarms.
    Rules,
    /// Who is let in.
    Access,
    /// The workspace itself.
    Workspace,
}

impl Subject {
    /// All there are, in the order in which they are shown.
    pub const ALL: [Subject; 6] = [
        Subject::Devices,
        Subject::Data,
        Subject::Templates,
        Subject::Rules,
        Subject::Access,
        Subject::Workspace,
    ];

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Subject::Devices => "Devices",
            Subject::Data => "Data",
            Subject::Templates => "Templates",
            Subject::Rules => "Rules and alarms",
            Subject::Access => "People and access",
            Subject::Workspace => "Workspace",
        }
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $subject:ident, $needs:expr, $says:literal;)*) => {
        /// One thing that a role may allow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// All there are.
            pub const ALL: [Permission; permissions!(@count $($name)*)] = [$(Permission::$name,)*];

            /// The word kept in the database and spoken by the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Permission::$name => $word,)* }
            }

            /// What it is about.
            pub fn subject(self) -> Subject {
                match self { $(Permission::$name => Subject::$subject,)* }
            }

            /// What it allows, in words.
            pub fn says(self) -> &'static str {
                match self { $(Permission::$name => $says,)* }
            }

            /// What it is worth nothing without.
            pub fn needs(self) -> Option<Permission> {
                match self { $(Permission::$name => $needs,)* }
            }
        }
    };
    (@count $($name:ident)*) => { [$(permissions!(@one $name)),*].len() };
    (@one $name:ident) => { () };
}

use Permission::{
    ViewDataExports as VIEW_DATA_EXPORTS, ViewDevices as VIEW_DEVICES, ViewGroups as VIEW_GROUPS,
    ViewJobs as VIEW_JOBS, ViewPeople as VIEW_PEOPLE, ViewRules as VIEW_RULES,
    ViewTemplates as VIEW_TEMPLATES,
};

permissions! {
    /// See devices and their values.
    ViewDevices = "view-devices", Devices, None, "See devices, their values and what happened to them";
    /// Make devices.
    CreateDevices = "create-devices", Devices, Some(VIEW_DEVICES), "Add devices";
    /// Change devices; see and rotate their keys; move them to other organizations.
    ManageDevices = "manage-devices", Devices, Some(VIEW_DEVICES),
        "Change devices and their properties, see and replace their keys, block, approve and move them";
    /// Delete devices, with all that they sent.
    DeleteDevices = "delete-devices", Devices, Some(VIEW_DEVICES), "Delete devices, with all that they sent";
    /// Run commands on devices, and send them messages.
    RunCommands = "run-commands", Devices, Some(VIEW_DEVICES), "Run commands on devices and send them messages";
    /// See, make and change groups by which devices enrol, with their keys.
    ManageEnrolment = "manage-enrolment", Devices, Some(VIEW_DEVICES),
        "See and change the groups by which devices enrol, with their keys";
    /// See device groups.
    ViewGroups = "view-groups", Devices, None, "See device groups";
    /// Make, change and delete device groups.
    ManageGroups = "manage-groups", Devices, Some(VIEW_GROUPS), "Make, change and delete device groups";
    /// See jobs.
    ViewJobs = "view-jobs", Devices, None, "See jobs, and what became of each device";
    /// Begin, stop and repeat jobs, and schedule them.
    ManageJobs = "manage-jobs", Devices, Some(VIEW_JOBS), "Begin, stop, repeat, schedule and delete jobs";
    /// Save explorations for everybody.
    ShareExplorations = "share-explorations", Data, Some(VIEW_DEVICES), "Save explorations for everybody";
    /// See raw messages.
    ViewRawData = "view-raw-data", Data, Some(VIEW_DEVICES), "See raw messages and files, and export data";
    /// Import history from files.
    ImportData = "import-data", Data, Some(VIEW_DEVICES), "Import history from files";
    /// Delete telemetry of devices that stay.
    DeleteData = "delete-data", Data, Some(VIEW_DEVICES), "Delete what devices sent, for good";
    /// See templates.
    ViewTemplates = "view-templates", Templates, None, "See templates";
    /// Create and change templates.
    ManageTemplates = "manage-templates", Templates, Some(VIEW_TEMPLATES), "Make, change, publish and delete templates";
    /// See rules.
    ViewRules = "view-rules", Rules, None, "See rules, and why they fire or don't";
    /// Make and change rules.
    ManageRules = "manage-rules", Rules, Some(VIEW_RULES), "Make, change, switch and delete rules";
    /// Acknowledge, assign, comment and clear alarms. Who sees a device sees its alarms.
    ManageAlarms = "manage-alarms", Rules, Some(VIEW_DEVICES), "Acknowledge, assign, comment and clear alarms";
    /// See data exports, and how they do.
    ViewDataExports = "view-data-exports", Data, None, "See data exports and their destinations, and how they do";
    /// Make, change, start, stop and delete data exports and their destinations.
    ManageDataExports = "manage-data-exports", Data, Some(VIEW_DATA_EXPORTS),
        "Make, change and delete data exports and their destinations";
    /// Make and change dashboards of one's own.
    ManagePersonalDashboards = "manage-personal-dashboards", Data, Some(VIEW_DEVICES),
        "Make and change dashboards of one's own";
    /// Make, change and delete dashboards that others see.
    ManageDashboards = "manage-dashboards", Data, Some(VIEW_DEVICES), "Make, change and delete dashboards that others see";
    /// See who belongs to the workspace.
    ViewPeople = "view-people", Access, None, "See people, roles and organizations";
    /// Invite people, give them roles, remove them.
    ManagePeople = "manage-people", Access, Some(VIEW_PEOPLE), "Invite people, change what they are, remove them";
    /// Make and change roles.
    ManageRoles = "manage-roles", Access, Some(VIEW_PEOPLE), "Make, change and delete roles";
    /// Make, rename, move and delete organizations.
    ManageOrganizations = "manage-organizations", Access, Some(VIEW_PEOPLE), "Make, rename, move and delete organizations";
    /// See, make and revoke API tokens.
    ManageTokens = "manage-tokens", Access, Some(VIEW_PEOPLE), "See, make and revoke API tokens";
    /// Rename the workspace and change its settings.
    ManageWorkspace = "manage-workspace", Workspace, None, "Rename the workspace and change its settings";
    /// Change how the workspace looks.
    ManageBranding = "manage-branding", Workspace, None, "Change name, logo and colours";
    /// See what the workspace uses of its limits.
    ViewUsage = "view-usage", Workspace, None, "See usage and limits";
    /// See who did what.
    ViewAudit = "view-audit", Workspace, None, "See the audit log";
}

impl Permission {
    /// Reads [`Permission::as_str`] back.
    pub fn from_word(word: &str) -> Option<Permission> {
        Permission::ALL.into_iter().find(|p| p.as_str() == word)
    }

    /// Whether it is about the workspace as a whole: then only who belongs to the root has it.
    pub fn is_of_the_root(self) -> bool {
        use Permission::*;
        matches!(
            self,
            ManageTemplates
                | ViewRules
                | ManageRules
                | ViewDataExports
                | ManageDataExports
                | ManageRoles
                | ManageWorkspace
                | ManageBranding
                | ViewUsage
                | ViewAudit
        )
    }

    fn bit(self) -> u64 {
        1 << (self as u8)
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Permission, D::Error> {
        let word = String::deserialize(deserializer)?;
        Permission::from_word(&word)
            .ok_or_else(|| serde::de::Error::custom(format!("there is no permission “{word}”")))
    }
}

/// A set of permissions. As JSON a list of their words, in which words that this version doesn't know are nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Permissions = Permissions(0);
    /// Every one.
    pub const ALL: Permissions = Permissions((1 << Permission::ALL.len()) - 1);

    /// Whether this one is among them.
    pub fn allows(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all the others are among them: who holds these may give those away.
    pub fn covers(self, others: Permissions) -> bool {
        others.0 & !self.0 == 0
    }

    /// With one more, and with what that one needs.
    #[must_use]
    pub fn with(self, permission: Permission) -> Permissions {
        let needed = permission.needs().map_or(0, Permission::bit);
        Permissions(self.0 | permission.bit() | needed)
    }

    /// With one less, and less all that needs it.
    #[must_use]
    pub fn without(self, permission: Permission) -> Permissions {
        let less =
            |set: u64, one: Permission| if one.needs() == Some(permission) { set & !one.bit() } else { set };
        Permissions(Permission::ALL.into_iter().fold(self.0 & !permission.bit(), less))
    }

    /// Those of these words, with what they need; words that name none are passed over.
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Permissions {
        words.into_iter().filter_map(Permission::from_word).collect()
    }

    /// What remains of them for somebody who does not belong to the root.
    #[must_use]
    pub fn below_the_root(self) -> Permissions {
        let less =
            |set: Permissions, one: Permission| if one.is_of_the_root() { set.without(one) } else { set };
        Permission::ALL.into_iter().fold(self, less)
    }

    /// One after the other, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.allows(*p))
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Their words.
    pub fn words(self) -> Vec<String> {
        self.iter().map(|p| p.as_str().to_owned()).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Permissions {
        all.into_iter().fold(Permissions::NONE, Permissions::with)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Permissions, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        Ok(Permissions::of_words(words.iter().map(String::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_sets_are_lists_of_them() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_word(permission.as_str()), Some(permission));
            let json = serde_json::to_string(&permission).unwrap();
            assert_eq!(serde_json::from_str::<Permission>(&json).unwrap(), permission);
        }
        let all = serde_json::to_string(&Permissions::ALL).unwrap();
        assert_eq!(serde_json::from_str::<Permissions>(&all).unwrap(), Permissions::ALL);
        let read: Permissions = serde_json::from_str(r#"["view-devices","of a later version"]"#).unwrap();
        assert_eq!(read.words(), ["view-devices"]);
    }

    #[test]
    fn what_is_needed_comes_and_goes_along() {
        let some = Permissions::NONE.with(Permission::ManageDevices);
        assert!(some.allows(Permission::ViewDevices));
        assert_eq!(some.without(Permission::ViewDevices), Permissions::NONE);
        assert_eq!(some.without(Permission::ManageDevices).words(), ["view-devices"]);
        for permission in Permission::ALL {
            // One step is enough: nothing that is needed needs anything.
            assert!(permission.needs().is_none_or(|needed| needed.needs().is_none()), "{permission:?}");
        }
    }

    #[test]
    fn below_the_root_the_workspace_is_others() {
        let below = Permissions::ALL.below_the_root();
        assert!(below.allows(Permission::ManagePeople) && !below.allows(Permission::ManageWorkspace));
        assert!(below.allows(Permission::ViewTemplates) && !below.allows(Permission::ManageTemplates));
    }

    #[test]
    fn a_set_covers_what_it_holds() {
        let some: Permissions = [Permission::ViewDevices, Permission::ViewAudit].into_iter().collect();
        assert!(Permissions::ALL.covers(some) && some.covers(some) && some.covers(Permissions::NONE));
        assert!(!some.covers(Permissions::ALL));
        assert_eq!((some.count(), Permissions::ALL.count()), (2, Permission::ALL.len()));
    }
}
