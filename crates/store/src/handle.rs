//! The application's pool of connections, behind scopes and narrow handles.

use crate::accounts::Accounts;
use crate::console::Console;
use crate::error::Result;
use crate::file_garbage::FileGarbage;
use crate::keys::MasterKey;
use crate::lookup::Lookup;
use crate::mails::Mails;
use crate::passkeys::Passkeys;
use crate::people::People;
use crate::sessions::Sessions;
use crate::sign_ups::SignUps;
use crate::simulation_players::SimulationPlayers;
use crate::throttle::Attempts;
use crate::urls::{Role, Urls};
use crate::usage::Meter;
use crate::workspace_tx::{Snapshot, WorkspaceTx};
use model::WorkspaceId;
use model::organization::Reach;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use std::sync::Arc;
use std::time::Duration;

/// Most connections of one process as the application's role.
const CONNECTIONS: u32 = 16;
/// And as the console's.
const CONSOLE_CONNECTIONS: u32 = 3;

/// The database as the application may use it. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    /// Connected when the console is first used.
    console: DatabaseConnection,
    key: Arc<MasterKey>,
}

impl Store {
    /// Connects as the application's role, under the policies of row-level security.
    ///
    /// # Errors
    /// The database can't be reached or doesn't let the role in.
    pub async fn connect(urls: &Urls, key: MasterKey) -> Result<Store> {
        let mut options = ConnectOptions::new(urls.role(Role::App));
        options
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire_if_idle_for(Duration::from_secs(10))
            .statement_timeout(Duration::from_secs(30))
            .sqlx_logging(false)
            .set_application_name("homeport")
            // Partitions are left out by the times of a question, so its plan must know them.
            .map_sqlx_postgres_opts(|options| options.options([("plan_cache_mode", "force_custom_plan")]));
        let mut console = ConnectOptions::new(urls.role(Role::Console));
        console
            .max_connections(CONSOLE_CONNECTIONS)
            .connect_lazy(true)
            .acquire_timeout(Duration::from_secs(10))
            .statement_timeout(Duration::from_secs(30))
            .sqlx_logging(false)
            .set_application_name("homeport console");
        let (db, console) = (Database::connect(options).await?, Database::connect(console).await?);
        Ok(Store { db, console, key: Arc::new(key) })
    }

    /// Opens a scope of the product itself: a transaction that sees all of this workspace and nothing else. About
    /// 0.3 ms: one a use-case.
    ///
    /// # Errors
    /// No connection came free in ten seconds, or the database is gone.
    pub async fn workspace(&self, workspace: WorkspaceId) -> Result<WorkspaceTx> {
        self.workspace_within(workspace, Reach::Everything).await
    }

    /// Opens a scope of somebody who sees these organizations of the workspace, and nothing else.
    ///
    /// # Errors
    /// As [`workspace`](Store::workspace).
    pub async fn workspace_within(&self, workspace: WorkspaceId, reach: Reach) -> Result<WorkspaceTx> {
        let db = self.db.clone();
        begun(async move { WorkspaceTx::begin(&db, workspace, &reach).await }).await
    }

    /// Opens a scope that reads all of one moment: for what lies in several tables.
    ///
    /// # Errors
    /// As [`workspace`](Store::workspace).
    pub async fn snapshot(&self, workspace: WorkspaceId) -> Result<Snapshot> {
        self.snapshot_within(workspace, Reach::Everything).await
    }

    /// The same of somebody who sees these organizations.
    ///
    /// # Errors
    /// As [`workspace`](Store::workspace).
    pub async fn snapshot_within(&self, workspace: WorkspaceId, reach: Reach) -> Result<Snapshot> {
        let db = self.db.clone();
        begun(async move { Snapshot::begin(&db, workspace, &reach).await }).await
    }

    /// Who signs in, and the workspaces that they belong to.
    pub fn people(&self) -> People<'_> {
        People(&self.db)
    }

    /// What accounts are secured by.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(&self.db)
    }

    /// Passkeys of people.
    pub fn passkeys(&self) -> Passkeys<'_> {
        Passkeys(&self.db)
    }

    /// Who comes by themselves.
    pub fn sign_ups(&self) -> SignUps<'_> {
        SignUps(&self.db)
    }

    /// Web sessions.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(&self.db)
    }

    /// Finds a device by what it connects with.
    pub fn lookup(&self) -> Lookup<'_> {
        Lookup(&self.db)
    }

    /// All workspaces, for platform administrators.
    pub fn console(&self) -> Console<'_> {
        Console(&self.console)
    }

    /// Notes what is used besides telemetry.
    pub fn meter(&self) -> Meter<'_> {
        Meter(&self.db)
    }

    /// What of the file storage is to be deleted.
    pub fn file_garbage(&self) -> FileGarbage<'_> {
        FileGarbage(&self.db)
    }

    /// The sealed key of web push; with one, that is kept where there is none yet. Nothing: there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn push_key(&self, new: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
        if let Some(new) = new {
            let text = "INSERT INTO push_keys (sealed) VALUES ($1) ON CONFLICT DO NOTHING";
            crate::sql::execute(&self.db, text, [new.into()]).await?;
        }
        let row = crate::sql::one(&self.db, "SELECT sealed FROM push_keys", []).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Mails that wait to be sent, and what became of others.
    pub fn mails(&self) -> Mails<'_> {
        Mails(&self.db)
    }

    /// Processes that play simulated devices.
    pub fn simulation_players(&self) -> SimulationPlayers<'_> {
        SimulationPlayers(&self.db)
    }

    /// Counts failures of signing in.
    pub fn attempts(&self) -> Attempts<'_> {
        Attempts(&self.db)
    }

    /// The key under which secrets are kept.
    pub fn key(&self) -> &MasterKey {
        &self.key
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.db.ping().await?)
    }

    /// Ends all connections; what is under way is finished first.
    pub async fn close(&self) {
        for pool in [&self.db, &self.console] {
            if let Err(error) = pool.close_by_ref().await {
                tracing::debug!(%error, "closing the pool");
            }
        }
    }
}

/// Begins a transaction to its end, even where whoever wants it goes away meanwhile: one that is broken off while its
/// BEGIN is on the way would lie open under whoever is given the connection next.
async fn begun<T: Send + 'static>(begin: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match tokio::spawn(begin).await {
        Ok(begun) => begun,
        Err(broken) => match broken.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}
