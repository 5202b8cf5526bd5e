//! A slow judge that is obviously right, and what it has in common with the quick one: everything that they say.
//!
//! It keeps every message, looks every second, and counts anew each time.

use super::condition::{Aggregate, Condition, STEPS, WindowKind};
use super::judge::{Effect, Event, What, judge};
use super::test::{Operand, Test};
use super::{Definition, Node, State, Target};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SECOND: i64 = 1000;

#[derive(Clone, Debug)]
struct Obvious<'a> {
    rule: &'a Definition,
    now: i64,
    /// By time and number.
    messages: BTreeMap<(i64, i64), f64>,
    /// Numbers of messages, of those that came before the window of their time had closed.
    heard: i64,
    held: Vec<Option<bool>>,
    since: Option<i64>,
    active: bool,
    said: Vec<(bool, i64)>,
}

impl Obvious<'_> {
    fn run(rule: &Definition, events: &[Event]) -> Vec<(bool, i64)> {
        let held = vec![None; rule.when.leaves().len()];
        let mut judge = Obvious {
            rule,
            now: 0,
            messages: BTreeMap::new(),
            heard: 0,
            held,
            since: None,
            active: false,
            said: vec![],
        };
        for event in events {
            while judge.now + SECOND <= event.at_ms {
                judge.now += SECOND;
                judge.look(true);
            }
            if let What::Message { seq, fields, arrived_ms } = &event.what {
                judge.heard = judge.heard.max(*arrived_ms);
                if let Some(value) = fields.get("t").and_then(Value::as_f64) {
                    judge.messages.entry((event.at_ms, *seq)).or_insert(value);
                }
            }
            judge.look(false);
        }
        judge.said
    }

    /// `ticks`: time has just gone on.
    fn look(&mut self, ticks: bool) {
        let leaves = self.rule.when.leaves();
        for (i, leaf) in leaves.iter().enumerate() {
            self.held[i] = self.leaf(leaf, self.held[i], ticks);
        }
        match self.node(&self.rule.when, &mut self.held.clone().into_iter()) {
            Some(true) => {
                let since = *self.since.get_or_insert(self.now);
                if !self.active && self.now - since >= self.rule.for_ms {
                    self.active = true;
                    self.said.push((true, self.now));
                }
            }
            Some(false) => {
                self.since = None;
                if self.active {
                    self.active = false;
                    self.said.push((false, self.now));
                }
            }
            None => {}
        }
    }

    fn node(&self, node: &Node, leaves: &mut impl Iterator<Item = Option<bool>>) -> Option<bool> {
        match node {
            Node::Is(_) => leaves.next().unwrap(),
            Node::All { all } => {
                let each: Vec<_> = all.iter().map(|node| self.node(node, leaves)).collect();
                if each.contains(&Some(false)) {
                    Some(false)
                } else if each.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Node::Any { any } => {
                let each: Vec<_> = any.iter().map(|node| self.node(node, leaves)).collect();
                if each.contains(&Some(true)) {
                    Some(true)
                } else if each.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
        }
    }

    fn leaf(&self, leaf: &Condition, held: Option<bool>, ticks: bool) -> Option<bool> {
        match leaf {
            Condition::Telemetry { test, hysteresis, .. } => {
                let value = *self.messages.values().next_back()?;
                Some(above(test, value, held, *hysteresis))
            }
            Condition::Silent { for_ms } => Some(self.now - self.heard >= *for_ms),
            Condition::Aggregate { of, window: WindowKind::Sliding, width_ms, test, hysteresis, .. } => {
                let step = width_ms / STEPS;
                let edge = self.now.div_euclid(step);
                if of.knows_nothing() && self.now < *width_ms {
                    return None;
                }
                let within = |ts: i64| ts.div_euclid(step) > edge - STEPS;
                Some(above(test, self.come_to(*of, within)?, held, *hysteresis))
            }
            Condition::Aggregate { of, width_ms, test, hysteresis, .. } => {
                let edge = self.now - self.rule.lateness_ms;
                // The first window began with the rule; it is not whole.
                if !ticks || edge.rem_euclid(*width_ms) != 0 || edge / width_ms < 2 {
                    return held;
                }
                let within = |ts: i64| ts.div_euclid(*width_ms) == edge / width_ms - 1;
                match self.come_to(*of, within) {
                    Some(value) => Some(above(test, value, held, *hysteresis)),
                    None => held,
                }
            }
            _ => unreachable!(),
        }
    }

    fn come_to(&self, of: Aggregate, within: impl Fn(i64) -> bool) -> Option<f64> {
        let values: Vec<f64> =
            self.messages.iter().filter(|((ts, _), _)| within(*ts)).map(|(_, v)| *v).collect();
        if values.is_empty() && !of.knows_nothing() {
            return None;
        }
        // A sum of nothing is −0.0 otherwise.
        let sum = values.iter().fold(0.0, |a, b| a + b);
        Some(match of {
            Aggregate::Average => sum / values.len() as f64,
            Aggregate::Minimum => values.iter().copied().fold(f64::INFINITY, f64::min),
            Aggregate::Maximum => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Aggregate::Sum => sum,
            Aggregate::Count => values.len() as f64,
            Aggregate::Last => *values.last().unwrap(),
        })
    }
}

fn above(test: &Test, value: f64, held: Option<bool>, slack: f64) -> bool {
    let Test::Above { value: Operand::Value(border) } = test else { unreachable!() };
    let border = border.as_f64().unwrap();
    if held == Some(true) && slack > 0.0 { value > border - slack } else { value > border }
}

fn conditions() -> impl Strategy<Value = Condition> {
    let test = || (0..6i64).prop_map(|n| Test::Above { value: Operand::Value(Value::from(n)) });
    let slack = || (0..3u8).prop_map(f64::from);
    let of = prop::sample::select(Aggregate::ALL.to_vec());
    let window = prop::sample::select(vec![WindowKind::Sliding, WindowKind::Tumbling]);
    prop_oneof![
        (test(), slack()).prop_map(|(test, hysteresis)| Condition::Telemetry {
            metric: "t".into(),
            test,
            hysteresis
        }),
        (1..40i64).prop_map(|s| Condition::Silent { for_ms: s * SECOND }),
        (of, window, test(), slack()).prop_map(|(of, window, test, hysteresis)| Condition::Aggregate {
            metric: "t".into(),
            of,
            window,
            width_ms: STEPS * SECOND,
            test,
            hysteresis,
        }),
    ]
}

fn nodes() -> impl Strategy<Value = Node> {
    conditions().prop_map(Node::Is).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| Node::All { all }),
            prop::collection::vec(inner, 1..4).prop_map(|any| Node::Any { any }),
        ]
    })
}

