//! How many bytes of messages the broker holds, as a whole and for each workspace.
//!
//! A message takes its bytes before it is handed on and gives them back when it is gone. A connection whose
//! message finds no room waits, and isn't read from meanwhile: its device feels back-pressure through TCP.
//! No workspace may hold more than what is left free beside it, so that one that floods leaves room for others.

use crate::mailbox::Mailbox;
use model::WorkspaceId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The account, shared by all connections.
pub(crate) struct Budget {
    ledger: Mutex<Ledger<Arc<Mailbox>>>,
}

/// Bytes taken from a budget. They return when this is dropped.
pub(crate) struct Charge {
    budget: Arc<Budget>,
    workspace: WorkspaceId,
    bytes: usize,
}

impl Budget {
    /// A budget of so many bytes, of which one workspace may hold `share` at most.
    pub(crate) fn new(limit: usize, share: usize) -> Arc<Budget> {
        Arc::new(Budget { ledger: Mutex::new(Ledger::new(limit, share)) })
    }

    /// Takes the bytes if there is room and nobody of this workspace waits for it already.
    pub(crate) fn take(self: &Arc<Self>, workspace: WorkspaceId, bytes: usize) -> Option<Charge> {
        self.lock().take(workspace, bytes).then(|| self.charge(workspace, bytes))
    }

    /// Takes the bytes, room or no room: for the one message that a broken connection leaves behind.
    pub(crate) fn take_anyway(self: &Arc<Self>, workspace: WorkspaceId, bytes: usize) -> Charge {
        self.lock().book(workspace, bytes);
        self.charge(workspace, bytes)
    }

    /// Asks for the bytes; they come into the mailbox as soon as there is room.
    pub(crate) fn wait(self: &Arc<Self>, workspace: WorkspaceId, bytes: usize, mailbox: Arc<Mailbox>) {
        let granted = {
            let mut ledger = self.lock();
            ledger.wait(workspace, bytes, mailbox);
            ledger.grants()
        };
        self.hand_out(granted);
    }

    /// How many bytes are taken.
    pub(crate) fn used(&self) -> usize {
        self.lock().used
    }

    /// Withdraws what a connection that is gone has asked for.
    pub(crate) fn forget(self: &Arc<Self>, workspace: WorkspaceId, mailbox: &Arc<Mailbox>) {
        let granted = {
            let mut ledger = self.lock();
            ledger.forget(workspace, |waiting| Arc::ptr_eq(waiting, mailbox));
            ledger.grants()
        };
        self.hand_out(granted);
    }

    fn give(self: &Arc<Self>, workspace: WorkspaceId, bytes: usize) {
        let granted = {
            let mut ledger = self.lock();
            ledger.give(workspace, bytes);
            ledger.grants()
        };
        self.hand_out(granted);
    }

    /// Outside of the lock: where the mailbox has no owner any more, its charge is dropped and comes back here.
    fn hand_out(self: &Arc<Self>, granted: Vec<Waiting<Arc<Mailbox>>>) {
        for grant in granted {
            let charge = self.charge(grant.workspace, grant.bytes);
            // What it replaces, if ever, must not be dropped under the mailbox's lock.
            drop(grant.who.post(|mail| mail.charge.replace(charge)));
        }
    }

    fn charge(self: &Arc<Self>, workspace: WorkspaceId, bytes: usize) -> Charge {
        Charge { budget: self.clone(), workspace, bytes }
    }

    fn lock(&self) -> MutexGuard<'_, Ledger<Arc<Mailbox>>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.give(self.workspace, self.bytes);
    }
}

struct Waiting<W> {
    workspace: WorkspaceId,
    bytes: usize,
    who: W,
}

/// The arithmetic, without locks and mailboxes.
struct Ledger<W> {
    limit: usize,
    share: usize,
    used: usize,
    held: HashMap<WorkspaceId, usize>,
    queues: HashMap<WorkspaceId, VecDeque<Waiting<W>>>,
    /// Workspaces with a queue, in the order in which they are served next.
    turns: VecDeque<WorkspaceId>,
}

impl<W> Ledger<W> {
    fn new(limit: usize, share: usize) -> Self {
        Ledger { limit, share, used: 0, held: HashMap::new(), queues: HashMap::new(), turns: VecDeque::new() }
    }

    fn admits(&self, workspace: WorkspaceId, bytes: usize) -> bool {
        let held = self.held.get(&workspace).copied().unwrap_or(0);
        let fits = self.used + bytes <= self.limit || self.used == 0;
        fits && (held == 0 || held + bytes <= self.share.min(self.limit.saturating_sub(self.used)))
    }

