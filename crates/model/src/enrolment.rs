//! How devices enrol: groups of keys or authorities by which they come without having been made by hand, and
//! enrolments of single devices.

use crate::certificate::Place;
use crate::check::{self, Check};
use crate::id::OrganizationId;
use crate::organization::OrganizationName;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Longest id of a group, in characters.
pub const GROUP_ID_MAX: usize = 128;
/// Most groups of a workspace.
pub const GROUPS_MAX: i64 = 200;
/// The id and name of the group that every workspace begins with.
pub const USUAL_GROUP: &str = "SAS-IoT-Devices";
/// Most devices that are approved or rejected at once.
pub const APPROVED_AT_ONCE: usize = 1000;
/// So many refused registrations of a workspace are kept, each of another id.
pub const REFUSED_KEPT: i64 = 100;

/// By what devices of a group prove who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// By a key that follows from the group's key and their id.
    #[default]
    SymmetricKey,
    /// By a certificate that names them and that an authority of the group's has issued.
    X509,
}

impl GroupKind {
    /// Both, in the order in which they are offered.
    pub const ALL: [GroupKind; 2] = [GroupKind::SymmetricKey, GroupKind::X509];

    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            GroupKind::SymmetricKey => "symmetric-key",
            GroupKind::X509 => "x509",
        }
    }

    /// Reads [`GroupKind::as_str`] back.
    pub fn from_word(word: &str) -> Option<GroupKind> {
        GroupKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            GroupKind::SymmetricKey => "Shared access signature (SAS)",
            GroupKind::X509 => "Certificates (X.509)",
        }
    }
}

/// A group, without its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentGroup {
    /// Unique in its workspace; never changes.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// By what its devices prove who they are.
    pub kind: GroupKind,
    /// Whether devices may enrol and connect by it.
    pub enabled: bool,
    /// Whether it is meant for gateways of IoT Edge; nothing depends on it.
    pub iot_edge: bool,
    /// Where the devices that come by it belong.
    pub organization: OrganizationName,
    /// How many devices have come by it.
    pub devices: i64,
    /// Its authorities, the primary one first.
    pub certificates: Vec<GroupCertificate>,
    /// Grows with every change.
    pub revision: i32,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
}

/// An authority whose certificates let devices in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCertificate {
    /// Which of the two.
    pub place: Place,
    /// SHA-256, as people read it.
    pub thumbprint: String,
    /// SHA-1 in upper-case hexadecimal digits, as clients of Azure know it.
    pub sha1: String,
    /// Whom it names.
    pub subject: Option<String>,
    /// When it runs out, in milliseconds since 1970.
    pub not_after_ms: Option<i64>,
    /// Whether it counts: somebody has shown that they hold its key, or has vouched for it.
    pub verified: bool,
    /// What a certificate must name that shows it, where one was asked for.
    pub code: Option<String>,
}

/// Two keys of equal worth, base64: one can be replaced while the other is in use.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPair {
    /// The first.
    pub primary: String,
    /// The other.
    pub secondary: String,
}

/// Never shows the keys.
impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyPair(…)")
    }
}

/// What is needed to make a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewGroup {
    /// Its id; empty: made from the name.
    #[serde(default)]
    pub id: String,
    /// What people call it; empty: the id.
    #[serde(default)]
    pub name: String,
    /// By what its devices prove who they are.
    #[serde(default)]
    pub kind: GroupKind,
    /// Whether devices may enrol by it at once.
    pub enabled: bool,
    /// Whether it is meant for gateways of IoT Edge.
    #[serde(default)]
    pub iot_edge: bool,
    /// Where the devices that come by it belong; none: where its maker does.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
    /// Keys that it brings along; none: fresh ones.
    #[serde(default)]
    pub keys: Option<KeyPair>,
}

impl NewGroup {
    /// A group of this name with fresh keys.
    pub fn named(name: &str, kind: GroupKind) -> NewGroup {
        NewGroup {
            id: String::new(),
            name: name.into(),
            kind,
            enabled: true,
            iot_edge: false,
            organization: None,
            keys: None,
        }
    }

