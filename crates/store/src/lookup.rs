//! What is asked before any workspace is known: a device by what it connects with, a token by its hash, and what wants a
//! worker.

use crate::error::Result;
use crate::repository::api_tokens;
use crate::sql;
use model::permission::Role;
use model::{DeviceId, WorkspaceId};
use sea_orm::DatabaseConnection;

/// The narrow handle for it. Its questions are functions of the database that show nothing else.
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
    /// Whether its workspace is shut.
    pub disabled: bool,
    /// Its sealed key.
    pub key_encrypted: Vec<u8>,
    /// How long its workspace keeps telemetry, in days.
    pub retention_days: i32,
}

/// An API token as the door must know it.
#[derive(Clone, Debug)]
pub struct KnownToken {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its key in the database.
    pub number: i32,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// From when on it is worth nothing, in milliseconds since 1970.
    pub expires_ms: Option<i64>,
    /// When it was last used, as far as that was noted.
    pub last_used_ms: Option<i64>,
    /// Whether it is worth nothing any more.
    pub revoked: bool,
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
            disabled: row.try_get("", "disabled")?,
            key_encrypted: row.try_get("", "key_encrypted")?,
            retention_days: row.try_get("", "retention")?,
        }))
    }

    /// The workspace of this slug, for whoever runs the server.
    ///
    /// # Errors
    /// The database's.
    pub async fn workspace(&self, slug: &str) -> Result<Option<WorkspaceId>> {
        let found: Option<i32> = sql::scalar(self.0, "SELECT lookup_workspace($1)", [slug.into()]).await?;
        Ok(found.map(WorkspaceId))
    }

    /// The token whose secret has this hash, whether it is worth anything or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn api_token(&self, hash: [u8; 32]) -> Result<Option<KnownToken>> {
        let row = sql::one(self.0, "SELECT * FROM lookup_api_token($1)", [hash.to_vec().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let at = |column: &str| row.try_get::<Option<time::OffsetDateTime>>("", column);
        Ok(Some(KnownToken {
            workspace: WorkspaceId(row.try_get("", "workspace_id")?),
            number: row.try_get("", "number")?,
            id: row.try_get("", "id")?,
            name: row.try_get("", "name")?,
            role: api_tokens::role(&row.try_get::<String>("", "role")?),
            expires_ms: at("expires_at")?.map(sql::millis),
            last_used_ms: at("last_used_at")?.map(sql::millis),
            revoked: at("revoked_at")?.is_some(),
        }))
    }

    /// Imports that want a worker, or whose file nobody has asked for in a day: workspace, number, and whether the
    /// latter.
    ///
    /// # Errors
    /// The database's.
    pub async fn imports(&self) -> Result<Vec<(WorkspaceId, i32, bool)>> {
        let rows =
            sql::all(self.0, "SELECT workspace_id, import_id, abandoned FROM lookup_imports()", []).await?;
        rows.iter()
            .map(|row| {
                let workspace = WorkspaceId(row.try_get_by_index(0)?);
                Ok((workspace, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
            })
            .collect()
    }

    /// Devices for which messages wait that can be tried again, or whose time is over. Some of them: ask again.
    ///
    /// # Errors
    /// The database's.
    pub async fn device_messages(&self) -> Result<Vec<(WorkspaceId, DeviceId)>> {
        let rows =
            sql::all(self.0, "SELECT workspace_id, device_id FROM lookup_device_messages()", []).await?;
        let pair = |row: &sea_orm::QueryResult| {
            Ok((WorkspaceId(row.try_get_by_index(0)?), DeviceId(row.try_get_by_index(1)?)))
        };
        rows.iter().map(pair).collect()
    }
}
