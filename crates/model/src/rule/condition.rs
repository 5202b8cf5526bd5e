//! A single condition: what of a device is looked at, and what it must be.

use super::test::{Test, property_key};
use super::{SPAN_MAX_MS, value};
use crate::check::Check;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Shortest silence, window or loss of connection, in milliseconds.
pub const SPAN_MIN_MS: i64 = 1000;
/// A sliding window moves on by this part of its width.
pub const STEPS: i64 = 30;

/// One thing that can be true of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Condition {
    /// The newest value of a telemetry field.
    Telemetry {
        /// Its name, with its component's before it and a dot between, where it has one.
        metric: String,
        /// What it must be.
        test: Test,
        /// By how much it must come back before the condition is false again.
        #[serde(default, skip_serializing_if = "no_slack")]
        hysteresis: f64,
    },
    /// What many values come to.
    Aggregate {
        /// The field's name.
        metric: String,
        /// What is made of them.
        of: Aggregate,
        /// Which are taken.
        window: WindowKind,
        /// Over how long, in milliseconds.
        width_ms: i64,
        /// What the result must be.
        test: Test,
        /// By how much it must come back before the condition is false again.
        #[serde(default, skip_serializing_if = "no_slack")]
        hysteresis: f64,
    },
    /// A property of the device, as it reports it, or one that only the cloud knows.
    Property {
        /// Its path: names with dots between.
        property: String,
        /// Whether it is the cloud's.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cloud: bool,
        /// What it must be.
        test: Test,
    },
    /// Nothing was received from it.
    Silent {
        /// For so long, in milliseconds.
        for_ms: i64,
    },
    /// It is not connected.
    Disconnected {
        /// For so long at least, in milliseconds.
        #[serde(default)]
        for_ms: i64,
    },
    /// A command was refused, not answered in time, or answered with a failure. True for a moment.
    CommandFailed {
        /// Which; nothing: any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// It sent an event. True for a moment.
    Event {
        /// The event's name.
        event: String,
    },
}

fn no_slack(slack: &f64) -> bool {
    *slack == 0.0
}

/// What is made of the values in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Their mean.
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// All together.
    Sum,
    /// How many there are.
    Count,
    /// The newest.
    Last,
}

impl Aggregate {
    /// All of them.
    pub const ALL: [Aggregate; 6] = [
        Aggregate::Average,
        Aggregate::Minimum,
        Aggregate::Maximum,
        Aggregate::Sum,
        Aggregate::Count,
        Aggregate::Last,
    ];

    /// Whether nothing at all comes to something: a count or sum of nothing is 0.
    pub fn knows_nothing(self) -> bool {
        matches!(self, Aggregate::Sum | Aggregate::Count)
    }

    /// As people read it before a name.
    pub fn label(self) -> &'static str {
        match self {
            Aggregate::Average => "average",
            Aggregate::Minimum => "minimum",
            Aggregate::Maximum => "maximum",
            Aggregate::Sum => "sum",
            Aggregate::Count => "count",
            Aggregate::Last => "last value",
        }
    }
}

/// Which values a window holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WindowKind {
    /// The last so many; it moves on with time, by a thirtieth of its width.
    Sliding,
    /// One window after the other, counted from 1970; it is judged when it closes.
    Tumbling,
}

impl Condition {
    /// Whether it is true for a moment only.
    pub fn is_momentary(&self) -> bool {
        match self {
            Condition::Telemetry { test, .. } | Condition::Property { test, .. } => test.is_momentary(),
            Condition::CommandFailed { .. } | Condition::Event { .. } => true,
            _ => false,
        }
    }

    /// Whether it can become true although the device sends nothing at all, and never did.
    pub fn minds_silence(&self) -> bool {
        match self {
            Condition::Silent { .. } | Condition::Disconnected { .. } => true,
            Condition::Aggregate { of, .. } => of.knows_nothing(),
            Condition::Property { .. } => true,
            _ => false,
        }
    }

    /// The fields of messages that it looks at.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Condition::Telemetry { metric, .. } | Condition::Aggregate { metric, .. } => Some(metric),
            Condition::Event { event } => Some(event),
            _ => None,
        }
    }

    /// Adds the keys of the properties that it looks at: `device:limit`, `cloud:site`.
    pub fn properties(&self, into: &mut BTreeSet<String>) {
        let test = match self {
            Condition::Telemetry { test, .. } | Condition::Aggregate { test, .. } => test,
            Condition::Property { property, cloud, test } => {
                into.insert(property_key(property, *cloud));
                test
            }
            _ => return,
        };
        into.extend(test.operand().and_then(|operand| operand.key()));
    }

    pub(super) fn check(&self, at: &str, check: &mut Check) {
        let spans = |ms: i64| (SPAN_MIN_MS..=SPAN_MAX_MS).contains(&ms);
        let span_text =
            || format!("From {} to {}, in milliseconds.", value::span(SPAN_MIN_MS), value::span(SPAN_MAX_MS));
        let named = |name: &str| !name.trim().is_empty() && name.len() <= 200;
        match self {
            Condition::Telemetry { metric, test, hysteresis } => {
                check.that(named(metric), &format!("{at}.metric"), "The name of a telemetry field.");
                slack(*hysteresis, at, check);
                test.check(at, check);
            }
            Condition::Aggregate { metric, width_ms, test, hysteresis, .. } => {
                check.that(named(metric), &format!("{at}.metric"), "The name of a telemetry field.");
                check.that(spans(*width_ms), &format!("{at}.widthMs"), span_text());
                slack(*hysteresis, at, check);
                let compares =
                    test.operand().is_some() || matches!(test, Test::Between { .. } | Test::Outside { .. });
                check.that(
                    compares,
                    &format!("{at}.test"),
                    "A window's result can be compared with numbers only.",
                );
                test.check(at, check);
            }
            Condition::Property { property, test, .. } => {
                check.that(named(property), &format!("{at}.property"), "The name of a property.");
                let slopes = matches!(test, Test::RisesFaster { .. } | Test::FallsFaster { .. });
                check.that(
                    !slopes,
                    &format!("{at}.test"),
                    "Of a property it isn't known how fast it changes.",
                );
                test.check(at, check);
            }
            Condition::Silent { for_ms } => {
                check.that(spans(*for_ms), &format!("{at}.forMs"), span_text());
            }
            Condition::Disconnected { for_ms } => {
                check.that((0..=SPAN_MAX_MS).contains(for_ms), &format!("{at}.forMs"), span_text());
            }
            Condition::CommandFailed { command } => {
                let fits = command.as_deref().is_none_or(named);
                check.that(fits, &format!("{at}.command"), "The name of a command, or nothing for any.");
            }
            Condition::Event { event } => {
                check.that(named(event), &format!("{at}.event"), "The name of an event.");
            }
        }
    }
}

fn slack(hysteresis: f64, at: &str, check: &mut Check) {
    let fits = hysteresis.is_finite() && hysteresis >= 0.0;
    check.that(fits, &format!("{at}.hysteresis"), "0, or by how much the value must come back.");
}
