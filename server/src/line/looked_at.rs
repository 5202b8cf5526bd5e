//! Which workspaces somebody looks at, as web servers tell it again and again.

use model::WorkspaceId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long it counts when a web server has told it: longer than it takes to tell it twice.
const COUNTS_FOR: Duration = Duration::from_secs(15);
/// How long after connecting everything counts as looked at: until every web server has told.
const UNKNOWN_FOR: Duration = Duration::from_secs(6);
/// Beyond so many, those that no longer count are forgotten.
const REMEMBERED: usize = 1000;

/// What is known of it.
#[derive(Default)]
pub(super) struct LookedAt(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Until then everything counts.
    all: Option<Instant>,
    until: HashMap<WorkspaceId, Instant>,
}

impl LookedAt {
    /// From now on web servers are heard.
    pub(super) fn begin(&self, now: Instant) {
        self.lock().all = Some(now + UNKNOWN_FOR);
    }

    /// A web server has told.
    pub(super) fn hear(&self, workspaces: &[WorkspaceId], now: Instant) {
        let known = &mut *self.lock();
        if known.until.len() >= REMEMBERED {
            known.until.retain(|_, until| *until > now);
        }
        known.until.extend(workspaces.iter().map(|workspace| (*workspace, now + COUNTS_FOR)));
    }

    /// Whether somebody looks at this workspace.
    pub(super) fn holds(&self, workspace: WorkspaceId, now: Instant) -> bool {
        let known = self.lock();
        known.all.is_some_and(|until| until > now)
            || known.until.get(&workspace).is_some_and(|until| *until > now)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_for_a_while() {
        let (looked_at, start) = (LookedAt::default(), Instant::now());
        assert!(!looked_at.holds(WorkspaceId(1), start), "nobody is heard yet");
        looked_at.begin(start);
        assert!(looked_at.holds(WorkspaceId(1), start), "nobody has told yet");
        let later = start + UNKNOWN_FOR;
        assert!(!looked_at.holds(WorkspaceId(1), later));
        looked_at.hear(&[WorkspaceId(1)], later);
        assert!(looked_at.holds(WorkspaceId(1), later) && !looked_at.holds(WorkspaceId(2), later));
        assert!(!looked_at.holds(WorkspaceId(1), later + COUNTS_FOR));
    }
}
