//! Jobs and what became of their devices, as people see them. Their worker's side is in [`job_work`](super::job_work).

use super::device_list;
use super::imports::{from_json, json};
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::job::{Job, JobId, JobState, JobWork, KEPT_MAX, NewJob, Turn, TurnCounts, TurnQuery, TurnState};
use model::page::Page;
use model::{DeviceId, OrganizationId};
use sea_orm::{QueryResult, Value};
use time::OffsetDateTime;

/// Most devices of one page of a job's.
const PAGE_MAX: i64 = 1_000;

/// The jobs that a scope sees.
pub struct Jobs<'a>(pub(crate) &'a WorkspaceTx);

/// What a job is made of.
pub struct InsertJob<'a> {
    /// Its id.
    pub id: &'a JobId,
    /// What it is.
    pub new: &'a NewJob,
    /// Where it belongs.
    pub organization: OrganizationId,
    /// Its devices, in their order.
    pub devices: &'a [DeviceId],
    /// The schedule that begins it.
    pub schedule: Option<&'a JobId>,
    /// The job that it repeats.
    pub rerun_of: Option<&'a JobId>,
    /// Who makes it.
    pub by: &'a str,
    /// When, milliseconds since 1970.
    pub now_ms: i64,
}

const SELECT: &str = "
    SELECT j.*, o.key AS organization_key, o.name AS organization_name, c.*
    FROM jobs j
    JOIN organizations o ON o.workspace_id = j.workspace_id AND o.id = j.organization_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE t.state = 'waiting') AS waiting,
            count(*) FILTER (WHERE t.state = 'running') AS running,
            count(*) FILTER (WHERE t.state = 'done') AS done,
            count(*) FILTER (WHERE t.state = 'failed') AS failed,
            count(*) FILTER (WHERE t.state = 'skipped') AS skipped
        FROM job_turns t WHERE t.workspace_id = j.workspace_id AND t.job_id = j.id) AS c
    WHERE j.workspace_id = $1";

