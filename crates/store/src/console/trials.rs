//! Workspaces on trial whose time is over, or nearly.

use super::{Console, Link};
use crate::error::Result;
use crate::sql;
use model::WorkspaceId;

/// A workspace on trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Which.
    pub workspace: WorkspaceId,
    /// When it ends, or ended, milliseconds since 1970.
    pub ends_ms: i64,
}

impl<C: Link> Console<'_, C> {
    /// Those that are open and end before this time, milliseconds since 1970, some of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn trials(&self, before_ms: i64) -> Result<Vec<Trial>> {
        let text = "SELECT workspace_id, trial_ends_at FROM tenants
                    WHERE trial_ends_at < $1 AND NOT suspended ORDER BY trial_ends_at LIMIT 500";
        let rows = sql::all(self.0, text, [sql::at(before_ms).into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(Trial {
                    workspace: WorkspaceId(row.try_get("", "workspace_id")?),
                    ends_ms: sql::millis(row.try_get("", "trial_ends_at")?),
                })
            })
            .collect()
    }
}
