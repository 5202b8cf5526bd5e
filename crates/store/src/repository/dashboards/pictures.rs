//! Pictures that stand on dashboards.

use super::Dashboards;
use crate::error::Result;
use crate::sql;

impl Dashboards<'_> {
    /// Adds a picture, unless the dashboard has it.
    ///
    /// # Errors
    /// The database's; a dashboard that isn't seen violates the policy.
    pub async fn add_picture(
        &self,
        dashboard: &str,
        id: &str,
        kind: &str,
        content: Vec<u8>,
        now_ms: i64,
    ) -> Result<()> {
        sql::execute(
            &self.scope.tx,
            "INSERT INTO dashboard_pictures (workspace_id, dashboard_id, id, kind, content, added_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            [
                self.scope.workspace.0.into(),
                dashboard.into(),
                id.into(),
                kind.into(),
                content.into(),
                sql::at(now_ms).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// A picture of a dashboard: its kind and its content.
    ///
    /// # Errors
    /// The database's.
    pub async fn picture(&self, dashboard: &str, id: &str) -> Result<Option<(String, Vec<u8>)>> {
        let text = "SELECT kind, content FROM dashboard_pictures
            WHERE workspace_id = $1 AND dashboard_id = $2 AND id = $3";
        let values = [self.scope.workspace.0.into(), dashboard.into(), id.into()];
        let row = sql::one(&self.scope.tx, text, values).await?;
        row.map(|row| Ok((row.try_get("", "kind")?, row.try_get("", "content")?))).transpose()
    }

    /// How many pictures a dashboard has.
    ///
    /// # Errors
    /// The database's.
    pub async fn pictures(&self, dashboard: &str) -> Result<i64> {
        let text = "SELECT count(*) FROM dashboard_pictures WHERE workspace_id = $1 AND dashboard_id = $2";
        sql::scalar(&self.scope.tx, text, [self.scope.workspace.0.into(), dashboard.into()]).await
    }

    /// Deletes the pictures of a dashboard but these, and but those that were added since this time: somebody may be about to
    /// save what shows them.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_pictures(&self, dashboard: &str, ids: &[String], since_ms: i64) -> Result<u64> {
        let text = "DELETE FROM dashboard_pictures
            WHERE workspace_id = $1 AND dashboard_id = $2 AND NOT id = ANY ($3) AND added_at < $4";
        let values =
            [self.scope.workspace.0.into(), dashboard.into(), ids.to_vec().into(), sql::at(since_ms).into()];
        sql::execute(&self.scope.tx, text, values).await
    }

    /// Gives another dashboard the pictures of this one.
    ///
    /// # Errors
    /// The database's.
    pub async fn copy_pictures(&self, from: &str, to: &str) -> Result<()> {
        let text = "INSERT INTO dashboard_pictures (workspace_id, dashboard_id, id, kind, content, added_at)
            SELECT workspace_id, $3, id, kind, content, added_at FROM dashboard_pictures
            WHERE workspace_id = $1 AND dashboard_id = $2 ON CONFLICT DO NOTHING";
        let values = [self.scope.workspace.0.into(), from.into(), to.into()];
        sql::execute(&self.scope.tx, text, values).await?;
        Ok(())
    }
}
