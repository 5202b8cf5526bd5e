//! How many connections there are at once, signed in or not.

use crate::figures::Refused;
use crate::limit_name::LimitName;
use crate::running::Shared;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A place among the connections; free again when dropped.
pub(crate) struct Place(pub(crate) Arc<Shared>);

impl Place {
    /// A place, if there is one left.
    pub(crate) fn take(shared: &Arc<Shared>) -> Option<Place> {
        let before = shared.open.fetch_add(1, Ordering::Relaxed);
        let place = Place(shared.clone());
        if before >= shared.limits.connections {
            tracing::warn!(limit = shared.limits.connections, "the limit “connections” is reached");
            shared.counts.struck(LimitName::Connections);
            shared.counts.refused(Refused::Limit);
            return None;
        }
        Some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
