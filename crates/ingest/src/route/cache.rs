//! What the database said of devices and names, remembered for a moment: a look-up a message would cost more than
//! the message.

use crate::retry;
use model::{MetricId, WorkspaceId, external_id};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::{Route, Writer};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a changed template or a deleted device may go unnoticed.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// How long a device that doesn't exist isn't asked for again.
const UNKNOWN_FOR: Duration = Duration::from_secs(1);
/// A device that is due so soon is asked for with those that are: thousands of devices cost a question each second, not
/// one each.
const SOON: Duration = Duration::from_secs(1);
/// Devices in one question.
const AT_ONCE: usize = 1000;

/// A device, with the names that stand in its topics.
pub(super) struct Known {
    pub(super) route: Route,
    pub(super) scope: Arc<str>,
    pub(super) external_id: Arc<str>,
}

/// Devices by `{scope}/{device}`.
#[derive(Default)]
pub(super) struct Routes {
    devices: HashMap<String, Remembered>,
    /// No device is due before.
    none_due_before: Option<Instant>,
}

struct Remembered {
    until: Instant,
    /// Sent something since it was asked for.
    heard: bool,
    device: Option<Arc<Known>>,
}

impl Routes {
    /// The device of `key`, `{scope}/{device}`. [`Routes::prepare`] asks the database for it before.
    pub(super) fn get(&mut self, key: &str) -> Option<Arc<Known>> {
        let known = self.devices.get_mut(key)?;
        known.heard = true;
        known.device.clone()
    }

    /// From now on, none is used before it is asked for again.
    pub(super) fn doubt(&mut self) {
        let now = Instant::now();
        self.devices.values_mut().for_each(|known| known.until = now);
        self.none_due_before = Some(now);
    }

    /// Asks for those of these devices that aren't known, or not any more, and in the same question for those that are heard
    /// and due soon. `None`: `stop` came while the database was away.
    pub(super) async fn prepare(
        &mut self,
        writer: &Writer,
        stop: &CancellationToken,
        keys: impl Iterator<Item = &str>,
    ) -> Option<()> {
        let now = Instant::now();
        let fresh = |key: &str| self.devices.get(key).is_some_and(|known| known.until > now);
        let wanted: HashSet<&str> = keys.filter(|key| !fresh(key)).collect();
        if wanted.is_empty() {
            return Some(());
        }
        let mut wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        self.add_due(&mut wanted, now);
        for some in wanted.chunks(AT_ONCE) {
            let named: Vec<(&str, Cow<'_, str>)> = some
                .iter()
                .map(|key| {
                    let (scope, level) = key.split_once('/').unwrap_or((key, ""));
                    // What is no id is looked for as the empty one, which nobody has.
                    (scope, external_id::of_level(level).unwrap_or_default())
                })
                .collect();
            let names: Vec<(&str, &str)> = named.iter().map(|(scope, id)| (*scope, &**id)).collect();
            let routes = retry::until_done("looking up devices", stop, || writer.devices(&names)).await?;
            for ((key, (scope, id)), route) in some.iter().zip(&names).zip(routes) {
                let until = now + if route.is_some() { KNOWN_FOR } else { UNKNOWN_FOR };
                let known = |route| Known { route, scope: (*scope).into(), external_id: (*id).into() };
                let device = route.map(|route| Arc::new(known(route)));
                self.devices.insert(key.clone(), Remembered { until, heard: false, device });
                self.none_due_before = Some(self.none_due_before.map_or(until, |before| before.min(until)));
            }
        }
        Some(())
    }

    /// Adds what is heard and due soon, and forgets what is due and was not heard again.
    fn add_due(&mut self, wanted: &mut Vec<String>, now: Instant) {
        if self.none_due_before.is_none_or(|due| due > now + SOON) {
            return;
        }
        self.devices.retain(|_, known| known.until > now || known.heard);
        let asked: HashSet<String> = wanted.iter().cloned().collect();
        let due = self
            .devices
            .iter()
            .filter(|(key, known)| known.heard && known.until <= now + SOON && !asked.contains(key.as_str()));
        wanted.extend(due.map(|(key, _)| key.clone()));
        let later = |known: &Remembered| known.until > now + SOON || !known.heard;
        self.none_due_before =
            self.devices.values().filter(|known| later(known)).map(|known| known.until).min();
    }
}

/// For how long a workspace that has too many names isn't asked for new ones: a device that invents names must not
/// make the others wait.
const FULL_FOR: Duration = Duration::from_secs(300);

/// The numbers of names, by workspace.
#[derive(Default)]
pub(super) struct Metrics(HashMap<WorkspaceId, Names>);

/// The names of a workspace. A number never changes, so it is remembered for good.
#[derive(Default)]
struct Names {
    numbers: HashMap<String, MetricId>,
    full_until: Option<Instant>,
}

impl Metrics {
    /// The numbers of these names, none where a name can't have one; `None`: `stop` came while the database was away.
    pub(super) async fn get(
        &mut self,
        writer: &Writer,
        stop: &CancellationToken,
        workspace: WorkspaceId,
        names: impl Iterator<Item = &String> + Clone,
    ) -> Option<Vec<Option<MetricId>>> {
        let known = self.0.entry(workspace).or_default();
        let missing: Vec<String> =
            names.clone().filter(|name| !known.numbers.contains_key(*name)).cloned().collect();
        if !missing.is_empty() && known.full_until.is_none_or(|until| until <= Instant::now()) {
            let ask = || writer.metric_ids(workspace, &missing);
            let numbers = retry::until_done("numbering names", stop, ask).await?;
            known.full_until = match missing.iter().all(|name| numbers.contains_key(name)) {
                true => None,
                false => Some(Instant::now() + FULL_FOR),
            };
            known.numbers.extend(numbers);
        }
        Some(names.map(|name| known.numbers.get(name).copied()).collect())
    }
}