/// Mostly in order; some late, some again, some only time. `now` is what a clock on the wall shows.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = (0..20i64, prop_oneof![4 => Just(0i64), 1 => 0..60i64], 0..8i64, 0..6u8);
    prop::collection::vec(one, 0..40).prop_map(|steps| {
        let mut now = 0;
        let mut sent: Vec<Event> = Vec::new();
        for (i, (ahead, late, value, kind)) in steps.into_iter().enumerate() {
            now += ahead * SECOND;
            let event = match kind {
                0 => Event { at_ms: now, what: What::Nothing },
                1 if !sent.is_empty() => sent[i % sent.len()].clone(),
                _ => Event {
                    at_ms: (now - late * SECOND).max(0),
                    what: What::Message {
                        seq: i as i64,
                        arrived_ms: now,
                        fields: [("t".to_owned(), Value::from(value))].into(),
                    },
                },
            };
            sent.push(event);
        }
        sent
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]
    #[test]
    fn the_quick_judge_says_what_the_obvious_one_says(
        when in nodes(), wait in 0..30i64, lateness in 0..20i64, events in events(), looks in prop::collection::btree_set(0..400i64, 0..30),
    ) {
        let rule = Definition {
            target: Target::All, when, for_ms: wait * SECOND, schedule: None, lateness_ms: lateness * SECOND, cleared_by_hand: false,
            levels: Vec::new(),
            escalation: None,
        };
        let said = quick(&rule, &events, &BTreeSet::new());
        prop_assert_eq!(&said, &Obvious::run(&rule, &events));
        // However often somebody looks in between, nothing else is said.
        prop_assert_eq!(&said, &quick(&rule, &events, &looks));
    }
}

/// What the quick judge says; it is asked besides, on the way, in these seconds.
fn quick(rule: &Definition, events: &[Event], looks: &BTreeSet<i64>) -> Vec<(bool, i64)> {
    let mut state = State::new(rule, 0, None);
    let mut said = Vec::new();
    for event in events {
        let between =
            looks.iter().map(|s| s * SECOND).filter(|at| *at > state.clock_ms() && *at < event.at_ms);
        let asks: Vec<_> = between.map(|at_ms| Event { at_ms, what: What::Nothing }).collect();
        for event in asks.iter().chain([event]) {
            let kept = serde_json::to_value(&state).unwrap();
            state = serde_json::from_value(kept).unwrap();
            let judged = judge(rule, &mut state, event);
            assert!(judged.wake_ms.is_none_or(|at| at > state.clock_ms()));
            said.extend(judged.effects.into_iter().map(|effect| match effect {
                Effect::Fired { at_ms, .. } => (true, at_ms),
                Effect::Cleared { at_ms } => (false, at_ms),
                Effect::Level { .. } => unreachable!("these rules have no levels"),
            }));
        }
    }
    said
}
