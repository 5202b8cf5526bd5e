//! What telemetry takes on the disk, as its workspace may see it, and the list of what it wants deleted.

use super::compact::{DAY_MS, day_of};
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::storage::{DaySent, DeviceStorage, Doomed, Erasure, Storage, Trouble};
use sea_orm::QueryResult;

/// What a chunk takes besides its data, in bytes: its other columns (98), the row's header (28), its key in the index
/// with what pages leave free (56).
const ROW_BYTES: i64 = 182;
/// So many devices are named.
const LARGEST: i64 = 10;
/// Growth is shown for so many days.
const DAYS: i32 = 90;
/// So many deletions are listed.
const ERASURES: i64 = 20;

/// The storage of one workspace.
pub struct StorageOf<'a>(&'a WorkspaceTx);

impl WorkspaceTx {
    /// What its telemetry takes.
    pub fn storage(&self) -> StorageOf<'_> {
        StorageOf(self)
    }
}

impl StorageOf<'_> {
    /// All figures at this time. Reads the rows of all chunks of the workspace, but not their data.
    ///
    /// # Errors
    /// The database's; on a slow disk also that it took longer than statements may.
    pub async fn usage(&self, now_ms: i64) -> Result<Storage> {
        let mut all = self.chunks().await?;
        let share =
            sql::one(&self.0.tx, "SELECT messages, bytes, loose_points FROM tm_hot_share()", []).await?;
        if let Some(row) = share {
            all.hot_messages = row.try_get_by_index(0)?;
            all.hot_bytes = row.try_get_by_index(1)?;
            all.points += row.try_get_by_index::<i64>(2)?;
        }
        all.largest = self.largest().await?;
        all.days = self.days(now_ms).await?;
        all.trouble = self.trouble().await?;
        Ok(all)
    }

    async fn chunks(&self) -> Result<Storage> {
        let text = format!(
            "SELECT coalesce(sum(pg_column_size(data) + {ROW_BYTES}), 0)::int8, coalesce(sum(n), 0)::int8,
                 min(t0), max(t1) FROM tm_chunk WHERE workspace_id = $1"
        );
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        let Some(row) = row else { return Ok(Storage::default()) };
        Ok(Storage {
            chunk_bytes: row.try_get_by_index(0)?,
            points: row.try_get_by_index(1)?,
            first_ms: row.try_get_by_index(2)?,
            last_ms: row.try_get_by_index(3)?,
            ..Storage::default()
        })
    }

    async fn largest(&self) -> Result<Vec<DeviceStorage>> {
        let text = format!(
            "SELECT d.external_id, d.name, c.bytes, c.points FROM (
                 SELECT device_id, sum(pg_column_size(data) + {ROW_BYTES})::int8 AS bytes, sum(n)::int8 AS points
                 FROM tm_chunk WHERE workspace_id = $1 GROUP BY device_id
             ) AS c JOIN devices d ON d.workspace_id = $1 AND d.id = c.device_id
             ORDER BY c.bytes DESC, d.external_id LIMIT {LARGEST}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        let one = |row: &QueryResult| {
            Ok(DeviceStorage {
                external_id: row.try_get_by_index(0)?,
                name: row.try_get_by_index(1)?,
                bytes: row.try_get_by_index(2)?,
                points: row.try_get_by_index(3)?,
            })
        };
        rows.iter().map(one).collect()
    }

    async fn days(&self, now_ms: i64) -> Result<Vec<DaySent>> {
        let since = sql::at(i64::from(day_of(now_ms) - DAYS + 1) * DAY_MS).date();
        let text = "SELECT day - DATE '1970-01-01', messages, points, bytes FROM tm_sent_by_day($1)";
        let rows = sql::all(&self.0.tx, text, [since.into()]).await?;
        let one = |row: &QueryResult| {
            Ok(DaySent {
                day: row.try_get_by_index(0)?,
                messages: row.try_get_by_index(1)?,
                points: row.try_get_by_index(2)?,
                bytes: row.try_get_by_index(3)?,
            })
        };
        rows.iter().map(one).collect()
    }

    async fn trouble(&self) -> Result<Option<Trouble>> {
        let row =
            sql::one(&self.0.tx, "SELECT at, count FROM tm_trouble WHERE what = 'settling'", []).await?;
        let read = |row: QueryResult| {
            Ok(Trouble { at_ms: sql::millis(row.try_get_by_index(0)?), count: row.try_get_by_index(1)? })
        };
        row.map(read).transpose()
    }

    /// What a retention of so many days would delete at this time.
    ///
    /// # Errors
    /// The database's.
    pub async fn doomed(&self, days: i32, now_ms: i64) -> Result<Doomed> {
        let text = format!(
            "SELECT coalesce(sum(n), 0)::int8, coalesce(sum(pg_column_size(data) + {ROW_BYTES}), 0)::int8
             FROM tm_chunk WHERE workspace_id = $1 AND day < $2"
        );
        let first_kept = day_of(now_ms).saturating_sub(days);
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), first_kept.into()]).await?;
        let Some(row) = row else { return Ok(Doomed::default()) };
        Ok(Doomed { points: row.try_get_by_index(0)?, bytes: row.try_get_by_index(1)? })
    }

    /// Asks the worker to delete these days, both ends among them, of these devices. Tells the deletion's number.
    ///
    /// # Errors
    /// The database's.
    pub async fn erase(
        &self,
        devices: &[DeviceId],
        (from_day, to_day): (i32, i32),
        by: &str,
        now_ms: i64,
    ) -> Result<i32> {
        let devices: Vec<i32> = devices.iter().map(|device| device.0).collect();
        sql::scalar(
            &self.0.tx,
            "INSERT INTO tm_erasure (workspace_id, devices, from_day, to_day, requested_by, requested_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            [
                self.0.workspace.0.into(),
                devices.into(),
                from_day.into(),
                to_day.into(),
                by.into(),
                sql::at(now_ms).into(),
            ],
        )
        .await
    }

    /// The newest deletions, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn erasures(&self) -> Result<Vec<Erasure>> {
        let text = format!(
            "SELECT id, from_day, to_day, cardinality(devices) AS devices, done, messages, points, requested_by,
                 requested_at, finished_at
             FROM tm_erasure WHERE workspace_id = $1 ORDER BY id DESC LIMIT {ERASURES}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        let one = |row: &QueryResult| {
            let finished: Option<time::OffsetDateTime> = row.try_get("", "finished_at")?;
            Ok(Erasure {
                id: row.try_get("", "id")?,
                from_day: row.try_get("", "from_day")?,
                to_day: row.try_get("", "to_day")?,
                devices: row.try_get("", "devices")?,
                done: row.try_get("", "done")?,
                messages: row.try_get("", "messages")?,
                points: row.try_get("", "points")?,
                requested_by: row.try_get("", "requested_by")?,
                requested_ms: sql::millis(row.try_get("", "requested_at")?),
                finished_ms: finished.map(sql::millis),
            })
        };
        rows.iter().map(one).collect()
    }

    /// The devices of these external ids; of none: all there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn devices(&self, external_ids: &[String], most: usize) -> Result<Vec<DeviceId>> {
        let rows = sql::all(
            &self.0.tx,
            "SELECT id FROM devices WHERE workspace_id = $1 AND (cardinality($2) = 0 OR external_id = ANY ($2))
             ORDER BY id LIMIT $3",
            [
                self.0.workspace.0.into(),
                external_ids.to_vec().into(),
                i64::try_from(most).unwrap_or(i64::MAX).into(),
            ],
        )
        .await?;
        rows.iter().map(|row| Ok(DeviceId(row.try_get_by_index(0)?))).collect()
    }
}
