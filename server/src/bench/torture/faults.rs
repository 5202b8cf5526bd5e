//! What is done to the product.

use super::super::chance::Chance;
use super::super::ground::Ground;
use super::super::process;
use super::device::Cut;
use crate::error::Result;
use std::time::Duration;
use tokio::sync::watch;

/// How long a look at the database may take before another fault is made instead.
const LOOK: Duration = Duration::from_secs(2);

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// SIGKILL to the server, which is started again on the same data.
    KillServer,
    /// SIGKILL to Postgres with all its processes; who starts it again is the product's business.
    KillPostgres,
    /// The database stands still for a while.
    StallPostgres,
    /// So does the server.
    StallServer,
    /// A share of the devices cut their connections in the middle of a message.
    CutSockets,
    /// The ingestion's sessions at the database are ended.
    CutIngestion,
}

impl Fault {
    /// All, each with its key and its words in the report.
    pub(super) const ALL: [(Fault, &str, &str); 6] = [
        (Fault::KillServer, "server_killed", "… the server killed"),
        (Fault::KillPostgres, "postgres_killed", "… Postgres killed"),
        (Fault::StallPostgres, "postgres_stalled", "… Postgres stopped for a while"),
        (Fault::StallServer, "server_stalled", "… the server stopped for a while"),
        (Fault::CutSockets, "sockets_cut", "… devices' connections cut"),
        (Fault::CutIngestion, "ingestion_cut", "… the ingestion's database sessions ended"),
    ];

    /// The next: each once, and then by chance, with the mightier ones less often than the cheap ones.
    pub(super) fn choose(done: &[Fault], chance: &mut Chance) -> Fault {
        let weights = Fault::ALL.map(|(fault, ..)| match fault {
            _ if done.len() < Fault::ALL.len() => u32::from(!done.contains(&fault)),
            Fault::KillServer | Fault::CutSockets => 3,
            Fault::KillPostgres | Fault::StallPostgres | Fault::CutIngestion => 2,
            Fault::StallServer => 1,
        });
        Fault::ALL[chance.weighed(weights.into_iter())].0
    }

    /// Does it. What stands still goes on before this returns.
    pub(super) async fn strike(
        self,
        ground: &mut Ground,
        cut: &watch::Sender<Cut>,
        chance: &mut Chance,
    ) -> Result<()> {
        match self {
            Fault::KillServer => {
                ground.kill()?;
                ground.start()
            }
            Fault::KillPostgres => {
                process::signal("-KILL", &ground.postgres());
                Ok(())
            }
            Fault::StallPostgres => {
                stall(&ground.postgres(), 0.5 + 3.5 * chance.part()).await;
                Ok(())
            }
            Fault::StallServer => {
                stall(&ground.server().into_iter().collect::<Vec<_>>(), 0.3 + 1.7 * chance.part()).await;
                Ok(())
            }
            Fault::CutSockets => {
                cut.send_replace(Cut { seed: chance.next(), share: 0.1 + 0.6 * chance.part() });
                Ok(())
            }
            Fault::CutIngestion => {
                let look = async { Ok::<_, crate::Error>(ground.probe().await?.cut_ingestion_off().await?) };
                // A database that is away has cut the ingestion off already.
                match tokio::time::timeout(LOOK, look).await {
                    Ok(Ok(sessions)) => tracing::debug!(sessions, "ended"),
                    Ok(Err(error)) => tracing::debug!(%error, "the database is away"),
                    Err(_) => tracing::debug!("the database doesn't answer"),
                }
                Ok(())
            }
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
