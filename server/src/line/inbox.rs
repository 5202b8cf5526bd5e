//! What other processes say, and whether some of it is missing.

use model::live::LiveEvent;
use serde::Deserialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Beyond so many processes, those that were silent for long are forgotten.
const REMEMBERED: usize = 100;
const LONG: Duration = Duration::from_secs(3600);

/// The newest message of each process.
#[derive(Default)]
pub(super) struct Inbox(HashMap<String, (u64, Instant)>);

#[derive(Deserialize)]
struct Said {
    from: String,
    number: u64,
    events: Vec<LiveEvent>,
}

impl Inbox {
    /// The events of a message, and whether something was missed before them.
    pub(super) fn take(
        &mut self,
        payload: &[u8],
        now: Instant,
    ) -> serde_json::Result<(Vec<LiveEvent>, bool)> {
        let Said { from, number, events } = serde_json::from_slice(payload)?;
        if self.0.len() >= REMEMBERED {
            self.0.retain(|_, (_, heard)| now.duration_since(*heard) < LONG);
        }
        let before = self.0.insert(from, (number, now));
        Ok((events, before.is_some_and(|(before, _)| number != before.wrapping_add(1))))
    }
}
