//! What the workspace may take, and what it has taken.

use crate::error::{Error, Result};
use crate::sql;
use crate::usage;
use crate::workspace_tx::WorkspaceTx;
use model::limits::{Limit, Limits, Standing};
use model::usage::{UsageQuery, Used};

/// The limits of one workspace, and its usage.
pub struct Allowances<'a>(pub(crate) &'a WorkspaceTx);

/// What it may take.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// The name of its plan.
    pub plan: String,
    /// Its limits: the plan's, and what it has otherwise.
    pub limits: Limits,
    /// At which share it is warned, in per cent.
    pub warn_percent: i32,
    /// Why it is shut, where it is.
    pub reason: String,
}

impl Allowances<'_> {
    /// What it may take.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self) -> Result<Allowed> {
        let text =
            "SELECT p.name, jsonb_strip_nulls(p.limits || t.overrides) AS limits, p.warn_percent, t.reason
                    FROM tenants t JOIN plans p ON p.id = t.plan_id WHERE t.workspace_id = $1";
        let Some(row) = sql::one(&self.0.tx, text, [self.0.workspace.0.into()]).await? else {
            return Ok(Allowed::default());
        };
        let limits: serde_json::Value = row.try_get("", "limits")?;
        Ok(Allowed {
            plan: row.try_get("", "name")?,
            limits: serde_json::from_value(limits).map_err(|error| Error::Unreadable(error.to_string()))?,
            warn_percent: row.try_get("", "warn_percent")?,
            reason: row.try_get("", "reason")?,
        })
    }

    /// One limit's value; none: as much as one likes.
    ///
    /// # Errors
    /// The database's.
    pub async fn limit(&self, limit: Limit) -> Result<Option<i64>> {
        Ok(self.get().await?.limits.get(limit))
    }

    /// Lets who asks in this scope go on alone until it ends: of two that come at once, the later one is counted with
    /// the first.
    ///
    /// # Errors
    /// The database's.
    pub async fn alone(&self) -> Result<()> {
        let text = "SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE";
        sql::one(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        Ok(())
    }

    /// How much of it is taken now, counted; none of what is a rate or not counted up.
    ///
    /// # Errors
    /// The database's.
    pub async fn taken(&self, limit: Limit) -> Result<Option<i64>> {
        let text = match limit {
            Limit::Devices => "SELECT taken_devices() WHERE $1::int4 IS NOT NULL",
            Limit::People => "SELECT taken_people() WHERE $1::int4 IS NOT NULL",
            Limit::MailsPerDay => {
                "SELECT count(*) FROM mails WHERE of_workspace = $1 AND created_at >= date_trunc('day', now(), 'UTC')"
            }
            Limit::ApiTokens => {
                "SELECT count(*) FROM api_tokens WHERE workspace_id = $1 AND revoked_at IS NULL"
            }
            Limit::FilesBytes => "SELECT taken_files() WHERE $1::int4 IS NOT NULL",
            Limit::StorageBytes => "SELECT stored FROM tenants WHERE workspace_id = $1",
            Limit::MessagesPerDay => {
                "SELECT coalesce(sum(messages), 0)::int8 FROM usage_hours
                 WHERE workspace_id = $1 AND hour >= date_trunc('day', now(), 'UTC')"
            }
            Limit::Rules => "SELECT count(*) FROM rules WHERE workspace_id = $1",
            Limit::MessagesPerSecond | Limit::RetentionDays | Limit::ApiCallsPerMinute | Limit::FileBytes => {
                return Ok(None);
            }
        };
        Ok(Some(sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await?))
    }

    /// How the workspace stands to each of its limits.
    ///
    /// # Errors
    /// The database's.
    pub async fn standings(&self) -> Result<(Allowed, Vec<Standing>)> {
        let allowed = self.get().await?;
        let mut standings = Vec::new();
        for (limit, value) in &allowed.limits.0 {
            let taken = self.taken(*limit).await?;
            standings.push(Standing::of(*limit, *value, taken, allowed.warn_percent));
        }
        Ok((allowed, standings))
    }

    /// Notes that the workspace is told of a limit; false where that was noted already.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_warning(&self, limit: Limit, reached: bool) -> Result<bool> {
        let text = "INSERT INTO limit_warnings (workspace_id, name, reached) VALUES ($1, $2, $3)
                    ON CONFLICT DO NOTHING";
        let values = [self.0.workspace.0.into(), limit.as_str().into(), reached.into()];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// Notes that the workspace is told of the end of its trial; false where that was noted already.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_trial(&self) -> Result<bool> {
        let text = "INSERT INTO limit_warnings (workspace_id, name, reached) VALUES ($1, 'trial', false)
                    ON CONFLICT DO NOTHING";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await? > 0)
    }

    /// When the workspace's trial ends, milliseconds since 1970; none: it is on none.
    ///
    /// # Errors
    /// The database's.
    pub async fn trial_ends_ms(&self) -> Result<Option<i64>> {
        let text = "SELECT trial_ends_at FROM tenants WHERE workspace_id = $1";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        let at: Option<time::OffsetDateTime> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        Ok(at.map(sql::millis))
    }

    /// The addresses of those who administer the workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn administrators(&self) -> Result<Vec<String>> {
        let text = "SELECT p.email FROM memberships m JOIN people p ON p.id = m.person_id
                    WHERE m.workspace_id = $1 AND m.role = 'administrator' ORDER BY p.id LIMIT 100";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// What was used, by hours or days, the oldest first; those in which nothing was are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn used(&self, query: &UsageQuery) -> Result<Vec<Used>> {
        usage::of(&self.0.tx, self.0.workspace, query).await
    }
}
