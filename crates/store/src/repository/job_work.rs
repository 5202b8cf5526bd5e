//! Jobs as workers see them: one at a time has a job, for as long as it says so, and notes each device before and after its
//! turn. A command is noted in the transaction that begins it, so that whoever takes over runs none again.

use super::jobs::Jobs;
use crate::error::{Error, Result};
use crate::sql;
use model::command::RunState;
use model::job::{Job, JobId, JobState, TurnCounts, TurnState};
use model::organization::Reach;
use model::{DeviceId, OrganizationId};
use std::time::Duration;

/// A device whose turn it is.
#[derive(Clone, Debug)]
pub struct Called {
    /// Its key.
    pub device: DeviceId,
    /// What it connects with.
    pub external_id: String,
}

/// A command of a job that has come to something.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Of which device.
    pub device: DeviceId,
    /// How the run stands; none: it is forgotten.
    pub state: Option<RunState>,
    /// What the device answered, as HTTP statuses go.
    pub status: Option<u16>,
    /// And with what.
    pub response: Option<String>,
    /// Why it did not reach the device.
    pub why: Option<String>,
}

/// What became of a device's turn.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Of which device.
    pub device: DeviceId,
    /// What.
    pub state: TurnState,
    /// Why, or what it answered.
    pub why: Option<String>,
}

