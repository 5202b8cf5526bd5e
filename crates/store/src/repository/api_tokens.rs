//! API tokens: which a workspace has, and when they were used.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::OrganizationId;
use model::organization::OrganizationName;
use model::role::{RoleId, RoleName};
use model::token::{ApiToken, NewApiToken, TOKENS_MAX};
use sea_orm::QueryResult;

/// The tokens that a scope sees.
pub struct ApiTokens<'a>(pub(crate) &'a WorkspaceTx);

/// How long a revoked token's row stays, so that whoever goes on using it is told why: days.
const REVOKED_DAYS: i32 = 90;
const COLUMNS: &str = "t.id, t.name, t.role, r.name AS role_name, t.organization_id, o.key AS organization_key, o.name AS organization_name, t.created_at, t.created_by, t.expires_at, t.last_used_at";
const FROM: &str = "FROM api_tokens t
     JOIN organizations o ON o.workspace_id = t.workspace_id AND o.id = t.organization_id
     LEFT JOIN roles r ON r.workspace_id = t.workspace_id AND r.id = t.made_role
     WHERE t.workspace_id = $1 AND t.revoked_at IS NULL";

impl ApiTokens<'_> {
    /// Those that are not revoked, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<ApiToken>> {
        let text =
            format!("SELECT {COLUMNS} {FROM} ORDER BY t.created_at DESC, t.number DESC LIMIT {TOKENS_MAX}");
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// The one of this id, unless it is revoked.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &str) -> Result<Option<ApiToken>> {
        let text = format!("SELECT {COLUMNS} {FROM} AND t.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// How many are not revoked.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM api_tokens WHERE workspace_id = $1 AND revoked_at IS NULL";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Makes one, and forgets what was revoked long ago. A taken id violates `api_tokens_id_key`, an unknown role
    /// `api_tokens_role_fkey`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        new: &NewApiToken,
        organization: OrganizationId,
        hash: [u8; 32],
        by: &str,
        now_ms: i64,
    ) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "DELETE FROM api_tokens WHERE workspace_id = $1 AND revoked_at < $2 - make_interval(days => $3)",
            [self.0.workspace.0.into(), sql::at(now_ms).into(), REVOKED_DAYS.into()],
        )
        .await?;
        sql::execute(
            &self.0.tx,
            "INSERT INTO api_tokens
                 (workspace_id, id, name, role, hash, created_at, created_by, expires_at, organization_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                self.0.workspace.0.into(),
                new.id.as_str().into(),
                new.name.as_str().into(),
                new.role.as_str().into(),
                hash.to_vec().into(),
                sql::at(now_ms).into(),
                by.into(),
                new.expires_ms.map(sql::at).into(),
                organization.0.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Makes one worth nothing; tells whether it was worth something.
    ///
    /// # Errors
    /// The database's.
    pub async fn revoke(&self, id: &str, now_ms: i64) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE api_tokens SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL",
            [self.0.workspace.0.into(), id.into(), sql::at(now_ms).into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Notes that one was used, where that was not noted after `since_ms` already.
    ///
    /// # Errors
    /// The database's.
    pub async fn used(&self, number: i32, now_ms: i64, since_ms: i64) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "UPDATE api_tokens SET last_used_at = $3
             WHERE workspace_id = $1 AND number = $2 AND (last_used_at IS NULL OR last_used_at < $4)",
            [self.0.workspace.0.into(), number.into(), sql::at(now_ms).into(), sql::at(since_ms).into()],
        )
        .await?;
        Ok(())
    }
}

fn noun(row: &QueryResult) -> Result<ApiToken> {
    let at = |column: &str| -> Result<Option<i64>> {
        Ok(row.try_get::<Option<time::OffsetDateTime>>("", column)?.map(sql::millis))
    };
    let role = RoleId(row.try_get("", "role")?);
    let role_name = match role.built_in() {
        Some(built_in) => built_in.role().name,
        None => row.try_get::<Option<String>>("", "role_name")?.unwrap_or_default(),
    };
    Ok(ApiToken {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        role: RoleName { id: role, name: role_name },
        organization: OrganizationName {
            id: OrganizationId(row.try_get("", "organization_id")?),
            key: row.try_get("", "organization_key")?,
            name: row.try_get("", "organization_name")?,
        },
        created_ms: at("created_at")?.ok_or_else(|| Error::Unreadable("a token without its time".into()))?,
        created_by: row.try_get("", "created_by")?,
        expires_ms: at("expires_at")?,
        last_used_ms: at("last_used_at")?,
    })
}
