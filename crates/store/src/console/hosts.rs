//! Host names that workspaces want to be reached by.

use super::{Console, Link};
use crate::error::Result;
use crate::sql;
use model::WorkspaceId;

impl<C: Link> Console<'_, C> {
    /// The host name that a workspace wants, and whether it is confirmed; nothing where it wants none.
    ///
    /// # Errors
    /// The database's.
    pub async fn host(&self, workspace: WorkspaceId) -> Result<Option<(String, bool)>> {
        let text = "SELECT host, host_confirmed FROM branding WHERE workspace_id = $1 AND host <> ''";
        let row = sql::one(self.0, text, [workspace.0.into()]).await?;
        row.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).transpose()
    }

    /// Says whether this host name is the workspace's; false where the workspace wants another one by now. One that is
    /// another's already violates `branding_host_key`.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn confirm_host(&self, workspace: WorkspaceId, host: &str, confirmed: bool) -> Result<bool> {
        let text =
            "UPDATE branding SET host_confirmed = $3 WHERE workspace_id = $1 AND host = $2 AND host <> ''";
        let values = [workspace.0.into(), host.into(), confirmed.into()];
        Ok(sql::execute(self.0, text, values).await? > 0)
    }
}
