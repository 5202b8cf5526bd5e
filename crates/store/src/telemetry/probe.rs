//! Looks at telemetry from outside of all workspaces, with the operator's own address: for benches and tests that must
//! know whether what was acknowledged is there. The product itself never does.

use super::{Extra, Row, copy};
use crate::error::Result;
use crate::urls::Urls;
use futures::TryStreamExt;
use model::{DeviceId, MetricId, WorkspaceId};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Row as _};
use std::time::{Duration, Instant};

/// A table like the one that telemetry goes to, with its indexes, but without partitions and policies.
const PLAIN: &str = "CREATE TABLE bench_copy (LIKE tm_hot INCLUDING ALL)";

/// What batches note of usage is passed over, so that nothing is written and nothing added up.
const UNMETERED: &str = "
CREATE OR REPLACE FUNCTION bench_unmetered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER bench_unmetered BEFORE INSERT ON tm_pending FOR EACH ROW EXECUTE FUNCTION bench_unmetered();
";

/// Who writes messages into the database.
#[derive(Clone, Copy, Debug)]
pub enum Writers {
    /// The product's ingestion.
    Ingestion,
    /// The script of [`crate::plain`].
    Plain,
}

impl Writers {
    fn name(self) -> &'static str {
        match self {
            Writers::Ingestion => "homeport ingest",
            Writers::Plain => "plain subscriber",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Writers::Ingestion => "tm_batch",
            Writers::Plain => "readings",
        }
    }
}

/// The operator's look at telemetry.
pub struct Probe {
    pool: PgPool,
}

