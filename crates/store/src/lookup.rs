//! What is asked before any workspace is known: a device by what it connects with, a token by its hash, and what wants a
//! worker.

use crate::error::Result;
use crate::place::{self, Place};
use crate::repository::device_enrolments::Own;
use crate::repository::enrolment_groups::SealedKeys;
use crate::sql;
use model::job::JobId;
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

/// A device with all by which it may prove itself, but its certificates.
#[derive(Clone, Debug)]
pub struct GateDevice {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its key in the database.
    pub device: DeviceId,
    /// Whether it is shut out.
    pub blocked: bool,
    /// Whether its workspace is shut.
    pub disabled: bool,
    /// Whether somebody, or a group, has approved it.
    pub approved: bool,
    /// An enrolment of its own, which overrides its group's.
    pub own: Option<Own>,
    /// Its sealed key.
    pub key_encrypted: Vec<u8>,
    /// Its other sealed key.
    pub secondary_key_encrypted: Option<Vec<u8>>,
    /// Whether it has come by a group, enabled or not.
    pub enrolled: bool,
    /// The id of that group while it is enabled.
    pub group: Option<String>,
    /// The sealed keys of that group, where it has keys.
    pub group_keys: Option<SealedKeys>,
}

/// A workspace as devices name it.
#[derive(Clone, Debug)]
pub struct KnownScope {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its ID scope, by the letter.
    pub scope: String,
    /// Whether it is shut.
    pub disabled: bool,
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
    /// What it may do, and where.
    pub place: Place,
    /// From when on it is worth nothing, in milliseconds since 1970.
    pub expires_ms: Option<i64>,
    /// When it was last used, as far as that was noted.
    pub last_used_ms: Option<i64>,
    /// Whether it is worth nothing any more.
    pub revoked: bool,
}

impl Lookup<'_> {
    /// Workspaces whose rules have something to look at, where time has come that far. Some of them: ask again.
    ///
    /// # Errors
    /// The database's.
    pub async fn rules_due(&self, until_ms: i64) -> Result<Vec<WorkspaceId>> {
        let rows =
            sql::all(self.0, "SELECT workspace_id FROM lookup_rules_due($1)", [until_ms.into()]).await?;
        rows.iter().map(|row| Ok(WorkspaceId(row.try_get_by_index(0)?))).collect()
    }

    /// Workspaces in which actions of rules are to be done by now. Some of them: ask again.
    ///
    /// # Errors
    /// The database's.
    pub async fn action_runs_due(&self, now_ms: i64) -> Result<Vec<WorkspaceId>> {
        let text = "SELECT workspace_id FROM lookup_action_runs_due($1)";
        let rows = sql::all(self.0, text, [now_ms.into()]).await?;
        rows.iter().map(|row| Ok(WorkspaceId(row.try_get_by_index(0)?))).collect()
    }

    /// Workspaces with data to export.
    ///
    /// # Errors
    /// The database's.
    pub async fn data_exports_due(&self, now_ms: i64) -> Result<Vec<WorkspaceId>> {
        let text = "SELECT workspace_id FROM lookup_data_exports_due($1)";
        let rows = sql::all(self.0, text, [now_ms.into()]).await?;
        rows.iter().map(|row| Ok(WorkspaceId(row.try_get_by_index(0)?))).collect()
    }

    /// Workspaces with an alarm that nobody has acknowledged by this time, milliseconds since 1970. Some of them: ask again.
    ///
    /// # Errors
    /// The database's.
    pub async fn escalations_due(&self, until_ms: i64) -> Result<Vec<WorkspaceId>> {
        let text = "SELECT workspace_id FROM lookup_escalations_due($1)";
        let rows = sql::all(self.0, text, [until_ms.into()]).await?;
        rows.iter().map(|row| Ok(WorkspaceId(row.try_get_by_index(0)?))).collect()
    }

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

    /// The device of this scope and external id, with all by which it may prove itself.
    ///
    /// # Errors
    /// The database's.
    pub async fn gate(&self, scope: &str, external_id: &str) -> Result<Option<GateDevice>> {
        let text = "SELECT * FROM lookup_gate($1, $2)";
        let Some(row) = sql::one(self.0, text, [scope.into(), external_id.into()]).await? else {
            return Ok(None);
        };
        let primary: Option<Vec<u8>> = row.try_get("", "group_primary_key")?;
        let secondary: Option<Vec<u8>> = row.try_get("", "group_secondary_key")?;
        Ok(Some(GateDevice {
            workspace: WorkspaceId(row.try_get("", "workspace_id")?),
            device: DeviceId(row.try_get("", "device_id")?),
            blocked: row.try_get("", "blocked")?,
            disabled: row.try_get("", "disabled")?,
            approved: row.try_get("", "approved")?,
            own: Own::from_word(row.try_get("", "attestation")?)?,
            key_encrypted: row.try_get("", "key_encrypted")?,
            secondary_key_encrypted: row.try_get("", "secondary_key_encrypted")?,
            enrolled: row.try_get("", "enrolled")?,
            group: row.try_get("", "group_id")?,
            group_keys: primary.zip(secondary).map(|(primary, secondary)| SealedKeys { primary, secondary }),
        }))
    }

    /// The ID scopes of workspaces that have a device of this external id: a few, those first where it enrolled last.
    ///
    /// # Errors
    /// The database's.
    pub async fn scopes_of_device(&self, external_id: &str) -> Result<Vec<String>> {
        let rows =
            sql::all(self.0, "SELECT scope FROM lookup_scopes_of_device($1)", [external_id.into()]).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// The workspace of this ID scope, in any case of its letters: names of hosts know only lower case.
    ///
    /// # Errors
    /// The database's.
    pub async fn scope(&self, scope: &str) -> Result<Option<KnownScope>> {
        let row = sql::one(self.0, "SELECT * FROM lookup_scope($1)", [scope.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(KnownScope {
            workspace: WorkspaceId(row.try_get("", "workspace_id")?),
            scope: row.try_get("", "scope")?,
            disabled: row.try_get("", "disabled")?,
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
            place: place::read(&row)?,
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

    /// Reports that are due at this time, milliseconds since 1970, and that nobody makes: workspace and number. Some of them:
    /// ask again.
    ///
    /// # Errors
    /// The database's.
    pub async fn reports(&self, now_ms: i64) -> Result<Vec<(WorkspaceId, i32)>> {
        let text = "SELECT workspace_id, report_id FROM lookup_reports($1)";
        let rows = sql::all(self.0, text, [now_ms.into()]).await?;
        let pair = |row: &sea_orm::QueryResult| {
            Ok((WorkspaceId(row.try_get_by_index(0)?), row.try_get_by_index(1)?))
        };
        rows.iter().map(pair).collect()
    }

    /// Jobs that want a worker, and schedules of jobs that are due, which come first. Some of them: ask again.
    ///
    /// # Errors
    /// The database's.
    pub async fn jobs(&self, until_ms: i64) -> Result<Vec<(WorkspaceId, JobId, bool)>> {
        let text = "SELECT workspace_id, job_id, scheduled FROM lookup_jobs($1)";
        let rows = sql::all(self.0, text, [until_ms.into()]).await?;
        rows.iter()
            .map(|row| {
                let (workspace, id) =
                    (WorkspaceId(row.try_get_by_index(0)?), JobId(row.try_get_by_index(1)?));
                Ok((workspace, id, row.try_get_by_index(2)?))
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
