//! Support accesses into a workspace, as its own people see and end them.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::WorkspaceId;
use model::role::RoleId;
use model::support::SupportAccess;
use sea_orm::QueryResult;
use time::OffsetDateTime;

/// The accesses into the workspace of a scope.
pub struct SupportAccesses<'a>(pub(crate) &'a WorkspaceTx);

/// Most accesses that hold at once and are told.
const LISTED: i64 = 50;

pub(crate) const COLUMNS: &str =
    "workspace_id, id, person_name, role, reason, from_at, to_at, ended_at, ended_by,
     ended_at IS NULL AND to_at > now() AS holds";

impl SupportAccesses<'_> {
    /// Those that hold at this time, milliseconds since 1970.
    ///
    /// # Errors
    /// The database's.
    pub async fn holding(&self, now_ms: i64) -> Result<Vec<SupportAccess>> {
        let text = format!(
            "SELECT {COLUMNS} FROM support_accesses
             WHERE workspace_id = $1 AND ended_at IS NULL AND to_at > $2 ORDER BY id LIMIT {LISTED}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), sql::at(now_ms).into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// Ends one that holds; nothing where there is none of this number. Open pages hear of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, id: i32, by: &str, now_ms: i64) -> Result<Option<SupportAccess>> {
        let text = format!(
            "UPDATE support_accesses SET ended_at = $3, ended_by = $4
             WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL AND to_at > $3 RETURNING {COLUMNS}"
        );
        let values = [self.0.workspace.0.into(), id.into(), sql::at(now_ms).into(), by.into()];
        let row = sql::one(&self.0.tx, &text, values).await?;
        self.0.access_changed().await?;
        row.as_ref().map(noun).transpose()
    }
}

pub(crate) fn noun(row: &QueryResult) -> Result<SupportAccess> {
    let at = |column: &str| row.try_get::<OffsetDateTime>("", column);
    let id = RoleId(row.try_get("", "role")?);
    let name = id.built_in().map_or_else(|| id.0.clone(), |role| role.role().name);
    let ended: Option<OffsetDateTime> = row.try_get("", "ended_at")?;
    Ok(SupportAccess {
        workspace: WorkspaceId(row.try_get("", "workspace_id")?),
        id: row.try_get("", "id")?,
        person: row.try_get("", "person_name")?,
        role: model::role::RoleName { id, name },
        reason: row.try_get("", "reason")?,
        from_ms: sql::millis(at("from_at")?),
        to_ms: sql::millis(at("to_at")?),
        ended_ms: ended.map(sql::millis),
        ended_by: row.try_get("", "ended_by")?,
        holds: row.try_get("", "holds")?,
    })
}
