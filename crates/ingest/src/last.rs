//! The newest values of devices, gathered for a moment before they are written: a device that sends a hundred times a
//! second is written once in two. Of a device that was silent, the first value is written at once: its owner may be looking.

use crate::retry;
use model::DeviceId;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::telemetry::{Keeper, LastValues};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How often they are written.
const EVERY: Duration = Duration::from_secs(2);
/// The shortest time between two writes.
const PAUSE: Duration = Duration::from_millis(100);
/// Devices in one statement.
const AT_ONCE: usize = 1000;

/// What was heard since it was last written.
#[derive(Default)]
pub(crate) struct Last {
    heard: Mutex<Heard>,
    /// A device is heard that was silent.
    begun: Notify,
}

#[derive(Default)]
struct Heard {
    values: HashMap<DeviceId, LastValues>,
    /// Heard in the time before the last write, or since.
    busy: HashSet<DeviceId>,
}

impl Last {
    /// Adds what was committed.
    pub(crate) fn note(&self, values: LastValues) {
        let mut heard = self.lock();
        if heard.busy.insert(values.device) {
            self.begun.notify_one();
        }
        match heard.values.entry(values.device) {
            Entry::Vacant(free) => drop(free.insert(values)),
            Entry::Occupied(mut kept) => kept.get_mut().absorb(values),
        }
    }

    /// Writes every two seconds, sooner for a device that was silent, and once more when `drained` says that nothing more comes.
    pub(crate) async fn run(&self, keeper: Keeper, drained: CancellationToken) {
        loop {
            let ended = tokio::select! {
                () = tokio::time::sleep(EVERY) => false,
                () = self.begun.notified() => false,
                () = drained.cancelled() => true,
            };
            if let Err(error) = self.write(&keeper).await {
                warn!(error = retry::chain(&error), "the latest values could not be written; trying again");
            }
            if ended {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn write(&self, keeper: &Keeper) -> store::Result<()> {
        let mut waiting: Vec<LastValues> = self.lock().take();
        while !waiting.is_empty() {
            let some = waiting.split_off(waiting.len().saturating_sub(AT_ONCE));
            if let Err(error) = keeper.merge_last(&some).await {
                waiting.into_iter().chain(some).for_each(|older| self.put_back(older));
                return Err(error);
            }
        }
        Ok(())
    }

    /// What could not be written, beneath what was heard meanwhile.
    fn put_back(&self, mut older: LastValues) {
        let mut heard = self.lock();
        if let Some(newer) = heard.values.remove(&older.device) {
            older.absorb(newer);
        }
        heard.values.insert(older.device, older);
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    /// All that waits. Who sent nothing since the last write counts as silent from now on.
    fn take(&mut self) -> Vec<LastValues> {
        self.busy = self.values.keys().copied().collect();
        self.values.drain().map(|(_, values)| values).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::WorkspaceId;
    use serde_json::json;
    use std::collections::BTreeMap;
    use store::telemetry::Recent;

    fn values(ts: i64, value: i64) -> LastValues {
        let values = BTreeMap::from([("a".to_owned(), Recent { value: json!(value), ts })]);
        LastValues {
            workspace: WorkspaceId(1),
            device: DeviceId(1),
            last_ts: ts,
            last_arrived_ms: ts,
            values,
        }
    }

    #[test]
    fn the_newest_wins_in_any_order() {
        let last = Last::default();
        for (ts, value) in [(5, 1), (3, 2), (5, 3), (4, 4)] {
            last.note(values(ts, value));
        }
        assert_eq!(last.lock().values[&DeviceId(1)], values(5, 3));
        last.put_back(values(4, 9));
        assert_eq!(last.lock().values[&DeviceId(1)], values(5, 3));
        last.put_back(values(6, 9));
        assert_eq!(last.lock().values[&DeviceId(1)], values(6, 9));
    }

    #[tokio::test]
    async fn who_was_silent_is_written_at_once() {
        let last = Last::default();
        let begun =
            async |last: &Last| tokio::time::timeout(Duration::ZERO, last.begun.notified()).await.is_ok();
        last.note(values(1, 1));
        assert!(begun(&last).await, "never heard before");
        last.note(values(2, 1));
        assert!(!begun(&last).await, "waits for the next write");
        assert_eq!(last.lock().take().len(), 1);
        last.note(values(3, 1));
        assert!(!begun(&last).await, "sends all the time");
        last.lock().take();
        assert_eq!(last.lock().take().len(), 0);
        last.note(values(4, 1));
        assert!(begun(&last).await, "was silent for a whole time");
    }
}
