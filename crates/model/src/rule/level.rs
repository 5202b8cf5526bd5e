//! Levels of a rule: while it holds, a worse severity where more holds.

use super::{Node, Severity};
use crate::check::Check;
use serde::{Deserialize, Serialize};

/// Most levels of a rule: one for each severity but its own.
pub const LEVELS_MAX: usize = 3;

/// A severity that an alarm has while more holds than what raised it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Level {
    /// How bad it is then.
    pub severity: Severity,
    /// What holds then.
    pub when: Node,
}

pub(super) fn check(levels: &[Level], momentary: bool, check: &mut Check) {
    check.that(levels.len() <= LEVELS_MAX, "levels", format!("At most {LEVELS_MAX} levels."));
    check.that(
        levels.is_empty() || !momentary,
        "levels",
        "Something that happens in a moment has one severity.",
    );
    for (i, level) in levels.iter().enumerate() {
        level.when.check_as(&format!("levels.{i}.when"), check);
        let once = levels.iter().filter(|other| other.severity == level.severity).count() == 1;
        check.that(once, &format!("levels.{i}.severity"), "Each severity has one level.");
        let holds = !level.when.leaves().iter().any(|leaf| leaf.is_momentary());
        check.that(
            holds,
            &format!("levels.{i}.when"),
            "A level needs something that holds, not something that happens.",
        );
    }
}
