//! Deleting days of telemetry that people want gone: a device a transaction, so that whoever dies on the way leaves
//! whole devices done and the others as they were, and the next one goes on.
//!
//! Messages go before chunks: who waits here for a slot that is being compacted finds its chunks afterwards. Days are
//! whole, UTC, as chunks are, so that nothing has to be unpacked.

use super::compact::{Kind, begin_of};
use super::{Keeper, LastValues, Recent, chunk, rebuild, repack};
use crate::error::{Error, Result};
use futures::TryStreamExt;
use model::{DeviceId, MetricId, WorkspaceId};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use std::collections::{BTreeMap, HashMap};

/// A step of a deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Messages that were deleted as they were received, and refused entries.
    pub messages: u64,
    /// Values that were deleted from chunks.
    pub points: u64,
    /// Whether the deletion is finished with it.
    pub finished: bool,
}

impl Keeper {
    /// Does the next device of the oldest deletion that nobody else is at; nothing where there is none. Dropped on the
    /// way, it changes nothing.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn erase_next(&self) -> Result<Option<Erased>> {
        self.erase_next_by(|| {}).await
    }

    /// The same; `before_commit` is called when all but the commit is done.
    ///
    /// # Errors
    /// As [`erase_next`](Keeper::erase_next).
    pub async fn erase_next_by(&self, before_commit: impl FnOnce() + Send) -> Result<Option<Erased>> {
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        let next: Option<(i32, i32, Option<i32>, i32, i32)> = sqlx::query_as(
            "SELECT workspace_id, id, devices[done + 1], from_day, to_day FROM tm_erasure
             WHERE finished_at IS NULL ORDER BY requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some((workspace, id, device, from_day, to_day)) = next else { return Ok(None) };
        let mut erased = Erased::default();
        if let Some(device) = device {
            let whose = (WorkspaceId(workspace), DeviceId(device));
            erased = days_of(&mut tx, whose, from_day, to_day).await?;
        }
        erased.finished = sqlx::query_scalar(
            "UPDATE tm_erasure SET done = least(done + 1, cardinality(devices)), messages = messages + $3,
                 points = points + $4, finished_at = CASE WHEN done + 1 >= cardinality(devices) THEN now() END
             WHERE workspace_id = $1 AND id = $2 RETURNING finished_at IS NOT NULL",
        )
        .bind(workspace)
        .bind(id)
        .bind(erased.messages as i64)
        .bind(erased.points as i64)
        .fetch_one(&mut *tx)
        .await?;
        before_commit();
        tx.commit().await?;
        Ok(Some(erased))
    }
}

pub(super) type Whose = (WorkspaceId, DeviceId);

pub(super) async fn days_of(
    tx: &mut PgConnection,
    whose: Whose,
    from_day: i32,
    to_day: i32,
) -> Result<Erased> {
    let (from_ms, to_ms) = (begin_of(from_day), begin_of(to_day.saturating_add(1)));
    let lock = format!("SELECT pg_advisory_xact_lock_shared({})", repack::LOCK);
    tx.execute(AssertSqlSafe(lock)).await?;
    let mut erased = Erased::default();
    for table in ["tm_hot", "tm_refused"] {
        let delete = format!(
            "DELETE FROM {table} WHERE workspace_id = $1 AND device_id = $2 AND ts >= $3 AND ts < $4"
        );
        let gone = sqlx::query(AssertSqlSafe(delete))
            .bind(whose.0.0)
            .bind(whose.1.0)
            .bind(from_ms)
            .bind(to_ms)
            .execute(&mut *tx)
            .await?;
        erased.messages += gone.rows_affected();
    }
    let points: i64 = sqlx::query_scalar(
        "WITH gone AS (DELETE FROM tm_chunk
             WHERE workspace_id = $1 AND device_id = $2 AND day >= $3 AND day <= $4 RETURNING n)
         SELECT coalesce(sum(n), 0)::int8 FROM gone",
    )
    .bind(whose.0.0)
    .bind(whose.1.0)
    .bind(from_day)
    .bind(to_day)
    .fetch_one(&mut *tx)
    .await?;
    erased.points = points.unsigned_abs();
    latest_again(tx, whose, from_ms..to_ms).await?;
    Ok(erased)
}

