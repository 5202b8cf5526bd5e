//! Compaction: a slot of messages that nobody writes to any more becomes chunks.
//!
//! All of it is one transaction, so that a process may die at any step and another begins again: the slot's row is
//! locked and skipped by others, its leaf is locked against deletion, its messages are read in the order of their key,
//! packed by device, metric and day, and copied into the weeks; the batch log is added up; the slot is marked. From
//! then on lines are read from the chunks, and the messages wait in the slot until it is dropped.

mod packer;

use super::{Extra, Keeper, lookup, writer};
use crate::error::{Error, Result};
use model::{DeviceId, MetricId, WorkspaceId};
use packer::COLUMNS;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::collections::{BTreeMap, HashMap, HashSet};

pub(super) use packer::{Chunk, DAY_MS, Kind, Owner, Packer, begin_of, day_of};

/// Messages that are read at once.
const PAGE: u32 = 4000;
/// Packed bytes that are gathered before they are written.
const GATHERED: usize = 4 << 20;
/// The whole slot is read in the order of its key; sorting it takes less time than to follow the index.
const READING: &str = "SET LOCAL work_mem = '64MB'; SET LOCAL cursor_tuple_fraction = 1.0; \
    SET LOCAL max_parallel_workers_per_gather = 0";
/// What the batch log says of a slot, added to what each workspace sent that day. What was imported was not sent.
const METER: &str = "
    INSERT INTO tm_usage (workspace_id, day, messages, points, bytes)
    SELECT w.key::int4, (b.at AT TIME ZONE 'UTC')::date, sum((w.value ->> 'messages')::int8),
        sum((w.value ->> 'points')::int8), sum((w.value ->> 'bytes')::int8)
    FROM tm_batch b, jsonb_each(b.counts) w WHERE b.slot = $1 AND NOT b.imported
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (workspace_id, day) DO UPDATE SET messages = tm_usage.messages + excluded.messages,
        points = tm_usage.points + excluded.points, bytes = tm_usage.bytes + excluded.bytes";

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The slot.
    pub slot: i32,
    /// Messages that were read.
    pub messages: u64,
    /// Points that were packed.
    pub points: u64,
    /// Chunks that were written.
    pub chunks: u64,
    /// Bytes of their data.
    pub bytes: u64,
}

/// A step of a compaction, for tests that end it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The slot is taken and locked.
    Taken,
    /// A part of the chunks is written.
    Written,
    /// All chunks are written and the batch log is added up.
    Metered,
    /// The slot is marked; only the commit is missing.
    Marked,
}

impl Keeper {
    /// Turns the oldest closed slot that nobody else is at into chunks; nothing where there is none. Dropped on the
    /// way, it changes nothing.
    ///
    /// # Errors
    /// The database failed, or a message can't be read; nothing was changed.
    pub async fn compact_next(&self) -> Result<Option<Compacted>> {
        self.compact_next_by(|_| {}).await
    }

