//! Simulations of devices: whether each is played, how often it sends, and who plays it.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::simulation::Simulation;
use model::{DeviceId, OrganizationId, TemplateId};
use sea_orm::Value;

/// A device that is played here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedDevice {
    /// What it connects with.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Its template.
    pub template: TemplateId,
    /// Where it belongs.
    pub organization: OrganizationId,
    /// How often it sends, in milliseconds.
    pub every_ms: u32,
}

/// The simulations that a scope sees.
pub struct Simulations<'a>(pub(crate) &'a WorkspaceTx);

impl Simulations<'_> {
    /// That of a device; nothing where none is played here.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, device: DeviceId) -> Result<Option<Simulation>> {
        let text = "SELECT running, every_ms FROM simulations WHERE workspace_id = $1 AND device_id = $2";
        let Some(row) = sql::one(&self.0.tx, text, self.key(device)).await? else { return Ok(None) };
        let every_ms: i32 = row.try_get("", "every_ms")?;
        Ok(Some(Simulation { running: row.try_get("", "running")?, every_ms: every_ms.cast_unsigned() }))
    }

    /// The first so many devices that are played here, by their ids: each with its name, the identifier of its template
    /// without the version where it has one, its organization, and how often it sends, in milliseconds.
    ///
    /// # Errors
    /// The database's.
    pub async fn played(&self, limit: u32) -> Result<Vec<PlayedDevice>> {
        let text = "SELECT d.external_id, d.name, d.template_id, d.organization_id, s.every_ms
            FROM simulations s JOIN devices d ON d.workspace_id = s.workspace_id AND d.id = s.device_id
            WHERE s.workspace_id = $1 AND d.template_id IS NOT NULL
            ORDER BY d.external_id LIMIT $2";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), i64::from(limit).into()]).await?;
        let read = |row: sea_orm::QueryResult| {
            let every_ms: i32 = row.try_get("", "every_ms")?;
            Ok(PlayedDevice {
                external_id: row.try_get("", "external_id")?,
                name: row.try_get("", "name")?,
                template: TemplateId(row.try_get("", "template_id")?),
                organization: OrganizationId(row.try_get("", "organization_id")?),
                every_ms: every_ms.cast_unsigned(),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Has a device played from the commit on.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, device: DeviceId, every_ms: u32) -> Result<()> {
        let [workspace, device] = self.key(device);
        let text = "INSERT INTO simulations (workspace_id, device_id, every_ms) VALUES ($1, $2, $3)";
        sql::execute(&self.0.tx, text, [workspace, device, every_ms.cast_signed().into()]).await?;
        Ok(())
    }

    /// Starts or stops it and says how often it sends; tells whether that changed anything.
    ///
    /// # Errors
    /// The database's.
    pub async fn set(&self, device: DeviceId, simulation: Simulation) -> Result<bool> {
        let [workspace, device] = self.key(device);
        let done = sql::execute(
            &self.0.tx,
            "UPDATE simulations SET running = $3, every_ms = $4 WHERE workspace_id = $1 AND device_id = $2
                 AND (running, every_ms) IS DISTINCT FROM ($3, $4)",
            [workspace, device, simulation.running.into(), simulation.every_ms.cast_signed().into()],
        )
        .await?;
        Ok(done > 0)
    }

    /// Takes up to `limit` devices that nobody plays and somebody should, for the process of this name.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, player: &str, limit: i64) -> Result<u64> {
        sql::execute(
            &self.0.tx,
            "UPDATE simulations SET player = $2 WHERE workspace_id = $1 AND device_id IN (
                 SELECT s.device_id FROM simulations s
                 JOIN devices d ON d.workspace_id = s.workspace_id AND d.id = s.device_id
                 WHERE s.workspace_id = $1 AND s.running AND d.approved AND NOT d.blocked
                   AND (s.player IS NULL OR NOT EXISTS (
                       SELECT FROM simulation_players p WHERE p.name = s.player AND p.lives_until > now()))
                 ORDER BY s.device_id LIMIT $3 FOR UPDATE OF s SKIP LOCKED)",
            [self.0.workspace.0.into(), player.into(), limit.into()],
        )
        .await
    }

    fn key(&self, device: DeviceId) -> [Value; 2] {
        [self.0.workspace.0.into(), device.0.into()]
    }
}
