//! Plays simulated devices: each a client of the broker like any other, with its own key.
//!
//! Any number of processes may: each says every few seconds that it lives, takes devices that nobody plays, and stops
//! those that are not its own any more. One that can't reach the database stops all before others may take them.

mod device;

use crate::error::chain;
use crate::line::SignIn;
use domain::{Homeport, simulations};
use model::{DeviceId, WorkspaceId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Played;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often is looked for what is to be played.
const LOOK: Duration = Duration::from_secs(2);
/// So long after it was last heard a process still has its devices.
const LEASE: Duration = Duration::from_secs(30);
/// So long after it last reached the database a process plays on: well within the lease.
const ALONE: Duration = Duration::from_secs(20);
/// Most devices of one process. More wait for another one.
const DEVICES_MAX: usize = 5_000;
/// Most devices that begin in one look, so that a thousand don't connect at once.
const BEGIN_MAX: usize = 200;
/// How long good-byes may take at the end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Where simulated devices connect.
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    /// Its host.
    pub(crate) host: String,
    /// Its port without encryption.
    pub(crate) port: u16,
}

impl From<SignIn> for Broker {
    fn from(service: SignIn) -> Broker {
        Broker { host: service.host, port: service.port }
    }
}

/// Plays devices until `stop`, as the process of this name.
pub(crate) async fn run(homeport: Homeport, broker: Broker, name: String, stop: CancellationToken) {
    let mut stage =
        Stage { homeport, broker: Arc::new(broker), playing: HashMap::new(), tasks: JoinSet::new() };
    let mut heard = Instant::now();
    loop {
        let room = (DEVICES_MAX.saturating_sub(stage.playing.len())).min(BEGIN_MAX) as i64;
        match simulations::take(&stage.homeport, &name, LEASE, room).await {
            Ok(played) => {
                heard = Instant::now();
                stage.set(played);
            }
            Err(error) if heard.elapsed() > ALONE && !stage.playing.is_empty() => {
                tracing::warn!(causes = chain(&error), "simulated devices stop: the database is away");
                stage.set(Vec::new());
            }
            Err(error) => tracing::debug!(causes = chain(&error), "simulated devices can't be looked at"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            break;
        }
    }
    stage.set(Vec::new());
    let all = async { while stage.tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, all).await.is_err() {
        tracing::debug!("some simulated devices end without a good-bye");
    }
    if let Err(error) = stage.homeport.store().simulation_players().leaves(&name).await {
        tracing::debug!(%error, "others wait until this process's lease is over");
    }
}

/// The devices that are played here.
struct Stage {
    homeport: Homeport,
    broker: Arc<Broker>,
    playing: HashMap<(WorkspaceId, DeviceId), (String, CancellationToken)>,
    tasks: JoinSet<()>,
}

impl Stage {
    /// Ends what is not among these, and begins what is new or played otherwise.
    fn set(&mut self, wanted: Vec<Played>) {
        while self.tasks.try_join_next().is_some() {}
        let by: HashMap<_, _> =
            wanted.into_iter().map(|played| ((played.workspace, played.device), played)).collect();
        self.playing.retain(|key, (played_by, stop)| {
            let stays = by.get(key).is_some_and(|played| played.by == *played_by);
            if !stays {
                stop.cancel();
            }
            stays
        });
        for (key, played) in by {
            if let Entry::Vacant(free) = self.playing.entry(key) {
                let stop = CancellationToken::new();
                free.insert((played.by.clone(), stop.clone()));
                self.tasks.spawn(device::play(self.homeport.clone(), self.broker.clone(), played, stop));
            }
        }
    }
}
