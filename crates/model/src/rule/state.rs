//! What a rule remembers of a device between one thing that happens and the next. Small, and kept as JSON.

use super::condition::{Condition, STEPS, WindowKind};
use super::{Definition, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};

/// How it is written. What was written otherwise is begun anew.
pub(super) const VERSION: u8 = 1;
/// So many messages are known again when they are repeated. The telemetry store knows all of its open slots besides.
pub(super) const SEEN_MAX: usize = 64;

/// What a rule remembers of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub(super) version: u8,
    /// Since when it watches, milliseconds since 1970.
    pub(super) start_ms: i64,
    /// How far time has come for it, milliseconds since 1970.
    pub(super) clock_ms: i64,
    /// When something was received last, milliseconds since 1970.
    pub(super) heard_ms: i64,
    /// Whether it is connected, and since when, where that is known.
    pub(super) link: Option<(bool, i64)>,
    /// Properties, by their keys.
    pub(super) known: Map<String, Value>,
    /// By condition, in their order.
    pub(super) leaves: Vec<Leaf>,
    /// Since when the conditions hold together.
    pub(super) since_ms: Option<i64>,
    /// Whether it has fired and still holds.
    pub(super) active: bool,
    /// When it fired last.
    pub(super) fired_ms: Option<i64>,
    /// The severity of the level that holds, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<Severity>,
    /// The latest messages: their times and what tells them apart.
    pub(super) seen: VecDeque<(i64, i64)>,
}

/// What is remembered of a condition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Leaf {
    /// What it said last.
    #[serde(rename = "h", default)]
    pub(super) holds: Option<bool>,
    /// The newest value.
    #[serde(rename = "v", default)]
    pub(super) value: Option<Reading>,
    /// The one before.
    #[serde(rename = "b", default)]
    pub(super) before: Option<Reading>,
    /// Of a window: its parts, by their number since 1970.
    #[serde(rename = "p", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) panes: BTreeMap<i64, Pane>,
    /// The number of the window that closed last.
    #[serde(rename = "c", default)]
    pub(super) closed: i64,
    /// What a window came to last.
    #[serde(rename = "r", default)]
    pub(super) result: Option<f64>,
}

/// A value with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Reading {
    pub(super) ts: i64,
    pub(super) seq: i64,
    pub(super) value: Value,
}

/// Values of a part of a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pane {
    pub(super) n: u64,
    pub(super) sum: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    /// The newest of them, with its time and what tells it apart.
    pub(super) last: (i64, i64, f64),
}

impl Pane {
    pub(super) fn of(at: (i64, i64), value: f64) -> Pane {
        Pane { n: 1, sum: value, min: value, max: value, last: (at.0, at.1, value) }
    }

    pub(super) fn join(&mut self, other: Pane) {
        self.n += other.n;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        if (other.last.0, other.last.1) >= (self.last.0, self.last.1) {
            self.last = other.last;
        }
    }
}

impl State {
    /// That of a device that the rule has just begun to watch. `heard_ms`: when something was received from it last.
    pub fn new(rule: &Definition, start_ms: i64, heard_ms: Option<i64>) -> State {
        let leaf = |condition: &&Condition| Leaf {
            // The first window that is judged is a whole one.
            closed: pane_width(condition).map_or(0, |width| start_ms.div_euclid(width)),
            ..Leaf::default()
        };
        State {
            version: VERSION,
            start_ms,
            clock_ms: start_ms,
            heard_ms: heard_ms.unwrap_or(start_ms),
            link: None,
            known: Map::new(),
            leaves: rule.leaves().iter().map(leaf).collect(),
            since_ms: None,
            active: false,
            fired_ms: None,
            level: None,
            seen: VecDeque::new(),
        }
    }

    /// Whether it was written by this version, and for so many conditions.
    pub fn fits(&self, rule: &Definition) -> bool {
        self.version == VERSION && self.leaves.len() == rule.leaves().len()
    }

    /// Whether the rule has fired and still holds.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// When it fired last, milliseconds since 1970.
    pub fn fired_ms(&self) -> Option<i64> {
        self.fired_ms
    }

    /// How far time has come for it, milliseconds since 1970.
    pub fn clock_ms(&self) -> i64 {
        self.clock_ms
    }
}

/// How wide a part of the window is, in milliseconds, where the condition has one.
pub(super) fn pane_width(condition: &Condition) -> Option<i64> {
    match condition {
        Condition::Aggregate { window: WindowKind::Tumbling, width_ms, .. } => Some((*width_ms).max(1)),
        Condition::Aggregate { window: WindowKind::Sliding, width_ms, .. } => Some((width_ms / STEPS).max(1)),
        _ => None,
    }
}
