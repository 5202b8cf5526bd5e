//! Counting failures of signing in, so that guessing is slow.
//!
//! An attempt is counted *before* the password is looked at and taken back when it was right: a thousand attempts at
//! once get no more guesses than a thousand in a row. The counts are in Postgres, so that every process shares them.

use crate::error::Result;
use crate::sql;
use sea_orm::{DatabaseConnection, TransactionTrait};
use time::OffsetDateTime;

/// The narrow handle for it.
pub struct Attempts<'a>(pub(crate) &'a DatabaseConnection);

/// How many failures of a key are borne within the window.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Whose failures: an e-mail address, a network address.
    pub key: String,
    /// So many, and no more.
    pub most: i64,
}

/// Whether the attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may, and stands as a failure until [`Attempts::succeeded`].
    Allowed,
    /// Not before this time.
    Refused {
        /// When the next attempt may be made, milliseconds since 1970.
        retry_ms: i64,
    },
}

impl Attempts<'_> {
    /// Counts an attempt under every key, unless one of them has reached its limit within the window.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self, limits: &[Limit], now_ms: i64, window_ms: i64) -> Result<Attempt> {
        let tx = self.0.begin().await?;
        let mut limits = limits.to_vec();
        // In one order everywhere, so that two attempts never wait for each other.
        limits.sort_by(|a, b| a.key.cmp(&b.key));
        let since = sql::at(now_ms - window_ms);
        let mut retry_ms = None;
        for limit in &limits {
            sql::execute(
                &tx,
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                [limit.key.as_str().into()],
            )
            .await?;
            let deciding = sql::one(
                &tx,
                "SELECT at FROM sign_in_failures WHERE key = $1 AND at > $2 ORDER BY at DESC OFFSET $3 LIMIT 1",
                [limit.key.as_str().into(), since.into(), (limit.most - 1).max(0).into()],
            )
            .await?;
            if let Some(row) = deciding {
                let at: OffsetDateTime = row.try_get("", "at")?;
                retry_ms = retry_ms.max(Some(sql::millis(at) + window_ms));
            }
        }
        if let Some(retry_ms) = retry_ms {
            return Ok(Attempt::Refused { retry_ms });
        }
        for limit in &limits {
            sql::execute(
                &tx,
                "INSERT INTO sign_in_failures (key, at) VALUES ($1, $2)",
                [limit.key.as_str().into(), sql::at(now_ms).into()],
            )
            .await?;
        }
        sql::execute(
            &tx,
            "DELETE FROM sign_in_failures WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM sign_in_failures WHERE at <= $1 LIMIT 1000 FOR UPDATE SKIP LOCKED))",
            [since.into()],
        )
        .await?;
        tx.commit().await?;
        Ok(Attempt::Allowed)
    }

    /// The password was right: forgets the failures of `cleared`, and of `taken_back` the one counted at `at_ms`.
    ///
    /// # Errors
    /// The database's.
    pub async fn succeeded(&self, cleared: &str, taken_back: &str, at_ms: i64) -> Result<()> {
        sql::execute(
            self.0,
            "DELETE FROM sign_in_failures WHERE key = $1 OR ctid = (
                 SELECT ctid FROM sign_in_failures WHERE key = $2 AND at = $3 LIMIT 1)",
            [cleared.into(), taken_back.into(), sql::at(at_ms).into()],
        )
        .await?;
        Ok(())
    }
}
