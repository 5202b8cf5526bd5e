//! What is done to the subject.

use super::super::chance::Chance;
use super::super::process;
use super::device::Cut;
use super::disk::Disk;
use super::subject::Subject;
use crate::error::Result;
use std::time::Duration;
use store::telemetry::{Probe, Writers};
use tokio::sync::watch;

/// How long a look at the database may take before another fault is made instead.
const LOOK: Duration = Duration::from_secs(2);

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// SIGKILL to the server, which is started again on the same data.
    KillServer,
    /// SIGKILL to mosquitto, which is started again.
    KillMosquitto,
    /// SIGKILL to the plain subscriber, which is started again.
    KillSubscriber,
    /// SIGKILL to Postgres with all its processes; who starts it again is the product's business.
    KillPostgres,
    /// The database stands still for a while.
    StallPostgres,
    /// So does the server.
    StallServer,
    /// So does mosquitto.
    StallMosquitto,
    /// So does the plain subscriber.
    StallSubscriber,
    /// A share of the devices cut their connections in the middle of a message.
    CutSockets,
    /// The ingestion's sessions at the database are ended.
    CutIngestion,
    /// The ingestion can write nothing for a while; the devices stay connected and wait.
    HoldIngestion,
    /// The disk is full for a while: Postgres can neither grow a table nor begin a file of its log, and may end itself.
    FillDisk,
}

impl Fault {
    /// All, each with its key, its words in the report, and how likely it is: the mightier, the less.
    pub(super) const ALL: [(Fault, &str, &str, u32); 12] = [
        (Fault::KillServer, "server_killed", "… the server killed", 3),
        (Fault::KillMosquitto, "mosquitto_killed", "… mosquitto killed", 2),
        (Fault::KillSubscriber, "subscriber_killed", "… the subscriber killed", 2),
        (Fault::KillPostgres, "postgres_killed", "… Postgres killed", 2),
        (Fault::StallPostgres, "postgres_stalled", "… Postgres stopped for a while", 2),
        (Fault::StallServer, "server_stalled", "… the server stopped for a while", 1),
        (Fault::StallMosquitto, "mosquitto_stalled", "… mosquitto stopped for a while", 1),
        (Fault::StallSubscriber, "subscriber_stalled", "… the subscriber stopped for a while", 1),
        (Fault::CutSockets, "sockets_cut", "… devices' connections cut", 3),
        (Fault::CutIngestion, "ingestion_cut", "… the ingestion's database sessions ended", 2),
        (Fault::HoldIngestion, "ingestion_held", "… the ingestion held up for a while", 2),
        (Fault::FillDisk, "disk_filled", "… the disk full for a while", 1),
    ];

    /// Those that can be done to this subject, on this disk, with their weights.
    pub(super) fn of(subject: &Subject, disk: Option<&Disk>) -> Vec<(Fault, u32)> {
        let can = |fault: Fault| subject.knows(fault) && (fault != Fault::FillDisk || disk.is_some());
        Fault::ALL
            .iter()
            .filter(|(fault, ..)| can(*fault))
            .map(|(fault, .., weight)| (*fault, *weight))
            .collect()
    }

    /// The next of them: each once, and then by chance.
    pub(super) fn choose(able: &[(Fault, u32)], done: &[Fault], chance: &mut Chance) -> Fault {
        let first = able.iter().any(|(fault, _)| !done.contains(fault));
        let weight =
            |&(fault, weight): &(Fault, u32)| if first { u32::from(!done.contains(&fault)) } else { weight };
        able[chance.weighed(able.iter().map(weight))].0
    }

    /// Does it. What stands still goes on before this returns.
    pub(super) async fn strike(
        self,
        subject: &mut Subject,
        disk: Option<&Disk>,
        cut: &watch::Sender<Cut>,
        chance: &mut Chance,
    ) -> Result<()> {
        let struck = subject.processes(self);
        match self {
            Fault::KillServer => subject.restart_server()?,
            Fault::KillMosquitto | Fault::KillSubscriber | Fault::KillPostgres => {
                process::signal("-KILL", &struck);
            }
            Fault::StallPostgres => stall(&struck, 0.5 + 3.5 * chance.part()).await,
            Fault::StallServer | Fault::StallMosquitto | Fault::StallSubscriber => {
                stall(&struck, 0.3 + 1.7 * chance.part()).await;
            }
            Fault::CutSockets => {
                cut.send_replace(Cut { seed: chance.next(), share: 0.1 + 0.6 * chance.part() });
            }
            Fault::CutIngestion => {
                let look = async |probe: Probe, writers: Writers| Ok(probe.cut_off(writers).await?);
                if let Some(sessions) = looking(subject, look).await {
                    tracing::debug!(sessions, "ended");
                }
            }
            Fault::HoldIngestion => {
                let hold = async |probe: Probe, writers: Writers| Ok(probe.hold_up(writers).await?);
                let seconds = 1.0 + 3.0 * chance.part();
                if let Some(_held) = looking(subject, hold).await {
                    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
                }
            }
            Fault::FillDisk => {
                let Some(disk) = disk else { return Ok(()) };
                let seconds = 2.0 + 2.0 * chance.part();
                let _full = disk.fill()?;
                // What is still free in the file of the log that was begun is used up, so that it is felt.
                let next = async |probe: Probe, _| Ok(probe.begin_log_file().await?);
                let full = async {
                    while looking(subject, next).await.is_some() {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    std::future::pending::<()>().await;
                };
                let _ = tokio::time::timeout(Duration::from_secs_f64(seconds), full).await;
            }
        }
        Ok(())
    }
}

/// Does something at the database; nothing where it is away: then it is struck already.
async fn looking<T, F: Future<Output = Result<T>>>(
    subject: &Subject,
    look: impl FnOnce(Probe, Writers) -> F,
) -> Option<T> {
    let looked = async {
        let (probe, writers) = subject.probe().await?;
        look(probe, writers).await
    };
    match tokio::time::timeout(LOOK, looked).await {
        Ok(Ok(done)) => Some(done),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the database is away");
            None
        }
        Err(_) => {
            tracing::debug!("the database doesn't answer");
            None
        }
    }
}

async fn stall(pids: &[u32], seconds: f64) {
    /// Goes on also when the run is broken off.
    struct Stopped<'a>(&'a [u32]);
    impl Drop for Stopped<'_> {
        fn drop(&mut self) {
            process::signal("-CONT", self.0);
        }
    }
    if pids.is_empty() {
        return;
    }
    process::signal("-STOP", pids);
    let _stopped = Stopped(pids);
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}
