//! Files that devices upload, as the database knows them; their bytes are in the [`Shelf`](crate::Shelf).

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::device_file::{DeviceFile, FileLimits, FileState};
use model::limits::{LIMIT_MAX, Limit};
use sea_orm::QueryResult;
use time::OffsetDateTime;

/// Most files that are listed.
const LIST_MAX: i64 = 500;

/// The files that a scope sees.
pub struct DeviceFiles<'a>(pub(crate) &'a WorkspaceTx);

/// A file that a device may upload.
pub struct InsertFile<'a> {
    /// Whose.
    pub device: DeviceId,
    /// What names the upload to the device.
    pub correlation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its media type, as far as it is known.
    pub content_type: &'a str,
    /// Until when it may be uploaded, milliseconds since 1970.
    pub expires_ms: i64,
}

impl DeviceFiles<'_> {
    /// The newest files of a device, newest first; those that were only asked for, too.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, device: DeviceId) -> Result<Vec<DeviceFile>> {
        let text = format!(
            "SELECT * FROM device_files WHERE workspace_id = $1 AND device_id = $2 ORDER BY id DESC LIMIT {LIST_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), device.0.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// One of a device; nothing where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, device: DeviceId, id: i32) -> Result<Option<DeviceFile>> {
        let row = sql::one(
            &self.0.tx,
            "SELECT * FROM device_files WHERE workspace_id = $1 AND device_id = $2 AND id = $3",
            [self.0.workspace.0.into(), device.0.into(), id.into()],
        )
        .await?;
        row.as_ref().map(noun).transpose()
    }

    /// The one that this device uploads under this name for the upload. Until the scope ends nobody else changes it.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_correlation(&self, device: DeviceId, correlation: &str) -> Result<Option<DeviceFile>> {
        let row = sql::one(
            &self.0.tx,
            "SELECT * FROM device_files WHERE workspace_id = $1 AND device_id = $2 AND correlation = $3 FOR UPDATE",
            [self.0.workspace.0.into(), device.0.into(), correlation.into()],
        )
        .await?;
        row.as_ref().map(noun).transpose()
    }

    /// Notes that a device may upload a file; forgets what it asked for in vain an hour ago.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, new: &InsertFile<'_>) -> Result<i32> {
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_files WHERE workspace_id = $1 AND device_id = $2 AND state <> 'uploaded'
             AND expires_at < now() - interval '1 hour'",
            [self.0.workspace.0.into(), new.device.0.into()],
        )
        .await?;
        sql::scalar(
            &self.0.tx,
            "INSERT INTO device_files (workspace_id, device_id, correlation, name, content_type, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            [
                self.0.workspace.0.into(),
                new.device.0.into(),
                new.correlation.into(),
                new.name.into(),
                new.content_type.into(),
                sql::at(new.expires_ms).into(),
            ],
        )
        .await
    }

    /// How many uploads of a device are under way at this time, milliseconds since 1970.
    ///
    /// # Errors
    /// The database's.
    pub async fn under_way(&self, device: DeviceId, now_ms: i64) -> Result<i64> {
        sql::scalar(
            &self.0.tx,
            "SELECT count(*) FROM device_files
             WHERE workspace_id = $1 AND device_id = $2 AND state = 'asked' AND expires_at > $3",
            [self.0.workspace.0.into(), device.0.into(), sql::at(now_ms).into()],
        )
        .await
    }

    /// Bytes of all files of the workspace, blocks of unfinished ones included.
    ///
    /// # Errors
    /// The database's.
    pub async fn bytes(&self) -> Result<i64> {
        Ok(self.0.allowances().taken(Limit::FilesBytes).await?.unwrap_or_default())
    }

    /// The bounds of the workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn limits(&self) -> Result<FileLimits> {
        let row = sql::one(
            &self.0.tx,
            "SELECT file_address_seconds FROM workspaces WHERE id = $1",
            [self.0.workspace.0.into()],
        )
        .await?;
        let row = row.ok_or_else(|| Error::Unreadable("the workspace is gone".into()))?;
        let limits = self.0.allowances().get().await?.limits;
        let bound = |limit| limits.get(limit).unwrap_or(LIMIT_MAX);
        Ok(FileLimits {
            file_bytes: bound(Limit::FileBytes),
            all_bytes: bound(Limit::FilesBytes),
            address_seconds: row.try_get_by_index(0)?,
        })
    }

    /// Says how long addresses are good, in seconds.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_address_seconds(&self, seconds: i32) -> Result<()> {
        let text = "UPDATE workspaces SET file_address_seconds = $2 WHERE id = $1";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), seconds.into()]).await?;
        Ok(())
    }

    /// Notes that a block is here, or is here anew.
    ///
    /// # Errors
    /// The database's.
    pub async fn put_block(&self, file: i32, block: &str, bytes: i64) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO device_file_blocks (workspace_id, file_id, block, bytes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (workspace_id, file_id, block) DO UPDATE SET bytes = excluded.bytes",
            [self.0.workspace.0.into(), file.into(), block.into(), bytes.into()],
        )
        .await?;
        Ok(())
    }

    /// The blocks that are here, with their bytes.
    ///
    /// # Errors
    /// The database's.
    pub async fn blocks(&self, file: i32) -> Result<Vec<(String, i64)>> {
        let text = "SELECT block, bytes FROM device_file_blocks WHERE workspace_id = $1 AND file_id = $2";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), file.into()]).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    /// Notes that a file is here. Another one of the same name of the device goes.
    ///
    /// # Errors
    /// The database's.
    pub async fn uploaded(
        &self,
        device: DeviceId,
        id: i32,
        bytes: i64,
        content_type: Option<&str>,
    ) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "UPDATE device_files SET state = 'uploaded', bytes = $4, ended_at = now(), why = NULL,
                 content_type = coalesce($5, content_type)
             WHERE workspace_id = $1 AND device_id = $2 AND id = $3",
            [self.0.workspace.0.into(), device.0.into(), id.into(), bytes.into(), content_type.into()],
        )
        .await?;
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_file_blocks WHERE workspace_id = $1 AND file_id = $2",
            [self.0.workspace.0.into(), id.into()],
        )
        .await?;
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_files o USING device_files n
             WHERE n.workspace_id = $1 AND n.id = $3 AND o.workspace_id = $1 AND o.device_id = $2
               AND o.name = n.name AND o.id <> n.id AND o.state = 'uploaded'",
            [self.0.workspace.0.into(), device.0.into(), id.into()],
        )
        .await?;
        Ok(())
    }

    /// Notes that a file will not come.
    ///
    /// # Errors
    /// The database's.
    pub async fn failed(&self, id: i32, why: &str) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "UPDATE device_files SET state = 'failed', ended_at = now(), why = $3
             WHERE workspace_id = $1 AND id = $2 AND state = 'asked'",
            [self.0.workspace.0.into(), id.into(), why.into()],
        )
        .await?;
        Ok(())
    }

    /// Deletes one of a device; tells whether it was there. Its bytes go later.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, device: DeviceId, id: i32) -> Result<bool> {
        let gone = sql::execute(
            &self.0.tx,
            "DELETE FROM device_files WHERE workspace_id = $1 AND device_id = $2 AND id = $3",
            [self.0.workspace.0.into(), device.0.into(), id.into()],
        )
        .await?;
        Ok(gone > 0)
    }
}

fn noun(row: &QueryResult) -> Result<DeviceFile> {
    let state: String = row.try_get("", "state")?;
    let ended: Option<OffsetDateTime> = row.try_get("", "ended_at")?;
    Ok(DeviceFile {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        content_type: row.try_get("", "content_type")?,
        bytes: row.try_get("", "bytes")?,
        state: FileState::from_word(&state)
            .ok_or_else(|| Error::Unreadable(format!("file state {state}")))?,
        asked_ms: sql::millis(row.try_get("", "asked_at")?),
        ended_ms: ended.map(sql::millis),
        why: row.try_get("", "why")?,
    })
}
