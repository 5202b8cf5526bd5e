//! Simulated devices: what they send, report and answer, by nothing but their template, their seed and the time.

pub mod chance;
mod player;
mod quantity;
mod value;

pub use player::Player;

use crate::check::{self, Check};
use crate::id::TemplateId;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Most devices that are made in one step; whoever wants more asks again.
pub const STEP_MAX: u32 = 100;
/// How often a simulated device sends where nobody says otherwise, in milliseconds.
pub const EVERY_MS: u32 = 5_000;
/// Shortest and longest time between two messages, in milliseconds: a second and a day.
pub const EVERY_MS_BOUNDS: (u32, u32) = (1_000, 86_400_000);

/// How the simulation of a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// Whether it is played; else it is stopped until somebody starts it.
    pub running: bool,
    /// How often it sends, in milliseconds.
    pub every_ms: u32,
}

/// What is wanted of simulated devices of one template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSimulated {
    /// Their template, which must be published.
    pub template: TemplateId,
    /// How many are made in this step; 1 to [`STEP_MAX`].
    pub count: u32,
    /// What their ids begin with: `pump` makes `pump-1`, `pump-2`, … Ids that are taken are passed over.
    pub prefix: String,
    /// What people call them, a number behind it; empty: the prefix.
    pub name: String,
    /// How often each sends, in milliseconds.
    pub every_ms: u32,
}

impl NewSimulated {
    /// Trimmed, and whether it can be.
    ///
    /// # Errors
    /// Each problem beside its field.
    pub fn checked(mut self) -> Result<NewSimulated, Problem> {
        let mut check = Check::default();
        self.prefix = check.field("prefix", check::device_id(&self.prefix)).unwrap_or_default();
        check.that(
            self.prefix.len() <= 100,
            "prefix",
            "At most 100 signs, so that a number fits behind them.",
        );
        if self.name.trim().is_empty() {
            self.name = self.prefix.clone();
        } else {
            self.name = check.field("name", check::name(&self.name)).unwrap_or_default();
        }
        check.that((1..=STEP_MAX).contains(&self.count), "count", format!("1 to {STEP_MAX} in one step."));
        check.field("every_ms", every(self.every_ms));
        check.done()?;
        Ok(self)
    }
}

/// A time between two messages that may be, in milliseconds.
///
/// # Errors
/// What is allowed, as a sentence.
pub fn every(every_ms: u32) -> Result<u32, String> {
    let (least, most) = EVERY_MS_BOUNDS;
    match (least..=most).contains(&every_ms) {
        true => Ok(every_ms),
        false => Err(format!("{} s to {} s between two messages.", least / 1000, most / 1000)),
    }
}
