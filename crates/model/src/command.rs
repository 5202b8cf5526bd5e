//! Commands: what a device is asked to do, and what came of it.

use crate::dtdl::Capability;
use crate::message::Message;
use crate::problem::{Code, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Shortest time that a device is given to answer, in seconds.
pub const TIMEOUT_S_MIN: u32 = 5;
/// Longest.
pub const TIMEOUT_S_MAX: u32 = 300;
/// Where nobody says how long.
pub const TIMEOUT_S: u32 = 30;
/// Most bytes of a request, and of an answer.
pub const BYTES_MAX: usize = 128 * 1024;
/// Longest name of a command or component, in characters.
pub const NAME_MAX: usize = 128;
/// The status of an answer whose result comes later, as a reported property of the command's name.
pub const LATER: u16 = 202;

/// A command that is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// The component; empty: the device itself.
    #[serde(default)]
    pub component: String,
    /// Its name.
    pub name: String,
    /// What it is given; none: nothing.
    #[serde(default)]
    pub request: Option<Value>,
    /// How long the device may take to answer, in seconds; none: [`TIMEOUT_S`].
    #[serde(default)]
    pub timeout_s: Option<u32>,
    /// How long is waited for a device that is not connected, in seconds.
    #[serde(default)]
    pub connect_s: u32,
    /// How long it waits for a device that is away, in seconds: then it goes as a message. 0: not at all. None: as the
    /// template says.
    #[serde(default)]
    pub queue_s: Option<u32>,
}

impl NewRun {
    /// Checks what can be checked without the device.
    ///
    /// # Errors
    /// [`Code::Invalid`] by field.
    pub fn checked(self) -> Result<NewRun, Problem> {
        let mut check = crate::check::Check::default();
        check.that(is_name(&self.name), "name", NAME_RULE);
        check.that(self.component.is_empty() || is_name(&self.component), "component", NAME_RULE);
        let timeout = self.timeout_s.unwrap_or(TIMEOUT_S);
        check.that(
            (TIMEOUT_S_MIN..=TIMEOUT_S_MAX).contains(&timeout),
            "timeout",
            format!("The time limit is {TIMEOUT_S_MIN} to {TIMEOUT_S_MAX} seconds."),
        );
        check.that(
            self.connect_s <= TIMEOUT_S_MAX,
            "connect",
            format!("A device that is not connected is waited for up to {TIMEOUT_S_MAX} seconds."),
        );
        if let Some(queue_s) = self.queue_s.filter(|queue_s| *queue_s > 0) {
            check.field("queue", crate::message::checked_expiry(queue_s));
        }
        let bytes = self.body().len();
        check.that(
            bytes <= BYTES_MAX,
            "request",
            format!("A request has at most {BYTES_MAX} bytes; this has {bytes}."),
        );
        check.done()?;
        Ok(NewRun { timeout_s: Some(timeout), ..self })
    }

    /// What goes to the device.
    pub fn body(&self) -> String {
        self.request.as_ref().map(Value::to_string).unwrap_or_default()
    }
}

const NAME_RULE: &str = "A name has 1 to 128 characters: letters, digits, _ - . and nothing else.";

/// Whether this can be the name of a command or of a component: as a level of a topic, without what divides them.
pub fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// On its way, or the device is at it.
    Sent,
    /// The device has answered in time.
    Answered,
    /// It has not; it may yet.
    TimedOut,
    /// The device was not there, or did not listen to commands.
    NotConnected,
    /// It waits for the device.
    Waiting,
    /// The device has it; a result comes as a reported property, if any.
    Delivered,
    /// The device did not come in time.
    Expired,
    /// The device did not acknowledge it, time and again.
    GivenUp,
    /// The device did not want it.
    Refused,
    /// Somebody has taken it back.
    Removed,
}

