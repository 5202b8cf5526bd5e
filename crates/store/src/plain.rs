//! The table that people make who write messages into Postgres by a script of their own: for the bench that compares.
//! The product itself never does.

use crate::error::Result;
use futures::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Row as _};
use std::time::Duration;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS readings (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    arrived timestamptz NOT NULL DEFAULT now(),
    topic text NOT NULL,
    payload jsonb NOT NULL)";

/// The table.
pub struct Plain {
    pool: PgPool,
}

impl Plain {
    /// Connects, and makes the table where there is none.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn connect(url: &str) -> Result<Plain> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.application_name("plain subscriber").disable_statement_logging())
            .await?;
        sqlx::query(TABLE).execute(&pool).await?;
        Ok(Plain { pool })
    }

    /// Adds a message. Returns when it is committed.
    ///
    /// # Errors
    /// The database's; also that the message is no JSON.
    pub async fn insert(&self, topic: &str, payload: &[u8]) -> Result<()> {
        sqlx::query("INSERT INTO readings (topic, payload) VALUES ($1, convert_from($2, 'UTF8')::jsonb)")
            .bind(topic)
            .bind(payload)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// How many messages there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM readings").fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }

    /// Calls `each` with the id of every message, or the text of its field `ref` where it has no id.
    ///
    /// # Errors
    /// The database's.
    pub async fn names(&self, mut each: impl FnMut(&str)) -> Result<()> {
        let mut rows = sqlx::query("SELECT coalesce(payload ->> 'id', payload ->> 'ref', '') FROM readings")
            .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            each(row.try_get(0)?);
        }
        Ok(())
    }
}
