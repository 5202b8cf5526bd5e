//! The database: found or started, its roles made, brought up to date.

use crate::error::{Error, Result};
use crate::settings::Database;
use std::path::Path;
use store::cluster::{Cluster, Durability};
use store::keys::MasterKey;
use store::{Role, Urls};

/// A database that is ready.
pub(crate) struct Prepared {
    /// The embedded server, where it is one.
    pub(crate) cluster: Option<Cluster>,
    /// The addresses of its roles.
    pub(crate) urls: Urls,
    /// The key that the addresses follow from, and under which secrets are kept.
    pub(crate) key: MasterKey,
}

/// Makes the database ready.
pub(crate) async fn prepare(database: &Database, dir: &Path) -> Result<Prepared> {
    let (cluster, url, master_key) = match database {
        Database::Ready { urls, key } => {
            return Ok(Prepared { cluster: None, urls: (**urls).clone(), key: key.clone() });
        }
        Database::Server { url, master_key } => (None, url.clone(), master_key),
        Database::Embedded { master_key } => {
            let cluster = start(dir).await?;
            (Some(cluster.clone()), cluster.url(), master_key)
        }
    };
    let key = key(master_key.as_deref(), dir)?;
    let urls = Urls::new(&url, &key)?;
    let outcome = bring_up(&urls, &key).await;
    match (outcome, cluster) {
        (Ok(()), cluster) => Ok(Prepared { cluster, urls, key }),
        (Err(error), None) => Err(error),
        (Err(error), Some(cluster)) => {
            stop(cluster).await;
            Err(error)
        }
    }
}

/// Ends the embedded server; what can't be ended is said in the log.
pub(crate) async fn stop(cluster: Cluster) {
    match tokio::task::spawn_blocking(move || cluster.stop()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(causes = crate::error::chain(&error), "the embedded Postgres doesn't end")
        }
        Err(error) => tracing::error!(%error, "the embedded Postgres doesn't end"),
    }
}

async fn start(dir: &Path) -> Result<Cluster> {
    let dir = dir.join("postgres");
    let started = tokio::task::spawn_blocking(move || Cluster::start(&dir, Durability::Safe)).await;
    let started = started.map_err(|e| Error::Io(std::io::Error::other(e)))?;
    Ok(started.map_err(store::Error::from)?)
}

async fn bring_up(urls: &Urls, key: &MasterKey) -> Result<()> {
    store::prepare_roles(urls, key).await?;
    migrations::run(urls.role(Role::Migrator)).await.map_err(|e| Error::Migration(Box::new(e)))
}

/// The key of a database that is there already: none is made.
pub(crate) fn present_key(given: Option<&str>, dir: &Path) -> Result<MasterKey> {
    let path = dir.join("master.key");
    if given.is_none() && !path.exists() {
        let why = format!("there is no {}; HOMEPORT_MASTER_KEY can be given instead", path.display());
        return Err(Error::Setting { name: "--data-dir", why });
    }
    key(given, dir)
}

fn key(given: Option<&str>, dir: &Path) -> Result<MasterKey> {
    match given {
        Some(text) => MasterKey::from_base64(text).ok_or_else(|| Error::Setting {
            name: "HOMEPORT_MASTER_KEY",
            why: "it is not 32 bytes in base64; openssl rand -base64 32 makes one".into(),
        }),
        None => {
            let path = dir.join("master.key");
            MasterKey::load_or_create(&path).map_err(Error::file(&path))
        }
    }
}
