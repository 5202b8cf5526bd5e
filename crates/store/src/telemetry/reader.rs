//! Telemetry as a workspace sees it. The policies of Postgres show it no other's.

use super::{Recent, repack};
use crate::error::{Error, Result};
use crate::{sql, workspace_tx::WorkspaceTx};
use model::DeviceId;
use model::telemetry::Latest;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Reads telemetry of one workspace, and deletes it with its device.
pub struct Telemetry<'a>(&'a WorkspaceTx);

impl WorkspaceTx {
    /// What devices have sent.
    pub fn telemetry(&self) -> Telemetry<'_> {
        Telemetry(self)
    }
}

impl Telemetry<'_> {
    /// The newest value of each field, by name, as of a few seconds ago. Devices that have sent nothing are left out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest(&self, devices: &[DeviceId]) -> Result<HashMap<DeviceId, Vec<Latest>>> {
        let mut latest = HashMap::new();
        for row in self.last("\"values\"", devices).await? {
            let values: Value = row.try_get_by_index(1)?;
            let values: BTreeMap<String, Recent> =
                serde_json::from_value(values).map_err(|e| Error::Unreadable(e.to_string()))?;
            let values =
                values.into_iter().map(|(name, kept)| Latest { name, value: kept.value, ts: kept.ts });
            latest.insert(DeviceId(row.try_get_by_index(0)?), values.collect());
        }
        Ok(latest)
    }

    /// When the newest message of each device arrived, milliseconds since 1970.
    ///
    /// # Errors
    /// The database failed.
    pub async fn last_seen(&self, devices: &[DeviceId]) -> Result<HashMap<DeviceId, i64>> {
        let rows = self.last("last_arrived", devices).await?;
        rows.iter().map(|row| Ok((DeviceId(row.try_get_by_index(0)?), row.try_get_by_index(1)?))).collect()
    }

    async fn last(&self, column: &str, devices: &[DeviceId]) -> Result<Vec<sea_orm::QueryResult>> {
        let statement = format!(
            "SELECT device_id, {column} FROM tm_last WHERE workspace_id = $1 AND device_id = ANY ($2)"
        );
        let devices: Vec<i32> = devices.iter().map(|d| d.0).collect();
        sql::all(&self.0.tx, &statement, [self.0.workspace.0.into(), devices.into()]).await
    }

    /// How many messages of a device are kept as they were received, and refused entries.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count(&self, device: DeviceId) -> Result<i64> {
        sql::scalar(
            &self.0.tx,
            "SELECT (SELECT count(*) FROM tm_hot WHERE workspace_id = $1 AND device_id = $2)
                  + (SELECT count(*) FROM tm_refused WHERE workspace_id = $1 AND device_id = $2)",
            [self.0.workspace.0.into(), device.0.into()],
        )
        .await
    }

    /// Deletes all that a device has sent. Messages go before chunks: who waits here for a slot that is being compacted
    /// finds its chunks afterwards. What is on its way at that moment can still come, and nobody sees it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_device(&self, device: DeviceId) -> Result<()> {
        let wait = format!("SELECT pg_advisory_xact_lock_shared({})", repack::LOCK);
        sql::execute(&self.0.tx, &wait, []).await?;
        for table in ["tm_hot", "tm_chunk", "tm_refused", "tm_last"] {
            let statement = format!("DELETE FROM {table} WHERE workspace_id = $1 AND device_id = $2");
            sql::execute(&self.0.tx, &statement, [self.0.workspace.0.into(), device.0.into()]).await?;
        }
        Ok(())
    }
}
