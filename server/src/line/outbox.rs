//! What is to be said, put together: one message a workspace, a few times a second, within bounds, and numbered, so
//! that who hears it knows when some is missing.

use crate::live::coalesce;
use model::WorkspaceId;
use model::live::{LiveEvent, Part};
use std::collections::HashMap;

/// Most devices of which something waits to be said.
const DEVICES_MAX: usize = 2_000;
/// A message is closed when it is larger, in bytes.
const ENOUGH: usize = 64 * 1024;
/// An event that is larger is lost, in bytes: the broker would not take it.
const EVENT_MAX: usize = 128 * 1024;

/// What waits to be said.
pub(super) struct Outbox {
    /// This start of this process.
    from: String,
    /// Of the newest message.
    number: u64,
    /// How many events wait.
    count: usize,
    /// By device, and what it is about.
    waiting: HashMap<WorkspaceId, HashMap<(String, About), LiveEvent>>,
    lost: bool,
}

/// What an event is about: of one device, what is about the same is put together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum About {
    Values,
    Log,
    Part(Part),
    /// Of the workspace, and of no device.
    Alarms,
}

impl Outbox {
    pub(super) fn new() -> Outbox {
        // Random, or else the time: it only must not repeat.
        let from = getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()));
        let (number, count, waiting) = (0, 0, HashMap::new());
        Outbox { from: format!("{from:016x}"), number, count, waiting, lost: false }
    }

    /// Adds an event; what waits of the same device is put together with it.
    pub(super) fn add(&mut self, workspace: WorkspaceId, event: LiveEvent) {
        let key = match &event {
            LiveEvent::Values { device, .. } => (device.clone(), About::Values),
            LiveEvent::Logged { device } => (device.clone(), About::Log),
            LiveEvent::Changed { device, part } => (device.clone(), About::Part(*part)),
            LiveEvent::Alarms => (String::new(), About::Alarms),
            // Each process tells its own pages.
            LiveEvent::Gap | LiveEvent::Access | LiveEvent::Revoked => return,
        };
        let waiting = self.waiting.entry(workspace).or_default();
        let event = match waiting.remove(&key) {
            Some(before) => coalesce::merge(before, event),
            None if self.count >= DEVICES_MAX => {
                self.lost = true;
                return;
            }
            None => {
                self.count += 1;
                event
            }
        };
        waiting.insert(key, event);
    }

    /// Something that was to be said is lost.
    pub(super) fn lost(&mut self) {
        self.lost = true;
    }

    /// All that waits, as messages.
    pub(super) fn take(&mut self) -> Vec<(WorkspaceId, Vec<u8>)> {
        if std::mem::take(&mut self.lost) {
            self.number += 1;
        }
        self.count = 0;
        let mut messages = Vec::new();
        for (workspace, events) in std::mem::take(&mut self.waiting) {
            let mut text = String::new();
            for event in events.into_values() {
                match serde_json::to_string(&event) {
                    Ok(event) if event.len() <= EVENT_MAX => {
                        if !text.is_empty() {
                            text.push(',');
                        }
                        text.push_str(&event);
                    }
                    _ => self.number += 1,
                }
                if text.len() > ENOUGH {
                    messages.push((workspace, self.message(&std::mem::take(&mut text))));
                }
            }
            if !text.is_empty() {
                messages.push((workspace, self.message(&text)));
            }
        }
        messages
    }

    fn message(&mut self, events: &str) -> Vec<u8> {
        self.number += 1;
        format!(r#"{{"from":"{}","number":{},"events":[{events}]}}"#, self.from, self.number).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::inbox::Inbox;
    use super::*;
    use model::telemetry::Latest;
    use serde_json::json;
    use std::time::Instant;

    fn values(device: &str, value: serde_json::Value) -> LiveEvent {
        let points = vec![Latest { name: "t".into(), value, ts: 1 }];
        LiveEvent::Values { device: device.into(), arrived_ms: 1, commit_ms: 1, messages: 1, points }
    }

    fn logged(device: &str) -> LiveEvent {
        LiveEvent::Logged { device: device.into() }
    }

    #[test]
    fn what_is_said_is_heard_and_what_is_lost_is_missed() {
        let (mut outbox, mut inbox, now) = (Outbox::new(), Inbox::default(), Instant::now());
        let mut hear = |messages: Vec<(WorkspaceId, Vec<u8>)>| -> Vec<(WorkspaceId, Vec<LiveEvent>, bool)> {
            let read = messages.into_iter().map(|(workspace, payload)| {
                let (events, missed) = inbox.take(&payload, now).unwrap();
                (workspace, events, missed)
            });
            read.collect()
        };
        assert_eq!(outbox.take(), []);
        outbox.add(WorkspaceId(1), values("a", json!(1)));
        outbox.add(WorkspaceId(1), values("a", json!(2)));
        let heard = hear(outbox.take());
        let [(WorkspaceId(1), events, false)] = heard.as_slice() else { panic!("{heard:?}") };
        let [LiveEvent::Values { messages: 2, points, .. }] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(points.len(), 2);

        outbox.add(WorkspaceId(2), logged("b"));
        outbox.add(WorkspaceId(2), LiveEvent::Gap);
        assert_eq!(hear(outbox.take()), [(WorkspaceId(2), vec![logged("b")], false)]);
        outbox.lost();
        outbox.add(WorkspaceId(2), logged("b"));
        assert_eq!(hear(outbox.take()), [(WorkspaceId(2), vec![logged("b")], true)]);
        outbox.add(WorkspaceId(2), values("big", json!("x".repeat(EVENT_MAX))));
        assert_eq!(hear(outbox.take()), []);
        outbox.add(WorkspaceId(2), logged("b"));
        assert_eq!(hear(outbox.take()), [(WorkspaceId(2), vec![logged("b")], true)]);
    }

    #[test]
    fn there_are_bounds() {
        let (mut outbox, mut inbox, now) = (Outbox::new(), Inbox::default(), Instant::now());
        let mut hear = |messages: &[(WorkspaceId, Vec<u8>)]| {
            let read: Vec<_> =
                messages.iter().map(|(_, payload)| inbox.take(payload, now).unwrap()).collect();
            (
                read.iter().map(|(events, _)| events.len()).sum::<usize>(),
                read.iter().any(|(_, missed)| *missed),
            )
        };
        outbox.add(WorkspaceId(1), logged("a"));
        assert_eq!(hear(&outbox.take()), (1, false));
        for device in 0..DEVICES_MAX + 1 {
            outbox.add(WorkspaceId(1), values(&format!("device-{device}"), json!("x".repeat(100))));
        }
        let messages = outbox.take();
        assert!(messages.len() > 1 && messages.iter().all(|(_, m)| m.len() < ENOUGH + EVENT_MAX));
        assert_eq!(hear(&messages), (DEVICES_MAX, true), "one was too many");
    }
}
