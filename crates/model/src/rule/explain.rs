//! Why a rule fired for a device, or why it did not: each condition with its verdict and the value that it saw.

use super::condition::Condition;
use super::describe;
use super::state::{Leaf, State};
use super::test::property_key;
use super::value::{plain, span, text};
use super::{Definition, Node};
use serde::{Deserialize, Serialize};

/// How a rule stands with a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// A sentence: whether it fires, and what is missing.
    pub summary: String,
    /// Whether it has fired and still holds.
    pub active: bool,
    /// How far time has come for it, milliseconds since 1970.
    pub at_ms: i64,
    /// Since when the conditions hold together, milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// When it fired last, milliseconds since 1970.
    pub fired_ms: Option<i64>,
    /// Conditions and groups, as they stand.
    pub lines: Vec<Line>,
}

/// A condition or a group of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// In how many groups it stands.
    pub depth: usize,
    /// What it says: `temperature is above 30`, `all of these`.
    pub text: String,
    /// What it saw: `it is 31`.
    pub seen: String,
    /// Whether it is true; nothing: that is not known.
    pub verdict: Option<bool>,
}

/// How a rule stands with a device.
pub fn explain(rule: &Definition, state: &State) -> Explanation {
    let mut lines = Vec::new();
    walk(state, &rule.when, 0, &mut 0, &mut lines);
    let verdict = rule.when.verdict(&mut state.leaves.iter().map(|leaf| leaf.holds));
    Explanation {
        summary: summary(rule, state, verdict),
        active: state.active,
        at_ms: state.clock_ms,
        since_ms: state.since_ms,
        fired_ms: state.fired_ms,
        lines,
    }
}

/// The conditions that hold, with their values, as a sentence.
pub(super) fn why(rule: &Definition, state: &State) -> String {
    why_of(rule, state, 0, rule.when.leaves().len())
}

/// The same of so many conditions from the one of this place on.
pub(super) fn why_of(rule: &Definition, state: &State, first: usize, count: usize) -> String {
    let these = rule.leaves().into_iter().zip(&state.leaves).skip(first).take(count);
    let held = these.filter(|(_, leaf)| leaf.holds == Some(true));
    let parts: Vec<String> = held
        .map(|(condition, leaf)| match seen(condition, leaf, state) {
            seen if seen.is_empty() => describe::condition(condition),
            seen => format!("{} ({seen})", describe::condition(condition)),
        })
        .collect();
    parts.join("; ")
}

fn summary(rule: &Definition, state: &State, verdict: Option<bool>) -> String {
    if state.active {
        return "It has fired, and what it fired for still holds.".to_owned();
    }
    match verdict {
        Some(true) if rule.schedule.as_ref().is_some_and(|s| !s.is_open(state.clock_ms)) => {
            "Its conditions hold, but now is outside of its hours.".to_owned()
        }
        Some(true) => {
            let held = state.clock_ms - state.since_ms.unwrap_or(state.clock_ms);
            format!("Its conditions hold for {} now; they must for {}.", span(held), span(rule.for_ms))
        }
        Some(false) if rule.is_momentary() => {
            "It fires in the moment in which its conditions are met.".to_owned()
        }
        Some(false) => "It does not fire: its conditions don't hold.".to_owned(),
        None => "It does not fire: of some conditions it isn't known yet whether they hold.".to_owned(),
    }
}

fn walk(state: &State, node: &Node, depth: usize, next: &mut usize, into: &mut Vec<Line>) {
    let (nodes, words) = match node {
        Node::All { all } => (all, "all of these"),
        Node::Any { any } => (any, "any of these"),
        Node::Is(condition) => {
            let leaf = state.leaves.get(*next);
            *next += 1;
            let seen = leaf.map(|leaf| seen(condition, leaf, state)).unwrap_or_default();
            let text = describe::condition(condition);
            into.push(Line { depth, text, seen, verdict: leaf.and_then(|leaf| leaf.holds) });
            return;
        }
    };
    let place = into.len();
    let first = *next;
    into.push(Line { depth, text: words.to_owned(), seen: String::new(), verdict: None });
    for node in nodes {
        walk(state, node, depth + 1, next, into);
    }
    let verdict = node.verdict(&mut state.leaves.iter().skip(first).map(|leaf| leaf.holds));
    if let Some(line) = into.get_mut(place) {
        line.verdict = verdict;
    }
}

