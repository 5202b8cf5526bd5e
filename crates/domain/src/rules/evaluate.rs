//! Evaluates rules: takes what was committed and what else happened, judges it, and keeps what came of it, all in one
//! transaction. Any number of processes may; a workspace is one's at a time. Who dies has changed nothing.

use super::escalate;
use crate::actions::plan;
use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use model::group::GroupId;
use model::live::LiveEvent;
use model::maintenance::Maintenance;
use model::rule::{Effect, Event, Rule, State, Target, What, judge};
use model::{DeviceId, WorkspaceId};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::{Fired, KeptState, Watched, WorkspaceTx};

/// The judge's clock is behind that on the wall by so much, so that what is on its way can come.
const LAG_MS: i64 = 1_000;
/// Transactions in a row for one workspace before others have their turn.
const TURNS: usize = 20;

/// Evaluates wherever there is something to look at; tells whether there was. `stopped` is asked between transactions.
///
/// # Errors
/// The database's. What fails in one workspace is logged, and holds no other up.
pub async fn evaluate_due(homeport: &Homeport, stopped: &(dyn Fn() -> bool + Sync)) -> Result<bool> {
    let due = homeport.store().lookup().rules_due(now_ms() - LAG_MS).await?;
    let any = !due.is_empty();
    for workspace in due {
        for _ in 0..TURNS {
            if stopped() {
                return Ok(any);
            }
            match evaluate(homeport, workspace).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%workspace, ?error, "rules can't be evaluated; trying again");
                    break;
                }
            }
        }
    }
    Ok(escalate::due(homeport, now_ms()).await? || any)
}

/// Whether the rule is for this device.
pub(super) fn concerns(rule: &Rule, device: &Watched) -> bool {
    meant(&rule.definition.target, device)
}

/// Whether this device is one of those.
fn meant(target: &Target, device: &Watched) -> bool {
    match target {
        Target::All => true,
        Target::Template { template } => device.template == Some(*template),
        Target::Organization { organization } => device.organizations.contains(organization),
        Target::Group { group } => device.groups.contains(group),
        Target::Devices { devices } => devices.contains(&device.external_id),
    }
}

/// The groups that rules are for.
pub(super) fn groups(rules: &[Rule]) -> Vec<&GroupId> {
    groups_of(rules.iter().map(|rule| &rule.definition.target))
}

fn groups_of<'a>(targets: impl Iterator<Item = &'a Target>) -> Vec<&'a GroupId> {
    let groups = targets.filter_map(|target| match target {
        Target::Group { group } => Some(group),
        _ => None,
    });
    groups.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What has happened since the last time.
#[derive(Default)]
struct News {
    /// By device, the earliest first.
    events: BTreeMap<DeviceId, Vec<Event>>,
    /// Devices whose properties are others.
    properties: HashSet<DeviceId>,
    /// Devices that are new, or somewhere else.
    devices: HashSet<DeviceId>,
    /// Rules and devices for which a moment has come.
    looks: HashSet<(i32, DeviceId)>,
    /// Rules that look at all of their devices for the first time.
    unseeded: HashSet<i32>,
    /// Whether there is more.
    more: bool,
}

