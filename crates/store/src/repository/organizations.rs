//! The organization tree of a workspace. Every workspace has its root from the beginning.

use crate::entity::organization;
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::OrganizationId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// The organizations that a scope sees.
pub struct Organizations<'a>(pub(crate) &'a WorkspaceTx);

impl Organizations<'_> {
    /// Whether there is one of this id that the scope sees.
    ///
    /// # Errors
    /// The database's.
    pub async fn exists(&self, id: OrganizationId) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT FROM organizations WHERE workspace_id = $1 AND id = $2)";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into(), id.0.into()]).await
    }

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
