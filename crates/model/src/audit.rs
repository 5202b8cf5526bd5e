//! The audit log: who did what, when, from where, before and after.
//!
//! An entry keeps words, not keys: whom it names may be renamed or gone when somebody reads it.

mod asked;
mod differences;

pub use differences::{Difference, differences, kept};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long entries are kept where nobody says otherwise, in days.
pub const AUDIT_DAYS: i32 = 365;
/// Longest time for which they can be kept, in days: a hundred years.
pub const AUDIT_DAYS_MAX: i32 = 36_500;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All there are, in the order in which they are offered.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word kept in the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// What people read.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)* }
            }

            /// Reads [`Self::as_str`] back.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// What was done; the word stands in the database. One line for each, here and nowhere else.
    Action {
        /// Something new is there.
        Create = "create", "Created";
        /// It is otherwise than before.
        Update = "update", "Changed";
        /// It is gone.
        Delete = "delete", "Deleted";
        /// A secret was shown to somebody.
        Show = "show", "Secret shown";
        /// A secret was replaced.
        Rotate = "rotate", "Secret replaced";
        /// A token, an invitation or a session was made worth nothing.
        Revoke = "revoke", "Revoked";
        /// It was shut out.
        Block = "block", "Blocked";
        /// It was let in again.
        Unblock = "unblock", "Unblocked";
        /// It may connect.
        Approve = "approve", "Approved";
        /// A draft counts from now on.
        Publish = "publish", "Published";
        /// Devices live by another version.
        Migrate = "migrate", "Migrated";
        /// Something long was begun.
        Start = "start", "Started";
        /// Something long was broken off.
        Cancel = "cancel", "Cancelled";
        /// Somebody has seen it.
        Acknowledge = "acknowledge", "Acknowledged";
        /// It is over.
        Clear = "clear", "Cleared";
        /// Something was said of it.
        Comment = "comment", "Commented";
        /// A command was run, or a message sent.
        Send = "send", "Sent";
        /// Proven to be what it says.
        Verify = "verify", "Verified";
        /// Somebody came in.
        SignIn = "sign-in", "Signed in";
        /// Somebody tried to come in and was refused.
        SignInFailed = "sign-in-failed", "Sign-in failed";
        /// Somebody left.
        SignOut = "sign-out", "Signed out";
        /// Somebody was asked to come.
        Invite = "invite", "Invited";
        /// Somebody belongs to the workspace from now on.
        Join = "join", "Joined";
        /// Somebody no longer belongs to it.
        Leave = "leave", "Left";
        /// It was shut.
        Suspend = "suspend", "Suspended";
        /// It was opened again.
        Resume = "resume", "Resumed";
        /// Somebody from outside may look inside, for a time.
        SupportAccess = "support-access", "Support access";
    }
}

words! {
    /// The kind of what it was done to; the word stands in the database.
    Subject {
        /// A device; its id is the one that it connects with.
        Device = "device", "Device";
        /// A device template.
        Template = "template", "Template";
        /// A group by which devices enrol.
        EnrolmentGroup = "enrolment-group", "Enrolment group";
        /// A group of devices.
        DeviceGroup = "device-group", "Device group";
        /// A saved exploration.
        Exploration = "exploration", "Exploration";
        /// A certificate.
        Certificate = "certificate", "Certificate";
        /// A command that was run on a device; the id is the device's.
        Command = "command", "Command";
        /// Messages to a device; the id is the device's.
        Message = "message", "Message";
        /// A file of a device.
        File = "file", "File";
        /// An import of history.
        Import = "import", "Import";
        /// A job.
        Job = "job", "Job";
        /// A job that is done at a time, or again and again.
        ScheduledJob = "scheduled-job", "Scheduled job";
        /// Telemetry that is deleted.
        Telemetry = "telemetry", "Telemetry";
        /// A note on time.
        Annotation = "annotation", "Note";
        /// A dashboard.
        Dashboard = "dashboard", "Dashboard";
        /// A dashboard that is mailed by the calendar.
        Report = "report", "Report";
        /// An API token.
        ApiToken = "api-token", "API token";
        /// A person.
        Person = "person", "Person";
        /// Somebody who was asked to come.
        Invitation = "invitation", "Invitation";
        /// A role.
        Role = "role", "Role";
        /// An organization.
        Organization = "organization", "Organization";
        /// A rule.
        Rule = "rule", "Rule";
        /// An alarm.
        Alarm = "alarm", "Alarm";
        /// Where exported data goes.
        DataDestination = "data-destination", "Export destination";
        /// A data export.
        DataExport = "data-export", "Data export";
        /// What the workspace looks like.
        Branding = "branding", "Branding";
        /// A time in which somebody works on devices.
        Maintenance = "maintenance-window", "Maintenance window";
        /// How people sign in.
        SignOn = "sign-on", "Single sign-on";
        /// The workspace and its settings.
        Workspace = "workspace", "Workspace";
    }
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The network address; none: from within.
    pub address: Option<String>,
    /// What the program calls itself.
    pub agent: Option<String>,
}

