//! Takes what happened to a device, and says whether a rule fires. One function; it knows no clock but what it is told.
//!
//! Time comes before what happens in it: on the way to an event, each moment at which something ends by itself (a silence, a
//! window, a time to hold) is judged by itself. So the same events give the same answer whether they are judged at once or a
//! week later.

use super::condition::{Aggregate, Condition, STEPS, WindowKind};
use super::state::{Leaf, Pane, Reading, SEEN_MAX, State, pane_width};
use super::test::{Seen, Test, property_key};
use super::value::{number, same};
use super::{Definition, Severity, explain};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// So many moments are judged one by one on the way to an event; of a longer way the rest is left out.
const TURNS_MAX: usize = 2000;

/// Something that happened to a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, milliseconds since 1970. Of a message its own time, which must not lie after its arrival.
    pub at_ms: i64,
    /// What.
    pub what: What,
}

/// What can happen to a device.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It sent something.
    Message {
        /// Tells messages of one time apart, and makes a repeated one the same.
        seq: i64,
        /// When it arrived, milliseconds since 1970.
        arrived_ms: i64,
        /// Its fields, by their names.
        fields: BTreeMap<String, Value>,
    },
    /// These properties are so now, by keys as [`Condition::properties`] gives them; null: there is none.
    Properties(Map<String, Value>),
    /// Its connection came up.
    Connected,
    /// Its connection ended.
    Disconnected,
    /// A command of this name failed.
    CommandFailed(String),
    /// Nothing; but time went by.
    Nothing,
}

/// What a rule has to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// It fires.
    Fired {
        /// When, milliseconds since 1970.
        at_ms: i64,
        /// The conditions that held, with the values, as a sentence.
        why: String,
    },
    /// What it fired for has ended.
    Cleared {
        /// When, milliseconds since 1970.
        at_ms: i64,
    },
    /// What it fired for still holds, and is worse or less bad than before.
    Level {
        /// When, milliseconds since 1970.
        at_ms: i64,
        /// How bad it is now; nothing: as bad as the rule itself says.
        severity: Option<Severity>,
        /// The conditions of the level that hold, with the values, as a sentence.
        why: String,
    },
}

/// What came of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// What the rule says, the earliest first.
    pub effects: Vec<Effect>,
    /// When to look again although nothing happens, milliseconds since 1970.
    pub wake_ms: Option<i64>,
}

/// What of the event conditions see that are true for a moment only.
#[derive(Default)]
struct Moment<'a> {
    /// Fields that came with the newest message of them.
    fields: BTreeSet<&'a str>,
    /// Conditions, by their place, of which a newer value came.
    newer: BTreeSet<usize>,
    /// Keys of properties that were there before, and are not the same now.
    changed: BTreeSet<&'a str>,
    failed: Option<&'a str>,
}

/// Judges what happened; the state becomes what it is afterwards.
pub fn judge(rule: &Definition, state: &mut State, event: &Event) -> Judged {
    let mut effects = Vec::new();
    for _ in 0..TURNS_MAX {
        let Some(at) = wake(rule, state).filter(|at| *at <= event.at_ms) else { break };
        state.clock_ms = at;
        settle(rule, state, &Moment::default(), &mut effects);
    }
    state.clock_ms = state.clock_ms.max(event.at_ms);
    let moment = take(rule, state, event);
    settle(rule, state, &moment, &mut effects);
    Judged { effects, wake_ms: wake(rule, state) }
}

/// Notes what came.
fn take<'a>(rule: &Definition, state: &mut State, event: &'a Event) -> Moment<'a> {
    let mut moment = Moment::default();
    match &event.what {
        What::Message { seq, arrived_ms, fields } => {
            state.heard_ms = state.heard_ms.max(*arrived_ms);
            let at = (event.at_ms, *seq);
            if state.seen.contains(&at) {
                return moment;
            }
            state.seen.push_back(at);
            while state.seen.len() > SEEN_MAX {
                state.seen.pop_front();
            }
            moment.fields = fields.keys().map(String::as_str).collect();
            for (i, condition) in rule.leaves().into_iter().enumerate() {
                let Some(leaf) = state.leaves.get_mut(i) else { continue };
                let Some(value) = condition.metric().and_then(|name| fields.get(name)) else { continue };
                if take_value(condition, leaf, at, value) {
                    moment.newer.insert(i);
                }
            }
        }
        What::Properties(these) => {
            for (key, value) in these {
                let had = match value {
                    Value::Null => state.known.remove(key),
                    value => state.known.insert(key.clone(), value.clone()),
                };
                if had.is_some_and(|had| !same(&had, value)) {
                    moment.changed.insert(key);
                }
            }
        }
        What::Connected => link(state, true, event.at_ms),
        What::Disconnected => link(state, false, event.at_ms),
        What::CommandFailed(command) => moment.failed = Some(command),
        What::Nothing => {}
    }
    moment
}

