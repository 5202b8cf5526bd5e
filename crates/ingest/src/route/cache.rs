//! What the database said of devices and names, remembered for a moment: a look-up a message would cost more than
//! the message.

use crate::retry;
use model::{MetricId, WorkspaceId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::{Route, Writer};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a changed template or a deleted device may go unnoticed.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// How long a device that doesn't exist isn't asked for again.
const UNKNOWN_FOR: Duration = Duration::from_secs(1);
/// Beyond so many remembered devices those that are due are forgotten.
const ROUTES_MAX: usize = 50_000;

/// A device, with the names that stand in its topics.
pub(super) struct Known {
    pub(super) route: Route,
    pub(super) scope: Arc<str>,
    pub(super) external_id: Arc<str>,
}

/// Devices by `{scope}/{device}`.
#[derive(Default)]
pub(super) struct Routes(HashMap<String, (Instant, Option<Arc<Known>>)>);

impl Routes {
    /// The device of the names in `key`, `{scope}/{device}`; outer `None`: `stop` came while the database was away.
    pub(super) async fn get(
        &mut self,
        writer: &Writer,
        stop: &CancellationToken,
        key: &str,
        (scope, device): (&str, &str),
    ) -> Option<Option<Arc<Known>>> {
        let now = Instant::now();
        if let Some((until, known)) = self.0.get(key)
            && *until > now
        {
            return Some(known.clone());
        }
        let route = retry::until_done("looking up a device", stop, || writer.device(scope, device)).await?;
        let known =
            route.map(|route| Arc::new(Known { route, scope: scope.into(), external_id: device.into() }));
        if self.0.len() >= ROUTES_MAX {
            self.0.retain(|_, (until, _)| *until > now);
        }
        let until = now + if known.is_some() { KNOWN_FOR } else { UNKNOWN_FOR };
        self.0.insert(key.to_owned(), (until, known.clone()));
        Some(known)
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
