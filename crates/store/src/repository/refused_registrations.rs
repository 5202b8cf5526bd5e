//! Registrations that were refused before there was a device. An id has one row, and a workspace so many.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::enrolment::{REFUSED_KEPT, RefusedRegistration};
use sea_orm::QueryResult;
use time::OffsetDateTime;

/// Longest id and reason that are kept, in characters.
const TEXT_MAX: usize = 200;

/// The refused registrations of a scope.
pub struct RefusedRegistrations<'a>(pub(crate) &'a WorkspaceTx);

impl RefusedRegistrations<'_> {
    /// Those that are kept, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<RefusedRegistration>> {
        let text =
            "SELECT registration_id, reason, source, times, first_at, last_at FROM refused_registrations
             WHERE workspace_id = $1 ORDER BY last_at DESC, registration_id LIMIT $2";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), REFUSED_KEPT.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// Writes one down, or counts it on those of the same id; beyond the bound, what is longest ago is forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn note(&self, registration_id: &str, reason: &str, source: &str, now_ms: i64) -> Result<()> {
        let text = "INSERT INTO refused_registrations (workspace_id, registration_id, reason, source, first_at, last_at)
             VALUES ($1, $2, $3, $4, $5, $5)
             ON CONFLICT (workspace_id, registration_id) DO UPDATE SET reason = excluded.reason,
                 source = excluded.source, times = refused_registrations.times + 1,
                 last_at = greatest(refused_registrations.last_at, excluded.last_at)";
        let values = [
            self.0.workspace.0.into(),
            kept(registration_id).into(),
            kept(reason).into(),
            kept(source).into(),
            sql::at(now_ms).into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        let text = "DELETE FROM refused_registrations r USING (
                 SELECT registration_id FROM refused_registrations WHERE workspace_id = $1
                 ORDER BY last_at DESC, registration_id OFFSET $2) old
             WHERE r.workspace_id = $1 AND r.registration_id = old.registration_id";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), REFUSED_KEPT.into()]).await?;
        Ok(())
    }

    /// Forgets what was refused of this id: it has come.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, registration_id: &str) -> Result<()> {
        let text = "DELETE FROM refused_registrations WHERE workspace_id = $1 AND registration_id = $2";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), kept(registration_id).into()]).await?;
        Ok(())
    }
}

/// What a stranger has sent, as far as it is kept.
fn kept(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(TEXT_MAX).collect()
}

fn noun(row: &QueryResult) -> Result<RefusedRegistration> {
    let at = |column: &str| row.try_get::<OffsetDateTime>("", column).map(sql::millis);
    Ok(RefusedRegistration {
        registration_id: row.try_get("", "registration_id")?,
        reason: row.try_get("", "reason")?,
        source: row.try_get("", "source")?,
        times: row.try_get("", "times")?,
        first_ms: at("first_at")?,
        last_ms: at("last_at")?,
    })
}