    /// The same; `at` is called at each step.
    ///
    /// # Errors
    /// As [`compact_next`](Keeper::compact_next).
    pub async fn compact_next_by(&self, mut at: impl FnMut(Step) + Send) -> Result<Option<Compacted>> {
        let _alone = self.packing.lock().await;
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        let slot: Option<i32> = sqlx::query_scalar(
            "SELECT slot FROM tm_slot WHERE state = 'closed' ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED",
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(slot) = slot else { return Ok(None) };
        sqlx::raw_sql(READING).execute(&mut *tx).await?;
        // Whoever began a batch in it before it was closed holds its lock until the batch is committed.
        let lock = format!("LOCK TABLE {} IN SHARE MODE", writer::leaf(slot));
        sqlx::query(AssertSqlSafe(lock)).execute(&mut *tx).await?;
        at(Step::Taken);
        let mut done = self.pack_slot(&mut tx, slot, &mut at).await?;
        done.slot = slot;
        sqlx::query(METER).bind(slot).execute(&mut *tx).await?;
        at(Step::Metered);
        sqlx::query("UPDATE tm_slot SET state = 'compacted' WHERE slot = $1")
            .bind(slot)
            .execute(&mut *tx)
            .await?;
        at(Step::Marked);
        tx.commit().await?;
        Ok(Some(done))
    }

    async fn pack_slot(
        &self,
        tx: &mut PgConnection,
        slot: i32,
        at: &mut (impl FnMut(Step) + Send),
    ) -> Result<Compacted> {
        let declare = format!(
            "DECLARE messages NO SCROLL CURSOR FOR
             SELECT workspace_id, device_id, ts, body, extra FROM {}
             ORDER BY workspace_id, device_id, ts, seq",
            writer::leaf(slot)
        );
        sqlx::query(AssertSqlSafe(declare)).execute(&mut *tx).await?;
        let fetch = format!("FETCH FORWARD {PAGE} FROM messages");
        let mut packer = Packer::new(slot);
        let mut names = Names::default();
        let mut done = Compacted::default();
        loop {
            let rows = sqlx::query(AssertSqlSafe(fetch.clone())).fetch_all(&mut *tx).await?;
            let over = rows.is_empty();
            done.messages += rows.len() as u64;
            let rows = rows.iter().map(message).collect::<Result<Vec<_>>>()?;
            names.learn(self, &rows).await?;
            // Packing is work for the processor: other tasks go on meanwhile.
            let packed = tokio::task::spawn_blocking(move || -> Result<_> {
                for row in rows {
                    packer.push(row, &names.ids)?;
                }
                if over {
                    packer.finish()?;
                }
                let enough = over || packer.gathered() >= GATHERED;
                let chunks = if enough { packer.take() } else { Vec::new() };
                Ok((packer, names, chunks))
            });
            let chunks;
            (packer, names, chunks) = packed.await.map_err(|e| Error::Unreadable(e.to_string()))??;
            if !chunks.is_empty() {
                self.write_chunks(tx, &chunks, &mut done).await?;
                at(Step::Written);
            }
            if over {
                break;
            }
        }
        sqlx::query("CLOSE messages").execute(&mut *tx).await?;
        Ok(done)
    }

    /// Copies chunks into their weeks, which are made where they are missing.
    pub(super) async fn write_chunks(
        &self,
        tx: &mut PgConnection,
        chunks: &[Chunk],
        done: &mut Compacted,
    ) -> Result<()> {
        let mut weeks = BTreeMap::<i32, Vec<&Chunk>>::new();
        for chunk in chunks {
            weeks.entry(week_of(chunk.day)).or_default().push(chunk);
            done.points += chunk.summary.count;
            done.chunks += 1;
            done.bytes += chunk.data.len() as u64;
        }
        for (week, chunks) in weeks {
            // On another connection: a table that is made in this transaction would stay locked until its end.
            sqlx::query("SELECT tm_ensure_week($1)").bind(week).execute(&self.pool).await?;
            let file = packer::file(&chunks)?;
            super::copy::send(tx, &format!("{WEEK}{week}"), COLUMNS, file).await?;
        }
        Ok(())
    }
}

/// What the leaf of a week is called, before its number.
const WEEK: &str = "tm_chunk_w";
/// The weeks that there are, from the catalogue: their numbers, and the names of their leaves.
pub(super) const WEEKS: &str = "SELECT substr(relname, 11)::int4 AS week, relname::text AS leaf FROM pg_class
    WHERE relname LIKE 'tm\\_chunk\\_w%' AND relkind = 'r'";

/// The first day of a week, as days are numbered since 1970.
pub(super) fn first_day_of(week: i32) -> i32 {
    week * 7 - 3
}

/// The week of a day, as partitions are numbered: weeks begin on Mondays, and day 0 was a Thursday.
pub(super) fn week_of(day: i32) -> i32 {
    (day + 3).div_euclid(7)
}

/// A message as it is read from its slot.
struct Message {
    workspace: WorkspaceId,
    device: DeviceId,
    ts: i64,
    body: Vec<u8>,
    fields: BTreeMap<String, serde_json::Value>,
}

fn message(row: &PgRow) -> Result<Message> {
    let extra: Option<sqlx::types::Json<Extra>> = row.try_get(4)?;
    Ok(Message {
        workspace: WorkspaceId(row.try_get(0)?),
        device: DeviceId(row.try_get(1)?),
        ts: row.try_get(2)?,
        body: row.try_get(3)?,
        fields: extra.map(|extra| extra.0.fields).unwrap_or_default(),
    })
}

/// The numbers of names of fields that are no numbers; a name without one is kept beside its value.
#[derive(Default)]
struct Names {
    ids: HashMap<(WorkspaceId, String), Option<MetricId>>,
}

impl Names {
    /// Asks for the numbers of names that are new, and outside of the compaction's transaction: the ingestion would
    /// wait for a name that is being added in it.
    async fn learn(&mut self, keeper: &Keeper, messages: &[Message]) -> Result<()> {
        let mut missing = HashMap::<WorkspaceId, HashSet<&String>>::new();
        for message in messages {
            for name in message.fields.keys() {
                if !self.ids.contains_key(&(message.workspace, name.clone())) {
                    missing.entry(message.workspace).or_default().insert(name);
                }
            }
        }
        for (workspace, names) in missing {
            let names: Vec<String> = names.into_iter().cloned().collect();
            let mut ids = lookup::metric_ids(&keeper.pool, workspace, &names).await?;
            for name in names {
                let id = ids.remove(&name);
                self.ids.insert((workspace, name), id);
            }
        }
        Ok(())
    }
}
