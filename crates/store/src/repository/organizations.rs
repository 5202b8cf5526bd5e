//! The organization tree of a workspace. Every workspace has its root from the beginning.

use crate::entity::organization;
use crate::error::{Error, Result};
use crate::workspace_tx::WorkspaceTx;
use model::OrganizationId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// The organizations that a scope sees.
pub struct Organizations<'a>(pub(crate) &'a WorkspaceTx);

impl Organizations<'_> {
    /// The root.
    ///
    /// # Errors
    /// The database's; [`Error::Unreadable`] where the workspace is gone.
    pub async fn root(&self) -> Result<OrganizationId> {
        let found = organization::Entity::find()
            .filter(organization::Column::WorkspaceId.eq(self.0.workspace.0))
            .filter(organization::Column::ParentId.is_null())
            .one(&self.0.tx)
            .await?;
        let root = found.ok_or_else(|| Error::Unreadable("the workspace has no root organization".into()))?;
        Ok(OrganizationId(root.id))
    }
}
