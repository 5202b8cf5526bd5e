//! Host names that workspaces want to be reached by.

use super::{Console, log};
use crate::error::Result;
use crate::sql;
use model::WorkspaceId;
use model::audit::AuditEntry;
use sea_orm::TransactionTrait;

impl Console<'_> {
    /// The host name that a workspace wants, and whether it is confirmed; nothing where it wants none.
    ///
    /// # Errors
    /// The database's.
    pub async fn host(&self, workspace: WorkspaceId) -> Result<Option<(String, bool)>> {
        let text = "SELECT host, host_confirmed FROM branding WHERE workspace_id = $1 AND host <> ''";
        let row = sql::one(self.0, text, [workspace.0.into()]).await?;
        row.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).transpose()
    }

    /// Says whether this host name is the workspace's, and adds the entry to the log; false where the workspace wants
    /// another one by now. One that is another's already violates `branding_host_key`.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn confirm_host(
        &self,
        workspace: WorkspaceId,
        host: &str,
        confirmed: bool,
        entry: Option<&AuditEntry>,
    ) -> Result<bool> {
        let tx = self.0.begin().await?;
        let text =
            "UPDATE branding SET host_confirmed = $3 WHERE workspace_id = $1 AND host = $2 AND host <> ''";
        if sql::execute(&tx, text, [workspace.0.into(), host.into(), confirmed.into()]).await? == 0 {
            return Ok(false);
        }
        if let Some(entry) = entry {
            log::add(&tx, entry).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