fn link(state: &mut State, up: bool, at_ms: i64) {
    match state.link {
        Some((was, since)) if was == up || since > at_ms => {}
        _ => state.link = Some((up, at_ms)),
    }
    if up {
        state.heard_ms = state.heard_ms.max(at_ms);
    }
}

/// Notes a value of a condition's field; tells whether it is the newest.
fn take_value(condition: &Condition, leaf: &mut Leaf, at: (i64, i64), value: &Value) -> bool {
    if let Some(width) = pane_width(condition) {
        let pane = at.0.div_euclid(width);
        let tumbling = matches!(condition, Condition::Aggregate { window: WindowKind::Tumbling, .. });
        if let Some(value) = number(value).filter(|_| !tumbling || pane > leaf.closed) {
            let one = Pane::of(at, value);
            leaf.panes.entry(pane).and_modify(|all| all.join(one)).or_insert(one);
        }
        return false;
    }
    if leaf.value.as_ref().is_some_and(|newest| (newest.ts, newest.seq) >= at) {
        return false;
    }
    leaf.before = leaf.value.replace(Reading { ts: at.0, seq: at.1, value: value.clone() });
    true
}

/// Judges every condition as things are, then all together.
fn settle(rule: &Definition, state: &mut State, moment: &Moment, effects: &mut Vec<Effect>) {
    let leaves = rule.leaves();
    let mut verdicts = Vec::with_capacity(leaves.len());
    let mut momentary = false;
    for (i, condition) in leaves.iter().enumerate() {
        let Some(mut leaf) = state.leaves.get_mut(i).map(std::mem::take) else { continue };
        leaf.holds = verdict(condition, &mut leaf, state, rule.lateness_ms, moment, i);
        momentary |= condition.is_momentary() && leaf.holds == Some(true);
        verdicts.push(leaf.holds);
        if let Some(place) = state.leaves.get_mut(i) {
            *place = leaf;
        }
    }
    let at_ms = state.clock_ms;
    let mut verdicts = verdicts.into_iter();
    match rule.when.verdict(&mut verdicts) {
        None => {}
        Some(false) => {
            state.since_ms = None;
            if std::mem::take(&mut state.active) {
                effects.push(Effect::Cleared { at_ms });
            }
        }
        Some(true) => {
            let rises = state.since_ms.is_none();
            let since = *state.since_ms.get_or_insert(at_ms);
            let due = if rule.is_momentary() {
                rises || momentary
            } else {
                !state.active && at_ms - since >= rule.for_ms
            };
            if due && rule.schedule.as_ref().is_none_or(|schedule| schedule.is_open(at_ms)) {
                state.active = !rule.is_momentary();
                state.fired_ms = Some(at_ms);
                effects.push(Effect::Fired { at_ms, why: explain::why(rule, state) });
            }
        }
    }
    level(rule, state, &mut verdicts, effects);
}

/// Says which level holds, where that is another one than before: the worst of those that do.
fn level(
    rule: &Definition,
    state: &mut State,
    verdicts: &mut impl Iterator<Item = Option<bool>>,
    effects: &mut Vec<Effect>,
) {
    let mut first = rule.when.leaves().len();
    let mut worst: Option<(Severity, usize, usize)> = None;
    for level in &rule.levels {
        let count = level.when.leaves().len();
        let holds = level.when.verdict(verdicts) == Some(true);
        if holds && worst.is_none_or(|(severity, ..)| severity < level.severity) {
            worst = Some((level.severity, first, count));
        }
        first += count;
    }
    let worst = worst.filter(|_| state.active);
    let severity = worst.map(|(severity, ..)| severity);
    if std::mem::replace(&mut state.level, severity) != severity && state.active {
        let why = match worst {
            Some((_, first, count)) => explain::why_of(rule, state, first, count),
            None => explain::why(rule, state),
        };
        effects.push(Effect::Level { at_ms: state.clock_ms, severity, why });
    }
}

