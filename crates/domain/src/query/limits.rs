//! How much work one query may make, and how many may run: bounds on work, none on what may be asked.

use super::{Patience, said};
use crate::error::Error;
use model::{Code, Problem};
use std::time::Duration;

/// The bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Queries of one workspace that run at the same time in this process.
    pub running: usize,
    /// Queries of all workspaces that do: each holds a connection to the database.
    pub running_in_all: usize,
    /// Queries of one workspace that wait for their turn; one more is refused.
    pub waiting: usize,
    /// How long one waits for its turn.
    pub wait: Duration,
    /// How long a query may take for a page.
    pub short: Duration,
    /// How long one may take for a file.
    pub long: Duration,
    /// Points that one may unpack.
    pub points: u64,
    /// Rows and groups that one may hold in memory.
    pub held: usize,
    /// Devices that one may ask about.
    pub devices: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            running: 4,
            running_in_all: 10,
            waiting: 8,
            wait: Duration::from_secs(10),
            short: Duration::from_secs(30),
            long: Duration::from_secs(300),
            points: 500_000_000,
            held: 200_000,
            devices: 200_000,
        }
    }
}

impl Limits {
    pub(super) fn timeout(&self, patience: Patience) -> Duration {
        match patience {
            Patience::Short => self.short,
            Patience::Long => self.long,
        }
    }

    pub(super) fn too_many(&self) -> Error {
        let text = format!(
            "This workspace has {} queries running and {} waiting, which is as many as it may have at once. Try again in \
             a few seconds, or cancel one.",
            self.running, self.waiting
        );
        Problem::with_detail(Code::TooMany, text).into()
    }

    pub(super) fn no_turn(&self) -> Error {
        let text = format!(
            "The query waited for {} and did not get its turn: this workspace may have {} running at once, and others \
             are busy too. Try again in a few seconds.",
            said(self.wait),
            self.running
        );
        Problem::with_detail(Code::TooMany, text).into()
    }
}

/// More work than one query may make: what was too much, and what makes it less.
pub(super) fn too_much(text: impl Into<String>) -> Error {
    Problem::with_detail(Code::TooMuchWork, text).into()
}