impl Jobs<'_> {
    /// Takes a job that nobody is at, or keeps it for a while longer; nothing where somebody else is at it, or it wants nobody.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold(&self, id: &JobId, worker: &str, lease: Duration) -> Result<Option<Job>> {
        let [workspace, job] = self.key(id);
        let taken = sql::execute(
            &self.tx().tx,
            "UPDATE jobs SET state = CASE WHEN state = 'stopping' THEN state ELSE 'running' END, worker = $3, leased_until = now() + make_interval(secs => $4),
                 started_at = coalesce(started_at, now())
             WHERE workspace_id = $1 AND id = (
                 SELECT id FROM jobs WHERE workspace_id = $1 AND id = $2 AND state IN ('pending', 'running', 'stopping')
                     AND (worker = $3 OR leased_until IS NULL OR leased_until < now())
                 FOR UPDATE SKIP LOCKED)",
            [workspace, job, worker.into(), lease.as_secs_f64().into()],
        )
        .await?;
        if taken == 0 { Ok(None) } else { self.get(id).await }
    }

    /// Lets somebody go on with it after so long.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_back(&self, id: &JobId, worker: &str, after: Duration) -> Result<()> {
        let [workspace, job] = self.key(id);
        sql::execute(
            &self.tx().tx,
            "UPDATE jobs SET worker = NULL, leased_until = now() + make_interval(secs => $4)
             WHERE workspace_id = $1 AND id = $2 AND worker = $3",
            [workspace, job, worker.into(), after.as_secs_f64().into()],
        )
        .await?;
        Ok(())
    }

    /// How many devices of a batch stand where.
    ///
    /// # Errors
    /// The database's.
    pub async fn counts(&self, id: &JobId, batch: i32) -> Result<TurnCounts> {
        let [workspace, job] = self.key(id);
        let text = "SELECT state, count(*) FROM job_turns WHERE workspace_id = $1 AND job_id = $2 AND batch = $3 GROUP BY 1";
        let mut counts = TurnCounts::default();
        for row in sql::all(&self.tx().tx, text, [workspace, job, batch.into()]).await? {
            let state: String = row.try_get_by_index(0)?;
            let count: i64 = row.try_get_by_index(1)?;
            match TurnState::from_word(&state) {
                Some(TurnState::Waiting) => counts.waiting = count,
                Some(TurnState::Running) => counts.running = count,
                Some(TurnState::Done) => counts.done = count,
                Some(TurnState::Failed) => counts.failed = count,
                Some(TurnState::Skipped) => counts.skipped = count,
                None => return Err(Error::Unreadable(format!("turn {state}"))),
            }
        }
        Ok(counts)
    }

    /// The next devices of a batch, whose turn it is from now on; with `again` those too whose turn had begun and of which
    /// nobody knows what became.
    ///
    /// # Errors
    /// The database's.
    pub async fn call(&self, id: &JobId, batch: i32, most: i64, again: bool) -> Result<Vec<Called>> {
        let [workspace, job] = self.key(id);
        let rows = sql::all(
            &self.tx().tx,
            "WITH next AS (
                 SELECT device_id, place FROM job_turns
                 WHERE workspace_id = $1 AND job_id = $2 AND batch = $3
                     AND (state = 'waiting' OR ($5 AND state = 'running' AND run_id IS NULL))
                 ORDER BY place LIMIT $4 FOR UPDATE)
             UPDATE job_turns t SET state = 'running', started_at = coalesce(t.started_at, now())
             FROM next n, devices d
             WHERE t.workspace_id = $1 AND t.job_id = $2 AND t.device_id = n.device_id
                 AND d.workspace_id = $1 AND d.id = n.device_id
             RETURNING t.device_id, d.external_id, n.place",
            [workspace, job, batch.into(), most.into(), again.into()],
        )
        .await?;
        let mut called = rows
            .iter()
            .map(|row| {
                let device = DeviceId(row.try_get("", "device_id")?);
                Ok((
                    row.try_get::<i32>("", "place")?,
                    Called { device, external_id: row.try_get("", "external_id")? },
                ))
            })
            .collect::<Result<Vec<_>>>()?;
        called.sort_by_key(|(place, _)| *place);
        Ok(called.into_iter().map(|(_, called)| called).collect())
    }

    /// Notes the command that a device's turn has begun; tells whether it was its turn still, and none was begun.
    ///
    /// # Errors
    /// The database's.
    pub async fn began(&self, id: &JobId, device: DeviceId, run: i64) -> Result<bool> {
        let [workspace, job] = self.key(id);
        let text =
            "UPDATE job_turns SET run_id = $4 WHERE workspace_id = $1 AND job_id = $2 AND device_id = $3
                    AND state = 'running' AND run_id IS NULL";
        Ok(sql::execute(&self.tx().tx, text, [workspace, job, device.0.into(), run.into()]).await? > 0)
    }

    /// Commands that have come to something, of devices whose turn it is.
    ///
    /// # Errors
    /// The database's.
    pub async fn settled(&self, id: &JobId) -> Result<Vec<Settled>> {
        let rows = sql::all(
            &self.tx().tx,
            "SELECT * FROM (
                 SELECT t.device_id, r.id AS run, r.status, left(r.response, 200) AS response, r.why,
                     CASE WHEN r.state = 'sent' AND r.due_at < now() - interval '15 seconds' THEN 'timed-out'
                         ELSE r.state END AS state_now
                 FROM job_turns t
                 LEFT JOIN command_runs r ON r.workspace_id = t.workspace_id AND r.device_id = t.device_id AND r.id = t.run_id
                 WHERE t.workspace_id = $1 AND t.job_id = $2 AND t.state = 'running' AND t.run_id IS NOT NULL) AS all_of_them
             WHERE state_now IS NULL OR state_now NOT IN ('sent', 'waiting') LIMIT 5000",
            self.key(id),
        )
        .await?;
        rows.iter()
            .map(|row| {
                let state: Option<String> = row.try_get("", "state_now")?;
                Ok(Settled {
                    device: DeviceId(row.try_get("", "device_id")?),
                    state: state.as_deref().and_then(RunState::from_word),
                    status: row.try_get::<Option<i16>>("", "status")?.map(i16::cast_unsigned),
                    response: row.try_get("", "response")?,
                    why: row.try_get("", "why")?,
                })
            })
            .collect()
    }

    /// How many commands are on their way, of devices whose turn it is: those that wait for their device are none.
    ///
    /// # Errors
    /// The database's.
    pub async fn on_the_way(&self, id: &JobId) -> Result<i64> {
        let text = "SELECT count(*) FROM job_turns t
             JOIN command_runs r ON r.workspace_id = t.workspace_id AND r.device_id = t.device_id AND r.id = t.run_id
             WHERE t.workspace_id = $1 AND t.job_id = $2 AND t.state = 'running' AND r.state = 'sent'";
        sql::scalar(&self.tx().tx, text, self.key(id)).await
    }

    /// Notes what became of devices whose turn it is.
    ///
    /// # Errors
    /// The database's.
    pub async fn note(&self, id: &JobId, outcomes: &[Outcome]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let [workspace, job] = self.key(id);
        let whys = outcomes.iter().map(|one| one.why.clone().unwrap_or_default().replace('\0', "\u{fffd}"));
        sql::execute(
            &self.tx().tx,
            "UPDATE job_turns t SET state = o.state, why = nullif(o.why, ''), ended_at = now()
             FROM unnest($3::int4[], $4::text[], $5::text[]) AS o (device_id, state, why)
             WHERE t.workspace_id = $1 AND t.job_id = $2 AND t.device_id = o.device_id AND t.state = 'running'",
            [
                workspace,
                job,
                outcomes.iter().map(|one| one.device.0).collect::<Vec<_>>().into(),
                outcomes.iter().map(|one| one.state.as_str().to_owned()).collect::<Vec<_>>().into(),
                whys.collect::<Vec<_>>().into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Goes on to the next batch.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_batch(&self, id: &JobId, worker: &str) -> Result<()> {
        let [workspace, job] = self.key(id);
        let text = "UPDATE jobs SET batch = batch + 1 WHERE workspace_id = $1 AND id = $2 AND worker = $3";
        sql::execute(&self.tx().tx, text, [workspace, job, worker.into()]).await?;
        Ok(())
    }

    /// Says that its worker leaves it so: done, stopped, or waiting for approval; or that it is to stop, for this reason.
    ///
    /// # Errors
    /// The database's.
    pub async fn leave(&self, id: &JobId, worker: &str, state: JobState, why: Option<&str>) -> Result<()> {
        let [workspace, job] = self.key(id);
        sql::execute(
            &self.tx().tx,
            "UPDATE jobs SET state = $4, why = coalesce($5, why), ended_at = CASE WHEN $6 THEN now() END,
                 leased_until = CASE WHEN $4 = 'stopping' THEN leased_until END,
                 worker = CASE WHEN $4 = 'stopping' THEN worker END
             WHERE workspace_id = $1 AND id = $2 AND worker = $3 AND state IN ('running', 'stopping')",
            [workspace, job, worker.into(), state.as_str().into(), why.into(), state.is_over().into()],
        )
        .await?;
        Ok(())
    }

    /// What a job of this organization reaches: it and all below it; asked by a scope that sees everything.
    ///
    /// # Errors
    /// The database's.
    pub async fn reach(&self, organization: OrganizationId) -> Result<Reach> {
        let rows = sql::all(
            &self.tx().tx,
            "WITH RECURSIVE below AS (
                 SELECT id, parent_id FROM organizations WHERE workspace_id = $1 AND id = $2
                 UNION
                 SELECT o.id, o.parent_id FROM organizations o JOIN below b ON o.parent_id = b.id WHERE o.workspace_id = $1)
             SELECT id, id = $2 AND parent_id IS NULL AS root FROM below",
            [self.tx().workspace.0.into(), organization.0.into()],
        )
        .await?;
        let mut these = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.try_get("", "root")? {
                return Ok(Reach::Everything);
            }
            these.push(OrganizationId(row.try_get("", "id")?));
        }
        Ok(Reach::Organizations(these))
    }
}
