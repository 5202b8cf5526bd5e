//! Who is invited to a workspace.

use super::members::role_name;
use crate::error::Result;
use crate::lookup::Lookup;
use crate::people::{self, NewPerson};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::member::{INVITATIONS_MAX, Invitation};
use model::organization::OrganizationName;
use model::person::Person;
use model::role::RoleId;
use model::{OrganizationId, WorkspaceId};
use sea_orm::{QueryResult, Value};

/// The invitations that a scope sees.
pub struct Invitations<'a>(pub(crate) &'a WorkspaceTx);

/// An invitation to keep.
#[derive(Clone, Debug)]
pub struct KeptInvitation {
    /// Whom.
    pub email: String,
    /// What they will be allowed.
    pub role: RoleId,
    /// Where they will belong.
    pub organization: OrganizationId,
    /// By whom, in words.
    pub invited_by: String,
    /// SHA-256 of what stands in the link.
    pub hash: [u8; 32],
    /// When, in milliseconds since 1970.
    pub now_ms: i64,
    /// Until when it holds.
    pub expires_ms: i64,
}

const SELECTED: &str = "SELECT i.id, i.email, i.role, r.name AS role_name, i.organization_id,
        o.name AS organization_name, o.key AS organization_key, i.invited_by, i.created_at, i.expires_at
    FROM invitations i
    JOIN organizations o ON o.workspace_id = i.workspace_id AND o.id = i.organization_id
    LEFT JOIN roles r ON r.workspace_id = i.workspace_id AND r.id = i.made_role
    WHERE i.workspace_id = $1";

impl Invitations<'_> {
    /// All of them, also those whose links work no more, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Invitation>> {
        let text = format!("{SELECTED} ORDER BY i.created_at DESC, i.id DESC LIMIT {INVITATIONS_MAX}");
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// The one of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i32) -> Result<Option<Invitation>> {
        let values = [self.0.workspace.0.into(), id.into()];
        let row = sql::one(&self.0.tx, &format!("{SELECTED} AND i.id = $2"), values).await?;
        row.as_ref().map(noun).transpose()
    }

    /// The one of this link, while it works. Of two who use it at once, the second waits for the first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_link(&self, hash: [u8; 32], now_ms: i64) -> Result<Option<Invitation>> {
        let text = format!("{SELECTED} AND i.hash = $2 AND i.expires_at > $3 FOR UPDATE OF i");
        let values = [self.0.workspace.0.into(), hash.to_vec().into(), sql::at(now_ms).into()];
        sql::one(&self.0.tx, &text, values).await?.as_ref().map(noun).transpose()
    }

    /// Whether somebody with this address has one that still works, in whatever organization.
    ///
    /// # Errors
    /// The database's.
    pub async fn waits(&self, email: &str, now_ms: i64) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT FROM invitations
                        WHERE workspace_id = $1 AND email = $2 AND expires_at > $3)";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into(), email.into(), sql::at(now_ms).into()]).await
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM invitations WHERE workspace_id = $1";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Keeps one, in the place of an earlier one to the same address; gives its number. Nothing where the earlier one is
    /// into an organization that the scope doesn't see.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&self, new: &KeptInvitation) -> Result<Option<i32>> {
        let values = || -> [Value; 8] {
            [
                self.0.workspace.0.into(),
                new.email.as_str().into(),
                new.role.as_str().into(),
                new.organization.0.into(),
                new.hash.to_vec().into(),
                new.invited_by.as_str().into(),
                sql::at(new.now_ms).into(),
                sql::at(new.expires_ms).into(),
            ]
        };
        // Two statements: one that did both would be an error where it may not see the earlier one.
        let fresh = "INSERT INTO invitations
                 (workspace_id, email, role, organization_id, hash, invited_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (workspace_id, email) DO NOTHING RETURNING id";
        let again = "UPDATE invitations SET role = $3, organization_id = $4, hash = $5, invited_by = $6,
                 created_at = $7, expires_at = $8
             WHERE workspace_id = $1 AND email = $2 RETURNING id";
        let made = match sql::one(&self.0.tx, fresh, values()).await? {
            Some(made) => Some(made),
            None => sql::one(&self.0.tx, again, values()).await?,
        };
        made.map(|row| Ok(row.try_get_by_index(0)?)).transpose()
    }

    /// Takes one away; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove(&self, id: i32) -> Result<bool> {
        let text = "DELETE FROM invitations WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await? > 0)
    }

    /// Makes the person who comes by an invitation. A taken address violates `people_email_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn make_person(&self, person: NewPerson) -> Result<Person> {
        people::insert(&self.0.tx, person, false).await
    }
}

impl Lookup<'_> {
    /// The workspace of the invitation whose link has this hash, while it works.
    ///
    /// # Errors
    /// The database's.
    pub async fn invitation(&self, hash: [u8; 32]) -> Result<Option<WorkspaceId>> {
        let text = "SELECT lookup_invitation($1)";
        let found: Option<i32> = sql::scalar(self.0, text, [hash.to_vec().into()]).await?;
        Ok(found.map(WorkspaceId))
    }
}

fn noun(row: &QueryResult) -> Result<Invitation> {
    Ok(Invitation {
        id: row.try_get("", "id")?,
        email: row.try_get("", "email")?,
        role: role_name(row)?,
        organization: OrganizationName {
            id: OrganizationId(row.try_get("", "organization_id")?),
            key: row.try_get("", "organization_key")?,
            name: row.try_get("", "organization_name")?,
        },
        invited_by: row.try_get("", "invited_by")?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
        expires_ms: sql::millis(row.try_get("", "expires_at")?),
    })
}
