//! Slots: where messages are kept by their arrival. One is open, one stands ready, those before are closed, then
//! compacted; and when their messages are too old or too many, they are dropped.

use super::{Keeper, writer};
use crate::error::Result;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use std::time::Duration;

/// An open slot that is older is closed.
const AGE_MS: i64 = 6 * 60 * 60 * 1000;
/// An open slot that is larger is closed: what is compacted in well under a minute.
const BYTES: i64 = 512 << 20;
/// An open slot that is older than this is closed if it is worth it: lines are read sooner from chunks.
const WORTH_AGE_MS: i64 = 60 * 60 * 1000;
/// ... that is, if it is larger than this.
const WORTH_BYTES: i64 = 16 << 20;
/// Whoever waits for a lock on the parent makes every writer behind it wait: it gives up and tries again later.
const PATIENCE: &str = "SET lock_timeout = '3s'";

/// How long compacted messages are kept as they were received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HotWindow {
    /// For so long after their slot was closed.
    pub age: Duration,
    /// At most so many bytes of them, with their indexes.
    pub bytes: u64,
}

impl Default for HotWindow {
    /// Two days, 10 GB.
    fn default() -> Self {
        HotWindow { age: Duration::from_secs(48 * 60 * 60), bytes: 10 << 30 }
    }
}

impl Keeper {
    /// Sees to an open slot and one ready behind it, and closes the open one when it is old or large. Tells the open
    /// slot. Cheap where there is nothing to do: call it every minute.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ensure_slots(&self) -> Result<i32> {
        let open = self.ensure_slots_of(AGE_MS, BYTES).await?;
        let bytes: i64 = sqlx::query_scalar("SELECT pg_relation_size(to_regclass($1))")
            .bind(writer::leaf(open))
            .fetch_one(&self.pool)
            .await?;
        if bytes > WORTH_BYTES { self.ensure_slots_of(WORTH_AGE_MS, BYTES).await } else { Ok(open) }
    }

    /// The same with other limits: milliseconds and bytes; 0: none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ensure_slots_of(&self, age_ms: i64, bytes: i64) -> Result<i32> {
        let slot = sqlx::query_scalar("SELECT tm_ensure_slots($1, $2)")
            .bind(age_ms)
            .bind(bytes)
            .fetch_one(&self.pool)
            .await?;
        Ok(slot)
    }

    /// Drops compacted slots that lie outside of the window, the oldest first, and tells how many. Any number of
    /// processes may call it; one does it. What was interrupted is finished by the next call.
    ///
    /// # Errors
    /// The database failed, or somebody held a lock for long; call it again later.
    pub async fn drop_slots(&self, window: HotWindow) -> Result<u32> {
        let Some(mut connection) = alone(self, "homeport.tm_slot.drop").await? else { return Ok(0) };
        mark(&mut connection, window).await?;
        let doomed: Vec<i32> =
            sqlx::query_scalar("SELECT slot FROM tm_slot WHERE state = 'dropping' ORDER BY slot")
                .fetch_all(&mut connection)
                .await?;
        for slot in &doomed {
            drop_leaf(&mut connection, "tm_hot", &writer::leaf(*slot)).await?;
            for rest in ["DELETE FROM tm_batch WHERE slot = $1", "DELETE FROM tm_slot WHERE slot = $1"] {
                sqlx::query(rest).bind(slot).execute(&mut connection).await?;
            }
        }
        Ok(doomed.len() as u32)
    }
}

/// A connection of its own with this lock and little patience; none where another process has the lock. What is set on
/// the connection, and the lock, go with it.
pub(super) async fn alone(keeper: &Keeper, lock: &str) -> Result<Option<PgConnection>> {
    let mut connection = keeper.pool.acquire().await?.detach();
    connection.execute(PATIENCE).await?;
    let mine: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtext($1))")
        .bind(lock)
        .fetch_one(&mut connection)
        .await?;
    Ok(mine.then_some(connection))
}

/// Marks the slots that are to go: readers pass over them from here on.
async fn mark(connection: &mut PgConnection, window: HotWindow) -> Result<()> {
    sqlx::query(
        "UPDATE tm_slot SET state = 'dropping' WHERE slot IN (
             SELECT slot FROM (
                 SELECT slot, closed_at, sum(pg_total_relation_size(to_regclass('tm_hot_' || slot)))
                     OVER (ORDER BY slot DESC) AS bytes
                 FROM tm_slot WHERE state = 'compacted'
             ) AS kept
             WHERE (closed_at < now() - make_interval(secs => $1) AND NOT (closed_at > now() - interval '7 days'
                     -- A data export that lags still needs it.
                     AND EXISTS (SELECT FROM tm_batch b WHERE b.slot = kept.slot AND b.xid >= (
                         SELECT min(e.position) FROM data_exports e WHERE e.enabled AND e.source = 'telemetry')::text::xid8))
                 OR bytes > $2)
                 -- None goes before an older one: what lies before the oldest slot is read from chunks.
                 AND slot < (SELECT min(slot) FROM tm_slot WHERE state IN ('open', 'closed')))",
    )
    .bind(window.age.as_secs_f64())
    .bind(i64::try_from(window.bytes).unwrap_or(i64::MAX))
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a leaf off its parent without locking that, then drops it. Each step may find itself done already.
pub(super) async fn drop_leaf(connection: &mut PgConnection, parent: &str, leaf: &str) -> Result<()> {
    let pending: Option<bool> =
        sqlx::query_scalar("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass($1)")
            .bind(leaf)
            .fetch_optional(&mut *connection)
            .await?;
    let how = match pending {
        Some(false) => Some("CONCURRENTLY"),
        Some(true) => Some("FINALIZE"),
        None => None,
    };
    if let Some(how) = how {
        // As a plain statement: within a transaction it is not allowed.
        let detach = format!("ALTER TABLE {parent} DETACH PARTITION {leaf} {how}");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(detach))).await?;
    }
    let drop = format!("DROP TABLE IF EXISTS {leaf}");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(drop))).await?;
    Ok(())
}
