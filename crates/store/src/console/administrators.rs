//! Who administers the platform.

use super::{Console, Link};
use crate::error::Result;
use crate::sql;

/// The advisory lock under which administrators change: of two who take each other away, one stays.
const LOCK: i64 = 0x6164_6d69_6e73;

/// What came of taking somebody away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// They administer the platform no longer.
    Done,
    /// They did not.
    WasNone,
    /// They are the only one.
    Last,
}

impl<C: Link> Console<'_, C> {
    /// Makes the person of this address an administrator; false where there is nobody of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_administrator(&self, email: &str) -> Result<bool> {
        let text = "UPDATE people SET administrator = true WHERE email = $1";
        Ok(sql::execute(self.0, text, [email.into()]).await? > 0)
    }

    /// Takes it from them again.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_administrator(&self, email: &str) -> Result<Removed> {
        let tx = self.0.begin().await?;
        sql::execute(&tx, "SELECT pg_advisory_xact_lock($1)", [LOCK.into()]).await?;
        let text = "SELECT count(*) FILTER (WHERE email = $1), count(*) FROM people WHERE administrator";
        let Some(row) = sql::one(&tx, text, [email.into()]).await? else { return Ok(Removed::WasNone) };
        match (row.try_get_by_index::<i64>(0)?, row.try_get_by_index::<i64>(1)?) {
            (0, _) => return Ok(Removed::WasNone),
            (_, 1) => return Ok(Removed::Last),
            _ => {}
        }
        sql::execute(&tx, "UPDATE people SET administrator = false WHERE email = $1", [email.into()]).await?;
        tx.commit().await?;
        Ok(Removed::Done)
    }

    /// The addresses of all, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn administrators(&self) -> Result<Vec<String>> {
        let text = "SELECT email FROM people WHERE administrator ORDER BY name COLLATE by_name, id LIMIT 200";
        let rows = sql::all(self.0, text, []).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}
