//! Rules: what people want to be told of, and the decisions about it. Pure: what depends on now takes it as an argument.
//!
//! A rule has conditions, combined by *all* and *any* ([`node`]), of devices ([`Target`]). For each device it keeps a small
//! [`State`]; [`judge`](judge::judge) takes what happened and says whether the rule fires, whether that has ended, and when to
//! look again although nothing happens. [`explain`] puts the same into words.

mod action;
pub mod body_template;
pub mod condition;
pub mod describe;
pub mod escalation;
pub mod explain;
pub mod judge;
pub mod level;
pub mod node;
#[cfg(test)]
mod obvious;
mod schedule;
mod state;
mod target;
mod test;
mod value;
pub mod webhook;

pub use action::{ACTIONS_MAX, Action, Deed, MAIL_EVERY_MS, RECIPIENTS_MAX};
pub use condition::{Aggregate, Condition, WindowKind};
pub use escalation::Escalation;
pub use judge::{Effect, Event, Judged, What, judge};
pub use level::Level;
pub use node::Node;
pub use schedule::{Schedule, minute_of_day};
pub use state::State;
pub use target::{DEVICES_MAX, Target};
pub use test::{Fence, Operand, Test};
pub use webhook::{Authorization, BodyKind, Webhook};

use crate::check::{self, Check};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Longest time that a condition may have to hold, and longest window: 31 days, in milliseconds.
pub const SPAN_MAX_MS: i64 = 31 * 24 * 3600 * 1000;
/// Longest description of a rule, in characters.
pub const DESCRIPTION_MAX: usize = 2000;
/// Longest allowed lateness: an hour, in milliseconds.
pub const LATENESS_MAX_MS: i64 = 3_600_000;

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Information,
    /// Somebody should look at it today.
    #[default]
    Warning,
    /// Somebody should look at it now.
    Major,
    /// Something breaks, or somebody is in danger.
    Critical,
}

impl Severity {
    /// All, the least first.
    pub const ALL: [Severity; 4] =
        [Severity::Information, Severity::Warning, Severity::Major, Severity::Critical];

    /// The word kept in the database and shown to programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Information => "information",
            Severity::Warning => "warning",
            Severity::Major => "major",
            Severity::Critical => "critical",
        }
    }

    /// Reads [`Severity::as_str`] back.
    pub fn from_word(word: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Severity::Information => "Information",
            Severity::Warning => "Warning",
            Severity::Major => "Major",
            Severity::Critical => "Critical",
        }
    }
}

/// What a rule watches for, and of which devices. Kept as JSON, and the same JSON for programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// Of which devices.
    pub target: Target,
    /// The conditions.
    pub when: Node,
    /// How long they must hold together before it fires, in milliseconds; 0: at once.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub for_ms: i64,
    /// When it may fire; nothing: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// How long windows wait for late messages before they close, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lateness_ms: i64,
    /// Whether an alarm stays until somebody clears it by hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cleared_by_hand: bool,
    /// Other severities while more holds; the worst that holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// Who is told besides where nobody acknowledges; nothing: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
}

fn is_zero(ms: &i64) -> bool {
    *ms == 0
}

impl Definition {
    /// Notes every problem, by fields like `when.all.0.metric`.
    fn check(&self, check: &mut Check) {
        self.target.check(check);
        self.when.check(check);
        check.that((0..=SPAN_MAX_MS).contains(&self.for_ms), "forMs", "From 0 to 31 days, in milliseconds.");
        let lateness = (0..=LATENESS_MAX_MS).contains(&self.lateness_ms);
        check.that(lateness, "latenessMs", "From 0 to an hour, in milliseconds.");
        if let Some(schedule) = &self.schedule {
            schedule.check(check);
        }
        let momentary = self.when.leaves().iter().any(|leaf| leaf.is_momentary());
        check.that(
            !momentary || self.for_ms == 0,
            "forMs",
            "Something that happens in a moment can't hold for a time. Leave this at 0.",
        );
        level::check(&self.levels, momentary, check);
    }

    /// All conditions in their order: those by which it fires, and then those of its levels.
    pub fn leaves(&self) -> Vec<&Condition> {
        let mut leaves = self.when.leaves();
        leaves.extend(self.levels.iter().flat_map(|level| level.when.leaves()));
        leaves
    }

    /// Whether it has a condition that is true for a moment only: then it fires each time and clears nothing.
    pub fn is_momentary(&self) -> bool {
        self.when.leaves().iter().any(|leaf| leaf.is_momentary())
    }
}

/// A rule as somebody wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRule {
    /// What people call it; unique in the workspace.
    pub name: String,
    /// What it is for, and what to do.
    #[serde(default)]
    pub description: String,
    /// How bad it is.
    #[serde(default)]
    pub severity: Severity,
    /// Whether it is evaluated.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What it watches for.
    pub definition: Definition,
    /// What is done when it fires, besides raising an alarm.
    #[serde(default)]
    pub actions: Vec<Action>,
}

fn yes() -> bool {
    true
}