/// One transaction; tells whether there is more to do.
async fn evaluate(homeport: &Homeport, workspace: WorkspaceId) -> Result<bool> {
    let now = now_ms();
    let scope = homeport.store().workspace(workspace).await?;
    let work = scope.rule_work();
    let Some(cursor) = work.take().await? else { return Ok(false) };
    let rules = work.enabled().await?;
    if rules.is_empty() {
        work.unfollow().await?;
        scope.commit().await?;
        return Ok(false);
    }
    let (news, reached) = gather(&scope, cursor, now - LAG_MS).await?;
    let seeds = rules.iter().any(|rule| news.unseeded.contains(&rule.id) && minds_silence(rule));
    let these: BTreeSet<DeviceId> = news
        .events
        .keys()
        .chain(&news.properties)
        .chain(&news.devices)
        .chain(news.looks.iter().map(|(_, device)| device))
        .copied()
        .collect();
    let these: Vec<DeviceId> = these.into_iter().collect();
    let mut watched = work.devices((!seeds).then_some(these.as_slice())).await?;
    let windows: Vec<Maintenance> =
        scope.maintenance().list(now).await?.into_iter().filter(|window| window.is_on(now)).collect();
    let targets = rules.iter().map(|rule| &rule.definition.target);
    let groups = groups_of(targets.chain(windows.iter().map(|window| &window.target)));
    work.find_groups(&groups, &mut watched, now).await?;
    let ids: Vec<DeviceId> = watched.iter().map(|device| device.id).collect();
    let states = work.states(&ids).await?;
    let mut round = Round { scope: &scope, states, windows: &windows, now, keep: Vec::new(), changed: false };
    for rule in &rules {
        for device in &watched {
            round.judge(rule, device, &news).await?;
        }
    }
    let Round { keep, changed, .. } = round;
    work.keep(&keep).await?;
    let enabled: HashSet<i32> = rules.iter().map(|rule| rule.id).collect();
    let idle: Vec<_> = news.looks.iter().filter(|(rule, _)| !enabled.contains(rule)).copied().collect();
    work.forget(&idle).await?;
    for rule in &rules {
        plan::tell(&scope, rule, now).await?;
    }
    work.reached(reached).await?;
    scope.commit().await?;
    if changed {
        homeport.tell(workspace, LiveEvent::Alarms);
    }
    Ok(news.more)
}

async fn gather(scope: &WorkspaceTx, cursor: i64, until_ms: i64) -> Result<(News, i64)> {
    let work = scope.rule_work();
    let mut news = News::default();
    let (messages, reached, more_messages) = work.messages(cursor).await?;
    for message in messages {
        let what = What::Message { seq: message.seq, arrived_ms: message.arrived_ms, fields: message.fields };
        // A clock that goes ahead can't move time for others.
        let event = Event { at_ms: message.ts.min(message.arrived_ms), what };
        news.events.entry(message.device).or_default().push(event);
    }
    let (events, more_events) = work.events().await?;
    for event in events {
        let what = match event.kind.as_str() {
            "connected" => What::Connected,
            "disconnected" => What::Disconnected,
            "command-failed" => What::CommandFailed(event.name.unwrap_or_default()),
            "properties" => {
                news.properties.insert(event.device);
                continue;
            }
            _ => {
                news.devices.insert(event.device);
                continue;
            }
        };
        news.events.entry(event.device).or_default().push(Event { at_ms: event.at_ms, what });
    }
    let (due, more_due) = work.due(until_ms).await?;
    news.looks = due.into_iter().collect();
    news.unseeded = work.unseeded().await?.into_iter().collect();
    news.more = more_messages || more_events || more_due;
    Ok((news, reached))
}

fn minds_silence(rule: &Rule) -> bool {
    rule.definition.leaves().iter().any(|leaf| leaf.minds_silence())
}

/// What is judged in one transaction.
struct Round<'a> {
    scope: &'a WorkspaceTx,
    states: HashMap<(i32, DeviceId), (i32, Value)>,
    /// Maintenance that is on.
    windows: &'a [Maintenance],
    now: i64,
    keep: Vec<KeptState>,
    /// Whether an alarm is another than before.
    changed: bool,
}