impl Jobs<'_> {
    /// All that are kept, newest first; of one schedule where it is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, schedule: Option<&JobId>) -> Result<Vec<Job>> {
        let text = format!(
            "{SELECT} AND ($2::text IS NULL OR j.schedule_id = $2) ORDER BY j.created_at DESC, j.id LIMIT {KEPT_MAX}"
        );
        let values = [self.0.workspace.0.into(), schedule.map(JobId::as_str).into()];
        sql::all(&self.0.tx, &text, values).await?.iter().map(noun).collect()
    }

    /// One.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &JobId) -> Result<Option<Job>> {
        let row = sql::one(&self.0.tx, &format!("{SELECT} AND j.id = $2"), self.key(id)).await?;
        row.as_ref().map(noun).transpose()
    }

    /// How many are not over. Until the scope ends nobody else begins one here.
    ///
    /// # Errors
    /// The database's.
    pub async fn unfinished(&self) -> Result<i64> {
        let lock = "SELECT pg_advisory_xact_lock(hashtext('jobs'), $1)";
        sql::execute(&self.0.tx, lock, [self.0.workspace.0.into()]).await?;
        let text = "SELECT count(*) FROM jobs WHERE workspace_id = $1 AND state NOT IN ('stopped', 'done')";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Makes one, whose devices come in batches of so many, and forgets the oldest that are over and too many. A taken id
    /// violates `jobs_id_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, job: &InsertJob<'_>) -> Result<()> {
        let total = job.devices.len() as i64;
        let size = job.new.work.batches.map_or(total, |batches| batches.size.of(total)).max(1);
        let batches = (total + size - 1) / size;
        sql::execute(
            &self.0.tx,
            "INSERT INTO jobs (workspace_id, id, name, description, organization_id, work, state, batches, schedule_id,
                 rerun_of, made_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11)",
            [
                self.0.workspace.0.into(),
                job.id.as_str().into(),
                job.new.name.as_str().into(),
                job.new.description.as_str().into(),
                job.organization.0.into(),
                json(&job.new.work)?.into(),
                i32::try_from(batches.max(1)).unwrap_or(i32::MAX).into(),
                job.schedule.map(JobId::as_str).into(),
                job.rerun_of.map(JobId::as_str).into(),
                job.by.into(),
                sql::at(job.now_ms).into(),
            ],
        )
        .await?;
        let ids: Vec<i32> = job.devices.iter().map(|device| device.0).collect();
        sql::execute(
            &self.0.tx,
            "INSERT INTO job_turns (workspace_id, job_id, device_id, place, batch)
             SELECT $1, $2, d.id, d.place - 1, (d.place - 1) / $4 + 1
             FROM unnest($3::int4[]) WITH ORDINALITY AS d (id, place)",
            [self.0.workspace.0.into(), job.id.as_str().into(), ids.into(), size.into()],
        )
        .await?;
        let forget = format!(
            "DELETE FROM jobs WHERE workspace_id = $1 AND id IN (
                 SELECT id FROM jobs WHERE workspace_id = $1 AND state IN ('stopped', 'done')
                 ORDER BY created_at DESC, id OFFSET {KEPT_MAX})"
        );
        sql::execute(&self.0.tx, &forget, [self.0.workspace.0.into()]).await?;
        Ok(())
    }

    /// The devices of these ids, by their names; those that are not there are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn chosen(&self, ids: &[String]) -> Result<Vec<(DeviceId, String, String)>> {
        let text =
            "SELECT id, external_id, name FROM devices WHERE workspace_id = $1 AND external_id = ANY ($2)
                    ORDER BY name COLLATE by_name, id";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), ids.to_vec().into()]).await?;
        rows.iter()
            .map(|row| {
                Ok((DeviceId(row.try_get_by_index(0)?), row.try_get_by_index(1)?, row.try_get_by_index(2)?))
            })
            .collect()
    }

    /// The devices of a job in their order; only those that failed, where that is wanted.
    ///
    /// # Errors
    /// The database's.
    pub async fn members(&self, id: &JobId, failed: bool) -> Result<Vec<DeviceId>> {
        let text = "SELECT device_id FROM job_turns WHERE workspace_id = $1 AND job_id = $2 AND ($3 = false OR state = 'failed')
                    ORDER BY place";
        let [workspace, job] = self.key(id);
        let rows = sql::all(&self.0.tx, text, [workspace, job, failed.into()]).await?;
        rows.iter().map(|row| Ok(DeviceId(row.try_get_by_index(0)?))).collect()
    }

    /// What became of its devices, in their order.
    ///
    /// # Errors
    /// The database's.
    pub async fn turns(&self, id: &JobId, query: &TurnQuery) -> Result<Page<Turn>> {
        const FROM: &str =
            "FROM job_turns t JOIN devices d ON d.workspace_id = t.workspace_id AND d.id = t.device_id
            WHERE t.workspace_id = $1 AND t.job_id = $2";
        let total: i64 = sql::scalar(&self.0.tx, &format!("SELECT count(*) {FROM}"), self.key(id)).await?;
        let narrowed = format!(
            "{FROM} AND ($3::text IS NULL OR t.state = $3) AND (d.name ILIKE $4 OR d.external_id ILIKE $4)"
        );
        let [workspace, job] = self.key(id);
        let values: Vec<Value> = vec![
            workspace,
            job,
            query.state.map(TurnState::as_str).into(),
            device_list::contains(query.search.trim()).into(),
        ];
        let matching: i64 =
            sql::scalar(&self.0.tx, &format!("SELECT count(*) {narrowed}"), values.clone()).await?;
        let text =
            format!("SELECT t.*, d.external_id, d.name {narrowed} ORDER BY t.place LIMIT $5 OFFSET $6");
        let part = [query.limit.clamp(1, PAGE_MAX).into(), query.offset.max(0).into()];
        let rows = sql::all(&self.0.tx, &text, values.into_iter().chain(part)).await?;
        Ok(Page { items: rows.iter().map(turn).collect::<Result<_>>()?, matching, total })
    }

    /// Stops one that is not over, where a worker is at it as soon as nothing is on its way; tells whether it was not over.
    ///
    /// # Errors
    /// The database's.
    pub async fn stop(&self, id: &JobId, why: &str, now_ms: i64) -> Result<bool> {
        let [workspace, job] = self.key(id);
        let done = sql::execute(
            &self.0.tx,
            "UPDATE jobs SET state = CASE WHEN state = 'running' THEN 'stopping' ELSE 'stopped' END, why = $3,
                 ended_at = CASE WHEN state = 'running' THEN NULL ELSE $4::timestamptz END
             WHERE workspace_id = $1 AND id = $2 AND state IN ('pending', 'running', 'approval')",
            [workspace, job, why.into(), sql::at(now_ms).into()],
        )
        .await?;
        Ok(done > 0)
    }

    /// Lets one that is stopped or about to stop, or waits for approval, go on; tells whether it was so. What failed until now does not stop
    /// it again.
    ///
    /// # Errors
    /// The database's.
    pub async fn resume(&self, id: &JobId) -> Result<bool> {
        let done = sql::execute(
            &self.0.tx,
            "UPDATE jobs SET why = NULL, ended_at = NULL,
                 state = CASE WHEN state = 'stopping' THEN 'running' ELSE 'pending' END,
                 batch = batch + CASE WHEN state = 'approval' THEN 1 ELSE 0 END,
                 forgiven = (SELECT count(*) FROM job_turns t WHERE t.workspace_id = $1 AND t.job_id = $2 AND t.state = 'failed')
             WHERE workspace_id = $1 AND id = $2 AND state IN ('stopping', 'stopped', 'approval')",
            self.key(id),
        )
        .await?;
        Ok(done > 0)
    }

    /// Deletes one that is over; tells whether there was such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: &JobId) -> Result<bool> {
        let text = "DELETE FROM jobs WHERE workspace_id = $1 AND id = $2 AND state IN ('stopped', 'done')";
        Ok(sql::execute(&self.0.tx, text, self.key(id)).await? > 0)
    }

    pub(crate) fn key(&self, id: &JobId) -> [Value; 2] {
        [self.0.workspace.0.into(), id.as_str().into()]
    }

    pub(crate) fn tx(&self) -> &WorkspaceTx {
        self.0
    }
}

