//! Making workspaces for others, shutting them, and marking them to be deleted.

use super::{Console, Link, plans};
use crate::error::{Error, Result};
use crate::notices::{self, Notice};
use crate::repository::workspaces::{self, NewWorkspace};
use crate::sql;
use model::WorkspaceId;
use model::limits::Overrides;
use model::workspace::Workspace;
use sea_orm::ConnectionTrait;

impl<C: Link> Console<'_, C> {
    /// Makes a workspace in which nobody is yet, with this plan; nothing where there is no such plan that can be given.
    ///
    /// # Errors
    /// The database's.
    pub async fn create_workspace(
        &self,
        new: NewWorkspace,
        owner: &str,
        plan: i32,
        overrides: &Overrides,
    ) -> Result<Option<Workspace>> {
        let tx = self.0.begin().await?;
        let (workspace, _) = workspaces::insert_empty(&tx, new).await?;
        let overrides =
            serde_json::to_value(overrides).map_err(|error| Error::Unreadable(error.to_string()))?;
        let text = "UPDATE tenants SET plan_id = p.id, overrides = $3, owner = $4 FROM plans p
                    WHERE workspace_id = $1 AND p.id = $2 AND p.retired_at IS NULL";
        let values = [workspace.id.0.into(), plan.into(), overrides.into(), owner.into()];
        if sql::execute(&tx, text, values).await? == 0 {
            return Ok(None);
        }
        plans::limits_changed(&tx).await?;
        tx.commit().await?;
        Ok(Some(workspace))
    }

    /// Shuts a workspace for this reason, which ends the connections of its devices, or opens it where there is none;
    /// false where it is gone, or would be opened while it waits to be deleted.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_suspended(&self, workspace: WorkspaceId, reason: Option<&str>) -> Result<bool> {
        let tx = self.0.begin().await?;
        let found = match reason {
            Some(reason) => shut(&tx, workspace, reason).await?,
            None => {
                let text = "UPDATE workspaces w SET disabled_at = NULL FROM tenants t
                            WHERE w.id = $1 AND t.workspace_id = w.id AND t.delete_at IS NULL";
                let over = "UPDATE tenants SET trial_ends_at = NULL
                            WHERE workspace_id = $1 AND delete_at IS NULL AND trial_ends_at <= now()";
                sql::execute(&tx, over, [workspace.0.into()]).await?;
                sql::execute(&tx, text, [workspace.0.into()]).await? > 0
            }
        };
        tx.commit().await?;
        Ok(found)
    }

    /// Notes whom a workspace was made for.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_owner(&self, workspace: WorkspaceId, owner: &str) -> Result<()> {
        let text = "UPDATE tenants SET owner = $2 WHERE workspace_id = $1";
        sql::execute(self.0, text, [workspace.0.into(), owner.into()]).await?;
        Ok(())
    }

    /// Shuts a workspace for this reason, and marks it to be deleted at this time, milliseconds since 1970; false where it
    /// is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_deletion(&self, workspace: WorkspaceId, reason: &str, at_ms: i64) -> Result<bool> {
        let tx = self.0.begin().await?;
        let found = shut(&tx, workspace, reason).await?;
        let text = "UPDATE tenants SET delete_at = coalesce(delete_at, $2) WHERE workspace_id = $1";
        sql::execute(&tx, text, [workspace.0.into(), sql::at(at_ms).into()]).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Workspaces whose grace time is over, some of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn doomed(&self) -> Result<Vec<WorkspaceId>> {
        let text = "SELECT workspace_id FROM tenants WHERE delete_at <= now() ORDER BY delete_at, workspace_id LIMIT 100";
        let rows = sql::all(self.0, text, []).await?;
        rows.iter().map(|row| Ok(WorkspaceId(row.try_get_by_index(0)?))).collect()
    }

    /// Deletes a workspace whose grace time is over, with all that hangs on it in the database.
    ///
    /// # Errors
    /// The database's.
    pub async fn erase(&self, workspace: WorkspaceId) -> Result<bool> {
        let text = "DELETE FROM workspaces w USING tenants t
                    WHERE w.id = $1 AND t.workspace_id = w.id AND t.delete_at <= now()";
        Ok(sql::execute(self.0, text, [workspace.0.into()]).await? > 0)
    }

    /// Keeps a workspace that was to be deleted, and opens it; false where it is gone, was not, or its time is over.
    ///
    /// # Errors
    /// The database's.
    pub async fn restore(&self, workspace: WorkspaceId) -> Result<bool> {
        let tx = self.0.begin().await?;
        let text = "UPDATE tenants SET delete_at = NULL WHERE workspace_id = $1 AND delete_at > now()";
        let found = sql::execute(&tx, text, [workspace.0.into()]).await? > 0;
        if found {
            let text = "UPDATE workspaces SET disabled_at = NULL WHERE id = $1";
            sql::execute(&tx, text, [workspace.0.into()]).await?;
        }
        tx.commit().await?;
        Ok(found)
    }
}

async fn shut(tx: &impl ConnectionTrait, workspace: WorkspaceId, reason: &str) -> Result<bool> {
    let text = "UPDATE workspaces SET disabled_at = coalesce(disabled_at, now()) WHERE id = $1";
    let found = sql::execute(tx, text, [workspace.0.into()]).await? > 0;
    let text = "UPDATE tenants SET reason = $2 WHERE workspace_id = $1";
    sql::execute(tx, text, [workspace.0.into(), reason.into()]).await?;
    let notice = Notice::CutOffWorkspace { workspace };
    let values = [notices::CHANNEL.into(), notice.to_string().into()];
    sql::one(tx, "SELECT pg_notify($1, $2)::text", values).await?;
    Ok(found)
}
