//! Mails that the product sends: what waits, what was sent, what could not be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What has become of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailState {
    /// It is yet to be sent, perhaps after tries that failed.
    Waiting,
    /// A mail server has taken it.
    Sent,
    /// No mail server took it for days; nobody tries any more.
    GivenUp,
}

impl MailState {
    /// All, in the order in which they are offered.
    pub const ALL: [MailState; 3] = [MailState::Waiting, MailState::Sent, MailState::GivenUp];

    /// The word kept in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            MailState::Waiting => "waiting",
            MailState::Sent => "sent",
            MailState::GivenUp => "given-up",
        }
    }

    /// Reads [`MailState::as_str`] back.
    pub fn from_word(word: &str) -> Option<MailState> {
        MailState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A mail as a list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailEntry {
    /// Its number.
    pub id: i64,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// What has become of it.
    pub state: MailState,
    /// How often it was tried.
    pub tries: i32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was queued, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it is tried next, while it waits.
    pub try_ms: Option<i64>,
    /// When it was sent or given up.
    pub ended_ms: Option<i64>,
}

/// What stands in a mail, in both forms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailBody {
    /// As plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The files that go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is called.
    pub name: String,
    /// What it is, as mails say it: `application/pdf`.
    pub media: String,
    /// All of it, base64; empty: it was sent, and is kept no longer.
    pub content: String,
}

impl Attachment {
    /// One of these bytes.
    pub fn new(name: &str, media: &str, bytes: &[u8]) -> Attachment {
        Attachment { name: name.to_owned(), media: media.to_owned(), content: STANDARD.encode(bytes) }
    }

    /// Its bytes; nothing where they are kept no longer.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.content).ok().filter(|bytes| !bytes.is_empty())
    }
}

/// What stands in the place of a link that only its reader may open.
const HIDDEN: &str = "(a link that only the reader of this mail is shown)";

impl MailBody {
    /// The text without its links: they open accounts, so whoever reads other people's mails must not have them. Of files only
    /// the names stay.
    #[must_use]
    pub fn without_links(&self) -> MailBody {
        let shown = |word: &str| if word.contains("://") { HIDDEN.to_owned() } else { word.to_owned() };
        let line = |line: &str| line.split(' ').map(shown).collect::<Vec<_>>().join(" ");
        let text = self.text.split('\n').map(line).collect::<Vec<_>>().join("\n");
        let emptied = |one: &Attachment| Attachment { content: String::new(), ..one.clone() };
        MailBody { text, html: String::new(), attachments: self.attachments.iter().map(emptied).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_links_opens_nothing() {
        let text =
            "Hello,\n\nJoin:\nhttps://iot.example.com/invitation/secret\n\nAt http://x.example/forgot too.";
        let attachments = vec![Attachment::new("a.pdf", "application/pdf", b"secret")];
        let whole = MailBody { text: text.into(), html: "<a href='https://x'>".into(), attachments };
        let shown = whole.without_links();
        assert_eq!((shown.attachments[0].name.as_str(), shown.attachments[0].bytes()), ("a.pdf", None));
        assert_eq!(whole.attachments[0].bytes().as_deref(), Some(b"secret".as_slice()));
        assert!(shown.text.starts_with("Hello,\n\nJoin:\n(a link"), "{}", shown.text);
        assert!(shown.text.ends_with("shown) too."), "{}", shown.text);
        assert!(!shown.text.contains("://") && shown.html.is_empty(), "{}", shown.text);
    }
}