fn time(row: &QueryResult, name: &str) -> Result<Option<i64>> {
    Ok(row.try_get::<Option<OffsetDateTime>>("", name)?.map(sql::millis))
}

pub(crate) fn noun(row: &QueryResult) -> Result<Job> {
    let state: String = row.try_get("", "state")?;
    let state = JobState::from_word(&state).ok_or_else(|| Error::Unreadable(format!("job {state}")))?;
    let id =
        |name: &str| -> Result<Option<JobId>> { Ok(row.try_get::<Option<String>>("", name)?.map(JobId)) };
    Ok(Job {
        id: JobId(row.try_get("", "id")?),
        name: row.try_get("", "name")?,
        description: row.try_get("", "description")?,
        organization: device_list::organization(row)?,
        work: from_json::<JobWork>(row.try_get("", "work")?)?,
        state,
        counts: TurnCounts {
            waiting: row.try_get("", "waiting")?,
            running: row.try_get("", "running")?,
            done: row.try_get("", "done")?,
            failed: row.try_get("", "failed")?,
            skipped: row.try_get("", "skipped")?,
        },
        batch: row.try_get("", "batch")?,
        batches: row.try_get("", "batches")?,
        forgiven: row.try_get("", "forgiven")?,
        schedule: id("schedule_id")?,
        rerun_of: id("rerun_of")?,
        by: row.try_get("", "made_by")?,
        why: row.try_get("", "why")?,
        created_ms: time(row, "created_at")?.unwrap_or_default(),
        started_ms: time(row, "started_at")?,
        ended_ms: time(row, "ended_at")?,
    })
}

fn turn(row: &QueryResult) -> Result<Turn> {
    let state: String = row.try_get("", "state")?;
    Ok(Turn {
        device: row.try_get("", "external_id")?,
        name: row.try_get("", "name")?,
        batch: row.try_get("", "batch")?,
        state: TurnState::from_word(&state).ok_or_else(|| Error::Unreadable(format!("turn {state}")))?,
        why: row.try_get("", "why")?,
        started_ms: time(row, "started_at")?,
        ended_ms: time(row, "ended_at")?,
    })
}
