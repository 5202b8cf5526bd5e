//! Retention of audit logs: the one way in which an entry goes.

use super::Keeper;
use crate::error::Result;
use crate::sql;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Keeper {
    /// Deletes the entries that are older at this time (milliseconds since 1970) than their workspace keeps them; tells
    /// how many.
    ///
    /// # Errors
    /// The database failed; what was deleted before that is gone.
    pub async fn forget_audit(&self, now_ms: i64) -> Result<u64> {
        let workspaces: Vec<(i32, i32)> =
            sqlx::query_as("SELECT workspace_id, days FROM lookup_audit_retention() ORDER BY 1")
                .fetch_all(&self.pool)
                .await?;
        let mut gone = 0;
        for (workspace, days) in workspaces {
            let done = sqlx::query("DELETE FROM audit_entries WHERE workspace_id = $1 AND at < $2")
                .bind(workspace)
                .bind(sql::at(now_ms - i64::from(days) * DAY_MS))
                .execute(&self.pool)
                .await?;
            gone += done.rows_affected();
        }
        Ok(gone)
    }
}
