//! A publisher's messages that wait for their acknowledgement, in the order in which they came.
//!
//! Groups answer in any order; PUBACKs go out in that of the messages, as MQTT demands.

use mqtt_protocol_core::mqtt::result_code::PubackReasonCode;
use std::collections::VecDeque;

/// The messages. They are counted as they come, and known by their number.
#[derive(Default)]
pub(crate) struct Unsettled {
    counted: u64,
    queue: VecDeque<Waiting>,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its packet id.
    pub(crate) id: u16,
    /// How many groups have yet to answer.
    waits: usize,
    /// What the PUBACK says.
    pub(crate) code: PubackReasonCode,
    /// And why, where it is no.
    pub(crate) reason: Option<String>,
}

impl Unsettled {
    /// Adds a message; its number.
    pub(crate) fn add(&mut self, id: u16) -> u64 {
        self.queue.push_back(Waiting { id, waits: 1, code: PubackReasonCode::Success, reason: None });
        self.counted += 1;
        self.counted - 1
    }

    /// So many groups have to answer for it; one at least.
    pub(crate) fn wait_for(&mut self, number: u64, groups: usize) {
        if let Some(waiting) = self.get(number) {
            waiting.waits += groups.saturating_sub(1);
        }
    }

    /// A group has answered for it.
    pub(crate) fn settle(&mut self, number: u64) {
        if let Some(waiting) = self.get(number) {
            waiting.waits = waiting.waits.saturating_sub(1);
        }
    }

    /// It is answered with no, and nobody is waited for.
    pub(crate) fn refuse(&mut self, number: u64, code: PubackReasonCode, reason: String) {
        if let Some(waiting) = self.get(number) {
            *waiting = Waiting { id: waiting.id, waits: 0, code, reason: Some(reason) };
        }
    }

    /// Takes the oldest, if everyone has answered for it.
    pub(crate) fn next_done(&mut self) -> Option<Waiting> {
        if self.queue.front()?.waits > 0 {
            return None;
        }
        self.queue.pop_front()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    fn get(&mut self, number: u64) -> Option<&mut Waiting> {
        let first = self.counted - self.queue.len() as u64;
        let at = usize::try_from(number.checked_sub(first)?).ok()?;
        self.queue.get_mut(at)
    }
}

#[cfg(test)]
mod properties;
