//! What a workspace used, for whoever administers the platform.

use super::{Console, Link};
use crate::error::Result;
use crate::usage;
use model::WorkspaceId;
use model::usage::{UsageQuery, Used};

impl<C: Link> Console<'_, C> {
    /// By hours or days, the oldest first; those in which nothing was used are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn usage(&self, workspace: WorkspaceId, query: &UsageQuery) -> Result<Vec<Used>> {
        usage::of(self.0, workspace, query).await
    }
}
