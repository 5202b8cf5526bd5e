//! Plain narrow rows, one a datapoint, as most products of the field keep them: for benches that ask both the same.
//!
//! The questions are put as well as plain SQL can: by primary key, the latest of each by one step down the index.

use super::copy::{self, Copy};
use crate::error::Result;
use crate::urls::Urls;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::time::Duration;

const MAKE: &str = "
    CREATE TABLE IF NOT EXISTS bench_narrow (
        device_id int4 NOT NULL, metric_id int4 NOT NULL, ts int8 NOT NULL, value float8 NOT NULL,
        PRIMARY KEY (device_id, metric_id, ts));
    CREATE TABLE IF NOT EXISTS bench_past (plan text NOT NULL, done int8 NOT NULL)";
const LATEST: &str = "
    SELECT d, m, l.ts, l.value FROM unnest($1::int4[]) d, unnest($2::int4[]) m, LATERAL (
        SELECT ts, value FROM bench_narrow WHERE device_id = d AND metric_id = m ORDER BY ts DESC LIMIT 1) l";
const LINE: &str = "
    SELECT (ts - $3) / $5 AS bucket, min(value), max(value), avg(value), count(*) FROM bench_narrow
    WHERE device_id = ANY($1) AND metric_id = $2 AND ts >= $3 AND ts < $4 GROUP BY 1 ORDER BY 1";
const RAW: &str = "
    SELECT ts, metric_id, value FROM bench_narrow
    WHERE device_id = $1 AND metric_id = ANY($2) AND ts >= (
        SELECT min(ts) FROM (
            SELECT ts FROM bench_narrow WHERE device_id = $1 AND metric_id = $3 ORDER BY ts DESC LIMIT $4) newest)
    ORDER BY ts DESC, metric_id";

/// A datapoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NarrowRow {
    /// Of which device.
    pub device: i32,
    /// Of which name.
    pub metric: i32,
    /// Milliseconds since 1970.
    pub ts: i64,
    /// The value.
    pub value: f64,
}

/// The sizes of what is kept, in bytes with indexes, and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Points in chunks.
    pub points: u64,
    /// All tables of chunks.
    pub chunks: u64,
    /// Messages that are still kept as they came.
    pub messages: u64,
    /// All tables of such messages.
    pub hot: u64,
    /// The narrow rows.
    pub rows: u64,
    /// Their table.
    pub narrow: u64,
}

/// The table of narrow rows.
pub struct Narrow {
    pool: PgPool,
}

impl Narrow {
    /// Connects as the operator, and makes the table where it is missing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(urls: &Urls) -> Result<Narrow> {
        let options: PgConnectOptions = urls.admin.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.application_name("homeport bench").disable_statement_logging())
            .await?;
        sqlx::raw_sql(MAKE).execute(&pool).await?;
        Ok(Narrow { pool })
    }

    /// What was begun here, and how much of it is done; none: nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn past(&self) -> Result<Option<(String, i64)>> {
        Ok(sqlx::query_as("SELECT plan, done FROM bench_past").fetch_optional(&self.pool).await?)
    }

    /// Notes what is begun.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin(&self, plan: &str) -> Result<()> {
        sqlx::query("INSERT INTO bench_past VALUES ($1, 0)").bind(plan).execute(&self.pool).await?;
        Ok(())
    }

    /// Adds rows by COPY, and notes in the same transaction that so much is done.
    ///
    /// # Errors
    /// The database failed; nothing was added.
    pub async fn add(&self, rows: &[NarrowRow], done: i64) -> Result<()> {
        let mut file = Copy::with_capacity(rows.len() * 42);
        for row in rows {
            file.row(4);
            file.int4(row.device);
            file.int4(row.metric);
            file.int8(row.ts);
            file.float8(row.value);
        }
        let mut tx = self.pool.begin().await?;
        copy::send(&mut tx, "bench_narrow", "device_id, metric_id, ts, value", file.finish()).await?;
        sqlx::query("UPDATE bench_past SET done = $1").bind(done).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts all tables in order, as autovacuum does in time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self) -> Result<()> {
        sqlx::query("VACUUM ANALYZE").execute(&self.pool).await?;
        Ok(())
    }

    /// What is kept, ours and this.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sizes(&self) -> Result<Sizes> {
        let leaves = "SELECT coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::int8 FROM pg_inherits i
            WHERE i.inhparent = to_regclass($1)";
        let size = async |parent: &str| -> Result<u64> {
            let bytes: i64 = sqlx::query_scalar(leaves).bind(parent).fetch_one(&self.pool).await?;
            Ok(bytes.unsigned_abs())
        };
        let count = async |statement: &'static str| -> Result<u64> {
            let count: i64 = sqlx::query_scalar(statement).fetch_one(&self.pool).await?;
            Ok(count.unsigned_abs())
        };
        Ok(Sizes {
            points: count("SELECT coalesce(sum(n), 0)::int8 FROM tm_chunk").await?,
            chunks: size("tm_chunk").await?,
            messages: count("SELECT count(*) FROM tm_hot").await?,
            hot: size("tm_hot").await?,
            rows: count("SELECT count(*) FROM bench_narrow").await?,
            narrow: count("SELECT pg_total_relation_size('bench_narrow')").await?,
        })
    }

    /// The latest value of each of these names of each of these devices. Tells how many there are, as all questions do.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest(&self, devices: &[i32], metrics: &[i32]) -> Result<usize> {
        Ok(sqlx::query(LATEST).bind(devices).bind(metrics).fetch_all(&self.pool).await?.len())
    }

    /// A line of these devices together, in buckets of `width_ms`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn line(
        &self,
        devices: &[i32],
        metric: i32,
        from_ms: i64,
        to_ms: i64,
        width_ms: i64,
    ) -> Result<usize> {
        let line = sqlx::query(LINE).bind(devices).bind(metric).bind(from_ms).bind(to_ms).bind(width_ms);
        Ok(line.fetch_all(&self.pool).await?.len())
    }

    /// The newest messages of a device, as many rows as names each.
    ///
    /// # Errors
    /// The database failed.
    pub async fn raw(&self, device: i32, metrics: &[i32], messages: i64) -> Result<usize> {
        let raw = sqlx::query(RAW).bind(device).bind(metrics).bind(metrics.first()).bind(messages);
        Ok(raw.fetch_all(&self.pool).await?.len())
    }
}
