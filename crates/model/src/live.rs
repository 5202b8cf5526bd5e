//! What is pushed to browsers over the one server-sent-events stream of a tab.

use crate::telemetry::Latest;
use serde::{Deserialize, Serialize};

/// One event of the stream; the JSON stands in the event's `data`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum LiveEvent {
    /// New values of a device, coalesced since the last event of that device.
    Values {
        /// External id.
        device: String,
        /// When the newest message arrived, milliseconds since 1970.
        arrived_ms: i64,
        /// How long the newest message took from its arrival to the commit, in milliseconds.
        commit_ms: u32,
        /// How many messages this stands for.
        messages: u32,
        /// The points, oldest first; where there were too many, the newest of each name remain.
        points: Vec<Latest>,
    },
    /// A line was added to a device's log.
    Logged {
        /// External id.
        device: String,
    },
    /// Something about a device is another than it was: ask again for it.
    Changed {
        /// External id.
        device: String,
        /// What.
        part: Part,
    },
    /// Alarms were raised or cleared, or somebody sees to them: ask again for what is shown of them.
    Alarms,
    /// Events were dropped because the tab reads too slowly: ask again for what is shown.
    Gap,
    /// What somebody may see or do here has changed: ask again who one is, and for what is shown.
    Access,
    /// The right to see this workspace is gone.
    Revoked,
}

/// What of a device has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Its properties: desired, reported or of the cloud.
    Properties,
    /// Commands that were run on it, or messages to it.
    Commands,
}
