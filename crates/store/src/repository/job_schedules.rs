//! Jobs that begin at a time, or again and again.

use super::device_list;
use super::imports::{from_json, json};
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::OrganizationId;
use model::job::{JobId, JobSchedule, NewJob, SCHEDULES_MAX, ScheduledJob};
use sea_orm::{QueryResult, Value};

/// The schedules that a scope sees.
pub struct JobSchedules<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT s.*, o.key AS organization_key, o.name AS organization_name FROM job_schedules s
    JOIN organizations o ON o.workspace_id = s.workspace_id AND o.id = s.organization_id
    WHERE s.workspace_id = $1";

impl JobSchedules<'_> {
    /// All, by their names.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<ScheduledJob>> {
        let text = format!("{SELECT} ORDER BY s.name COLLATE by_name, s.id LIMIT {SCHEDULES_MAX}");
        sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?.iter().map(noun).collect()
    }

    /// One.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &JobId) -> Result<Option<ScheduledJob>> {
        let row = sql::one(&self.0.tx, &format!("{SELECT} AND s.id = $2"), self.key(id)).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Makes one. A taken id violates `job_schedules_id_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        id: &JobId,
        new: &NewJob,
        organization: OrganizationId,
        by: &str,
        now_ms: i64,
    ) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO job_schedules (workspace_id, id, name, description, organization_id, work, schedule, enabled, made_by,
                 created_at)
             VALUES ($1, $2, $3, $4, $5, $6, '{}', false, $7, $8)",
            [
                self.0.workspace.0.into(),
                id.as_str().into(),
                new.name.as_str().into(),
                new.description.as_str().into(),
                organization.0.into(),
                json(&new.work)?.into(),
                by.into(),
                sql::at(now_ms).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Makes it this, next due at this time; tells whether there is such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(
        &self,
        id: &JobId,
        new: &NewJob,
        organization: OrganizationId,
        (schedule, enabled): (&JobSchedule, bool),
        next_ms: Option<i64>,
    ) -> Result<bool> {
        let [workspace, key] = self.key(id);
        let done = sql::execute(
            &self.0.tx,
            "UPDATE job_schedules SET name = $3, description = $4, organization_id = $5, work = $6, schedule = $7,
                 enabled = $8, next_ms = $9, why = NULL
             WHERE workspace_id = $1 AND id = $2",
            [
                workspace,
                key,
                new.name.as_str().into(),
                new.description.as_str().into(),
                organization.0.into(),
                json(&new.work)?.into(),
                json(schedule)?.into(),
                enabled.into(),
                next_ms.into(),
            ],
        )
        .await?;
        Ok(done > 0)
    }

    /// Deletes one; tells whether there was one. The jobs that it began stay.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: &JobId) -> Result<bool> {
        let text = "DELETE FROM job_schedules WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, self.key(id)).await? > 0)
    }

    /// Takes one that is due for this transaction; nothing where it isn't, or another process has it.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_due(&self, id: &JobId, now_ms: i64) -> Result<Option<ScheduledJob>> {
        let [workspace, key] = self.key(id);
        let text =
            "SELECT 1 FROM job_schedules WHERE workspace_id = $1 AND id = $2 AND enabled AND next_ms <= $3
                    FOR UPDATE SKIP LOCKED";
        match sql::one(&self.0.tx, text, [workspace, key, now_ms.into()]).await? {
            Some(_) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// Notes that it has begun a job, or why it could not, and when it is due again.
    ///
    /// # Errors
    /// The database's.
    pub async fn begun(&self, id: &JobId, at_ms: i64, next_ms: Option<i64>, why: Option<&str>) -> Result<()> {
        let [workspace, key] = self.key(id);
        sql::execute(
            &self.0.tx,
            "UPDATE job_schedules SET last_ms = $3, next_ms = $4, why = $5, begun = begun + 1
             WHERE workspace_id = $1 AND id = $2",
            [workspace, key, at_ms.into(), next_ms.into(), why.into()],
        )
        .await?;
        Ok(())
    }

    fn key(&self, id: &JobId) -> [Value; 2] {
        [self.0.workspace.0.into(), id.as_str().into()]
    }
}

fn noun(row: &QueryResult) -> Result<ScheduledJob> {
    Ok(ScheduledJob {
        id: JobId(row.try_get("", "id")?),
        name: row.try_get("", "name")?,
        description: row.try_get("", "description")?,
        organization: device_list::organization(row)?,
        work: from_json(row.try_get("", "work")?)?,
        schedule: from_json(row.try_get("", "schedule")?)?,
        enabled: row.try_get("", "enabled")?,
        by: row.try_get("", "made_by")?,
        next_ms: row.try_get("", "next_ms")?,
        last_ms: row.try_get("", "last_ms")?,
        begun: row.try_get("", "begun")?,
        why: row.try_get("", "why")?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
    })
}
