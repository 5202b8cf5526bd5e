//! Plans, and which workspace has which.

use super::{Console, Link};
use crate::error::{Error, Result};
use crate::notices::{self, Notice};
use crate::sql;
use model::WorkspaceId;
use model::limits::{Overrides, Plan, PlanDraft};
use sea_orm::{ConnectionTrait, QueryResult};

/// Most plans that are listed.
const PLANS_MAX: i64 = 500;

impl<C: Link> Console<'_, C> {
    /// All plans, those first that can be given, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn plans(&self) -> Result<Vec<Plan>> {
        let text = format!(
            "SELECT p.id, p.name, p.limits, p.warn_percent, p.retired_at IS NOT NULL AS retired,
                 (SELECT count(*) FROM tenants t WHERE t.plan_id = p.id) AS workspaces
             FROM plans p ORDER BY retired, p.name COLLATE by_name LIMIT {PLANS_MAX}"
        );
        sql::all(self.0, &text, []).await?.iter().map(noun).collect()
    }

    /// Makes a plan; tells its key. A taken name violates `plans_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_plan(&self, draft: &PlanDraft) -> Result<i32> {
        let text = "INSERT INTO plans (name, limits, warn_percent) VALUES ($1, $2, $3) RETURNING id";
        sql::scalar(
            self.0,
            text,
            [draft.name.as_str().into(), json(&draft.limits)?.into(), draft.warn_percent.into()],
        )
        .await
    }

    /// Changes a plan for all workspaces that have it, which every process is told; false where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn update_plan(&self, id: i32, draft: &PlanDraft) -> Result<bool> {
        let tx = self.0.begin().await?;
        let text = "UPDATE plans SET name = $2, limits = $3, warn_percent = $4 WHERE id = $1";
        let values =
            [id.into(), draft.name.as_str().into(), json(&draft.limits)?.into(), draft.warn_percent.into()];
        let found = sql::execute(&tx, text, values).await? > 0;
        limits_changed(&tx).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Says whether workspaces can be given the plan; those that have it keep it. False where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn retire_plan(&self, id: i32, retired: bool) -> Result<bool> {
        let text =
            "UPDATE plans SET retired_at = CASE WHEN $2 THEN coalesce(retired_at, now()) END WHERE id = $1";
        Ok(sql::execute(self.0, text, [id.into(), retired.into()]).await? > 0)
    }

    /// The plan of workspaces that people make themselves.
    ///
    /// # Errors
    /// The database's.
    pub async fn default_plan(&self) -> Result<i32> {
        sql::scalar(self.0, "SELECT default_plan FROM platform", []).await
    }

    /// Sets it; false where there is no such plan that can be given.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_default_plan(&self, id: i32) -> Result<bool> {
        let text =
            "UPDATE platform SET default_plan = p.id FROM plans p WHERE p.id = $1 AND p.retired_at IS NULL";
        Ok(sql::execute(self.0, text, [id.into()]).await? > 0)
    }

    /// Gives a workspace a plan and what it has otherwise, which every process is told and which ends a trial; false where there is no such
    /// workspace, or no such plan that can be given and that it does not have already.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_plan(&self, workspace: WorkspaceId, plan: i32, overrides: &Overrides) -> Result<bool> {
        let tx = self.0.begin().await?;
        let text = "UPDATE tenants t SET plan_id = p.id, overrides = $3, trial_ends_at = NULL FROM plans p
                    WHERE t.workspace_id = $1 AND p.id = $2 AND (p.retired_at IS NULL OR t.plan_id = p.id)";
        let found =
            sql::execute(&tx, text, [workspace.0.into(), plan.into(), json(overrides)?.into()]).await? > 0;
        limits_changed(&tx).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Adds to what a workspace has otherwise than its plan, which every process is told.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_overrides(&self, workspace: WorkspaceId, overrides: &Overrides) -> Result<()> {
        let tx = self.0.begin().await?;
        let text = "UPDATE tenants SET overrides = overrides || $2 WHERE workspace_id = $1";
        sql::execute(&tx, text, [workspace.0.into(), json(overrides)?.into()]).await?;
        limits_changed(&tx).await?;
        Ok(tx.commit().await?)
    }
}

/// Tells every process, once this is committed, that limits have changed.
pub(super) async fn limits_changed(tx: &impl ConnectionTrait) -> Result<()> {
    let values = [notices::CHANNEL.into(), Notice::Limits.to_string().into()];
    sql::one(tx, "SELECT pg_notify($1, $2)::text", values).await?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|error| Error::Unreadable(error.to_string()))
}

fn noun(row: &QueryResult) -> Result<Plan> {
    let limits: serde_json::Value = row.try_get("", "limits")?;
    Ok(Plan {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        limits: serde_json::from_value(limits).map_err(|error| Error::Unreadable(error.to_string()))?,
        warn_percent: row.try_get("", "warn_percent")?,
        retired: row.try_get("", "retired")?,
        workspaces: row.try_get("", "workspaces")?,
    })
}
