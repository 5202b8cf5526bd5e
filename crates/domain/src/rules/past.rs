//! Runs a rule over what a device has sent, to see when it would have fired. Nothing is raised, and nobody is told.

use crate::access::{ViewDevices, ViewRules};
use crate::context::Context;
use crate::devices::find;
use crate::error::Result;
use model::check::Check;
use model::rule::{Effect, Event, NewRule, Past, State, What, judge};
use model::twin::Twin;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Longest time that is looked at: 31 days, in milliseconds.
const SPAN_MAX_MS: i64 = 31 * DAY_MS;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Most messages that are judged.
const MESSAGES_MAX: usize = 500_000;
/// Most things that are told.
const EFFECTS_MAX: usize = 1_000;

/// When the rule would have fired for a device in [from, to), in milliseconds since 1970.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn past(context: &Context, rule: NewRule, device: &str, from_ms: i64, to_ms: i64) -> Result<Past> {
    context.grant::<ViewRules>()?;
    let granted = context.grant::<ViewDevices>()?;
    let rule = rule.checked()?;
    let mut check = Check::default();
    let span = from_ms < to_ms && to_ms.saturating_sub(from_ms) <= SPAN_MAX_MS;
    check.that(span, "to_ms", "The end lies after the beginning, by 31 days at most.");
    check.done()?;
    let snapshot = granted.snapshot().await?;
    let device = find(&snapshot, device).await?;
    let mut state = State::new(&rule.definition, from_ms, None);
    let mut found = Past { effects: Vec::new(), fired: 0, messages: 0, cut: false };
    let mut keys = BTreeSet::new();
    rule.definition.leaves().iter().for_each(|leaf| leaf.properties(&mut keys));
    let twin = snapshot.twins().get(device.id).await?;
    let mut one = |event: Event, found: &mut Past| {
        for effect in judge(&rule.definition, &mut state, &event).effects {
            found.fired += usize::from(matches!(effect, Effect::Fired { .. }));
            if found.effects.len() < EFFECTS_MAX {
                found.effects.push(effect);
            }
        }
    };
    one(Event { at_ms: from_ms, what: What::Properties(known(&twin, &keys)) }, &mut found);
    let mut day = from_ms;
    while day < to_ms && !found.cut {
        let end = (day.div_euclid(DAY_MS) + 1).saturating_mul(DAY_MS).min(to_ms);
        for (place, message) in
            snapshot.history().messages(device.id, day, end).await?.into_iter().enumerate()
        {
            if message.refused.is_some() {
                continue;
            }
            let seq = i64::try_from(place).unwrap_or_default();
            let what = What::Message { seq, arrived_ms: message.ts, fields: message.fields };
            one(Event { at_ms: message.ts, what }, &mut found);
            found.messages += 1;
        }
        found.cut = found.messages >= MESSAGES_MAX;
        day = end;
    }
    one(Event { at_ms: to_ms.min(context.now_ms), what: What::Nothing }, &mut found);
    Ok(found)
}

/// The properties of these keys, as rules know them; null: there is none.
pub(super) fn known(twin: &Twin, keys: &BTreeSet<String>) -> Map<String, Value> {
    let at = |key: &String| {
        let (part, path) = key.split_once(':').unwrap_or(("device", key));
        let values = if part == "cloud" { &twin.cloud.values } else { &twin.reported.values };
        let mut steps = path.split('.');
        let first = steps.next().and_then(|step| values.get(step));
        steps.fold(first, |value, step| value.and_then(|value| value.get(step))).cloned()
    };
    keys.iter().map(|key| (key.clone(), at(key).unwrap_or(Value::Null))).collect()
}
