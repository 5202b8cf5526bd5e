//! A device: a thing that connects and sends.

use crate::certificate::DeviceCertificate;
use crate::group::{Filter, GroupId};
use crate::id::{DeviceId, OrganizationId, TemplateId};
use crate::organization::OrganizationName;
use crate::page::Direction;
use crate::telemetry::Latest;
use serde::{Deserialize, Serialize};

/// A device that has sent nothing for this long is *silent*, in milliseconds.
pub const SILENT_AFTER_MS: i64 = 10 * 60 * 1000;

/// How a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Has sent within [`SILENT_AFTER_MS`].
    Live,
    /// Has sent before, but not lately.
    Silent,
    /// Has never sent anything.
    NeverConnected,
}

impl Status {
    /// All, in the order in which they are offered.
    pub const ALL: [Status; 3] = [Status::Live, Status::Silent, Status::NeverConnected];

    /// The status of a device that was last heard at `last_seen_ms`.
    pub fn of(last_seen_ms: Option<i64>, now_ms: i64) -> Status {
        match last_seen_ms {
            None => Status::NeverConnected,
            Some(at) if now_ms - at <= SILENT_AFTER_MS => Status::Live,
            Some(_) => Status::Silent,
        }
    }

    /// The word that people read.
    pub fn label(self) -> &'static str {
        match self {
            Status::Live => "Live",
            Status::Silent => "Silent",
            Status::NeverConnected => "Never connected",
        }
    }

    /// The word that stands in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Live => "live",
            Status::Silent => "silent",
            Status::NeverConnected => "never-connected",
        }
    }

    /// Reads [`Status::as_str`] back.
    pub fn from_word(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Internal key.
    pub id: DeviceId,
    /// What it connects with; unique in its workspace; case-sensitive; never changes.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Its template and that template's display name; none: unassigned.
    pub template: Option<(TemplateId, String)>,
    /// The version of it that the device lives by.
    #[serde(default)]
    pub template_version: Option<i32>,
    /// Where it belongs; of one that has moved away, where it belonged.
    pub organization: OrganizationName,
    /// When it went to an organization that whoever asks doesn't see, in milliseconds since 1970: what it sent until then
    /// can be read, and nothing else. None: it is here.
    #[serde(default)]
    pub moved_away_ms: Option<i64>,
    /// Whether our simulation plays it.
    pub simulated: bool,
    /// Whether it is shut out: it may not connect until somebody unblocks it.
    #[serde(default)]
    pub blocked: bool,
    /// Whether it may connect: one that came by itself may have to wait until somebody approves it.
    #[serde(default = "approved")]
    pub approved: bool,
    /// When it first enrolled, in milliseconds since 1970; none: it has not.
    #[serde(default)]
    pub registered_ms: Option<i64>,
    /// The name of the group by which it has come.
    #[serde(default)]
    pub group: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When its newest message arrived.
    pub last_seen_ms: Option<i64>,
}

fn approved() -> bool {
    true
}

/// A device in the list, with what the list shows of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// The device.
    pub device: Device,
    /// Up to two of its latest values, in the order of its template.
    pub latest: Vec<Latest>,
}

/// What is needed to make one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewDevice {
    /// What it will connect with.
    pub external_id: String,
    /// What people call it; empty: the external id.
    pub name: String,
    /// Its template, if it has one.
    pub template: Option<TemplateId>,
    /// Where it belongs; none: where its maker does.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
}

/// What may change of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DevicePatch {
    /// What people call it.
    pub name: String,
    /// Its template, if it has one.
    pub template: Option<TemplateId>,
}

/// The columns that the list sorts by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceSort {
    /// Display name.
    #[default]
    Name,
    /// External id.
    Id,
    /// Name of the template.
    Template,
    /// Newest message.
    LastSeen,
    /// When it was made.
    Created,
}

/// Which part of the list is wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceQuery {
    /// Part of the name or the external id, in any case.
    #[serde(default)]
    pub search: String,
    /// Whether the letters of `search` may have others between them: `rm214` finds `Room 2.14`.
    #[serde(default)]
    pub loosely: bool,
    /// Only of this template.
    #[serde(default)]
    pub template: Option<TemplateId>,
    /// Only of this organization and what lies below it.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
    /// Instead: those that have moved to organizations which whoever asks doesn't see.
    #[serde(default)]
    pub moved_away: bool,
    /// Only of this status.
    #[serde(default)]
    pub status: Option<Status>,
    /// Only those that wait for approval, or only those that don't.
    #[serde(default)]
    pub waiting: Option<bool>,
    /// Only those of this group.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// Only those of which this holds.
    #[serde(default)]
    pub filter: Option<Filter>,
    /// By which column.
    #[serde(default)]
    pub sort: DeviceSort,
    /// In which direction.
    #[serde(default)]
    pub direction: Direction,
    /// How many to pass over.
    #[serde(default)]
    pub offset: i64,
    /// How many at most; 1 to 200.
    pub limit: i64,
}

/// Everything that someone needs to connect a device, but its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// The workspace's ID scope.
    pub scope: String,
    /// The device's id.
    pub external_id: String,
    /// The broker's host as devices reach it.
    pub host: String,
    /// The port without encryption; none: closed.
    pub port: Option<u16>,
    /// The port with TLS; none: closed.
    pub tls_port: Option<u16>,
    /// The certificate authority, PEM, that signs the broker's certificate; empty: a public one.
    pub ca_pem: String,
    /// An example value that fits the template, as JSON: `{"temperature":21.5}`.
    pub example: String,
    /// The certificates that stand for it, the primary one first.
    pub certificates: Vec<DeviceCertificate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_follows_the_last_message() {
        assert_eq!(Status::of(None, 0), Status::NeverConnected);
        assert_eq!(Status::of(Some(1000), 1000 + SILENT_AFTER_MS), Status::Live);
        assert_eq!(Status::of(Some(1000), 1001 + SILENT_AFTER_MS), Status::Silent);
    }
}
