//! Whom a rule tells besides, where nobody acknowledges its alarm.

use super::RECIPIENTS_MAX;
use crate::check::{self, Check};
use serde::{Deserialize, Serialize};

/// Shortest time: a second, in milliseconds.
pub const AFTER_MIN_MS: i64 = 1_000;
/// Longest time: seven days, in milliseconds.
pub const AFTER_MAX_MS: i64 = 7 * 24 * 3600 * 1000;

/// Further people who are told of an alarm that nobody has acknowledged for so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Escalation {
    /// After so long, in milliseconds.
    pub after_ms: i64,
    /// Addresses; of anybody.
    pub to: Vec<String>,
}

impl Escalation {
    /// For how long nobody has acknowledged then, in words.
    pub fn waited(&self) -> String {
        super::value::span(self.after_ms)
    }

    /// Addresses trimmed, each once.
    pub(super) fn checked(self, check: &mut Check) -> Escalation {
        let in_time = (AFTER_MIN_MS..=AFTER_MAX_MS).contains(&self.after_ms);
        check.that(in_time, "escalation.afterMs", "From a second to 7 days, in milliseconds.");
        let mut good: Vec<String> = Vec::new();
        for one in self.to.iter().filter(|one| !one.trim().is_empty()) {
            let address = check.field("escalation.to", check::email(one));
            good.extend(address.filter(|one| !good.contains(one)));
        }
        let some = (1..=RECIPIENTS_MAX).contains(&good.len());
        let unsaid = self.to.iter().all(|one| one.trim().is_empty()) || !good.is_empty();
        check.that(some || !unsaid, "escalation.to", format!("From 1 to {RECIPIENTS_MAX} addresses."));
        Escalation { to: good, ..self }
    }
}
