//! The newest values of devices, gathered for a moment before they are written: a device that sends a hundred times a
//! second is written once in two.

use crate::retry;
use model::DeviceId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::telemetry::{Keeper, LastValues};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How often they are written.
const EVERY: Duration = Duration::from_secs(2);
/// Devices in one statement.
const AT_ONCE: usize = 1000;

/// What was heard since it was last written.
#[derive(Default)]
pub(crate) struct Last(Mutex<HashMap<DeviceId, LastValues>>);

impl Last {
    /// Adds what was committed.
    pub(crate) fn note(&self, values: LastValues) {
        match self.lock().entry(values.device) {
            Entry::Vacant(free) => drop(free.insert(values)),
            Entry::Occupied(mut kept) => kept.get_mut().absorb(values),
        }
    }

    /// Writes every two seconds, and once more when `drained` says that nothing more comes.
    pub(crate) async fn run(&self, keeper: Keeper, drained: CancellationToken) {
        loop {
            let ended = tokio::select! {
                () = tokio::time::sleep(EVERY) => false,
                () = drained.cancelled() => true,
            };
            if let Err(error) = self.write(&keeper).await {
                warn!(error = retry::chain(&error), "the latest values could not be written; trying again");
            }
            if ended {
                return;
            }
        }
    }

    async fn write(&self, keeper: &Keeper) -> store::Result<()> {
        let mut waiting: Vec<LastValues> = self.lock().drain().map(|(_, values)| values).collect();
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
        if let Some(newer) = heard.remove(&older.device) {
            older.absorb(newer);
        }
        heard.insert(older.device, older);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, LastValues>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(last.lock()[&DeviceId(1)], values(5, 3));
        last.put_back(values(4, 9));
        assert_eq!(last.lock()[&DeviceId(1)], values(5, 3));
        last.put_back(values(6, 9));
        assert_eq!(last.lock()[&DeviceId(1)], values(6, 9));
    }
}
