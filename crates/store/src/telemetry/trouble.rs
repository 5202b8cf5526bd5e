//! What keeps telemetry from coming to rest, and how its slots stand: for whoever runs the server.

use super::Keeper;
use crate::error::Result;
use time::OffsetDateTime;

/// How the housekeeping stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// How many slots are in each state, by its word.
    pub slots: Vec<(String, i64)>,
    /// When the oldest slot was closed that waits to be compacted.
    pub waiting_since: Option<OffsetDateTime>,
    /// The last failure: when, how often so far, and why.
    pub trouble: Option<(OffsetDateTime, i64, String)>,
}

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

    /// How it stands.
    ///
    /// # Errors
    /// The database failed.
    pub async fn standing(&self) -> Result<Standing> {
        let slots = sqlx::query_as("SELECT state, count(*) FROM tm_slot GROUP BY state ORDER BY min(slot)");
        let waiting = sqlx::query_scalar("SELECT min(closed_at) FROM tm_slot WHERE state = 'closed'");
        let trouble = sqlx::query_as("SELECT at, count, text FROM tm_trouble WHERE what = 'settling'");
        Ok(Standing {
            slots: slots.fetch_all(&self.pool).await?,
            waiting_since: waiting.fetch_one(&self.pool).await?,
            trouble: trouble.fetch_optional(&self.pool).await?,
        })
    }
}
