//! Processes that play simulated devices: each says now and then that it lives.

use crate::error::Result;
use crate::sql;
use model::{DeviceId, WorkspaceId};
use sea_orm::DatabaseConnection;
use std::time::Duration;

/// The narrow handle for them. It sees which devices a process plays, and nothing else of any workspace.
pub struct SimulationPlayers<'a>(pub(crate) &'a DatabaseConnection);

/// A device that a process plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its key in the database.
    pub device: DeviceId,
    /// A word that changes with the pace and the template that it is played by.
    pub by: String,
}

impl SimulationPlayers<'_> {
    /// Says that the process of this name lives for so long at least, and forgets those that are long gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn lives(&self, name: &str, lease: Duration) -> Result<()> {
        sql::execute(
            self.0,
            "INSERT INTO simulation_players (name, lives_until) VALUES ($1, now() + make_interval(secs => $2))
             ON CONFLICT (name) DO UPDATE SET lives_until = excluded.lives_until",
            [name.into(), lease.as_secs_f64().into()],
        )
        .await?;
        let text = "DELETE FROM simulation_players WHERE lives_until < now() - interval '1 hour'";
        sql::execute(self.0, text, []).await?;
        Ok(())
    }

    /// Says that it plays no more: others may take its devices at once.
    ///
    /// # Errors
    /// The database's.
    pub async fn leaves(&self, name: &str) -> Result<()> {
        sql::execute(self.0, "DELETE FROM simulation_players WHERE name = $1", [name.into()]).await?;
        Ok(())
    }

    /// Workspaces with devices that nobody plays and somebody should. Some of them: ask again.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self) -> Result<Vec<WorkspaceId>> {
        let rows = sql::all(self.0, "SELECT workspace_id FROM lookup_simulations_waiting()", []).await?;
        rows.iter().map(|row| Ok(WorkspaceId(row.try_get_by_index(0)?))).collect()
    }

    /// The devices that a process plays.
    ///
    /// # Errors
    /// The database's.
    pub async fn played(&self, name: &str) -> Result<Vec<Played>> {
        let text = "SELECT workspace_id, device_id, played_by FROM lookup_simulations_of($1)";
        let rows = sql::all(self.0, text, [name.into()]).await?;
        rows.iter()
            .map(|row| {
                let (workspace, device) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let by = row.try_get_by_index(2)?;
                Ok(Played { workspace: WorkspaceId(workspace), device: DeviceId(device), by })
            })
            .collect()
    }
}
