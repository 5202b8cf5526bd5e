//! Repacking: what several slots brought of one day becomes one chunk a metric, packed as small as it gets.
//!
//! What arrived while the device belonged to different organizations stays in different chunks: slot 0, -1, … for its
//! first interval, its second, …
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
use std::collections::{BTreeMap, BTreeSet};

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
             RETURNING metric_id, kind, data, slot",
        )
        .bind(owner.workspace.0)
        .bind(owner.device.0)
        .bind(owner.day)
        .fetch_all(&mut *tx)
        .await?;
        let from = rows.len() as u64;
        let eras = eras(tx, owner).await?;
        // What belongs to different organizations stays apart.
        let (mut numbers, mut texts) =
            (BTreeMap::<(i32, i32), Vec<_>>::new(), BTreeMap::<(i32, i32), Vec<_>>::new());
        for row in rows {
            let (metric, data): (i32, Vec<u8>) = (row.try_get(0)?, row.try_get(2)?);
            let key = (era_of(&eras, row.try_get(3)?), metric);
            if row.try_get::<i16, _>(1)? == Kind::Number as i16 {
                let (times, values) = chunk::unpack_numbers(&data)?;
                numbers.entry(key).or_default().push(times.into_iter().zip(values).collect());
            } else {
                let (times, values) = chunk::unpack_texts(&data)?;
                texts.entry(key).or_default().push(times.into_iter().zip(values).collect());
            }
        }
        let packed = tokio::task::spawn_blocking(move || -> Result<_> {
            let found: BTreeSet<i32> = numbers.keys().chain(texts.keys()).map(|(era, _)| *era).collect();
            let mut chunks = Vec::new();
            for era in found {
                let mut packer = Packer::with(-era, Effort::Thorough);
                packer.of(owner)?;
                for ((_, metric), parts) in of_era(&mut numbers, era) {
                    for (ts, value) in merge::join(parts, |a: &f64, b| a.to_bits() == b.to_bits()) {
                        packer.number(MetricId(metric), ts, value)?;
                    }
                }
                for ((_, metric), parts) in of_era(&mut texts, era) {
                    for (ts, value) in merge::join(parts, |a: &String, b| a == b) {
                        packer.text(MetricId(metric), ts, value)?;
                    }
                }
                packer.finish()?;
                chunks.extend(packer.take());
            }
            Ok(chunks)
        });
        let chunks = packed.await.map_err(|e| crate::Error::Unreadable(e.to_string()))??;
        self.write_chunks(tx, &chunks, written).await?;
        Ok(from)
    }
}

/// What belongs to this interval, taken out.
fn of_era<T>(all: &mut BTreeMap<(i32, i32), T>, era: i32) -> BTreeMap<(i32, i32), T> {
    let mut these = all.split_off(&(era, i32::MIN));
    if let Some(next) = era.checked_add(1) {
        all.append(&mut these.split_off(&(next, i32::MIN)));
    }
    these
}

/// From which slot on which interval of the device's history counts, the last first; none: it never moved.
async fn eras(tx: &mut PgConnection, owner: Owner) -> Result<Vec<(i32, i32)>> {
    let rows = sqlx::query_as(
        "SELECT from_slot, era FROM device_organizations WHERE workspace_id = $1 AND device_id = $2 AND era > 0
         ORDER BY era DESC",
    )
    .bind(owner.workspace.0)
    .bind(owner.device.0)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// The interval that a chunk of this slot belongs to; one that was packed again says it itself.
fn era_of(eras: &[(i32, i32)], slot: i32) -> i32 {
    if slot <= 0 {
        return -slot;
    }
    eras.iter().find(|(from, _)| *from <= slot).map_or(0, |(_, era)| *era)
}

#[cfg(test)]
mod tests {
    use super::era_of;

    #[test]
    fn a_slot_belongs_to_the_interval_that_it_began_in() {
        let eras = [(9, 2), (4, 1)];
        let cases = [(0, 0), (-2, 2), (3, 0), (4, 1), (8, 1), (9, 2), (50, 2)];
        for (slot, era) in cases {
            assert_eq!(era_of(&eras, slot), era, "{slot}");
        }
        assert_eq!(era_of(&[], 7), 0);
    }
}
