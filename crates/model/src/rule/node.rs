//! Conditions together: all of them, any of them, and groups of these.

use super::Condition;
use crate::check::Check;
use serde::{Deserialize, Serialize};

/// Most conditions of a rule.
pub const LEAVES_MAX: usize = 20;
/// Groups may stand in groups so deep.
pub const DEPTH_MAX: usize = 4;

/// A condition, or several together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Node {
    /// True where all are.
    All {
        /// Which.
        all: Vec<Node>,
    },
    /// True where one of them is.
    Any {
        /// Which.
        any: Vec<Node>,
    },
    /// A condition.
    Is(Condition),
}

impl Node {
    /// The conditions, in the order in which they stand.
    pub fn leaves(&self) -> Vec<&Condition> {
        let mut leaves = Vec::new();
        self.gather(&mut leaves);
        leaves
    }

    fn gather<'a>(&'a self, into: &mut Vec<&'a Condition>) {
        match self {
            Node::All { all: nodes } | Node::Any { any: nodes } => {
                nodes.iter().for_each(|node| node.gather(into))
            }
            Node::Is(condition) => into.push(condition),
        }
    }

    /// The verdict, where these are those of the conditions in their order. What isn't known may yet not matter.
    pub(super) fn verdict(&self, leaves: &mut impl Iterator<Item = Option<bool>>) -> Option<bool> {
        // Every leaf is taken, also where the verdict is clear before.
        let (nodes, decisive) = match self {
            Node::All { all } => (all, false),
            Node::Any { any } => (any, true),
            Node::Is(_) => return leaves.next().flatten(),
        };
        let verdicts: Vec<Option<bool>> = nodes.iter().map(|node| node.verdict(leaves)).collect();
        if verdicts.contains(&Some(decisive)) {
            Some(decisive)
        } else if verdicts.contains(&None) {
            None
        } else {
            Some(!decisive)
        }
    }

    pub(super) fn check(&self, check: &mut Check) {
        self.check_as("when", check);
    }

    /// The same, where it stands in another place.
    pub(super) fn check_as(&self, at: &str, check: &mut Check) {
        let count = self.leaves().len();
        check.that(count <= LEAVES_MAX, at, format!("At most {LEAVES_MAX} conditions; these are {count}."));
        self.check_at(at, 0, check);
    }

    fn check_at(&self, at: &str, depth: usize, check: &mut Check) {
        let (nodes, word) = match self {
            Node::All { all } => (all, "all"),
            Node::Any { any } => (any, "any"),
            Node::Is(condition) => return condition.check(at, check),
        };
        check.that(!nodes.is_empty(), at, "Add a condition, or take the group away.");
        check.that(depth < DEPTH_MAX, at, format!("Groups stand at most {DEPTH_MAX} deep."));
        if depth < DEPTH_MAX {
            for (i, node) in nodes.iter().enumerate() {
                node.check_at(&format!("{at}.{word}.{i}"), depth + 1, check);
            }
        }
    }
}
