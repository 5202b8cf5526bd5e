//! How the housekeeping of telemetry stands.

use super::{Console, Link};
use crate::error::Result;
use crate::sql;
use model::housekeeping::{Housekeeping, Trouble};
use sea_orm::QueryResult;

impl<C: Link> Console<'_, C> {
    /// How it stands.
    ///
    /// # Errors
    /// The database's.
    pub async fn housekeeping(&self) -> Result<Housekeeping> {
        let text = "SELECT state, count(*) AS count FROM tm_slot GROUP BY state ORDER BY min(slot)";
        let slot = |row: &QueryResult| Ok((row.try_get("", "state")?, row.try_get("", "count")?));
        let slots = sql::all(self.0, text, []).await?.iter().map(slot).collect::<Result<_>>()?;
        let text = "SELECT min(closed_at) FROM tm_slot WHERE state = 'closed'";
        let waiting = sql::one(self.0, text, []).await?.map(|row| row.try_get_by_index(0)).transpose()?;
        let text = "SELECT at, count, text FROM tm_trouble WHERE what = 'settling'";
        let trouble = sql::one(self.0, text, []).await?;
        let trouble = trouble.map(|row| -> Result<Trouble> {
            Ok(Trouble {
                at_ms: sql::millis(row.try_get("", "at")?),
                count: row.try_get("", "count")?,
                text: row.try_get("", "text")?,
            })
        });
        Ok(Housekeeping {
            slots,
            waiting_since_ms: waiting.flatten().map(sql::millis),
            database_bytes: sql::scalar(self.0, "SELECT pg_database_size(current_database())", []).await?,
            trouble: trouble.transpose()?,
        })
    }
}
