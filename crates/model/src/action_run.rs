//! What became of the actions of rules: what waits to be done, what was done, what came of it.

use serde::{Deserialize, Serialize};

/// Most alarms that one run names one by one.
pub const NAMED_MAX: usize = 20;
/// Most runs of a page.
pub const PAGE_MAX: i64 = 100;

/// How a run of an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// It is yet to be done, perhaps after tries that failed.
    Waiting,
    /// It was done.
    Done,
    /// It failed for too long, or in a way that no further try mends. Somebody can have it tried again.
    GivenUp,
    /// There were too many in too short a time; these were not done, and are counted here.
    HeldBack,
}

impl RunState {
    /// All, in the order in which they are offered.
    pub const ALL: [RunState; 4] = [RunState::Waiting, RunState::Done, RunState::GivenUp, RunState::HeldBack];

    /// The word kept in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Waiting => "waiting",
            RunState::Done => "done",
            RunState::GivenUp => "given-up",
            RunState::HeldBack => "held-back",
        }
    }

    /// Reads [`RunState::as_str`] back.
    pub fn from_word(word: &str) -> Option<RunState> {
        RunState::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            RunState::Waiting => "Waiting",
            RunState::Done => "Done",
            RunState::GivenUp => "Given up",
            RunState::HeldBack => "Held back",
        }
    }
}

/// An alarm as an action tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// Its number; 0: of a test.
    pub alarm: i64,
    /// The device's id.
    pub device: String,
    /// What people call the device.
    pub device_name: String,
    /// Why the rule fired.
    pub why: String,
    /// When it fired, milliseconds since 1970.
    pub at_ms: i64,
}

/// A run of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionRun {
    /// Its number in the workspace.
    pub id: i64,
    /// The rule; nothing: it is gone.
    pub rule: Option<i32>,
    /// What the rule was called.
    pub rule_name: String,
    /// What kind of thing is done: `mail`, `webhook`, `command`, `property`, `publish`.
    pub kind: String,
    /// To whom, or where.
    pub target: String,
    /// How it stands.
    pub state: RunState,
    /// Whether somebody tried it by hand.
    pub is_test: bool,
    /// For how many times that the rule fired.
    pub count: i64,
    /// When it was first wanted, milliseconds since 1970.
    pub created_ms: i64,
    /// When it is tried next, milliseconds since 1970.
    pub try_ms: Option<i64>,
    /// When it was over, milliseconds since 1970.
    pub ended_ms: Option<i64>,
    /// How often it was tried.
    pub tries: i32,
    /// The status of the answer, where it has one.
    pub status: Option<i32>,
    /// What came of the newest try.
    pub answer: String,
    /// How long the newest try took, in milliseconds.
    pub took_ms: Option<i32>,
    /// What tells the receiver doubles.
    pub key: String,
}

/// Which runs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionRunQuery {
    /// Of this rule.
    #[serde(default)]
    pub rule: Option<i32>,
    /// In this state.
    #[serde(default)]
    pub state: Option<RunState>,
    /// So many are passed over.
    #[serde(default)]
    pub offset: i64,
    /// So many at most; 0: as many as a page holds.
    #[serde(default)]
    pub limit: i64,
}