/// What a condition says now.
fn verdict(
    condition: &Condition,
    leaf: &mut Leaf,
    state: &State,
    lateness_ms: i64,
    moment: &Moment,
    place: usize,
) -> Option<bool> {
    let held = leaf.holds == Some(true);
    match condition {
        Condition::Telemetry { test, hysteresis, .. } => {
            if test.is_momentary() && !moment.newer.contains(&place) {
                return Some(false);
            }
            let newest = leaf.value.as_ref()?;
            let before = leaf.before.as_ref().map(|b| (&b.value, newest.ts - b.ts));
            let said = test.verdict(&Seen {
                value: &newest.value,
                before,
                known: &state.known,
                held,
                slack: *hysteresis,
            });
            // The first value of all is no change.
            if test.is_momentary() { Some(said.unwrap_or(false)) } else { said }
        }
        Condition::Aggregate { of, window, width_ms, test, hysteresis, .. } => {
            let judged = match window {
                WindowKind::Sliding => slide(leaf, state, *of, *width_ms),
                WindowKind::Tumbling => match tumble(leaf, state, *of, *width_ms, lateness_ms) {
                    Some(result) => Some(result),
                    // No window has closed with something in it: what was said stands.
                    None => return leaf.holds,
                },
            };
            leaf.result = judged;
            compare(judged?, test, state, held, *hysteresis)
        }
        Condition::Property { property, cloud, test } => {
            let key = property_key(property, *cloud);
            if matches!(test, Test::Changed) {
                return Some(moment.changed.contains(key.as_str()));
            }
            let value = state.known.get(&key)?;
            test.verdict(&Seen { value, before: None, known: &state.known, held, slack: 0.0 })
        }
        Condition::Silent { for_ms } => Some(state.clock_ms - state.heard_ms >= *for_ms),
        Condition::Disconnected { for_ms } => {
            let (up, since) = state.link?;
            Some(!up && state.clock_ms - since >= *for_ms)
        }
        Condition::CommandFailed { command } => {
            Some(moment.failed.is_some_and(|failed| command.as_deref().is_none_or(|wanted| wanted == failed)))
        }
        Condition::Event { event } => Some(moment.fields.contains(event.as_str())),
    }
}

fn compare(result: f64, test: &Test, state: &State, held: bool, slack: f64) -> Option<bool> {
    test.verdict(&Seen { value: &Value::from(result), before: None, known: &state.known, held, slack })
}

/// What a sliding window comes to; what has left it is forgotten.
fn slide(leaf: &mut Leaf, state: &State, of: Aggregate, width_ms: i64) -> Option<f64> {
    let step = (width_ms / STEPS).max(1);
    let first = state.clock_ms.div_euclid(step) - STEPS + 1;
    leaf.panes = leaf.panes.split_off(&first);
    if of.knows_nothing() && state.clock_ms < state.start_ms + width_ms {
        // It is not known what was before.
        return None;
    }
    come_to(of, leaf.panes.values())
}

/// What the tumbling window comes to that has just closed, if one has.
fn tumble(leaf: &mut Leaf, state: &State, of: Aggregate, width_ms: i64, lateness_ms: i64) -> Option<f64> {
    let closes = (state.clock_ms - lateness_ms).div_euclid(width_ms.max(1)) - 1;
    if closes <= leaf.closed {
        return None;
    }
    let open = leaf.panes.split_off(&(closes + 1));
    let closed = std::mem::replace(&mut leaf.panes, open);
    leaf.closed = closes;
    match of.knows_nothing() {
        true => come_to(of, closed.get(&closes).into_iter()),
        false => come_to(of, closed.values().next_back().into_iter()),
    }
}

/// What values come to; nothing where there are none, except that these are none.
fn come_to<'a>(of: Aggregate, panes: impl Iterator<Item = &'a Pane>) -> Option<f64> {
    let all = panes.copied().reduce(|mut all, pane| {
        all.join(pane);
        all
    });
    let Some(all) = all else { return of.knows_nothing().then_some(0.0) };
    Some(match of {
        Aggregate::Average => all.sum / all.n as f64,
        Aggregate::Minimum => all.min,
        Aggregate::Maximum => all.max,
        Aggregate::Sum => all.sum,
        Aggregate::Count => all.n as f64,
        Aggregate::Last => all.last.2,
    })
}

