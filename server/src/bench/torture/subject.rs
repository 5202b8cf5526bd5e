//! What is tortured: the product, or what people build without it.

use super::super::arguments::{Against, TortureArgs};
use super::super::ground::{Credentials, Ground};
use super::super::process;
use super::super::rival::Rival;
use super::faults::Fault;
use super::verdict::Stored;
use crate::error::{Error, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::{Probe, Writers};

/// The subject of a run.
pub(super) enum Subject {
    /// The server, with its broker, its ingestion, and its Postgres.
    Product(Box<Ground>),
    /// Mosquitto, a plain subscriber, and Postgres.
    Plain(Box<Rival>),
}

impl Subject {
    /// Prepares and starts it; returns when a device is let in.
    pub(super) async fn start(args: &TortureArgs, dir: &Path) -> Result<Subject> {
        Ok(match args.against {
            None => {
                let mut ground = Ground::prepare(dir, args.connections).await?;
                ground.start()?;
                ground.ready().await?;
                Subject::Product(Box::new(ground))
            }
            Some(Against::Mosquitto) => {
                let mut rival = Rival::prepare(dir, args.connections).await?;
                rival.ready().await?;
                Subject::Plain(Box::new(rival))
            }
        })
    }

    pub(super) fn devices(&self) -> Arc<[Credentials]> {
        match self {
            Subject::Product(ground) => ground.devices.clone(),
            Subject::Plain(rival) => rival.devices.clone(),
        }
    }

    pub(super) fn broker(&self) -> SocketAddr {
        match self {
            Subject::Product(ground) => ground.broker,
            Subject::Plain(rival) => rival.broker,
        }
    }

    /// Whether there is anything that this fault can be done to.
    pub(super) fn knows(&self, fault: Fault) -> bool {
        match fault {
            Fault::KillServer | Fault::StallServer => matches!(self, Subject::Product(_)),
            Fault::KillMosquitto | Fault::KillSubscriber | Fault::StallMosquitto | Fault::StallSubscriber => {
                matches!(self, Subject::Plain(_))
            }
            _ => true,
        }
    }

    /// The processes that this fault strikes.
    pub(super) fn processes(&self, fault: Fault) -> Vec<u32> {
        let one = |pid: Option<u32>| pid.into_iter().collect();
        match (fault, self) {
            (Fault::StallServer, Subject::Product(ground)) => one(ground.server()),
            (Fault::KillMosquitto | Fault::StallMosquitto, Subject::Plain(rival)) => one(rival.mosquitto()),
            (Fault::KillSubscriber | Fault::StallSubscriber, Subject::Plain(rival)) => {
                one(rival.subscriber())
            }
            (Fault::KillPostgres | Fault::StallPostgres, Subject::Product(ground)) => ground.postgres(),
            (Fault::KillPostgres | Fault::StallPostgres, Subject::Plain(rival)) => rival.postgres(),
            _ => Vec::new(),
        }
    }

    /// Kills the server as a power cut would, and starts it on the same data.
    pub(super) fn restart_server(&mut self) -> Result<()> {
        let Subject::Product(ground) = self else { return Ok(()) };
        ground.kill()?;
        ground.start()
    }

    /// A look at the database, and who writes there.
    pub(super) async fn probe(&self) -> Result<(Probe, Writers)> {
        Ok(match self {
            Subject::Product(ground) => (ground.probe().await?, Writers::Ingestion),
            Subject::Plain(rival) => (rival.probe().await?, Writers::Plain),
        })
    }

    /// By how many messages the meter and what is stored differ; nothing where no meter is.
    pub(super) async fn miscounted(&self) -> Result<Option<u64>> {
        match self {
            Subject::Product(ground) => Ok(Some(ground.probe().await?.miscounted().await?)),
            Subject::Plain(_) => Ok(None),
        }
    }

    /// Starts what has ended, as a supervisor does; tells how many processes that were. The product starts its Postgres by
    /// itself; a server that is being started while Postgres dies gives up.
    pub(super) async fn mind(&mut self) -> Result<u32> {
        match self {
            Subject::Product(ground) => {
                let Some(status) = ground.ended()? else { return Ok(0) };
                tracing::info!(%status, said = ground.said(), "the server ended by itself");
                ground.start()?;
                Ok(1)
            }
            Subject::Plain(rival) => rival.start().await,
        }
    }

    /// Sees to it that all of it runs, after the last fault.
    pub(super) async fn recover(&mut self) -> Result<()> {
        process::signal("-CONT", &self.processes(Fault::KillPostgres));
        match self {
            Subject::Product(ground) => {
                while ground.ended()?.is_some() {
                    ground.start()?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                ground.ready().await
            }
            Subject::Plain(rival) => rival.ready().await,
        }
    }

    /// Counts how often each message is stored.
    pub(super) async fn stored(&mut self, stored: &mut Stored) -> Result<()> {
        match self {
            Subject::Product(ground) => {
                let probe = ground.probe().await?;
                probe.names(|name| stored.add(name)).await?;
                stored.refused = probe.refused().await?;
            }
            Subject::Plain(rival) => rival.settled().await?.names(|name| stored.add(name)).await?,
        }
        Ok(())
    }

    /// What it said last.
    pub(super) fn said(&self) -> String {
        match self {
            Subject::Product(ground) => ground.said(),
            Subject::Plain(_) => "nothing that is kept".into(),
        }
    }

    /// Whether the run failed: only the product has promised anything.
    pub(super) fn judge(&self, outcome: Result<(), String>) -> Result<()> {
        match self {
            Subject::Product(_) => outcome.map_err(Error::Bench),
            Subject::Plain(_) => Ok(()),
        }
    }
}
