//! What a device's log tells: connections, refusals, limits.

use serde::{Deserialize, Serialize};

/// The kind of an event; the word stands in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Connected and authenticated.
    Connected,
    /// Went, for the reason in the text.
    Disconnected,
    /// Wrong key or certificate, or none.
    SignInRefused,
    /// A topic that is not the device's, or the wrong direction.
    TopicRefused,
    /// A limit struck; the text names it.
    LimitReached,
    /// A packet that breaks the protocol.
    ProtocolError,
    /// An entry was kept as refused.
    MessageRefused,
    /// A field broke the template; the value is kept beside the others.
    FieldMismatch,
    /// The key was shown to someone.
    KeyShown,
    /// The key was replaced.
    KeyRotated,
    /// A certificate was given to it, or taken from it.
    CertificateChanged,
    /// It was blocked by someone.
    Blocked,
    /// It was unblocked by someone.
    Unblocked,
    /// A file of it is here.
    FileUploaded,
    /// A file of it did not come.
    FileFailed,
    /// Its properties were changed by someone, or the device answers what is wanted of it.
    TwinChanged,
    /// It has enrolled, and was told where to connect.
    Provisioned,
    /// It was approved by someone.
    Approved,
    /// How it proves who it is was changed.
    EnrolmentChanged,
    /// A command was run on it, or it answered one.
    Command,
    /// A message was sent to it, or came to an end.
    MessageSent,
    /// It came to this organization.
    Moved,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [EventKind; 22] = [
        EventKind::Connected,
        EventKind::Disconnected,
        EventKind::SignInRefused,
        EventKind::TopicRefused,
        EventKind::LimitReached,
        EventKind::ProtocolError,
        EventKind::MessageRefused,
        EventKind::FieldMismatch,
        EventKind::KeyShown,
        EventKind::KeyRotated,
        EventKind::CertificateChanged,
        EventKind::Blocked,
        EventKind::Unblocked,
        EventKind::FileUploaded,
        EventKind::FileFailed,
        EventKind::TwinChanged,
        EventKind::Provisioned,
        EventKind::Approved,
        EventKind::EnrolmentChanged,
        EventKind::Command,
        EventKind::MessageSent,
        EventKind::Moved,
    ];

    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Connected => "connected",
            EventKind::Disconnected => "disconnected",
            EventKind::SignInRefused => "sign-in-refused",
            EventKind::TopicRefused => "topic-refused",
            EventKind::LimitReached => "limit-reached",
            EventKind::ProtocolError => "protocol-error",
            EventKind::MessageRefused => "message-refused",
            EventKind::FieldMismatch => "field-mismatch",
            EventKind::KeyShown => "key-shown",
            EventKind::KeyRotated => "key-rotated",
            EventKind::CertificateChanged => "certificate-changed",
            EventKind::Blocked => "blocked",
            EventKind::Unblocked => "unblocked",
            EventKind::FileUploaded => "file-uploaded",
            EventKind::FileFailed => "file-failed",
            EventKind::TwinChanged => "twin-changed",
            EventKind::Provisioned => "provisioned",
            EventKind::Approved => "approved",
            EventKind::EnrolmentChanged => "enrolment-changed",
            EventKind::Command => "command",
            EventKind::MessageSent => "message-sent",
            EventKind::Moved => "moved",
        }
    }

    /// Reads [`EventKind::as_str`] back.
    pub fn from_word(word: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|k| k.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            EventKind::Connected => "Connected",
            EventKind::Disconnected => "Disconnected",
            EventKind::SignInRefused => "Sign-in refused",
            EventKind::TopicRefused => "Topic refused",
            EventKind::LimitReached => "Limit reached",
            EventKind::ProtocolError => "Protocol error",
            EventKind::MessageRefused => "Message refused",
            EventKind::FieldMismatch => "Field doesn't fit",
            EventKind::KeyShown => "Key shown",
            EventKind::KeyRotated => "Key rotated",
            EventKind::CertificateChanged => "Certificate changed",
            EventKind::Blocked => "Blocked",
            EventKind::Unblocked => "Unblocked",
            EventKind::FileUploaded => "File uploaded",
            EventKind::FileFailed => "File failed",
            EventKind::TwinChanged => "Properties changed",
            EventKind::Provisioned => "Provisioned",
            EventKind::Approved => "Approved",
            EventKind::EnrolmentChanged => "Enrolment changed",
            EventKind::Command => "Command",
            EventKind::MessageSent => "Message sent",
            EventKind::Moved => "Moved",
        }
    }

    /// Whether someone should look at it.
    pub fn is_trouble(self) -> bool {
        !matches!(
            self,
            EventKind::Connected
                | EventKind::Disconnected
                | EventKind::KeyShown
                | EventKind::KeyRotated
                | EventKind::CertificateChanged
                | EventKind::Blocked
                | EventKind::Unblocked
                | EventKind::FileUploaded
                | EventKind::TwinChanged
                | EventKind::Provisioned
                | EventKind::Approved
                | EventKind::Moved
                | EventKind::EnrolmentChanged
                | EventKind::Command
                | EventKind::MessageSent
        )
    }
}

/// A line of a device's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceEvent {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// What.
    pub kind: EventKind,
    /// A sentence with the particulars.
    pub text: String,
    /// How often it happened since `at_ms`, where alike lines were folded into one; else 1.
    pub count: i32,
}