    /// With its texts trimmed, and an id.
    ///
    /// # Errors
    /// Every problem, by field.
    pub fn checked(&self) -> Result<NewGroup, Problem> {
        let mut check = Check::default();
        let named = if self.name.trim().is_empty() { &self.id } else { &self.name };
        let name = check.field("name", check::name(named)).unwrap_or_default();
        let id = match self.id.trim() {
            "" => id_of(&name),
            id => id.to_owned(),
        };
        let id = check.field("id", group_id(&id)).unwrap_or_default();
        check.that(
            self.keys.is_none() || self.kind == GroupKind::SymmetricKey,
            "keys",
            "A group of certificates has no keys.",
        );
        check.done()?;
        Ok(NewGroup { id, name, ..self.clone() })
    }
}

/// What is wanted of a group; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupPatch {
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether devices may enrol and connect by it.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// Whether it is meant for gateways of IoT Edge.
    #[serde(default)]
    pub iot_edge: Option<bool>,
    /// Where devices that come by it from now on belong.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
}

/// The enrolment of a single device, which overrides its group's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attestation {
    /// By either of two keys of its own.
    SymmetricKey(KeyPair),
    /// By either of its certificates, and no key.
    X509(Vec<AttestedCertificate>),
}

/// A certificate of a device, as its enrolment tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestedCertificate {
    /// Which of the two.
    pub place: Place,
    /// SHA-256, as people read it.
    pub thumbprint: String,
    /// SHA-1 in upper-case hexadecimal digits, where the whole certificate was given.
    pub sha1: Option<String>,
}

/// How devices come to a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSettings {
    /// The ID scope.
    pub scope: String,
    /// Whether devices that enrol by a group may connect at once.
    pub auto_approve: bool,
    /// How many wait for somebody to approve them.
    pub waiting: i64,
}

/// Registrations of an id that no device has, which were refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRegistration {
    /// The id that was wanted.
    pub registration_id: String,
    /// Why the last one was refused, a sentence without its end.
    pub reason: String,
    /// The address that the last one came from; empty: unknown.
    pub source: String,
    /// How many were written down.
    pub times: i64,
    /// When the first one came, in milliseconds since 1970.
    pub first_ms: i64,
    /// When the last one came.
    pub last_ms: i64,
}

/// The id of a group: letters, digits and `- . _ :`, at most [`GROUP_ID_MAX`].
///
/// # Errors
/// A sentence that says what is allowed.
pub fn group_id(raw: &str) -> Result<String, String> {
    let id = raw.trim();
    let shaped = id.chars().all(|c| c.is_ascii_alphanumeric() || "-._:".contains(c));
    if id.is_empty() || id.starts_with('.') || !shaped || id.len() > GROUP_ID_MAX {
        return Err(format!("Letters, digits and - . _ : with no dot in front, at most {GROUP_ID_MAX}."));
    }
    Ok(id.to_owned())
}

/// An id made from a name.
fn id_of(name: &str) -> String {
    let slug = check::slug(name);
    if slug.is_empty() { "group".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_gets_an_id_from_its_name() {
        let new = |id: &str, name: &str| {
            let new = NewGroup { id: id.into(), ..NewGroup::named(name, GroupKind::SymmetricKey) };
            new.checked().map(|new| (new.id, new.name))
        };
        assert_eq!(new("", " Plant 7 "), Ok(("plant-7".into(), "Plant 7".into())));
        assert_eq!(new("My_Group", ""), Ok(("My_Group".into(), "My_Group".into())));
        assert_eq!(new("", "日本"), Ok(("group".into(), "日本".into())));
        for (id, name, field) in
            [("", "", "name"), ("a/b", "x", "id"), (".a", "x", "id"), (&"x".repeat(129), "x", "id")]
        {
            assert!(new(id, name).unwrap_err().of_field(field).is_some(), "{id} {name}");
        }
    }

    #[test]
    fn certificates_have_no_keys() {
        let keys = Some(KeyPair { primary: "a".into(), secondary: "b".into() });
        let new = NewGroup { keys, ..NewGroup::named("x", GroupKind::X509) };
        assert!(new.checked().unwrap_err().of_field("keys").is_some());
        assert_eq!(format!("{:?}", new.keys), "Some(KeyPair(…))");
    }
}
