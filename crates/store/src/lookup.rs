//! Finding a device by what it connects with: asked before any workspace is known.

use crate::error::Result;
use crate::sql;
use model::{DeviceId, WorkspaceId};
use sea_orm::DatabaseConnection;

/// The narrow handle for it. Its one question is a function of the database that shows nothing else.
pub struct Lookup<'a>(pub(crate) &'a DatabaseConnection);

/// A device as the gate must know it.
#[derive(Clone, Debug)]
pub struct KnownDevice {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its key in the database.
    pub device: DeviceId,
    /// Whether it is shut out.
    pub blocked: bool,
    /// Its sealed key.
    pub key_encrypted: Vec<u8>,
    /// How long its workspace keeps telemetry, in days.
    pub retention_days: i32,
}

impl Lookup<'_> {
    /// The device of this scope and external id.
    ///
    /// # Errors
    /// The database's.
    pub async fn device(&self, scope: &str, external_id: &str) -> Result<Option<KnownDevice>> {
        let row = sql::one(self.0, "SELECT * FROM lookup_device($1, $2)", [scope.into(), external_id.into()])
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(KnownDevice {
            workspace: WorkspaceId(row.try_get("", "workspace_id")?),
            device: DeviceId(row.try_get("", "device_id")?),
            blocked: row.try_get("", "blocked")?,
            key_encrypted: row.try_get("", "key_encrypted")?,
            retention_days: row.try_get("", "retention")?,
        }))
    }
}