/// The next moment at which something may change by itself.
fn wake(rule: &Definition, state: &State) -> Option<i64> {
    let mut next: Option<i64> = None;
    let mut at = |ms: i64| {
        if ms > state.clock_ms {
            next = Some(next.map_or(ms, |next| next.min(ms)));
        }
    };
    for (condition, leaf) in rule.leaves().into_iter().zip(&state.leaves) {
        match condition {
            Condition::Silent { for_ms } => at(state.heard_ms + for_ms),
            Condition::Disconnected { for_ms } => {
                if let Some((false, since)) = state.link {
                    at(since + for_ms);
                }
            }
            Condition::Aggregate { of, window: WindowKind::Sliding, width_ms, .. } => {
                let step = (width_ms / STEPS).max(1);
                if of.knows_nothing() {
                    at(state.start_ms + width_ms);
                }
                if let Some((first, _)) = leaf.panes.first_key_value() {
                    at((first + STEPS) * step);
                }
            }
            Condition::Aggregate { of, window: WindowKind::Tumbling, width_ms, .. } => {
                if of.knows_nothing() {
                    at((leaf.closed + 2) * width_ms + rule.lateness_ms);
                } else if let Some((first, _)) = leaf.panes.first_key_value() {
                    at((first + 1) * width_ms + rule.lateness_ms);
                }
            }
            _ => {}
        }
    }
    if let Some(since) = state.since_ms.filter(|_| !state.active && !rule.is_momentary()) {
        let due = since + rule.for_ms;
        at(due);
        if due <= state.clock_ms
            && let Some(opens) =
                rule.schedule.as_ref().and_then(|schedule| schedule.opens_after(state.clock_ms))
        {
            at(opens);
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::super::tests::definition;
    use super::*;
    use serde_json::json;

    /// Judges one thing after the other; tells what fired and cleared, and when.
    fn told(rule: &Definition, events: &[(i64, What)]) -> Vec<(&'static str, i64)> {
        let mut state = State::new(rule, 0, None);
        let mut said = Vec::new();
        for (at_ms, what) in events {
            // Kept and read again between any two.
            let kept = serde_json::to_string(&state).unwrap();
            state = serde_json::from_str(&kept).unwrap();
            assert!(state.fits(rule));
            for effect in judge(rule, &mut state, &Event { at_ms: *at_ms, what: what.clone() }).effects {
                said.push(match effect {
                    Effect::Fired { at_ms, .. } => ("fired", at_ms),
                    Effect::Cleared { at_ms } => ("cleared", at_ms),
                    Effect::Level { at_ms, severity, .. } => {
                        (severity.map_or("level", Severity::as_str), at_ms)
                    }
                });
            }
        }
        said
    }

    fn message(at: i64, fields: Value) -> (i64, What) {
        let fields = serde_json::from_value(fields).unwrap();
        (at, What::Message { seq: 0, arrived_ms: at, fields })
    }

    fn warm(at: i64, value: f64) -> (i64, What) {
        message(at, json!({"t": value}))
    }

    fn above(value: f64) -> Value {
        json!({"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": value}})
    }

    #[test]
    fn it_fires_once_and_clears() {
        let rule = definition(above(30.0));
        let events = [warm(1, 20.0), warm(2, 31.0), warm(3, 35.0), warm(4, 30.0), warm(5, 31.0)];
        assert_eq!(told(&rule, &events), [("fired", 2), ("cleared", 4), ("fired", 5)]);
    }

    #[test]
    fn severity_follows_the_levels_while_it_holds() {
        let mut rule = definition(above(30.0));
        let level = |severity, value| super::super::Level {
            severity,
            when: serde_json::from_value(above(value)).unwrap(),
        };
        rule.levels = vec![level(Severity::Major, 40.0), level(Severity::Critical, 50.0)];
        let events = [
            warm(1, 20.0),
            warm(2, 31.0),
            warm(3, 45.0),
            warm(4, 46.0),
            warm(5, 55.0),
            warm(6, 41.0),
            warm(7, 35.0),
            warm(8, 60.0),
            warm(9, 10.0),
            warm(10, 31.0),
            warm(11, 10.0),
            warm(12, 60.0),
        ];
        let expected = [
            ("fired", 2),
            ("major", 3),
            ("critical", 5),
            ("major", 6),
            ("level", 7),
            ("critical", 8),
            ("cleared", 9),
            ("fired", 10),
            ("cleared", 11),
            ("fired", 12),
            ("critical", 12),
        ];
        assert_eq!(told(&rule, &events), expected);
    }

    #[test]
    fn what_comes_late_or_again_changes_nothing() {
        let rule = definition(above(30.0));
        let events = [warm(2, 31.0), warm(4, 20.0), warm(3, 35.0), warm(2, 31.0), warm(4, 20.0)];
        assert_eq!(told(&rule, &events), [("fired", 2), ("cleared", 4)]);
        let changes = definition(json!({"kind": "telemetry", "metric": "t", "test": {"is": "changed"}}));
        let events = [warm(1, 1.0), warm(2, 2.0), warm(2, 2.0), warm(1, 1.0), warm(3, 2.0), warm(4, 1.0)];
        assert_eq!(told(&changes, &events), [("fired", 2), ("fired", 4)]);
    }

    #[test]
    fn it_must_hold_for_its_time() {
        let mut rule = definition(above(30.0));
        rule.for_ms = 100;
        let events =
            [warm(0, 31.0), warm(50, 29.0), warm(60, 31.0), (159, What::Nothing), (170, What::Nothing)];
        assert_eq!(told(&rule, &events), [("fired", 160)]);
    }

    #[test]
    fn a_silence_is_noticed_when_time_has_come_and_ends() {
        let rule = definition(json!({"kind": "silent", "forMs": 1000}));
        let events = [warm(500, 1.0), (1400, What::Nothing), (1600, What::Nothing), warm(2000, 1.0)];
        assert_eq!(told(&rule, &events), [("fired", 1500), ("cleared", 2000)]);
        // Nobody looked in between: the same.
        assert_eq!(told(&rule, &[warm(500, 1.0), warm(2000, 1.0)]), [("fired", 1500), ("cleared", 2000)]);
    }

    #[test]
    fn a_lost_connection_is_one_when_it_does_not_come_back() {
        let rule = definition(json!({"kind": "disconnected", "forMs": 1000}));
        let (up, down) = (What::Connected, What::Disconnected);
        let events = [
            (0, up.clone()),
            (10, down.clone()),
            (500, up.clone()),
            (600, down),
            (1600, What::Nothing),
            (1700, up),
        ];
        assert_eq!(told(&rule, &events), [("fired", 1600), ("cleared", 1700)]);
    }

    #[test]
    fn properties_count_on_both_sides() {
        let rule = definition(
            json!({"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": {"property": "limit"}}}),
        );
        let limit = |at, value: Value| {
            (at, What::Properties(serde_json::from_value(json!({"device:limit": value})).unwrap()))
        };
        let events = [
            warm(1, 31.0),
            limit(2, json!(30)),
            limit(3, json!(40)),
            limit(4, json!(null)),
            limit(5, json!(1)),
        ];
        assert_eq!(told(&rule, &events), [("fired", 2), ("cleared", 3), ("fired", 5)]);
        let rule = definition(json!({"kind": "property", "property": "limit", "test": {"is": "changed"}}));
        assert_eq!(
            told(&rule, &[limit(1, json!(1)), limit(2, json!(1)), limit(3, json!(2))]),
            [("fired", 3)]
        );
    }

    #[test]
    fn moments_fire_each_time_and_clear_nothing() {
        let rule = definition(json!({"kind": "command-failed", "command": "open"}));
        let failed = |at, name: &str| (at, What::CommandFailed(name.to_owned()));
        assert_eq!(
            told(&rule, &[failed(1, "open"), failed(2, "shut"), failed(3, "open")]),
            [("fired", 1), ("fired", 3)]
        );
        let rule = definition(json!({"all": [{"kind": "event", "event": "door"}, above(30.0)]}));
        let events = [
            message(1, json!({"door": "open"})),
            warm(2, 31.0),
            message(3, json!({"door": "open"})),
            message(4, json!({"door": "open"})),
        ];
        assert_eq!(told(&rule, &events), [("fired", 3), ("fired", 4)]);
    }

    #[test]
    fn outside_of_its_hours_it_waits() {
        let mut rule = definition(above(30.0));
        rule.schedule = serde_json::from_value(
            json!({"days": [1, 2, 3, 4, 5, 6, 7], "fromMinute": 1, "toMinute": 2, "zone": "UTC"}),
        )
        .unwrap();
        assert_eq!(told(&rule, &[warm(1000, 31.0), (70_000, What::Nothing)]), [("fired", 60_000)]);
        assert_eq!(told(&rule, &[warm(1000, 31.0), warm(2000, 1.0), (70_000, What::Nothing)]), []);
    }
}
