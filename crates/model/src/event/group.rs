//! Lines of a log by what they are about, and what to do about trouble.

use super::{DeviceEvent, EventKind};
use serde::{Deserialize, Serialize};

/// What lines are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventGroup {
    /// Whatever somebody should look at.
    Trouble,
    /// Coming and going, and who may.
    Connections,
    /// What was sent and not taken as it was.
    Data,
    /// Properties.
    Properties,
    /// Commands and messages.
    Commands,
    /// Files.
    Files,
    /// What people did with the device.
    People,
}

impl EventGroup {
    /// All, in the order in which they are offered.
    pub const ALL: [EventGroup; 7] = [
        EventGroup::Trouble,
        EventGroup::Connections,
        EventGroup::Data,
        EventGroup::Properties,
        EventGroup::Commands,
        EventGroup::Files,
        EventGroup::People,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            EventGroup::Trouble => "Trouble",
            EventGroup::Connections => "Connections",
            EventGroup::Data => "Refused data",
            EventGroup::Properties => "Properties",
            EventGroup::Commands => "Commands and messages",
            EventGroup::Files => "Files",
            EventGroup::People => "What people did",
        }
    }

    /// The word that stands in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            EventGroup::Trouble => "trouble",
            EventGroup::Connections => "connections",
            EventGroup::Data => "data",
            EventGroup::Properties => "properties",
            EventGroup::Commands => "commands",
            EventGroup::Files => "files",
            EventGroup::People => "people",
        }
    }

    /// Reads [`EventGroup::as_str`] back.
    pub fn from_word(word: &str) -> Option<EventGroup> {
        EventGroup::ALL.into_iter().find(|group| group.as_str() == word)
    }

    /// The kinds of lines that are about it.
    pub fn kinds(self) -> Vec<EventKind> {
        EventKind::ALL.into_iter().filter(|kind| self.holds(*kind)).collect()
    }

    fn holds(self, kind: EventKind) -> bool {
        use EventKind as Kind;
        match self {
            EventGroup::Trouble => kind.is_trouble(),
            EventGroup::Connections => matches!(
                kind,
                Kind::Connected
                    | Kind::Disconnected
                    | Kind::SignInRefused
                    | Kind::LimitReached
                    | Kind::ProtocolError
                    | Kind::Provisioned
                    | Kind::Blocked
                    | Kind::Unblocked
                    | Kind::Approved
            ),
            EventGroup::Data => matches!(
                kind,
                Kind::TopicRefused | Kind::MessageRefused | Kind::FieldMismatch | Kind::LimitReached
            ),
            EventGroup::Properties => kind == Kind::TwinChanged,
            EventGroup::Commands => matches!(kind, Kind::Command | Kind::MessageSent),
            EventGroup::Files => matches!(kind, Kind::FileUploaded | Kind::FileFailed),
            EventGroup::People => matches!(
                kind,
                Kind::KeyShown
                    | Kind::KeyRotated
                    | Kind::CertificateChanged
                    | Kind::Blocked
                    | Kind::Unblocked
                    | Kind::Approved
                    | Kind::EnrolmentChanged
                    | Kind::Simulation
                    | Kind::Relationship
                    | Kind::Moved
            ),
        }
    }
}

impl EventKind {
    /// What to do about it, in a sentence; nothing where there is nothing to be done.
    pub fn advice(self) -> Option<&'static str> {
        Some(match self {
            EventKind::SignInRefused => {
                "Compare id, ID scope and key with the Connect tab. A key that was rotated, and a token that has run out, must be replaced in the device."
            }
            EventKind::TopicRefused => {
                "A device uses topics below its own ID scope and id only, each in its direction. The Connect tab shows them."
            }
            EventKind::LimitReached => {
                "Send less at once or less often: several readings fit into one message, as a JSON array."
            }
            EventKind::ProtocolError => {
                "The device, or its MQTT library, sends what MQTT does not allow. Look for an update of the library."
            }
            EventKind::MessageRefused => {
                "Raw data shows the message as it came, and what is wrong with it. Nothing of it was stored as values."
            }
            EventKind::FieldMismatch => {
                "The value is kept, but it is not what the template says. Change the device, or the template's type."
            }
            EventKind::FileFailed => "The device may ask for a new address and upload the file again.",
            _ => return None,
        })
    }
}

/// Which lines of a log are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogAsk {
    /// What they are about; none: anything.
    #[serde(default)]
    pub about: Option<EventGroup>,
    /// Only what is older than the line of this number.
    #[serde(default)]
    pub before: Option<i64>,
}

/// Some lines of a log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogPage {
    /// Newest first.
    pub lines: Vec<DeviceEvent>,
    /// Whether there are older ones.
    pub more: bool,
}

impl LogPage {
    /// Takes in the newest page, asked for again: what it reaches is as it says, what is older stays.
    pub fn renew(&mut self, newest: LogPage) {
        let Some(reach) = newest.lines.last().map(|line| line.id) else { return };
        let older = self.lines.drain(..).filter(|line| line.id < reach);
        let older: Vec<DeviceEvent> = older.collect();
        if older.is_empty() {
            self.more = newest.more;
        }
        self.lines = newest.lines;
        self.lines.extend(older);
    }

    /// Adds an older page.
    pub fn extend(&mut self, older: LogPage) {
        let reach = self.lines.last().map_or(i64::MAX, |line| line.id);
        self.lines.extend(older.lines.into_iter().filter(|line| line.id < reach));
        self.more = older.more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[i64], more: bool) -> LogPage {
        let line = |id: &i64| DeviceEvent {
            id: *id,
            at_ms: *id,
            kind: EventKind::Connected,
            text: String::new(),
            count: 1,
        };
        LogPage { lines: ids.iter().map(line).collect(), more }
    }

    fn ids(page: &LogPage) -> Vec<i64> {
        page.lines.iter().map(|line| line.id).collect()
    }

    #[test]
    fn every_kind_is_about_something_and_trouble_has_advice() {
        for kind in EventKind::ALL {
            let groups = EventGroup::ALL.into_iter().filter(|group| group.holds(kind)).count();
            assert!(groups > 0, "{kind:?} is about nothing");
            assert_eq!(kind.is_trouble(), kind.advice().is_some(), "{kind:?}");
        }
        for group in EventGroup::ALL {
            assert_eq!(EventGroup::from_word(group.as_str()), Some(group));
        }
    }

    #[test]
    fn a_log_grows_at_both_ends() {
        let mut log = page(&[9, 8, 7], true);
        log.extend(page(&[6, 5], false));
        assert_eq!((ids(&log), log.more), (vec![9, 8, 7, 6, 5], false));
        log.renew(page(&[11, 10, 9], true));
        assert_eq!((ids(&log), log.more), (vec![11, 10, 9, 8, 7, 6, 5], false));
        let mut short = page(&[3], false);
        short.renew(page(&[4, 3], true));
        assert_eq!((ids(&short), short.more), (vec![4, 3], true));
    }
}