impl Probe {
    /// Connects with the operator's address.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn connect(urls: &Urls) -> Result<Probe> {
        Probe::connect_to(&urls.admin).await
    }

    /// Lets this database meter usage, as it does of itself, or not: a bench tells by the two what metering costs.
    ///
    /// # Errors
    /// The database's.
    pub async fn meter(&self, metered: bool) -> Result<()> {
        let text = if metered { "DROP TRIGGER IF EXISTS bench_unmetered ON tm_pending" } else { UNMETERED };
        sqlx::raw_sql(text).execute(&self.pool).await?;
        Ok(())
    }

    /// Connects to any database of the operator's.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn connect_to(url: &str) -> Result<Probe> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.application_name("homeport probe").disable_statement_logging())
            .await?;
        Ok(Probe { pool })
    }

    /// How many messages are kept, of all workspaces.
    ///
    /// # Errors
    /// The database's.
    pub async fn messages(&self) -> Result<u64> {
        self.count("SELECT count(*) FROM tm_hot").await
    }

    /// How many entries are kept as refused, of all workspaces.
    ///
    /// # Errors
    /// The database's.
    pub async fn refused(&self) -> Result<u64> {
        self.count("SELECT count(*) FROM tm_refused").await
    }

    /// Into how many batches the messages were gathered.
    ///
    /// # Errors
    /// The database's.
    pub async fn batches(&self) -> Result<u64> {
        self.count("SELECT count(*) FROM tm_batch").await
    }

    /// How many messages were counted at their commit, whether they are still kept as they came or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn counted(&self) -> Result<u64> {
        self.count(
            "SELECT (coalesce((SELECT sum(messages) FROM tm_usage), 0) + coalesce((
                 SELECT sum((w.value ->> 'messages')::int8) FROM tm_batch b JOIN tm_slot s USING (slot),
                     jsonb_each(b.counts) w WHERE s.state IN ('open', 'closed')), 0))::int8",
        )
        .await
    }

    /// By how many messages the meter and what is kept differ. What
    /// has not been added up yet is counted with what has.
    ///
    /// # Errors
    /// The database's.
    pub async fn miscounted(&self) -> Result<u64> {
        self.count(
            "WITH metered AS (
                 SELECT (coalesce((SELECT sum(messages) FROM usage_hours), 0) + coalesce((
                     SELECT sum((w.value ->> 'messages')::int8) FROM tm_pending, jsonb_each(counts) w), 0)) AS messages
             ), kept AS (
                 SELECT (coalesce((SELECT sum(messages) FROM tm_usage), 0) + (
                     SELECT count(*) FROM tm_hot h JOIN tm_slot s USING (slot)
                     WHERE s.state IN ('open', 'closed'))) AS messages
             )
             SELECT abs(metered.messages - kept.messages)::int8 FROM metered, kept",
        )
        .await
    }

    /// How many of them are in chunks.
    ///
    /// # Errors
    /// The database's.
    pub async fn compacted_messages(&self) -> Result<u64> {
        self.count("SELECT coalesce(sum(messages), 0)::int8 FROM tm_usage").await
    }

    /// How many slots are closed and not compacted.
    ///
    /// # Errors
    /// The database's.
    pub async fn closed_slots(&self) -> Result<u64> {
        self.count("SELECT count(*) FROM tm_slot WHERE state = 'closed'").await
    }

    /// Calls `each` with the id of every kept message, or the text of its field `ref` where it has no id.
    ///
    /// # Errors
    /// The database's.
    pub async fn names(&self, mut each: impl FnMut(&str)) -> Result<()> {
        let mut rows = sqlx::query("SELECT coalesce(extra ->> 'i', extra -> 'f' ->> 'ref', '') FROM tm_hot")
            .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            each(row.try_get(0)?);
        }
        Ok(())
    }

    /// How many messages were written before one of the same device with an earlier time: for devices whose times
    /// follow the order in which they send.
    ///
    /// # Errors
    /// The database's.
    pub async fn overtaken(&self) -> Result<u64> {
        self.count(
            "SELECT count(*) FROM (
                 SELECT batch, lag(batch) OVER (PARTITION BY workspace_id, device_id ORDER BY ts) AS before FROM tm_hot
             ) AS written WHERE before > batch",
        )
        .await
    }

    /// Ends the sessions of whoever writes messages, as a failing network or an operator may. Tells how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn cut_off(&self, writers: Writers) -> Result<u64> {
        let ended: i64 = sqlx::query_scalar(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1",
        )
        .bind(writers.name())
        .fetch_one(&self.pool)
        .await?;
        Ok(ended.unsigned_abs())
    }

    /// Keeps whoever writes messages from writing any, until the returned hold is dropped. All else goes on.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold_up(&self, writers: Writers) -> Result<impl Send + use<>> {
        let mut tx = self.pool.begin().await?;
        let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", writers.table());
        sqlx::query(sqlx::AssertSqlSafe(lock)).execute(&mut *tx).await?;
        Ok(tx)
    }

    /// Makes Postgres begin a new file of its log, for which it needs room on the disk.
    ///
    /// # Errors
    /// The database's: without room it ends itself.
    pub async fn begin_log_file(&self) -> Result<()> {
        // Nothing is begun while nothing was written into the last.
        sqlx::query("SELECT pg_logical_emit_message(false, 'bench', 'x'), pg_switch_wal()")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Bare COPY, for comparison: rows of `values` numbers, `batch` of them a transaction, on one connection, into a
    /// plain table with the same columns and indexes, for so long. Tells the rows a second.
    ///
    /// # Errors
    /// The database's.
    pub async fn bare_copy(
        &self,
        values: usize,
        batch: usize,
        devices: i32,
        length: Duration,
    ) -> Result<f64> {
        let mut connection = self.pool.acquire().await?;
        sqlx::query("DROP TABLE IF EXISTS bench_copy").execute(&mut *connection).await?;
        sqlx::query(PLAIN).execute(&mut *connection).await?;
        let (mut rows, mut took, mut number) = (0, Duration::ZERO, 0);
        while took < length {
            // Made outside of the measured time.
            let bytes = copy::messages(&like(values, batch, devices, &mut number), 1, number)?;
            let start = Instant::now();
            copy::send(&mut connection, "bench_copy", copy::MESSAGE, bytes).await?;
            took += start.elapsed();
            rows += batch;
        }
        Ok(rows as f64 / took.as_secs_f64())
    }

    async fn count(&self, statement: &'static str) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(statement).fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }
}

/// Rows as the ingestion writes them, of devices in turn.
fn like(values: usize, batch: usize, devices: i32, number: &mut i64) -> Vec<Row> {
    let row = |n: i64| Row {
        workspace: WorkspaceId(1),
        device: DeviceId(1 + (n % i64::from(devices.max(1))) as i32),
        ts: 1_750_000_000_000 + n / i64::from(devices.max(1)),
        seq: n.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed()),
        arrived_ms: 1_750_000_000_000 + n / 50,
        metrics: (0..values).map(|v| (MetricId(v as i32), 20.0 + (n % 997) as f64 / 100.0)).collect(),
        extra: Extra::default(),
        size: 100,
    };
    let first = *number;
    *number += batch as i64;
    (first..*number).map(row).collect()
}
