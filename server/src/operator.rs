//! What whoever runs the server does from the command line beside it: they have the data folder, or the database's
//! address, and need no person's password.

mod mails;

pub use mails::mails;

use crate::config::{AdministratorArgs, AdministratorCommand, DataArgs, WorkspaceArgs, WorkspaceCommand};
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::settings::Database;
use crate::terminal;
use crate::wiring::database;
use domain::{Endpoints, Homeport, platform, provision};
use model::housekeeping::{Housekeeping, Trouble};
use store::cluster::Cluster;
use store::keys::MasterKey;
use store::{Store, Urls};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Disables or enables a workspace, or bounds its files. Works while servers run on the database: they are told.
///
/// # Errors
/// When the database can't be reached, or no workspace has the slug.
pub async fn workspace(command: WorkspaceCommand) -> Result<()> {
    let WorkspaceArgs { slug, data } = match &command {
        WorkspaceCommand::Disable(args) | WorkspaceCommand::Enable(args) => args,
        WorkspaceCommand::Files(args) => &args.workspace,
    };
    let database = reach(data).await?;
    let done = change(&database, slug, &command).await;
    if let Some(cluster) = database.started {
        database::stop(cluster).await;
    }
    terminal::answer(&done?);
    Ok(())
}

/// Does it; what is to be said of it.
async fn change(database: &Reached, slug: &str, command: &WorkspaceCommand) -> Result<String> {
    let store = Store::connect(&database.urls, database.key.clone()).await?;
    let homeport = Homeport::new(store.clone(), Endpoints::default());
    let changed = match command {
        WorkspaceCommand::Disable(_) => provision::set_disabled(&homeport, slug, true).await,
        WorkspaceCommand::Enable(_) => provision::set_disabled(&homeport, slug, false).await,
        WorkspaceCommand::Files(args) => {
            provision::bound_files(&homeport, slug, bounded(args.largest), bounded(args.all)).await
        }
    };
    store.close().await;
    let name = changed?.name;
    Ok(match command {
        WorkspaceCommand::Disable(_) => {
            format!("“{name}” is disabled: nobody and no device gets in, and open connections are ended.")
        }
        WorkspaceCommand::Enable(_) => format!("“{name}” is enabled."),
        WorkspaceCommand::Files(args) => {
            format!("Files of “{name}”: {} bytes each, {} bytes together.", args.largest, args.all)
        }
    })
}

/// As the database counts.
fn bounded(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Says who administers the platform. Works while servers run on the database.
///
/// # Errors
/// When the database can't be reached, nobody has the address, or nobody else would be left.
pub async fn administrator(command: AdministratorCommand) -> Result<()> {
    let data = match &command {
        AdministratorCommand::Add(args) | AdministratorCommand::Remove(args) => &args.data,
        AdministratorCommand::List(data) => data,
    };
    let database = reach(data).await?;
    let done = administer(&database, &command).await;
    if let Some(cluster) = database.started {
        database::stop(cluster).await;
    }
    terminal::answer(&done?);
    Ok(())
}

/// Does it; what is to be said of it.
async fn administer(database: &Reached, command: &AdministratorCommand) -> Result<String> {
    let store = Store::connect(&database.urls, database.key.clone()).await?;
    let homeport = Homeport::new(store.clone(), Endpoints::default());
    let said = match command {
        AdministratorCommand::Add(AdministratorArgs { email, .. }) => {
            platform::add_administrator(&homeport, email).await.map(|()| {
                format!("{} administers the platform: the console is at /admin.", email.trim().to_lowercase())
            })
        }
        AdministratorCommand::Remove(AdministratorArgs { email, .. }) => {
            platform::remove_administrator(&homeport, email)
                .await
                .map(|()| format!("{} administers the platform no longer.", email.trim().to_lowercase()))
        }
        AdministratorCommand::List(_) => platform::administrators(&homeport).await.map(|all| all.join("\n")),
    };
    store.close().await;
    Ok(said?)
}

/// Says how the housekeeping of telemetry stands. Works while servers run on the database.
///
/// # Errors
/// When the database can't be reached.
pub async fn status(args: &DataArgs) -> Result<()> {
    let database = reach(args).await?;
    let standing = standing(&database).await;
    if let Some(cluster) = database.started {
        database::stop(cluster).await;
    }
    terminal::answer(&said(&standing?));
    Ok(())
}

async fn standing(database: &Reached) -> Result<Housekeeping> {
    let store = Store::connect(&database.urls, database.key.clone()).await?;
    let found = store.console().housekeeping().await;
    store.close().await;
    Ok(found?)
}

/// A line a subject; `none` where there is nothing to say.
fn said(standing: &Housekeeping) -> String {
    let slots: Vec<String> = standing.slots.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let waiting = standing.waiting_since_ms.map_or_else(|| "none".to_owned(), written);
    let trouble = match &standing.trouble {
        Some(Trouble { at_ms, count, text }) => format!("{}, {count} in all: {text}", written(*at_ms)),
        None => "none".to_owned(),
    };
    format!(
        "slots                 {}\noldest not compacted  {waiting}\nlast failure          {trouble}",
        slots.join(", ")
    )
}

/// To the second.
fn written(ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).ok();
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// The database of a server that runs, or of one that doesn't.
struct Reached {
    urls: Urls,
    key: MasterKey,
    /// The embedded one, where it had to be started for this.
    started: Option<Cluster>,
}

async fn reach(args: &DataArgs) -> Result<Reached> {
    let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (url, master_key) = (said(&args.database_url), said(&args.master_key));
    let folder = std::path::absolute(&args.data_dir).map_err(Error::file(&args.data_dir))?;
    let running = match &url {
        Some(url) => Some(url.clone()),
        None => {
            let dir = folder.join("postgres");
            let found = tokio::task::spawn_blocking(move || Cluster::running(&dir)).await;
            let found = found.map_err(|e| Error::Io(std::io::Error::other(e)))?;
            found.map_err(store::Error::from)?.map(|cluster| cluster.url())
        }
    };
    if let Some(url) = running {
        let key = database::present_key(master_key.as_deref(), &folder)?;
        return Ok(Reached { urls: Urls::new(&url, &key)?, key, started: None });
    }
    if !folder.join("postgres").exists() {
        let why = format!("there is no database in {}", folder.display());
        return Err(Error::Setting { name: "--data-dir", why });
    }
    let dir = DataDir::open(&folder)?;
    let prepared = database::prepare(&Database::Embedded { master_key }, dir.path()).await?;
    Ok(Reached { urls: prepared.urls, key: prepared.key, started: prepared.cluster })
}
