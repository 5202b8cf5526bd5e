//! Retention: what is older than its workspace keeps is deleted; a week that nobody keeps goes as a whole.

use super::compact::{WEEKS, begin_of, day_of, week_of};
use super::{Keeper, repack, slots};
use crate::error::Result;
use sqlx::{AssertSqlSafe, Connection, Executor};

/// What a pass of retention deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Weeks that were dropped as a whole.
    pub weeks: u64,
    /// Chunks that were deleted one by one.
    pub chunks: u64,
    /// Refused entries.
    pub refused: u64,
}

impl Keeper {
    /// Deletes what is older at this time (milliseconds since 1970) than its workspace keeps: whole days, UTC. Messages
    /// that are still as they were received are younger than that, or are deleted with their chunks.
    ///
    /// # Errors
    /// The database failed, or somebody held a lock for long; what was deleted before that is gone.
    pub async fn retain(&self, now_ms: i64) -> Result<Retained> {
        let workspaces: Vec<(i32, i32)> =
            sqlx::query_as("SELECT workspace_id, days FROM lookup_retention() ORDER BY 1")
                .fetch_all(&self.pool)
                .await?;
        let today = day_of(now_ms);
        let mut done = Retained::default();
        if let Some(longest) = workspaces.iter().map(|(_, days)| *days).max() {
            done.weeks = self.drop_weeks(week_of(today.saturating_sub(longest))).await?;
        }
        for (workspace, days) in workspaces {
            let first_kept = today.saturating_sub(days);
            let mut connection = self.pool.acquire().await?;
            let mut tx = connection.begin().await?;
            // Who packs days again reads what is deleted here.
            tx.execute(AssertSqlSafe(format!("SELECT pg_advisory_xact_lock_shared({})", repack::LOCK)))
                .await?;
            let chunks = sqlx::query("DELETE FROM tm_chunk WHERE workspace_id = $1 AND day < $2")
                .bind(workspace)
                .bind(first_kept)
                .execute(&mut *tx)
                .await?;
            let refused = sqlx::query("DELETE FROM tm_refused WHERE workspace_id = $1 AND arrived < $2")
                .bind(workspace)
                .bind(begin_of(first_kept))
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            done.chunks += chunks.rows_affected();
            done.refused += refused.rows_affected();
        }
        Ok(done)
    }

    /// Drops the weeks before this one.
    async fn drop_weeks(&self, first_kept: i32) -> Result<u64> {
        let before = format!("SELECT leaf FROM ({WEEKS}) AS weeks WHERE week < $1");
        let weeks: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(before)).bind(first_kept).fetch_all(&self.pool).await?;
        if weeks.is_empty() {
            return Ok(0);
        }
        let Some(mut connection) = slots::alone(self, "homeport.tm_chunk.drop").await? else { return Ok(0) };
        for leaf in &weeks {
            slots::drop_leaf(&mut connection, "tm_chunk", leaf).await?;
        }
        Ok(weeks.len() as u64)
    }
}
