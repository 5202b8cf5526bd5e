//! The smaller subcommands; the demo has a module of its own.

use crate::config::{DataArgs, PostgresArgs, PostgresCommand, ServeArgs};
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::settings::{Database, Settings};
use crate::{signals, terminal, wiring};
use store::cluster::{Cluster, Durability};

/// Runs the product until a signal ends it.
///
/// # Errors
/// What keeps it from starting or going on.
pub async fn serve(args: &ServeArgs) -> Result<()> {
    let stop = signals::listen()?;
    let Some(started) = stop.run_until_cancelled(wiring::start(Settings::of_serve(args)?)).await else {
        return Ok(());
    };
    let mut running = started?;
    tracing::info!(
        url = running.url,
        mqtt = ?running.mqtt,
        mqtts = ?running.mqtts,
        "Homeport is ready"
    );
    let outcome = tokio::select! {
        () = stop.cancelled() => Ok(()),
        error = running.failed() => Err(error),
    };
    running.stop().await?;
    outcome
}

/// Brings the database up to date.
///
/// # Errors
/// When it can't be reached or changed.
pub async fn migrate(args: &DataArgs) -> Result<()> {
    let dir = DataDir::open(&args.data_dir)?;
    let master_key = args.master_key.clone().filter(|key| !key.trim().is_empty());
    let database = match args.database_url.clone().filter(|url| !url.trim().is_empty()) {
        Some(url) => Database::Server { url, master_key },
        None => Database::Embedded { master_key },
    };
    wiring::migrate(&database, dir.path()).await?;
    terminal::tell("The database is up to date.");
    Ok(())
}

/// Starts, stops or finds the embedded Postgres.
///
/// # Errors
/// When it can't be.
pub async fn postgres(command: PostgresCommand) -> Result<()> {
    tokio::task::spawn_blocking(move || match command {
        PostgresCommand::Start(PostgresArgs { dir, fast }) => {
            let durability = if fast { Durability::Fast } else { Durability::Safe };
            let cluster = Cluster::start(&dir, durability).map_err(store::Error::from)?;
            terminal::answer(&cluster.url());
            Ok(())
        }
        PostgresCommand::Stop(PostgresArgs { dir, .. }) => {
            match Cluster::running(&dir).map_err(store::Error::from)? {
                Some(cluster) => cluster.stop().map_err(store::Error::from)?,
                None => terminal::tell("It doesn't run."),
            }
            Ok(())
        }
        PostgresCommand::Url(PostgresArgs { dir, .. }) => {
            let running = Cluster::running(&dir).map_err(store::Error::from)?;
            let Some(cluster) = running else {
                let why =
                    format!("no Postgres runs in {}; homeport postgres start starts one", dir.display());
                return Err(Error::Setting { name: "--dir", why });
            };
            terminal::answer(&cluster.url());
            Ok(())
        }
    })
    .await
    .map_err(|e| Error::Io(std::io::Error::other(e)))?
}