impl RunState {
    /// All.
    pub const ALL: [RunState; 10] = [
        RunState::Sent,
        RunState::Answered,
        RunState::TimedOut,
        RunState::NotConnected,
        RunState::Waiting,
        RunState::Delivered,
        RunState::Expired,
        RunState::GivenUp,
        RunState::Refused,
        RunState::Removed,
    ];

    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Sent => "sent",
            RunState::Answered => "answered",
            RunState::TimedOut => "timed-out",
            RunState::NotConnected => "not-connected",
            RunState::Waiting => "waiting",
            RunState::Delivered => "delivered",
            RunState::Expired => "expired",
            RunState::GivenUp => "given-up",
            RunState::Refused => "refused",
            RunState::Removed => "removed",
        }
    }

    /// Reads [`RunState::as_str`] back.
    pub fn from_word(word: &str) -> Option<RunState> {
        RunState::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            RunState::Sent => "Running",
            RunState::Answered => "Answered",
            RunState::TimedOut => "No answer in time",
            RunState::NotConnected => "Not connected",
            RunState::Waiting => "Waits for the device",
            RunState::Delivered => "Delivered",
            RunState::Expired => "Expired",
            RunState::GivenUp => "Given up",
            RunState::Refused => "Refused by the device",
            RunState::Removed => "Taken back",
        }
    }

    /// Whether someone should look at it.
    pub fn is_trouble(self) -> bool {
        !matches!(
            self,
            RunState::Sent | RunState::Answered | RunState::Waiting | RunState::Delivered | RunState::Removed
        )
    }
}

/// A command that was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its number, by which the device knows it too.
    pub id: i64,
    /// The component; empty: the device itself.
    pub component: String,
    /// The command.
    pub name: String,
    /// JSON that it was given.
    pub request: Option<String>,
    /// How long the device had, in seconds.
    pub timeout_s: u32,
    /// Where it stands.
    pub state: RunState,
    /// Why it did not reach the device, where there is more to say.
    pub why: Option<String>,
    /// What the device answered, as HTTP statuses go.
    pub status: Option<u16>,
    /// And with what.
    pub response: Option<String>,
    /// When, milliseconds since 1970.
    pub answered_ms: Option<i64>,
    /// What it reported later under the command's name, JSON.
    pub result: Option<String>,
    /// And when.
    pub result_ms: Option<i64>,
    /// Who ran it.
    pub by: String,
    /// When.
    pub created_ms: i64,
}

impl Run {
    /// Whether the answer came after its time.
    pub fn is_late(&self) -> bool {
        self.state == RunState::TimedOut && self.answered_ms.is_some()
    }

    /// Whether the device has promised a result that it has not reported yet.
    pub fn is_pending(&self) -> bool {
        self.status == Some(LATER) && self.result.is_none()
    }

    /// What the device answered, as JSON; a text where it is none.
    pub fn response_value(&self) -> Option<Value> {
        let text = self.response.as_ref().filter(|text| !text.is_empty())?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())))
    }
}

/// All that a device's page tells of commands and messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandsView {
    /// The commands that the device's template knows.
    pub known: Vec<Capability>,
    /// What was run, newest first.
    pub runs: Vec<Run>,
    /// What was sent, newest first.
    pub messages: Vec<Message>,
}

/// A problem with what a command is given.
pub fn request_problem(message: impl Into<String>) -> Problem {
    Problem::field(Code::Invalid, "request", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn new(name: &str, component: &str, timeout_s: Option<u32>) -> NewRun {
        let (name, component) = (name.to_owned(), component.to_owned());
        NewRun { name, component, timeout_s, request: Some(json!({"a": 1})), connect_s: 0, queue_s: None }
    }

    #[test]
    fn what_can_be_run_is_checked_by_field() {
        assert_eq!(new("reboot", "", None).checked().unwrap().timeout_s, Some(TIMEOUT_S));
        for (bad, field) in [
            (new("", "", None), "name"),
            (new("a/b", "", None), "name"),
            (new("a*b", "", None), "name"),
            (new("a", "b+", None), "component"),
            (new("a", "", Some(4)), "timeout"),
            (new("a", "", Some(301)), "timeout"),
            (NewRun { queue_s: Some(crate::message::EXPIRY_S_MAX + 1), ..new("a", "", None) }, "queue"),
            (NewRun { request: Some(json!("x".repeat(BYTES_MAX))), ..new("a", "", None) }, "request"),
        ] {
            let problem = bad.clone().checked().unwrap_err();
            assert!(problem.of_field(field).is_some(), "{bad:?}: {problem:?}");
        }
    }

    #[test]
    fn words_round_trip() {
        for state in RunState::ALL {
            assert_eq!(RunState::from_word(state.as_str()), Some(state));
        }
    }
}
