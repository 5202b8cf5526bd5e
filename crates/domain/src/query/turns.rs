//! Whose query runs next: a few of each workspace at once, and of those that wait the one whose workspace has the fewest.
//!
//! So a workspace with a hundred queries waits for itself, and another's first one runs as soon as any has ended.

use super::limits::Limits;
use crate::error::Result;
use model::WorkspaceId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The turns of a process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Inner>);

struct Inner {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: HashMap<WorkspaceId, usize>,
    waiting: VecDeque<(WorkspaceId, oneshot::Sender<Turn>)>,
}

/// The right to run. Dropped, it is another's.
pub(super) struct Turn {
    turns: Turns,
    workspace: WorkspaceId,
}

impl Turns {
    pub(crate) fn new(limits: Limits) -> Turns {
        Turns(Arc::new(Inner { limits, state: Mutex::default() }))
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`model::Code::TooMany`]: too many wait already, or it took too long.
    pub(super) async fn take(&self, workspace: WorkspaceId) -> Result<Turn> {
        let limits = &self.0.limits;
        let turn = {
            let mut state = self.state();
            // Who gave up waiting takes nobody's place.
            state.waiting.retain(|(_, waiting)| !waiting.is_closed());
            if state.has_room(workspace, limits) {
                return Ok(self.begin(&mut state, workspace));
            }
            if state.waiting.iter().filter(|(whose, _)| *whose == workspace).count() >= limits.waiting {
                return Err(limits.too_many());
            }
            let (sender, turn) = oneshot::channel();
            state.waiting.push_back((workspace, sender));
            turn
        };
        match tokio::time::timeout(limits.wait, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(limits.no_turn()),
        }
    }

    fn begin(&self, state: &mut State, workspace: WorkspaceId) -> Turn {
        *state.running.entry(workspace).or_default() += 1;
        Turn { turns: self.clone(), workspace }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands free turns out. Turns that nobody takes any more come back here, so they are dropped outside of the lock.
    fn hand_out(&self) {
        loop {
            let mut state = self.state();
            let Some(next) = state.next(&self.0.limits) else { return };
            let Some((workspace, waiting)) = state.waiting.remove(next) else { return };
            let turn = self.begin(&mut state, workspace);
            drop(state);
            drop(waiting.send(turn));
        }
    }
}

impl State {
    fn of(&self, workspace: WorkspaceId) -> usize {
        self.running.get(&workspace).copied().unwrap_or_default()
    }

    fn has_room(&self, workspace: WorkspaceId, limits: &Limits) -> bool {
        self.of(workspace) < limits.running && self.running.values().sum::<usize>() < limits.running_in_all
    }

    /// The place of the one that has waited longest of the workspace with the fewest.
    fn next(&self, limits: &Limits) -> Option<usize> {
        let waiting = self.waiting.iter().enumerate();
        let can = waiting.filter(|(_, (workspace, _))| self.has_room(*workspace, limits));
        can.min_by_key(|(place, (workspace, _))| (self.of(*workspace), *place)).map(|(place, _)| place)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut state = self.turns.state();
            if let Some(running) = state.running.get_mut(&self.workspace) {
                *running -= 1;
                if *running == 0 {
                    state.running.remove(&self.workspace);
                }
            }
        }
        self.turns.hand_out();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Code;
    use std::time::Duration;

    const A: WorkspaceId = WorkspaceId(1);
    const B: WorkspaceId = WorkspaceId(2);

    fn turns(running_in_all: usize) -> Turns {
        let wait = Duration::from_millis(200);
        Turns::new(Limits { running: 2, running_in_all, waiting: 2, wait, ..Limits::default() })
    }

    #[tokio::test]
    async fn a_workspace_that_has_enough_waits_for_itself_and_not_for_others() {
        let turns = turns(10);
        let (first, _second) = (turns.take(A).await.unwrap(), turns.take(A).await.unwrap());
        let (third, fourth) = (turns.clone(), turns.clone());
        let third = tokio::spawn(async move { third.take(A).await });
        let fourth = tokio::spawn(async move { fourth.take(A).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let refused = turns.take(A).await.err().unwrap();
        assert_eq!(refused.problem().code, Code::TooMany);
        assert!(refused.problem().sentence().contains("2 queries running and 2 waiting"));
        turns.take(B).await.unwrap();
        drop(first);
        let third = third.await.unwrap().unwrap();
        assert!(fourth.await.unwrap().err().unwrap().problem().sentence().contains("did not get its turn"));
        drop(third);
        turns.take(A).await.unwrap();
    }

    #[tokio::test]
    async fn who_has_the_fewest_goes_before_who_came_first() {
        let turns = turns(2);
        let (first, second) = (turns.take(A).await.unwrap(), turns.take(A).await.unwrap());
        let (own, other) = (turns.clone(), turns.clone());
        let own = tokio::spawn(async move { own.take(A).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let other = tokio::spawn(async move { other.take(B).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(first);
        let other = other.await.unwrap().unwrap();
        assert!(!own.is_finished());
        drop((second, other));
        own.await.unwrap().unwrap();
        assert!(turns.state().running.is_empty());
    }
}
