//! What a workspace used, for whoever administers the platform.

use super::Console;
use crate::error::Result;
use crate::usage;
use model::WorkspaceId;
use model::usage::{UsageQuery, Used};

impl Console<'_> {
    /// By hours or days, the oldest first; those in which nothing was used are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn usage(&self, workspace: WorkspaceId, query: &UsageQuery) -> Result<Vec<Used>> {
        usage::of(self.0, workspace, query).await
    }
}
