//! Repacking: what several slots brought of one day becomes one chunk a metric, packed as small as it gets.
//!
//! Only what comes from slots that are gone, since raw messages are read from a slot as long as it is there. A device's
//! day is replaced in one transaction; one process does it at a time, and whoever deletes telemetry waits for the
//! transaction under way.

use super::compact::{Compacted, Kind, Owner, Packer, day_of};
use super::{Keeper, chunk, merge};
use crate::error::Result;
use chunk::Effort;
use model::{DeviceId, MetricId, WorkspaceId};
use sqlx::{Connection, PgConnection, Row};
use std::collections::BTreeMap;

/// Held alone by who repacks, shared by who deletes.
pub(super) const LOCK: &str = "hashtext('homeport.tm_chunk.repack')";
/// Days of devices that are replaced in one transaction.
const AT_ONCE: i64 = 50;

/// What a step of repacking did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repacked {
    /// Days of devices.
    pub days: u64,
    /// Chunks that were there before.
    pub from: u64,
    /// Chunks that took their place.
    pub chunks: u64,
    /// Bytes of their data.
    pub bytes: u64,
}

impl Keeper {
    /// Repacks some days that lie before this time (milliseconds since 1970). Call it again until it did none.
    ///
    /// # Errors
    /// The database failed, or a chunk can't be read; nothing was changed.
    pub async fn repack_some(&self, before_ms: i64) -> Result<Repacked> {
        let _alone = self.packing.lock().await;
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        let lock = format!("SELECT pg_try_advisory_xact_lock({LOCK})");
        let mine: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(lock)).fetch_one(&mut *tx).await?;
        let mut done = Repacked::default();
        if !mine {
            return Ok(done);
        }
        let days: Vec<(i32, i32, i32)> = sqlx::query_as(
            "SELECT DISTINCT workspace_id, device_id, day FROM tm_chunk
             WHERE slot > 0 AND slot < (SELECT min(slot) FROM tm_slot) AND day < $1
             LIMIT $2",
        )
        .bind(day_of(before_ms))
        .bind(AT_ONCE)
        .fetch_all(&mut *tx)
        .await?;
        let mut written = Compacted::default();
        for (workspace, device, day) in days {
            let owner = Owner { workspace: WorkspaceId(workspace), device: DeviceId(device), day };
            done.days += 1;
            done.from += self.repack_day(&mut tx, owner, &mut written).await?;
        }
        tx.commit().await?;
        (done.chunks, done.bytes) = (written.chunks, written.bytes);
        Ok(done)
    }

    async fn repack_day(&self, tx: &mut PgConnection, owner: Owner, written: &mut Compacted) -> Result<u64> {
        let rows = sqlx::query(
            "DELETE FROM tm_chunk WHERE workspace_id = $1 AND device_id = $2 AND day = $3
                 AND slot < (SELECT min(slot) FROM tm_slot)
             RETURNING metric_id, kind, data",
        )
        .bind(owner.workspace.0)
        .bind(owner.device.0)
        .bind(owner.day)
        .fetch_all(&mut *tx)
        .await?;
        let from = rows.len() as u64;
        let (mut numbers, mut texts) = (BTreeMap::<i32, Vec<_>>::new(), BTreeMap::<i32, Vec<_>>::new());
        for row in rows {
            let (metric, data): (i32, Vec<u8>) = (row.try_get(0)?, row.try_get(2)?);
            if row.try_get::<i16, _>(1)? == Kind::Number as i16 {
                let (times, values) = chunk::unpack_numbers(&data)?;
                numbers.entry(metric).or_default().push(times.into_iter().zip(values).collect());
            } else {
                let (times, values) = chunk::unpack_texts(&data)?;
                texts.entry(metric).or_default().push(times.into_iter().zip(values).collect());
            }
        }
        let packed = tokio::task::spawn_blocking(move || -> Result<_> {
            let mut packer = Packer::with(0, Effort::Thorough);
            packer.of(owner)?;
            for (metric, parts) in numbers {
                for (ts, value) in merge::join(parts, |a: &f64, b| a.to_bits() == b.to_bits()) {
                    packer.number(MetricId(metric), ts, value)?;
                }
            }
            for (metric, parts) in texts {
                for (ts, value) in merge::join(parts, |a: &String, b| a == b) {
                    packer.text(MetricId(metric), ts, value)?;
                }
            }
            packer.finish()?;
            Ok(packer.take())
        });
        let chunks = packed.await.map_err(|e| crate::Error::Unreadable(e.to_string()))??;
        self.write_chunks(tx, &chunks, written).await?;
        Ok(from)
    }
}