/// Puts what is the newest now in the place of latest values that were deleted.
async fn latest_again(tx: &mut PgConnection, whose: Whose, gone: std::ops::Range<i64>) -> Result<()> {
    let kept: Option<(i64, sqlx::types::Json<BTreeMap<String, Recent>>)> = sqlx::query_as(
        "SELECT last_ts, \"values\" FROM tm_last WHERE workspace_id = $1 AND device_id = $2 FOR UPDATE",
    )
    .bind(whose.0.0)
    .bind(whose.1.0)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((last_ts, sqlx::types::Json(mut values))) = kept else { return Ok(()) };
    let before = values.len();
    let mut missing: Vec<String> =
        values.iter().filter(|(_, recent)| gone.contains(&recent.ts)).map(|(name, _)| name.clone()).collect();
    values.retain(|_, recent| !gone.contains(&recent.ts));
    if values.len() == before && !gone.contains(&last_ts) {
        return Ok(());
    }
    missing.sort();
    for (name, recent) in newest(tx, whose, &missing).await? {
        values.insert(name, recent);
    }
    let last_ts = match gone.contains(&last_ts) {
        true => values.values().map(|recent| recent.ts).max().unwrap_or_default(),
        false => last_ts,
    };
    sqlx::query(
        "UPDATE tm_last SET last_ts = $3, \"values\" = $4 WHERE workspace_id = $1 AND device_id = $2",
    )
    .bind(whose.0.0)
    .bind(whose.1.0)
    .bind(last_ts)
    .bind(sqlx::types::Json(values))
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// The newest value that is left of each of these names.
async fn newest(tx: &mut PgConnection, whose: Whose, wanted: &[String]) -> Result<BTreeMap<String, Recent>> {
    let names: Vec<(i32, String)> = sqlx::query_as("SELECT id, name FROM tm_metric WHERE workspace_id = $1")
        .bind(whose.0.0)
        .fetch_all(&mut *tx)
        .await?;
    let names: HashMap<MetricId, String> = names.into_iter().map(|(id, name)| (MetricId(id), name)).collect();
    let mut found = LastValues {
        workspace: whose.0,
        device: whose.1,
        last_ts: i64::MIN,
        last_arrived_ms: i64::MIN,
        values: BTreeMap::new(),
    };
    settled(tx, whose, &names, &mut found).await?;
    loose(tx, whose, &names, wanted, &mut found).await?;
    found.values.retain(|name, _| wanted.binary_search(name).is_ok());
    Ok(found.values)
}

/// From the newest chunk of each metric.
async fn settled(
    tx: &mut PgConnection,
    whose: Whose,
    names: &HashMap<MetricId, String>,
    found: &mut LastValues,
) -> Result<()> {
    let rows = sqlx::query(
        "SELECT DISTINCT ON (metric_id, kind) metric_id, kind, t1, last, data FROM tm_chunk
         WHERE workspace_id = $1 AND device_id = $2 ORDER BY metric_id, kind, t1 DESC, slot DESC",
    )
    .bind(whose.0.0)
    .bind(whose.1.0)
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        let (metric, ts): (i32, i64) = (row.try_get(0)?, row.try_get(2)?);
        let name = names.get(&MetricId(metric)).cloned();
        if row.try_get::<i16, _>(1)? == Kind::Number as i16 {
            if let Some(name) = name {
                let value = super::raw::number(row.try_get(3)?);
                found.hear(ts, i64::MIN, [(&name, &value)]);
            }
            continue;
        }
        let (times, texts) = chunk::unpack_texts(row.try_get(4)?)?;
        for (ts, text) in times.into_iter().zip(texts) {
            let value: Value = serde_json::from_str(&text).map_err(|e| Error::Unreadable(e.to_string()))?;
            match (&name, value) {
                (_, Value::Null) => {}
                (Some(name), value) => found.hear(ts, i64::MIN, [(name, &value)]),
                (None, Value::Object(unnamed)) => {
                    found.hear(ts, i64::MIN, &unnamed);
                }
                (None, _) => {}
            }
        }
    }
    Ok(())
}

/// From messages that are not in chunks yet, the newest first, until each name was found.
async fn loose(
    tx: &mut PgConnection,
    whose: Whose,
    names: &HashMap<MetricId, String>,
    wanted: &[String],
    found: &mut LastValues,
) -> Result<()> {
    let mut rows = sqlx::query(
        "SELECT workspace_id, device_id, ts, arrived, body, extra FROM tm_hot
         WHERE workspace_id = $1 AND device_id = $2
           AND slot IN (SELECT slot FROM tm_slot WHERE state IN ('next', 'open', 'closed'))
         ORDER BY ts DESC, arrived DESC",
    )
    .bind(whose.0.0)
    .bind(whose.1.0)
    .fetch(&mut *tx);
    let mut missing: std::collections::HashSet<&String> = wanted.iter().collect();
    while !missing.is_empty()
        && let Some(row) = rows.try_next().await?
    {
        let last = rebuild::last_values(&row, names)?;
        last.values.keys().for_each(|name| {
            missing.remove(name);
        });
        found.absorb(last);
    }
    Ok(())
}