/// What a condition saw.
fn seen(condition: &Condition, leaf: &Leaf, state: &State) -> String {
    let mut said = match condition {
        Condition::Telemetry { .. } => match (&leaf.value, &leaf.before) {
            (None, _) => "no value has come yet".to_owned(),
            (Some(now), Some(before)) if condition.is_momentary() => {
                format!("it is {} and was {}", text(&now.value), text(&before.value))
            }
            (Some(now), _) => format!("it is {}", text(&now.value)),
        },
        Condition::Aggregate { .. } => match leaf.result {
            Some(result) => format!("it is {}", plain(result)),
            None => "no window has closed with a value in it".to_owned(),
        },
        Condition::Property { property, cloud, .. } => match state.known.get(&property_key(property, *cloud))
        {
            Some(value) => format!("it is {}", text(value)),
            None => "the device has none".to_owned(),
        },
        Condition::Silent { .. } => {
            format!("silent for {}", span(whole_seconds(state.clock_ms - state.heard_ms)))
        }
        Condition::Disconnected { .. } => match state.link {
            Some((true, _)) => "it is connected".to_owned(),
            Some((false, since)) => format!("for {}", span(whole_seconds(state.clock_ms - since))),
            None => "it isn't known whether it is connected".to_owned(),
        },
        Condition::CommandFailed { .. } | Condition::Event { .. } => String::new(),
    };
    let operand = match condition {
        Condition::Telemetry { test, .. }
        | Condition::Aggregate { test, .. }
        | Condition::Property { test, .. } => test.operand(),
        _ => None,
    };
    if let Some(key) = operand.and_then(|operand| operand.key()) {
        let other = match state.known.get(&key) {
            Some(value) => text(value),
            None => "not there".to_owned(),
        };
        said.push_str(&format!(", the property is {other}"));
    }
    said
}

fn whole_seconds(ms: i64) -> i64 {
    if ms >= 1000 { ms / 1000 * 1000 } else { ms.max(0) }
}

#[cfg(test)]
mod tests {
    use super::super::judge::{Event, What, judge};
    use super::super::tests::definition;
    use super::*;
    use serde_json::json;

    #[test]
    fn it_says_what_it_saw_and_what_is_missing() {
        let mut rule = definition(json!({"all": [
            {"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": {"property": "limit"}}},
            {"any": [
                {"kind": "telemetry", "metric": "h", "test": {"is": "below", "value": 20}},
                {"kind": "silent", "forMs": 60_000},
            ]},
        ]}));
        let mut state = State::new(&rule, 0, None);
        let message =
            |fields| What::Message { seq: 0, arrived_ms: 1, fields: serde_json::from_value(fields).unwrap() };
        let known = What::Properties(serde_json::from_value(json!({"device:limit": 30})).unwrap());
        judge(&rule, &mut state, &Event { at_ms: 0, what: known });
        judge(&rule, &mut state, &Event { at_ms: 1, what: message(json!({"t": 31.5})) });
        let said = explain(&rule, &state);
        let lines: Vec<_> =
            said.lines.iter().map(|l| (l.depth, l.text.as_str(), l.seen.as_str(), l.verdict)).collect();
        assert_eq!(
            lines,
            [
                (0, "all of these", "", None),
                (1, "t is above its property limit", "it is 31.5, the property is 30", Some(true)),
                (1, "any of these", "", None),
                (2, "h is below 20", "no value has come yet", None),
                (2, "nothing was received for 1 minute", "silent for 0 milliseconds", Some(false)),
            ]
        );
        assert!(!said.active && said.summary.contains("isn't known"), "{said:?}");

        rule.for_ms = 10_000;
        judge(&rule, &mut state, &Event { at_ms: 2, what: message(json!({"h": 10})) });
        judge(&rule, &mut state, &Event { at_ms: 5_002, what: What::Nothing });
        assert_eq!(
            explain(&rule, &state).summary,
            "Its conditions hold for 5 seconds now; they must for 10 seconds."
        );
        judge(&rule, &mut state, &Event { at_ms: 10_002, what: What::Nothing });
        assert!(explain(&rule, &state).active);
        assert_eq!(
            why(&rule, &state),
            "t is above its property limit (it is 31.5, the property is 30); h is below 20 (it is 10)"
        );
    }
}
