//! A server that runs, and how it ends.

use super::database;
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::tls::Certificates;
use domain::Homeport;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use store::cluster::Cluster;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long each part may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that runs. Dropping it ends nothing: see [`Running::stop`].
pub struct Running {
    /// What people type.
    pub url: String,
    /// Where the web server listens.
    pub web: SocketAddr,
    /// The use-cases.
    pub homeport: Homeport,
    /// The certificates of the embedded broker.
    pub certificates: Option<Arc<Certificates>>,
    /// Where the embedded broker listens without encryption.
    pub mqtt: Option<SocketAddr>,
    /// Where it listens with TLS.
    pub mqtts: Option<SocketAddr>,
    /// Where devices find HTTPS.
    pub device_web: Option<SocketAddr>,
    /// What whoever started it should know, in sentences.
    pub notes: Vec<String>,
    pub(super) cancel: CancellationToken,
    pub(super) serving: JoinHandle<io::Result<()>>,
    pub(super) ingest_cancel: CancellationToken,
    pub(super) ingesting: Option<ingest::Running>,
    pub(super) broker_cancel: CancellationToken,
    pub(super) broker: Option<broker::Running>,
    pub(super) log_end: CancellationToken,
    pub(super) written: JoinHandle<()>,
    pub(super) store: Store,
    pub(super) cluster: Option<Cluster>,
    /// Ends before the cluster is ended.
    pub(super) watched: Option<JoinHandle<()>>,
    /// Holds the data folder until the end.
    pub(super) _dir: DataDir,
}

impl Running {
    /// Returns when the web server ended without having been told to.
    pub async fn failed(&mut self) -> Error {
        match (&mut self.serving).await {
            Ok(Err(error)) => Error::Io(error),
            Ok(Ok(())) => Error::Io(io::Error::other("the web server ended")),
            Err(error) => Error::Io(io::Error::other(error)),
        }
    }

    /// Cancelled when the server begins to stop: for whatever runs beside it.
    pub fn cancelled(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Ends the server, the last part first. What was acknowledged to devices is committed.
    pub async fn stop(mut self) -> Result<()> {
        self.cancel.cancel();
        if !self.serving.is_finished() {
            within("the web server", &mut self.serving).await;
        }
        self.ingest_cancel.cancel();
        if let Some(ingesting) = self.ingesting {
            within("the ingestion", ingesting.joined()).await;
        }
        self.broker_cancel.cancel();
        if let Some(broker) = self.broker {
            within("the broker", broker.joined()).await;
        }
        // What the broker said last is written before the database goes.
        self.log_end.cancel();
        within("devices' logs", self.written).await;
        self.store.close().await;
        if let Some(watched) = self.watched {
            within("the watch over Postgres", watched).await;
        }
        if let Some(cluster) = self.cluster {
            database::stop(cluster).await;
        }
        Ok(())
    }
}

async fn within<F: Future>(what: &str, end: F) {
    if tokio::time::timeout(PATIENCE, end).await.is_err() {
        tracing::warn!("{what} did not end in {} seconds; it is left behind", PATIENCE.as_secs());
    }
}
