//! Messages from the cloud to a device, which wait until the device has acknowledged them.

use crate::check::Check;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Most bytes of a body.
pub const BYTES_MAX: usize = 64 * 1024;
/// Most messages that wait for one device.
pub const WAITING_MAX: i64 = 50;
/// How long a message waits where nobody says how long, in seconds.
pub const EXPIRY_S: u32 = 60 * 60;
/// How long it waits at most.
pub const EXPIRY_S_MAX: u32 = 2 * 24 * 60 * 60;
/// How often a message is sent to a device that doesn't acknowledge it.
pub const DELIVERIES_MAX: i32 = 10;
/// The property that makes a message a command.
pub const METHOD_NAME: &str = "method-name";
/// Most properties of a message.
const PROPERTIES_MAX: usize = 64;
/// Most bytes of a message's properties.
const PROPERTIES_BYTES: usize = 8 * 1024;
/// Longest id, in characters.
const MID_MAX: usize = 128;

/// Of what whoever sends a message wants to hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feedback {
    /// Of nothing.
    #[default]
    None,
    /// That it was delivered.
    Positive,
    /// That it was not.
    Negative,
    /// Of both.
    Full,
}

impl Feedback {
    /// All.
    pub const ALL: [Feedback; 4] = [Feedback::None, Feedback::Positive, Feedback::Negative, Feedback::Full];

    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Feedback::None => "none",
            Feedback::Positive => "positive",
            Feedback::Negative => "negative",
            Feedback::Full => "full",
        }
    }

    /// Reads [`Feedback::as_str`] back.
    pub fn from_word(word: &str) -> Option<Feedback> {
        Feedback::ALL.into_iter().find(|ack| ack.as_str() == word)
    }

    /// Whether the device's log tells of this end.
    pub fn tells(self, state: MessageState) -> bool {
        match state {
            MessageState::Delivered => matches!(self, Feedback::Positive | Feedback::Full),
            MessageState::Waiting => false,
            _ => matches!(self, Feedback::Negative | Feedback::Full),
        }
    }
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageState {
    /// It waits for the device, or for its acknowledgement.
    Waiting,
    /// The device has acknowledged it.
    Delivered,
    /// Its time was over.
    Expired,
    /// It was sent [`DELIVERIES_MAX`] times and not acknowledged.
    GivenUp,
    /// The device did not want it.
    Refused,
    /// Somebody has taken it back.
    Removed,
}

impl MessageState {
    /// All.
    pub const ALL: [MessageState; 6] = [
        MessageState::Waiting,
        MessageState::Delivered,
        MessageState::Expired,
        MessageState::GivenUp,
        MessageState::Refused,
        MessageState::Removed,
    ];

    /// The word kept in the database; the same as that of a command that goes as a message.
    pub fn as_str(self) -> &'static str {
        match self {
            MessageState::Waiting => "waiting",
            MessageState::Delivered => "delivered",
            MessageState::Expired => "expired",
            MessageState::GivenUp => "given-up",
            MessageState::Refused => "refused",
            MessageState::Removed => "removed",
        }
    }

    /// Reads [`MessageState::as_str`] back.
    pub fn from_word(word: &str) -> Option<MessageState> {
        MessageState::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            MessageState::Waiting => "Waits for the device",
            MessageState::Delivered => "Delivered",
            MessageState::Expired => "Expired",
            MessageState::GivenUp => "Given up",
            MessageState::Refused => "Refused by the device",
            MessageState::Removed => "Taken back",
        }
    }

    /// Whether someone should look at it.
    pub fn is_trouble(self) -> bool {
        matches!(self, MessageState::Expired | MessageState::GivenUp | MessageState::Refused)
    }
}

/// A message that is to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMessage {
    /// What the device knows it by; empty: made up.
    #[serde(default)]
    pub mid: String,
    /// The body.
    pub body: Vec<u8>,
    /// What the body is.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Further properties.
    #[serde(default)]
    pub properties: Vec<(String, String)>,
    /// How long it waits, in seconds; none: [`EXPIRY_S`].
    #[serde(default)]
    pub expiry_s: Option<u32>,
    /// Of what the device's log tells.
    #[serde(default)]
    pub ack: Feedback,
}

