//! Who belongs to a workspace, and what they are in it.

use crate::entity::membership;
use crate::error::Result;
use crate::workspace_tx::WorkspaceTx;
use model::role::RoleId;
use model::{OrganizationId, PersonId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Most people of a workspace that are listed.
const PEOPLE_MAX: u64 = 1000;

/// The memberships that a scope sees.
pub struct Memberships<'a>(pub(crate) &'a WorkspaceTx);

impl Memberships<'_> {
    /// Everyone who belongs to the workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<(PersonId, RoleId, OrganizationId)>> {
        let rows = membership::Entity::find()
            .filter(membership::Column::WorkspaceId.eq(self.0.workspace.0))
            .order_by_asc(membership::Column::PersonId)
            .limit(PEOPLE_MAX)
            .all(&self.0.tx)
            .await?;
        Ok(rows
            .into_iter()
            .map(|m| (PersonId(m.person_id), RoleId(m.role), OrganizationId(m.organization_id)))
            .collect())
    }

    /// Gives a person a role in an organization, whether they belonged to the workspace or not. An unknown role violates
    /// `memberships_role_fkey`, an unknown organization `memberships_organization_fkey`; taking it from the last
    /// administrator violates `memberships_administrator`. Open pages hear of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn set(&self, person: PersonId, role: &RoleId, organization: OrganizationId) -> Result<()> {
        membership::Entity::insert(membership::ActiveModel {
            workspace_id: Set(self.0.workspace.0),
            person_id: Set(person.0),
            role: Set(role.as_str().into()),
            organization_id: Set(organization.0),
        })
        .on_conflict(
            OnConflict::columns([membership::Column::WorkspaceId, membership::Column::PersonId])
                .update_columns([membership::Column::Role, membership::Column::OrganizationId])
                .to_owned(),
        )
        .exec_without_returning(&self.0.tx)
        .await?;
        self.0.access_changed().await
    }

    /// Ends a membership; tells whether there was one. The last administrator's violates `memberships_administrator`.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove(&self, person: PersonId) -> Result<bool> {
        let gone = membership::Entity::delete_by_id((self.0.workspace.0, person.0)).exec(&self.0.tx).await?;
        self.0.access_changed().await?;
        Ok(gone.rows_affected > 0)
    }
}
