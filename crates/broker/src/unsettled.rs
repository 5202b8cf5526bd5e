//! A publisher's messages that wait for their acknowledgement, in the order in which they came.
//!
//! Groups answer in any order; PUBACKs go out in that of the messages, as MQTT demands.

use mqtt_protocol_core::mqtt::result_code::PubackReasonCode;
use std::collections::{HashMap, VecDeque};

/// The messages. They are counted as they come, and known by their number.
#[derive(Default)]
pub(crate) struct Unsettled {
    counted: u64,
    queue: VecDeque<Waiting>,
    /// Packet ids of those that are answered out of their turn.
    apart: HashMap<u64, u16>,
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
    /// Whether it is answered out of its turn.
    apart: bool,
}

impl Unsettled {
    /// Adds a message; its number.
    pub(crate) fn add(&mut self, id: u16) -> u64 {
        let code = PubackReasonCode::Success;
        self.queue.push_back(Waiting { id, waits: 1, code, reason: None, apart: false });
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
        if let Some(waiting) = self.get(number).filter(|waiting| !waiting.apart) {
            *waiting = Waiting { id: waiting.id, waits: 0, code, reason: Some(reason), apart: false };
        }
    }

    /// It is answered when that is known, whatever becomes of those around it: see [`Unsettled::take_apart`].
    pub(crate) fn set_apart(&mut self, number: u64) {
        if let Some(waiting) = self.get(number) {
            let id = waiting.id;
            (waiting.apart, waiting.waits) = (true, 0);
            self.apart.insert(number, id);
        }
    }

    /// Takes one that was set apart; its packet id.
    pub(crate) fn take_apart(&mut self, number: u64) -> Option<u16> {
        self.apart.remove(&number)
    }

    /// Takes the oldest, if everyone has answered for it.
    pub(crate) fn next_done(&mut self) -> Option<Waiting> {
        loop {
            if self.queue.front()?.waits > 0 {
                return None;
            }
            if let Some(done) = self.queue.pop_front().filter(|waiting| !waiting.apart) {
                return Some(done);
            }
        }
    }

    /// How many there are, at most: one that is set apart may count twice until its turn is over.
    pub(crate) fn len(&self) -> usize {
        self.queue.len() + self.apart.len()
    }

    fn get(&mut self, number: u64) -> Option<&mut Waiting> {
        let first = self.counted - self.queue.len() as u64;
        let at = usize::try_from(number.checked_sub(first)?).ok()?;
        self.queue.get_mut(at)
    }
}

#[cfg(test)]
mod properties;