/// Longest kept address and name of a program, in characters.
const ORIGIN_MAX: usize = 200;

impl Origin {
    /// Shortened to what is kept, without what no text may hold.
    pub fn new(address: Option<&str>, agent: Option<&str>) -> Origin {
        let kept =
            |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(ORIGIN_MAX).collect() };
        Origin { address: address.map(kept), agent: agent.map(kept) }
    }
}

impl From<&str> for Origin {
    /// Only the address is known.
    fn from(address: &str) -> Origin {
        Origin::new(Some(address), None)
    }
}

impl From<&Origin> for Origin {
    fn from(origin: &Origin) -> Origin {
        origin.clone()
    }
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditActor {
    /// `person`, `token`, `job` or `operator`.
    pub kind: String,
    /// A person's number, a token's id.
    pub id: String,
    /// As they were called then.
    pub name: String,
}

/// A line of the log, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Grows with time.
    pub id: i64,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// Who.
    pub actor: AuditActor,
    /// The word of an [`Action`]; one of a later version may be unknown here, and is shown as it is.
    pub action: String,
    /// The word of a [`Subject`].
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// As it was called then.
    pub subject_name: String,
    /// What differed, before.
    pub before: Option<Value>,
    /// And after.
    pub after: Option<Value>,
    /// From where.
    pub from: Origin,
}

impl AuditEntry {
    /// The action as people read it.
    pub fn action_label(&self) -> &str {
        Action::from_word(&self.action).map_or(self.action.as_str(), |action| action.label())
    }

    /// The kind of the subject as people read it.
    pub fn subject_label(&self) -> &str {
        Subject::from_word(&self.subject_kind).map_or(self.subject_kind.as_str(), |kind| kind.label())
    }
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Not before this time, milliseconds since 1970.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Before this time.
    #[serde(default)]
    pub to_ms: Option<i64>,
    /// A part of the actor's name, or the whole id.
    #[serde(default)]
    pub actor: String,
    /// The word of an action; empty: any.
    #[serde(default)]
    pub action: String,
    /// The word of a kind of subject; empty: any.
    #[serde(default)]
    pub kind: String,
    /// A part of the subject's name, or of its id.
    #[serde(default)]
    pub subject: String,
    /// Only those older than the one of this id.
    #[serde(default)]
    pub before: Option<i64>,
    /// At most so many; none or too many: as many as a page holds.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// A page of the log, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Whether there are older ones.
    pub more: bool,
    /// How long entries are kept, in days.
    pub days: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_are_all_different() {
        for one in Action::ALL {
            assert_eq!(Action::from_word(one.as_str()), Some(*one));
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
        }
        for one in Subject::ALL {
            assert_eq!(Subject::from_word(one.as_str()), Some(*one));
        }
        assert_eq!(Action::from_word("nothing"), None);
    }

    #[test]
    fn origins_are_bounded_texts() {
        let origin = Origin::new(Some("::1"), Some(&format!("a\0b\n{}", "x".repeat(999))));
        assert_eq!(origin.address.as_deref(), Some("::1"));
        let agent = origin.agent.unwrap();
        assert!(agent.starts_with("abx") && agent.len() == ORIGIN_MAX, "{agent}");
    }
}
