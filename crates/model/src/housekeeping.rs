//! How the housekeeping of telemetry stands, for whoever runs the platform.

use serde::{Deserialize, Serialize};

/// How it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Housekeeping {
    /// How many slots of messages are in each state, by its word.
    pub slots: Vec<(String, i64)>,
    /// When the oldest slot was closed that waits to be packed, milliseconds since 1970.
    pub waiting_since_ms: Option<i64>,
    /// What the whole database takes on the disk, bytes.
    pub database_bytes: i64,
    /// The last failure, if there was one.
    pub trouble: Option<Trouble>,
}

/// A failure that happened, perhaps again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// When it happened last, milliseconds since 1970.
    pub at_ms: i64,
    /// How often in all.
    pub count: i64,
    /// Why.
    pub text: String,
}

impl Housekeeping {
    /// How many slots are in this state.
    pub fn count(&self, state: &str) -> i64 {
        self.slots.iter().filter(|(word, _)| word == state).map(|(_, count)| count).sum()
    }
}
