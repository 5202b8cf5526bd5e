//! Brings the latest values up to date with the messages, after a process went before it could write them.
//!
//! Latest values are written every few seconds, messages at once; so what can be missing lies in the newest batches.
//! Joining is safe to repeat, so a little too much is read rather than too little.

use super::{Extra, Keeper, LastValues, Recent, body, raw};
use crate::error::Result;
use futures::TryStreamExt;
use model::{DeviceId, MetricId, WorkspaceId};
use sqlx::Row;
use std::collections::{BTreeMap, HashMap};

/// How far back from the newest batch is read, in seconds.
const BACK_S: f64 = 600.0;
/// After so many devices what was gathered is written: some 20 MB. Fewer than there are, and every few messages would be
/// joined anew.
const DEVICES_AT_ONCE: usize = 20_000;

impl Keeper {
    /// Reads the newest messages and joins their values with the latest ones; all messages, where there are none.
    /// Tells how many messages were read. Called when ingestion starts.
    ///
    /// # Errors
    /// The database failed; what was joined before that stays.
    pub async fn rebuild_last(&self) -> Result<u64> {
        let names = self.metric_names().await?;
        let since: i64 = sqlx::query_scalar(
            "SELECT CASE WHEN EXISTS (SELECT FROM tm_last) THEN
                 coalesce((SELECT min(id) FROM tm_batch
                     WHERE at >= (SELECT max(at) FROM tm_batch) - make_interval(secs => $1)), 0)
             ELSE 0 END",
        )
        .bind(BACK_S)
        .fetch_one(&self.pool)
        .await?;
        let mut rows = sqlx::query(
            // What a device sent before it moved to another organization stays behind.
            "SELECT workspace_id, device_id, ts, arrived, body, extra FROM tm_hot h WHERE batch >= $1
                 AND NOT EXISTS (SELECT FROM device_organizations o WHERE o.workspace_id = h.workspace_id
                     AND o.device_id = h.device_id AND o.to_slot IS NULL AND h.slot < o.from_slot)",
        )
        .bind(since)
        .fetch(&self.pool);
        let mut gathered = HashMap::new();
        let mut read = 0;
        while let Some(row) = rows.try_next().await? {
            let last = last_values(&row, &names)?;
            read += 1;
            match gathered.entry(last.device) {
                std::collections::hash_map::Entry::Vacant(free) => drop(free.insert(last)),
                std::collections::hash_map::Entry::Occupied(mut kept) => kept.get_mut().absorb(last),
            }
            if gathered.len() >= DEVICES_AT_ONCE {
                self.merge_last(&gathered.drain().map(|(_, last)| last).collect::<Vec<_>>()).await?;
            }
        }
        self.merge_last(&gathered.into_values().collect::<Vec<_>>()).await?;
        Ok(read)
    }

    async fn metric_names(&self) -> Result<HashMap<MetricId, String>> {
        let rows: Vec<(i32, String)> =
            sqlx::query_as("SELECT id, name FROM tm_metric").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, name)| (MetricId(id), name)).collect())
    }
}

/// What a message says of the latest values of its device.
pub(super) fn last_values(
    row: &sqlx::postgres::PgRow,
    names: &HashMap<MetricId, String>,
) -> Result<LastValues> {
    let ts: i64 = row.try_get(2)?;
    let packed: &[u8] = row.try_get(4)?;
    let extra: Option<sqlx::types::Json<Extra>> = row.try_get(5)?;
    let extra = extra.map(|json| json.0).unwrap_or_default();
    let mut values = BTreeMap::new();
    for (metric, value) in body::unpack(packed)? {
        // A name that came after the names were read: who sent it writes its latest value.
        let Some(name) = names.get(&metric) else { continue };
        if !extra.fields.contains_key(name) {
            values.insert(name.clone(), Recent { value: raw::number(value), ts });
        }
    }
    // What broke the template is no reading, and neither is null.
    let others = extra
        .fields
        .into_iter()
        .filter(|(name, value)| !value.is_null() && !extra.problems.contains_key(name));
    values.extend(others.map(|(name, value)| (name, Recent { value, ts })));
    Ok(LastValues {
        workspace: WorkspaceId(row.try_get(0)?),
        device: DeviceId(row.try_get(1)?),
        last_ts: ts,
        last_arrived_ms: row.try_get(3)?,
        values,
    })
}
