//! Benches: the product as a process of its own, under load, measured from outside as a device would see it.
//!
//! Each run begins with an empty data folder, which is deleted at the end; but the past that `storage` and `query` ask
//! takes minutes to make, so it stays. All traffic stays on this machine.

pub mod arguments;

mod chance;
mod connections;
mod ground;
mod ingest;
mod load;
mod mosquitto;
mod past;
mod process;
mod publisher;
mod query;
mod report;
mod rival;
mod soak;
mod storage;
mod subscriber;
mod torture;
mod web;
mod wire;

use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::{signals, terminal};
use arguments::BenchCommand;
use std::path::{Path, PathBuf};

/// Runs a bench until it is done or a signal ends it, and leaves nothing behind.
///
/// # Errors
/// What keeps it from measuring; for the torture also what it found.
pub async fn run(command: BenchCommand) -> Result<()> {
    if let BenchCommand::Subscriber(args) = &command {
        return subscriber::run(args).await;
    }
    let stop = signals::listen()?;
    let Some(shared) = command.shared() else { return Ok(()) };
    let dir = std::path::absolute(&shared.data_dir).map_err(Error::file(&shared.data_dir))?;
    let stays = matches!(command, BenchCommand::Storage(_) | BenchCommand::Query(_) | BenchCommand::Web(_));
    let dir = if stays { dir.with_extension("past") } else { dir };
    if !command.goes_on() {
        wipe(&dir).await?;
    }
    let work = async {
        match &command {
            BenchCommand::Ingest(args) => ingest::run(args, &dir).await,
            BenchCommand::Connections(args) => connections::run(args, &dir).await,
            BenchCommand::Torture(args) => torture::run(args, &dir).await,
            BenchCommand::Soak(args) => soak::run(args, &dir).await,
            BenchCommand::Storage(args) => storage::run(args, &dir).await,
            BenchCommand::Query(args) => query::run(args, &dir).await,
            BenchCommand::Web(args) => web::run(args, &dir).await,
            BenchCommand::Subscriber(args) => subscriber::run(args).await,
        }
    };
    let outcome = stop.run_until_cancelled(work).await;
    let outcome = outcome.unwrap_or_else(|| Err(Error::Bench("it was ended before it was done".into())));
    if shared.keep || stays {
        terminal::tell(&format!("What was stored stays in {}.", dir.display()));
        return outcome;
    }
    // What went wrong first is what is told.
    let wiped = wipe(&dir).await;
    outcome.and(wiped)
}

async fn wipe(dir: &Path) -> Result<()> {
    let dir: PathBuf = dir.to_owned();
    let wiped = tokio::task::spawn_blocking(move || DataDir::wipe(&dir)).await;
    wiped.map_err(|e| Error::Io(std::io::Error::other(e)))?
}
