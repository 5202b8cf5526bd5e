//! What is noted once a minute rather than with every request: when something was last used.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How often one thing is noted, in milliseconds.
const EVERY_MS: i64 = 60_000;
/// So many things are remembered; beyond, all are forgotten, and noted again.
const MOST: usize = 20_000;

/// When what was noted last.
#[derive(Default)]
pub(crate) struct Noted(Mutex<HashMap<String, i64>>);

impl Noted {
    /// Whether it is time to note this again; from then on it isn't, for a while.
    pub(crate) fn is_due(&self, what: &str, now_ms: i64) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(what).is_some_and(|at| now_ms - at < EVERY_MS) {
            return false;
        }
        if last.len() >= MOST {
            last.clear();
        }
        last.insert(what.to_owned(), now_ms);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_due_once_a_minute() {
        let noted = Noted::default();
        assert!(noted.is_due("a", 0) && noted.is_due("b", 0));
        assert!(!noted.is_due("a", 59_999));
        assert!(noted.is_due("a", 60_000));
    }
}