impl Round<'_> {
    /// Judges what happened to a device by a rule.
    async fn judge(&mut self, rule: &Rule, device: &Watched, news: &News) -> Result<()> {
        let key = (rule.id, device.id);
        let kept = self.states.remove(&key);
        if !concerns(rule, device) {
            if kept.is_some() {
                self.scope.rule_work().forget(&[key]).await?;
                self.changed |= self.scope.alarms().ended(rule.id, device.id, self.now).await?;
            }
            return Ok(());
        }
        let minds_silence = minds_silence(rule);
        let mut events: Vec<&Event> = news
            .events
            .get(&device.id)
            .map(|events| events.iter().filter(|event| minds_silence || matters(rule, event)).collect())
            .unwrap_or_default();
        let keys = properties(rule);
        let fits = |(revision, state): (i32, Value)| {
            let state: State = serde_json::from_value(state).ok()?;
            (revision == rule.revision && state.fits(&rule.definition)).then_some(state)
        };
        let kept = kept.and_then(fits);
        let begins = kept.is_none();
        if begins {
            // The log is followed from a little before the rule was made or switched on.
            events.retain(|event| came_ms(event) >= rule.changed_ms);
        }
        let first = minds_silence && (news.unseeded.contains(&rule.id) || news.devices.contains(&device.id));
        let told = !keys.is_empty() && news.properties.contains(&device.id);
        if events.is_empty() && !(told || news.looks.contains(&key) || (begins && first)) {
            return Ok(());
        }
        let start = events.iter().map(|event| event.at_ms).min().unwrap_or(self.now - LAG_MS);
        let mut state = kept.unwrap_or_else(|| State::new(&rule.definition, start, device.heard_ms));
        let mut effects = Vec::new();
        let mut wake_ms = None;
        let mut one = |event: &Event, state: &mut State| {
            let judged = judge(&rule.definition, state, event);
            effects.extend(judged.effects);
            wake_ms = judged.wake_ms;
        };
        if !keys.is_empty() && (begins || told) {
            let at_ms = state.clock_ms().max(if begins { start } else { self.now - LAG_MS });
            let known = self.known(device.id, &keys).await?;
            one(&Event { at_ms, what: What::Properties(known) }, &mut state);
        }
        for event in events {
            one(event, &mut state);
        }
        if news.looks.contains(&key) || begins && first {
            one(&Event { at_ms: self.now - LAG_MS, what: What::Nothing }, &mut state);
        }
        self.keep.push(KeptState {
            rule: rule.id,
            device: device.id,
            revision: rule.revision,
            state,
            wake_ms,
        });
        for effect in effects {
            self.apply(rule, device, effect).await?;
        }
        Ok(())
    }

    async fn apply(&mut self, rule: &Rule, device: &Watched, effect: Effect) -> Result<()> {
        let here = |window: &&Maintenance| {
            device.organizations.contains(&window.organization.id) && meant(&window.target, device)
        };
        let maintenance = self.windows.iter().find(here).map(|window| window.reason.as_str());
        let now_ms = self.now;
        match effect {
            Effect::Fired { at_ms, why } => {
                let fired = Fired { at_ms, now_ms, why: &why, maintenance };
                let raised = self.scope.alarms().raise(rule, device.id, &fired).await?;
                if raised.is_told {
                    plan::fired(self.scope, rule, raised.id, now_ms).await?;
                }
                self.scope.rule_work().fired(rule.id, at_ms).await?;
                self.changed = true;
            }
            Effect::Level { at_ms, severity, why } => {
                let fired = Fired { at_ms, now_ms, why: &why, maintenance };
                let severity = severity.unwrap_or(rule.severity);
                if let Some(raised) = self.scope.alarms().level(rule, device.id, severity, &fired).await? {
                    if raised.is_told {
                        plan::fired(self.scope, rule, raised.id, now_ms).await?;
                    }
                    self.changed = true;
                }
            }
            Effect::Cleared { at_ms } if !rule.definition.cleared_by_hand => {
                self.changed |= self.scope.alarms().ended(rule.id, device.id, at_ms).await?;
            }
            Effect::Cleared { .. } => {}
        }
        Ok(())
    }

    /// The device's properties of these keys; null: it has none.
    async fn known(&self, device: DeviceId, keys: &BTreeSet<String>) -> Result<Map<String, Value>> {
        let twin = self.scope.twins().get(device).await?;
        Ok(super::past::known(&twin, keys))
    }
}

/// The keys of properties that the rule looks at.
pub(super) fn properties(rule: &Rule) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    rule.definition.leaves().iter().for_each(|leaf| leaf.properties(&mut keys));
    keys
}

/// When it came, milliseconds since 1970.
fn came_ms(event: &Event) -> i64 {
    match &event.what {
        What::Message { arrived_ms, .. } => *arrived_ms,
        _ => event.at_ms,
    }
}

/// Whether a message holds something that the rule looks at; all else does.
fn matters(rule: &Rule, event: &Event) -> bool {
    match &event.what {
        What::Message { fields, .. } => rule
            .definition
            .leaves()
            .iter()
            .any(|leaf| leaf.metric().is_some_and(|name| fields.contains_key(name))),
        _ => true,
    }
}
