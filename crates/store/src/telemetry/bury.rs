//! Deleting all telemetry of a workspace that is deleted itself: a device a transaction, so that whoever dies on the way
//! leaves whole devices done.

use super::Keeper;
use super::erase::days_of;
use crate::error::Result;
use model::{DeviceId, WorkspaceId};
use sqlx::{AssertSqlSafe, Connection};

/// The first and the last day that there can be.
const EVER: (i32, i32) = (-1_000_000, 1_000_000);
/// What is left when no device has anything any more.
const REST: [&str; 5] = ["tm_metric", "tm_usage", "tm_erasure", "usage_hours", "usage_devices"];

impl Keeper {
    /// Deletes the telemetry of the next device of the workspace; false where none has any.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn bury_next(&self, workspace: WorkspaceId) -> Result<bool> {
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        let next: Option<i32> = sqlx::query_scalar(
            "SELECT min(id) FROM (
                 SELECT min(device_id) FROM tm_last WHERE workspace_id = $1
                 UNION ALL SELECT min(device_id) FROM tm_chunk WHERE workspace_id = $1
                 UNION ALL SELECT min(device_id) FROM tm_hot WHERE workspace_id = $1
                 UNION ALL SELECT min(device_id) FROM tm_refused WHERE workspace_id = $1
             ) AS devices (id)",
        )
        .bind(workspace.0)
        .fetch_one(&mut *tx)
        .await?;
        let Some(device) = next else { return Ok(false) };
        days_of(&mut tx, (workspace, DeviceId(device)), EVER.0, EVER.1).await?;
        // What tells a time that no calendar knows.
        for table in ["tm_hot", "tm_refused", "tm_chunk", "tm_last"] {
            let text = format!("DELETE FROM {table} WHERE workspace_id = $1 AND device_id = $2");
            sqlx::query(AssertSqlSafe(text)).bind(workspace.0).bind(device).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Deletes what else is kept of the workspace beside telemetry: names of values, usage.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn bury_rest(&self, workspace: WorkspaceId) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        for table in REST {
            let text = format!("DELETE FROM {table} WHERE workspace_id = $1");
            sqlx::query(AssertSqlSafe(text)).bind(workspace.0).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }
}
