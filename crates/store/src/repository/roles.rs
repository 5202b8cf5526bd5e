//! Roles that a workspace has made. The built-in ones stand in no table.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::permission::Permissions;
use model::role::{ListedRole, Role, RoleDraft, RoleId};
use sea_orm::QueryResult;
use std::collections::HashMap;

/// Most roles that are listed.
const LISTED_MAX: i64 = 200;

/// The roles that a scope sees.
pub struct Roles<'a>(pub(crate) &'a WorkspaceTx);

impl Roles<'_> {
    /// Those that were made, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Role>> {
        let text = format!(
            "SELECT id, name, description, permissions FROM roles WHERE workspace_id = $1
             ORDER BY name COLLATE by_name, id LIMIT {LISTED_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// How many people and how many tokens that are not revoked have each role, as far as the scope sees them.
    ///
    /// # Errors
    /// The database's.
    pub async fn holders(&self) -> Result<HashMap<RoleId, (i64, i64)>> {
        let text = "SELECT role, sum(person)::int8, sum(token)::int8 FROM (
                 SELECT role, 1 AS person, 0 AS token FROM memberships WHERE workspace_id = $1
                 UNION ALL
                 SELECT role, 0, 1 FROM api_tokens WHERE workspace_id = $1 AND revoked_at IS NULL
             ) AS holders GROUP BY role";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        rows.iter()
            .map(|row| {
                let holders = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
                Ok((RoleId(row.try_get_by_index(0)?), holders))
            })
            .collect()
    }

    /// One that was made.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &RoleId) -> Result<Option<Role>> {
        let text = "SELECT id, name, description, permissions FROM roles WHERE workspace_id = $1 AND id = $2";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), id.as_str().into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// How many were made.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        sql::scalar(
            &self.0.tx,
            "SELECT count(*) FROM roles WHERE workspace_id = $1",
            [self.0.workspace.0.into()],
        )
        .await
    }

    /// Makes one. A taken id violates `roles_id_key`, a taken name `roles_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, id: &RoleId, draft: &RoleDraft, now_ms: i64) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO roles (workspace_id, id, name, description, permissions, whole, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                self.0.workspace.0.into(),
                id.as_str().into(),
                draft.name.as_str().into(),
                draft.description.as_str().into(),
                draft.permissions.words().into(),
                (draft.permissions == Permissions::ALL).into(),
                sql::at(now_ms).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Replaces what one is; tells whether there is such a role. Taking something from the one that the last
    /// administrator has violates `memberships_administrator`.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: &RoleId, draft: &RoleDraft) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE roles SET name = $3, description = $4, permissions = $5, whole = $6
             WHERE workspace_id = $1 AND id = $2",
            [
                self.0.workspace.0.into(),
                id.as_str().into(),
                draft.name.as_str().into(),
                draft.description.as_str().into(),
                draft.permissions.words().into(),
                (draft.permissions == Permissions::ALL).into(),
            ],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Deletes one; tells whether there was one. Where somebody has it, `memberships_role_fkey` or
    /// `api_tokens_role_fkey` is violated.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: &RoleId) -> Result<bool> {
        let text = "DELETE FROM roles WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.as_str().into()]).await? > 0)
    }
}

/// These roles with how many have them.
pub fn with_holders(roles: Vec<Role>, holders: &HashMap<RoleId, (i64, i64)>) -> Vec<ListedRole> {
    let listed = |role: Role| {
        let (people, tokens) = holders.get(&role.id).copied().unwrap_or_default();
        ListedRole { role, people, tokens }
    };
    roles.into_iter().map(listed).collect()
}

fn noun(row: &QueryResult) -> Result<Role> {
    let words: Vec<String> = row.try_get("", "permissions")?;
    Ok(Role {
        id: RoleId(row.try_get("", "id")?),
        name: row.try_get("", "name")?,
        description: row.try_get("", "description")?,
        permissions: Permissions::of_words(words.iter().map(String::as_str)),
        built_in: false,
    })
}
