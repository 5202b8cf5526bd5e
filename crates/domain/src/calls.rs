//! Requests of programs: counted in the process until somebody notes them, and bounded by the minute.

use model::limits::Limit;
use model::{Code, Problem, WorkspaceId};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// Of all workspaces, in this process.
#[derive(Default)]
pub(crate) struct Calls(Mutex<State>);

#[derive(Default)]
struct State {
    /// Taken, and not noted yet.
    taken: BTreeMap<WorkspaceId, u64>,
    /// In which minute, and how many in it.
    minute: HashMap<WorkspaceId, (i64, i64)>,
    limits: HashMap<WorkspaceId, i64>,
}

impl Calls {
    /// Takes one.
    ///
    /// # Errors
    /// [`Code::TooMany`], naming the limit, where there were as many in this minute as may be.
    pub(crate) fn take(&self, workspace: WorkspaceId, now_ms: i64) -> Result<(), Problem> {
        self.with(|state| {
            let minute = now_ms.div_euclid(MINUTE_MS);
            if let Some(limit) = state.limits.get(&workspace) {
                let (of, count) = state.minute.entry(workspace).or_insert((minute, 0));
                if *of != minute {
                    (*of, *count) = (minute, 0);
                }
                if *count >= *limit {
                    let seconds = (MINUTE_MS - now_ms.rem_euclid(MINUTE_MS)) / 1000 + 1;
                    let detail = Limit::ApiCallsPerMinute.reached(*limit).detail.unwrap_or_default();
                    let text = format!("{detail} Try again in {seconds} seconds.");
                    return Err(Problem::with_detail(Code::TooMany, text));
                }
                *count += 1;
            }
            *state.taken.entry(workspace).or_default() += 1;
            Ok(())
        })
    }

    /// Sets the limits, by the minute; workspaces that aren't named have none.
    pub(crate) fn bound(&self, limits: HashMap<WorkspaceId, i64>) {
        self.with(|state| {
            state.minute.retain(|workspace, _| limits.contains_key(workspace));
            state.limits = limits;
        });
    }

    /// What was taken since it was last asked.
    pub(crate) fn noted(&self) -> BTreeMap<WorkspaceId, u64> {
        self.with(|state| std::mem::take(&mut state.taken))
    }

    /// Gives back what could not be noted.
    pub(crate) fn again(&self, taken: BTreeMap<WorkspaceId, u64>) {
        self.with(|state| {
            for (workspace, calls) in taken {
                *state.taken.entry(workspace).or_default() += calls;
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_s_calls_are_bounded_and_the_next_begins_anew() {
        let calls = Calls::default();
        let (one, other) = (WorkspaceId(1), WorkspaceId(2));
        calls.bound([(one, 2)].into());
        for _ in 0..2 {
            calls.take(one, 30_000).unwrap();
        }
        let refused = calls.take(one, 59_000).unwrap_err();
        assert_eq!(refused.code, Code::TooMany);
        assert!(refused.sentence().contains("“API calls a minute” of this workspace is 2"), "{refused}");
        assert!(refused.sentence().ends_with("in 2 seconds."), "{refused}");
        for _ in 0..5 {
            calls.take(other, 59_000).unwrap();
        }
        calls.take(one, 60_000).unwrap();
        let noted = calls.noted();
        assert_eq!((noted[&one], noted[&other]), (3, 5));
        assert!(calls.noted().is_empty());
        calls.again(noted);
        calls.take(one, 60_001).unwrap();
        assert_eq!(calls.noted()[&one], 4);
        calls.bound(HashMap::new());
        calls.take(one, 60_002).unwrap();
    }
}
