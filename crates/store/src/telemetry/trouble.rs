//! What keeps telemetry from coming to rest: for whoever runs the server.

use super::Keeper;
use crate::error::Result;

impl Keeper {
    /// Notes a failure where all processes and people find it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_trouble(&self, text: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO tm_trouble AS t (what, at, count, text) VALUES ('settling', now(), 1, $1)
             ON CONFLICT (what) DO UPDATE SET at = now(), count = t.count + 1, text = excluded.text",
        )
        .bind(text)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