impl NewMessage {
    /// Checks it.
    ///
    /// # Errors
    /// [`crate::Code::Invalid`] by field.
    pub fn checked(self) -> Result<NewMessage, Problem> {
        let mut check = Check::default();
        let (bytes, mid) = (self.body.len(), &self.mid);
        check.that(
            bytes <= BYTES_MAX,
            "body",
            format!("A body has at most {BYTES_MAX} bytes; this has {bytes}."),
        );
        check.that(
            mid.len() <= MID_MAX && mid.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(&b)),
            "id",
            format!("An id has up to {MID_MAX} characters: letters, digits, _ - . : and nothing else."),
        );
        let expiry_s = check.field("expiry", checked_expiry(self.expiry_s.unwrap_or(EXPIRY_S)));
        let printable = |text: &str| !text.chars().any(char::is_control);
        let named = |(key, value): &(String, String)| !key.is_empty() && printable(key) && printable(value);
        let size: usize = self.properties.iter().map(|(key, value)| key.len() + value.len()).sum();
        check.that(
            self.properties.iter().all(named),
            "properties",
            "Each property has a name, and neither name nor value holds control characters.",
        );
        check.that(
            self.properties.len() <= PROPERTIES_MAX && size <= PROPERTIES_BYTES,
            "properties",
            format!("There are at most {PROPERTIES_MAX} properties, of {PROPERTIES_BYTES} bytes in all."),
        );
        let kind = self.content_type.as_deref().unwrap_or_default();
        check.that(
            kind.len() <= 128 && printable(kind),
            "contentType",
            "A content type has up to 128 characters, like application/json.",
        );
        check.done()?;
        let content_type = self.content_type.filter(|kind| !kind.is_empty());
        Ok(NewMessage { expiry_s, content_type, ..self })
    }
}

/// How long something may wait for a device, in seconds.
///
/// # Errors
/// A sentence with what is allowed.
pub fn checked_expiry(expiry_s: u32) -> Result<u32, String> {
    let allowed = (1..=EXPIRY_S_MAX).contains(&expiry_s);
    allowed
        .then_some(expiry_s)
        .ok_or_else(|| format!("It waits 1 to {EXPIRY_S_MAX} seconds, which is two days."))
}

/// A message, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number: they are delivered in this order.
    pub id: i64,
    /// What the device knows it by.
    pub mid: String,
    /// The body, as far as it is text.
    pub body: String,
    /// How long the body is, in bytes.
    pub bytes: i32,
    /// What the body is.
    pub content_type: Option<String>,
    /// Further properties.
    pub properties: Vec<(String, String)>,
    /// Of what the device's log tells.
    pub ack: Feedback,
    /// Where it stands.
    pub state: MessageState,
    /// How often it was sent.
    pub deliveries: i32,
    /// Who has sent it.
    pub by: String,
    /// When, milliseconds since 1970.
    pub created_ms: i64,
    /// Until when it waits.
    pub expires_ms: i64,
    /// When it came to its end.
    pub ended_ms: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_sent_is_checked_by_field() {
        let good = NewMessage { body: vec![0; BYTES_MAX], ..NewMessage::default() };
        assert_eq!(good.clone().checked().unwrap().expiry_s, Some(EXPIRY_S));
        let pair = |key: &str| vec![(key.to_owned(), "v".to_owned())];
        for (bad, field) in [
            (NewMessage { body: vec![0; BYTES_MAX + 1], ..good.clone() }, "body"),
            (NewMessage { mid: "a/b".into(), ..good.clone() }, "id"),
            (NewMessage { expiry_s: Some(0), ..good.clone() }, "expiry"),
            (NewMessage { expiry_s: Some(EXPIRY_S_MAX + 1), ..good.clone() }, "expiry"),
            (NewMessage { properties: pair(""), ..good.clone() }, "properties"),
            (NewMessage { properties: pair("a\n"), ..good.clone() }, "properties"),
            (NewMessage { properties: vec![("k".into(), "v".into()); 65], ..good.clone() }, "properties"),
            (NewMessage { content_type: Some("a\0".into()), ..good.clone() }, "contentType"),
        ] {
            let problem = bad.checked().unwrap_err();
            assert!(problem.of_field(field).is_some(), "{field}: {problem:?}");
        }
    }

    #[test]
    fn words_round_trip_and_are_those_of_commands() {
        for state in MessageState::ALL {
            assert_eq!(MessageState::from_word(state.as_str()), Some(state));
            assert!(crate::command::RunState::from_word(state.as_str()).is_some());
        }
        for ack in Feedback::ALL {
            assert_eq!(Feedback::from_word(ack.as_str()), Some(ack));
        }
    }

    #[test]
    fn feedback_tells_what_was_asked_for() {
        assert!(Feedback::Full.tells(MessageState::Delivered) && Feedback::Full.tells(MessageState::Expired));
        assert!(!Feedback::Negative.tells(MessageState::Delivered));
        assert!(!Feedback::Positive.tells(MessageState::Expired));
        assert!(!Feedback::None.tells(MessageState::GivenUp));
    }
}
