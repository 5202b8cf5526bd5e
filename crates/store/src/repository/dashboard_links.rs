//! Links by which dashboards are seen without signing in.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::PersonId;
use model::dashboard::{DashboardLink, LINKS_MAX};
use sea_orm::QueryResult;

/// The links that a scope sees.
pub struct DashboardLinks<'a>(pub(crate) &'a WorkspaceTx);

/// A link as it is opened.
#[derive(Clone, Debug)]
pub struct KeptLink {
    /// The dashboard's id.
    pub dashboard: String,
    /// What it is called.
    pub name: String,
    /// Who made it.
    pub person: PersonId,
    /// When it runs out, milliseconds since 1970.
    pub expires_ms: i64,
    /// When somebody came by it last.
    pub last_used_ms: Option<i64>,
}

impl DashboardLinks<'_> {
    /// Those of a dashboard, the newest first; their addresses are not known here.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, dashboard: &str) -> Result<Vec<DashboardLink>> {
        let text = format!(
            "SELECT l.id, l.name, l.created_at, l.expires_at, l.last_used_at, p.name AS made_by
             FROM dashboard_links l JOIN people p ON p.id = l.person_id
             WHERE l.workspace_id = $1 AND l.dashboard_id = $2
             ORDER BY l.created_at DESC, l.id LIMIT {LINKS_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), dashboard.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// How many a dashboard has.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self, dashboard: &str) -> Result<i64> {
        let text = "SELECT count(*) FROM dashboard_links WHERE workspace_id = $1 AND dashboard_id = $2";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into(), dashboard.into()]).await
    }

    /// One, as it is opened.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &str) -> Result<Option<KeptLink>> {
        let text = "SELECT dashboard_id, name, person_id, expires_at, last_used_at FROM dashboard_links
            WHERE workspace_id = $1 AND id = $2";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let last: Option<time::OffsetDateTime> = row.try_get("", "last_used_at")?;
        Ok(Some(KeptLink {
            dashboard: row.try_get("", "dashboard_id")?,
            name: row.try_get("", "name")?,
            person: PersonId(row.try_get("", "person_id")?),
            expires_ms: sql::millis(row.try_get("", "expires_at")?),
            last_used_ms: last.map(sql::millis),
        }))
    }

    /// Makes one. Those of the dashboard that ran out a month ago are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        dashboard: &str,
        (id, name): (&str, &str),
        person: PersonId,
        (now_ms, expires_ms): (i64, i64),
    ) -> Result<()> {
        const MONTH_MS: i64 = 30 * 24 * 60 * 60 * 1000;
        let old =
            "DELETE FROM dashboard_links WHERE workspace_id = $1 AND dashboard_id = $2 AND expires_at < $3";
        let long_ago = sql::at(now_ms - MONTH_MS);
        sql::execute(&self.0.tx, old, [self.0.workspace.0.into(), dashboard.into(), long_ago.into()]).await?;
        sql::execute(
            &self.0.tx,
            "INSERT INTO dashboard_links (workspace_id, id, dashboard_id, name, person_id, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                self.0.workspace.0.into(),
                id.into(),
                dashboard.into(),
                name.into(),
                person.0.into(),
                sql::at(now_ms).into(),
                sql::at(expires_ms).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Takes one of a dashboard back; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, dashboard: &str, id: &str) -> Result<bool> {
        let text = "DELETE FROM dashboard_links WHERE workspace_id = $1 AND dashboard_id = $2 AND id = $3";
        let values = [self.0.workspace.0.into(), dashboard.into(), id.into()];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// Notes that somebody came by one.
    ///
    /// # Errors
    /// The database's.
    pub async fn used(&self, id: &str, now_ms: i64) -> Result<()> {
        let text = "UPDATE dashboard_links SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2";
        let values = [self.0.workspace.0.into(), id.into(), sql::at(now_ms).into()];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }
}

fn noun(row: &QueryResult) -> Result<DashboardLink> {
    let last: Option<time::OffsetDateTime> = row.try_get("", "last_used_at")?;
    Ok(DashboardLink {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        made_by: row.try_get("", "made_by")?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
        expires_ms: sql::millis(row.try_get("", "expires_at")?),
        last_used_ms: last.map(sql::millis),
        address: String::new(),
    })
}
