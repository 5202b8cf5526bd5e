//! Maintenance windows.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::OrganizationId;
use model::maintenance::{Maintenance, NewMaintenance, WINDOWS_MAX};
use model::organization::OrganizationName;
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;

/// The maintenance windows that a scope sees.
pub struct MaintenanceWindows<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT m.id, m.reason, m.target, m.from_ms, m.to_ms, m.by,
        o.id AS organization_id, o.key AS organization_key, o.name AS organization_name
    FROM maintenance_windows m
    JOIN organizations o ON o.workspace_id = m.workspace_id AND o.id = m.organization_id
    WHERE m.workspace_id = $1";

impl MaintenanceWindows<'_> {
    /// Those that are not over at this time, milliseconds since 1970; the next first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, now_ms: i64) -> Result<Vec<Maintenance>> {
        let text = format!("{SELECT} AND m.to_ms > $2 ORDER BY m.from_ms, m.id LIMIT {WINDOWS_MAX}");
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), now_ms.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// One; nothing where there is none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i32) -> Result<Option<Maintenance>> {
        let text = format!("{SELECT} AND m.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Makes one; its number. Those that are over are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        new: &NewMaintenance,
        organization: OrganizationId,
        by: &str,
        now_ms: i64,
    ) -> Result<i32> {
        let text = "DELETE FROM maintenance_windows WHERE workspace_id = $1 AND to_ms <= $2";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), now_ms.into()]).await?;
        let target = serde_json::to_value(&new.target).map_err(|e| Error::Unreadable(e.to_string()))?;
        let text = "INSERT INTO maintenance_windows (workspace_id, reason, target, organization_id, from_ms, to_ms, by)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let values: [Value; 7] = [
            self.0.workspace.0.into(),
            new.reason.as_str().into(),
            target.into(),
            organization.0.into(),
            new.from_ms.into(),
            new.to_ms.into(),
            by.into(),
        ];
        sql::scalar(&self.0.tx, text, values).await
    }

    /// Ends one; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: i32) -> Result<bool> {
        let text = "DELETE FROM maintenance_windows WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await? > 0)
    }
}

fn noun(row: &QueryResult) -> Result<Maintenance> {
    let target: Json = row.try_get("", "target")?;
    Ok(Maintenance {
        id: row.try_get("", "id")?,
        reason: row.try_get("", "reason")?,
        target: serde_json::from_value(target).map_err(|e| Error::Unreadable(e.to_string()))?,
        organization: OrganizationName {
            id: OrganizationId(row.try_get("", "organization_id")?),
            key: row.try_get("", "organization_key")?,
            name: row.try_get("", "organization_name")?,
        },
        from_ms: row.try_get("", "from_ms")?,
        to_ms: row.try_get("", "to_ms")?,
        by: row.try_get("", "by")?,
    })
}
