//! Tells the ingestion that what it remembers of devices is old: one was deleted, and the next of its name is another.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Whoever changes devices announces it here. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Changes(Arc<AtomicU64>);

impl Changes {
    /// From now on every device is looked up again before a message of it is kept.
    pub fn announce(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// How many were announced.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}
