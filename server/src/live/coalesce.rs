//! Puts a device's values together, so that a tab hears of it no more often than the eye sees.

use model::live::LiveEvent;
use model::telemetry::Latest;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// The shortest time between two events of one device.
const BETWEEN: Duration = Duration::from_millis(250);
/// Most points of one event; of more, the newest of each name remain.
const POINTS_MAX: usize = 500;
/// Devices that are remembered before those that were silent for a while are forgotten.
const REMEMBERED: usize = 1000;

/// The values that wait.
#[derive(Default)]
pub(super) struct Coalesced {
    devices: HashMap<String, Waiting>,
}

struct Waiting {
    /// When the next event may go.
    due: Instant,
    /// What it will say; nothing: the device was silent since the last one.
    event: Option<LiveEvent>,
}

impl Coalesced {
    /// Adds values; anything else is not for here and is left out.
    pub(super) fn add(&mut self, event: LiveEvent, now: Instant) {
        let LiveEvent::Values { device, .. } = &event else { return };
        if self.devices.len() >= REMEMBERED {
            self.devices.retain(|_, waiting| waiting.event.is_some() || waiting.due > now);
        }
        let waiting = self.devices.entry(device.clone()).or_insert(Waiting { due: now, event: None });
        waiting.event = Some(match waiting.event.take() {
            None => event,
            Some(before) => merge(before, event),
        });
    }

    /// When the next event is due, if one waits.
    pub(super) fn due(&self) -> Option<Instant> {
        self.devices.values().filter(|waiting| waiting.event.is_some()).map(|waiting| waiting.due).min()
    }

    /// The events that are due.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<LiveEvent> {
        let due = self.devices.values_mut().filter(|waiting| waiting.due <= now);
        due.filter_map(|waiting| {
            let event = waiting.event.take()?;
            waiting.due = now + BETWEEN;
            Some(event)
        })
        .collect()
    }
}

/// Two events of one device as one.
pub(crate) fn merge(before: LiveEvent, after: LiveEvent) -> LiveEvent {
    match (before, after) {
        (
            LiveEvent::Values { messages: some, points: mut all, arrived_ms: earlier, .. },
            LiveEvent::Values { device, arrived_ms, commit_ms, messages, points },
        ) => {
            all.extend(points);
            all.sort_by_key(|point| point.ts);
            LiveEvent::Values {
                device,
                arrived_ms: arrived_ms.max(earlier),
                commit_ms,
                messages: some.saturating_add(messages),
                points: bounded(all),
            }
        }
        (_, after) => after,
    }
}

fn bounded(points: Vec<Latest>) -> Vec<Latest> {
    if points.len() <= POINTS_MAX {
        return points;
    }
    let mut seen = HashSet::new();
    let mut newest: Vec<Latest> =
        points.into_iter().rev().filter(|point| seen.insert(point.name.clone())).collect();
    newest.truncate(POINTS_MAX);
    newest.reverse();
    newest
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn values(device: &str, ts: i64) -> LiveEvent {
        let points = vec![Latest { name: "t".into(), value: json!(ts), ts }];
        LiveEvent::Values { device: device.into(), arrived_ms: ts, commit_ms: 3, messages: 1, points }
    }

    #[test]
    fn the_first_goes_at_once_and_the_rest_together() {
        let (mut waiting, start) = (Coalesced::default(), Instant::now());
        waiting.add(values("a", 1), start);
        assert_eq!(waiting.take_due(start), [values("a", 1)]);
        waiting.add(values("a", 3), start);
        waiting.add(values("a", 2), start);
        assert_eq!(waiting.take_due(start), []);
        assert_eq!(waiting.due(), Some(start + BETWEEN));
        waiting.add(values("b", 9), start);
        assert_eq!(waiting.take_due(start), [values("b", 9)]);
        let later = waiting.take_due(start + BETWEEN);
        let [LiveEvent::Values { messages, points, arrived_ms, .. }] = later.as_slice() else {
            panic!("{later:?}")
        };
        assert_eq!((*messages, *arrived_ms), (2, 3));
        assert_eq!(points.iter().map(|p| p.ts).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(waiting.due(), None);
    }

    #[test]
    fn too_many_points_leave_the_newest_of_each_name() {
        let (mut waiting, start) = (Coalesced::default(), Instant::now());
        waiting.add(values("a", 0), start);
        waiting.take_due(start);
        for ts in 1..=600 {
            waiting.add(values("a", ts), start);
        }
        let later = waiting.take_due(start + BETWEEN);
        let [LiveEvent::Values { messages, points, .. }] = later.as_slice() else { panic!("{later:?}") };
        assert_eq!(*messages, 600);
        assert!(points.len() < 200 && points.last().is_some_and(|p| p.ts == 600));
    }
}