    fn take(&mut self, workspace: WorkspaceId, bytes: usize) -> bool {
        let room = !self.queues.contains_key(&workspace) && self.admits(workspace, bytes);
        if room {
            self.book(workspace, bytes);
        }
        room
    }

    fn book(&mut self, workspace: WorkspaceId, bytes: usize) {
        self.used += bytes;
        *self.held.entry(workspace).or_default() += bytes;
    }

    fn give(&mut self, workspace: WorkspaceId, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
        if let Some(held) = self.held.get_mut(&workspace) {
            *held = held.saturating_sub(bytes);
            if *held == 0 {
                self.held.remove(&workspace);
            }
        }
    }

    fn wait(&mut self, workspace: WorkspaceId, bytes: usize, who: W) {
        let queue = self.queues.entry(workspace).or_insert_with(|| {
            self.turns.push_back(workspace);
            VecDeque::new()
        });
        queue.push_back(Waiting { workspace, bytes, who });
    }

    fn forget(&mut self, workspace: WorkspaceId, is: impl Fn(&W) -> bool) {
        if let Some(queue) = self.queues.get_mut(&workspace) {
            queue.retain(|waiting| !is(&waiting.who));
        }
    }

    /// Serves who waits, the workspaces in turn, and books what they get.
    fn grants(&mut self) -> Vec<Waiting<W>> {
        let mut granted = Vec::new();
        let mut passed_over = 0;
        while passed_over < self.turns.len() {
            let Some(workspace) = self.turns.pop_front() else { break };
            let head =
                self.queues.get(&workspace).and_then(|queue| queue.front()).map(|waiting| waiting.bytes);
            match head {
                None => {
                    self.queues.remove(&workspace);
                }
                Some(bytes) if self.admits(workspace, bytes) => {
                    self.book(workspace, bytes);
                    granted.extend(self.queues.get_mut(&workspace).and_then(VecDeque::pop_front));
                    self.turns.push_back(workspace);
                    passed_over = 0;
                }
                Some(_) => {
                    self.turns.push_back(workspace);
                    passed_over += 1;
                }
            }
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: WorkspaceId = WorkspaceId(1);
    const B: WorkspaceId = WorkspaceId(2);

    #[test]
    fn a_flood_leaves_room_for_others() {
        let mut ledger = Ledger::<()>::new(1000, 900);
        while ledger.take(A, 10) {}
        assert_eq!(ledger.held[&A], 500);
        assert!(ledger.take(B, 10));
        let mut small = Ledger::<()>::new(1000, 30);
        while small.take(A, 10) {}
        assert_eq!(small.held[&A], 30);
    }

    #[test]
    fn who_waits_is_served_before_who_comes() {
        let mut ledger = Ledger::new(100, 100);
        assert!(ledger.take(A, 50));
        assert!(!ledger.take(A, 50));
        ledger.wait(A, 50, "first");
        assert!(!ledger.take(A, 1));
        ledger.give(A, 50);
        assert_eq!(ledger.grants().iter().map(|g| g.who).collect::<Vec<_>>(), ["first"]);
        assert!(ledger.queues.is_empty() && ledger.turns.is_empty());
    }

    #[test]
    fn a_message_larger_than_the_budget_passes_alone() {
        let mut ledger = Ledger::<()>::new(10, 10);
        assert!(ledger.take(A, 50));
        assert!(!ledger.take(B, 1));
        ledger.give(A, 50);
        assert!(ledger.take(B, 1));
    }

    proptest! {
        /// Never over the limit, and nobody waits for ever: once all is given back, all have been served.
        #[test]
        fn everyone_is_served(asks in prop::collection::vec((0..4i32, 1..60usize), 1..80)) {
            let mut ledger = Ledger::new(200, 100);
            let mut held = VecDeque::new();
            let mut waiting = 0usize;
            for (workspace, bytes) in &asks {
                let workspace = WorkspaceId(*workspace);
                if ledger.take(workspace, *bytes) {
                    held.push_back((workspace, *bytes));
                } else {
                    ledger.wait(workspace, *bytes, ());
                    waiting += 1;
                }
                prop_assert!(ledger.used <= 200);
                prop_assert_eq!(ledger.used, held.iter().map(|h| h.1).sum::<usize>());
            }
            while let Some((workspace, bytes)) = held.pop_front() {
                ledger.give(workspace, bytes);
                for grant in ledger.grants() {
                    held.push_back((grant.workspace, grant.bytes));
                    waiting -= 1;
                }
                prop_assert!(ledger.used <= 200);
            }
            prop_assert_eq!(waiting, 0);
            prop_assert_eq!(ledger.used, 0);
        }
    }
}
