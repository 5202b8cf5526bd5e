//! Writes down what actions have to do, in the transaction that raised the alarms.

use crate::error::{Error, Result};
use model::action_run::{Fact, NAMED_MAX};
use model::alarm::Alarm;
use model::rule::{Action, Rule};
use store::WorkspaceTx;

/// So often in a minute an action is done for one device: a rule that causes what it fires for stops there.
const OF_DEVICE_MAX: i64 = 10;
/// So often in a minute an action is done at all.
const OF_ALL_MAX: i64 = 600;
/// Random bytes of a key.
const KEY_BYTES: usize = 16;

/// Whether it is done each time that the rule fires, for its device.
pub(crate) fn each_time(action: &Action) -> bool {
    action.pace_ms().is_none()
}

/// What an alarm says.
pub(crate) fn fact(alarm: &Alarm) -> Fact {
    Fact {
        alarm: alarm.id,
        device: alarm.device.clone(),
        device_name: alarm.device_name.clone(),
        why: alarm.why.clone(),
        at_ms: alarm.last_ms,
    }
}

/// A rule has fired: what is done each time is to be done.
pub(crate) async fn fired(scope: &WorkspaceTx, rule: &Rule, alarm: i64, now_ms: i64) -> Result<()> {
    if !rule.actions.iter().any(each_time) {
        return Ok(());
    }
    let Some(alarm) = scope.alarms().get(alarm).await? else { return Ok(()) };
    let fact = fact(&alarm);
    for action in rule.actions.iter().filter(|action| each_time(action)) {
        let most = (OF_DEVICE_MAX, OF_ALL_MAX);
        scope.action_runs().plan((rule, action), &fact, most, now_ms, &key()?).await?;
    }
    Ok(())
}

/// Whoever is to be told of alarms is told of those that nobody was told of yet.
pub(crate) async fn tell(scope: &WorkspaceTx, rule: &Rule, now_ms: i64) -> Result<()> {
    if rule.actions.is_empty() {
        return Ok(());
    }
    let (alarms, ids) = scope.rule_work().untold(rule.id, NAMED_MAX).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let facts: Vec<Fact> = alarms.iter().map(fact).collect();
    for action in &rule.actions {
        if let Some(pace_ms) = action.pace_ms() {
            let runs = scope.action_runs();
            runs.tell((rule, action), (&facts, &ids), (pace_ms, now_ms), &key()?).await?;
        }
    }
    Ok(())
}

/// What tells the receiver doubles: nobody guesses it.
pub(crate) fn key() -> Result<String> {
    let mut bytes = [0_u8; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(hex(&bytes))
}

/// In hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