impl NewRule {
    /// Trimmed.
    ///
    /// # Errors
    /// Each problem beside its field.
    pub fn checked(mut self) -> Result<NewRule, Problem> {
        let mut check = Check::default();
        self.name = check.field("name", check::name(&self.name)).unwrap_or_default();
        self.description = self.description.trim().to_owned();
        let length = self.description.chars().count();
        check.that(
            length <= DESCRIPTION_MAX,
            "description",
            format!("At most {DESCRIPTION_MAX} characters; this has {length}."),
        );
        self.definition.check(&mut check);
        let own = self.definition.levels.iter().position(|level| level.severity == self.severity);
        if let Some(i) = own {
            let field = format!("levels.{i}.severity");
            check.that(false, &field, "This is the severity that the rule has anyway.");
        }
        let escalation = self.definition.escalation.take();
        self.definition.escalation = escalation.map(|escalation| escalation.checked(&mut check));
        self.actions = action::checked(self.actions, &mut check);
        check.done()?;
        Ok(self)
    }
}

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Its number in the workspace.
    pub id: i32,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// What it watches for.
    pub definition: Definition,
    /// What is done when it fires, besides raising an alarm.
    pub actions: Vec<Action>,
    /// Goes up by one with every change: what is known by an older one counts no more.
    pub revision: i32,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// When it was changed, milliseconds since 1970.
    pub changed_ms: i64,
    /// Alarms of it that are not cleared.
    pub open_alarms: i64,
    /// When it fired last, milliseconds since 1970.
    pub fired_ms: Option<i64>,
    /// Why it can't be evaluated, where that is so.
    pub trouble: Option<String>,
}

impl Rule {
    /// The same with what may be shown of the secrets in its actions.
    #[must_use]
    pub fn shown(mut self) -> Rule {
        self.actions = self.actions.into_iter().map(Action::shown).collect();
        self
    }
}

/// What a rule would have said of the past of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Past {
    /// When it would have fired and cleared, the earliest first.
    pub effects: Vec<Effect>,
    /// How often it would have fired.
    pub fired: usize,
    /// Messages that were judged.
    pub messages: usize,
    /// Whether there were too many messages, so that the latest were left out.
    pub cut: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    pub(super) fn definition(when: serde_json::Value) -> Definition {
        serde_json::from_value(json!({"target": {"of": "all"}, "when": when})).unwrap()
    }

    #[test]
    fn a_rule_comes_back_as_it_was_written() {
        let text = json!({
            "name": " Too warm ", "severity": "major",
            "definition": {
                "target": {"of": "template", "template": 3},
                "when": {"all": [
                    {"kind": "telemetry", "metric": "temperature", "test": {"is": "above", "value": {"property": "limit"}}},
                    {"any": [
                        {"kind": "silent", "forMs": 60000},
                        {"kind": "aggregate", "metric": "humidity", "of": "average", "window": "sliding",
                         "widthMs": 600000, "test": {"is": "between", "low": 10.0, "high": 20.0}},
                    ]},
                ]},
                "forMs": 60000,
                "schedule": {"days": [1, 2, 3, 4, 5], "fromMinute": 480, "toMinute": 1080, "zone": "Europe/Berlin"},
            }
        });
        let rule: NewRule = serde_json::from_value(text).unwrap();
        let rule = rule.checked().unwrap();
        assert_eq!(rule.name, "Too warm");
        assert!(rule.enabled);
        let back: NewRule = serde_json::from_str(&serde_json::to_string(&rule).unwrap()).unwrap();
        assert_eq!(back, rule);
    }

    #[test]
    fn levels_and_escalation_are_checked() {
        let above =
            |value: i32| json!({"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": value}});
        let rule = |levels: serde_json::Value, escalation: serde_json::Value| {
            let definition = json!({"target": {"of": "all"}, "when": above(30), "levels": levels, "escalation": escalation});
            let rule: NewRule = serde_json::from_value(
                json!({"name": "Warm", "severity": "warning", "definition": definition}),
            )
            .unwrap();
            rule.checked()
        };
        let good = json!([{"severity": "critical", "when": above(40)}]);
        let told = json!({"afterMs": 600_000, "to": [" Ada@example.com ", "", "ada@example.com"]});
        let checked = rule(good.clone(), told).unwrap();
        assert_eq!(checked.definition.escalation.unwrap().to, ["ada@example.com"]);
        for (levels, escalation, field) in [
            (json!([{"severity": "warning", "when": above(40)}]), json!(null), "levels.0.severity"),
            (
                json!([{"severity": "major", "when": above(40)}, {"severity": "major", "when": above(50)}]),
                json!(null),
                "levels.0.severity",
            ),
            (
                json!([{"severity": "major", "when": {"kind": "command-failed"}}]),
                json!(null),
                "levels.0.when",
            ),
            (json!([{"severity": "major", "when": {"all": []}}]), json!(null), "levels.0.when"),
            (good.clone(), json!({"afterMs": 5, "to": ["ada@example.com"]}), "escalation.afterMs"),
            (good.clone(), json!({"afterMs": 60_000, "to": []}), "escalation.to"),
            (good, json!({"afterMs": 60_000, "to": ["ada"]}), "escalation.to"),
        ] {
            let problem = rule(levels, escalation).unwrap_err();
            assert!(problem.of_field(field).is_some(), "{field}: {problem:?}");
        }
    }

    #[test]
    fn every_problem_is_said_beside_its_field() {
        let text = json!({
            "name": "", "definition": {
                "target": {"of": "devices", "devices": []},
                "when": {"all": [
                    {"kind": "telemetry", "metric": " ", "test": {"is": "between", "low": 3.0, "high": 1.0}},
                    {"any": []},
                    {"kind": "silent", "forMs": 10},
                    {"kind": "command-failed"},
                ]},
                "forMs": 5,
                "schedule": {"days": [9], "fromMinute": 5, "toMinute": 5, "zone": ""},
            }
        });
        let rule: NewRule = serde_json::from_value(text).unwrap();
        let problem = rule.checked().unwrap_err();
        for field in [
            "name",
            "target.devices",
            "when.all.0.metric",
            "when.all.0.test",
            "when.all.1",
            "when.all.2.forMs",
            "forMs",
            "schedule.days",
            "schedule.toMinute",
            "schedule.zone",
        ] {
            assert!(problem.of_field(field).is_some(), "{field}: {problem:?}");
        }
    }
}
