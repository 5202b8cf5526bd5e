//! People of a workspace as people see them: names, roles and organizations in words.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::member::Member;
use model::organization::OrganizationName;
use model::role::{RoleId, RoleName};
use model::{OrganizationId, PersonId};
use sea_orm::QueryResult;

/// Most of them that are listed.
const LISTED_MAX: i32 = 2000;

/// The people that a scope sees.
pub struct Members<'a>(pub(crate) &'a WorkspaceTx);

const SELECTED: &str = "SELECT p.id, p.name, p.email, m.role, r.name AS role_name, m.organization_id,
        o.name AS organization_name, o.key AS organization_key, m.seen_at,
        EXISTS (SELECT FROM second_factors f
                WHERE f.person_id = p.id AND f.confirmed_at IS NOT NULL)
            OR EXISTS (SELECT FROM passkeys k WHERE k.person_id = p.id) AS two_factor
    FROM memberships m
    JOIN people p ON p.id = m.person_id
    JOIN organizations o ON o.workspace_id = m.workspace_id AND o.id = m.organization_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.made_role
    WHERE m.workspace_id = $1";

impl Members<'_> {
    /// All of them, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Member>> {
        let text = format!("{SELECTED} ORDER BY p.name COLLATE by_name, p.id LIMIT {LISTED_MAX}");
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// One.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, person: PersonId) -> Result<Option<Member>> {
        let values = [self.0.workspace.0.into(), person.0.into()];
        let row = sql::one(&self.0.tx, &format!("{SELECTED} AND p.id = $2"), values).await?;
        row.as_ref().map(noun).transpose()
    }

    /// The one with this address.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_email(&self, email: &str) -> Result<Option<Member>> {
        let values = [self.0.workspace.0.into(), email.into()];
        let row = sql::one(&self.0.tx, &format!("{SELECTED} AND p.email = $2"), values).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Notes that somebody is here.
    ///
    /// # Errors
    /// The database's.
    pub async fn seen(&self, person: PersonId, now_ms: i64) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "UPDATE memberships SET seen_at = $3 WHERE workspace_id = $1 AND person_id = $2",
            [self.0.workspace.0.into(), person.0.into(), sql::at(now_ms).into()],
        )
        .await?;
        Ok(())
    }

    /// The organizations that people can be given.
    ///
    /// # Errors
    /// The database's.
    pub async fn organizations(&self) -> Result<Vec<OrganizationName>> {
        let text = "SELECT id, key, name FROM organizations WHERE workspace_id = $1
                    ORDER BY parent_id IS NOT NULL, name COLLATE by_name, id LIMIT 500";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(OrganizationName {
                    id: OrganizationId(row.try_get("", "id")?),
                    key: row.try_get("", "key")?,
                    name: row.try_get("", "name")?,
                })
            })
            .collect()
    }
}

/// The role of a row, in words: a built-in one has its own.
pub(super) fn role_name(row: &QueryResult) -> Result<RoleName> {
    let id = RoleId(row.try_get("", "role")?);
    if let Some(built_in) = id.built_in() {
        return Ok(built_in.role().named());
    }
    let name: Option<String> = row.try_get("", "role_name")?;
    Ok(RoleName { name: name.unwrap_or_else(|| id.0.clone()), id })
}

fn noun(row: &QueryResult) -> Result<Member> {
    let seen: Option<time::OffsetDateTime> = row.try_get("", "seen_at")?;
    Ok(Member {
        person: PersonId(row.try_get("", "id")?),
        name: row.try_get("", "name")?,
        email: row.try_get("", "email")?,
        role: role_name(row)?,
        organization: OrganizationName {
            id: OrganizationId(row.try_get("", "organization_id")?),
            key: row.try_get("", "organization_key")?,
            name: row.try_get("", "organization_name")?,
        },
        seen_ms: seen.map(sql::millis),
        two_factor: row.try_get("", "two_factor")?,
    })
}
