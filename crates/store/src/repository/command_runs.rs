//! Commands that were run on devices.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::command::{NewRun, Run, RunState, TIMEOUT_S};
use sea_orm::QueryResult;
use time::OffsetDateTime;

/// So many runs of a device are kept.
const KEPT: i64 = 500;
/// Most runs that are listed.
const LIST_MAX: i64 = 200;

/// The runs that a scope sees.
pub struct CommandRuns<'a>(pub(crate) &'a WorkspaceTx);

/// Whoever waited for an answer may have died: what is long due is over.
const SELECT: &str = "
    SELECT r.*, CASE WHEN state = 'sent' AND due_at < now() - interval '15 seconds' THEN 'timed-out' ELSE state END
        AS state_now
    FROM command_runs r WHERE r.workspace_id = $1 AND r.device_id = $2";

impl CommandRuns<'_> {
    /// The newest of a device, newest first; of one command where it is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, device: DeviceId, of: Option<(&str, &str)>) -> Result<Vec<Run>> {
        let [workspace, device] = self.key(device);
        let (component, name) = of.unzip();
        let text = format!(
            "{SELECT} AND ($3::text IS NULL OR (component = $3 AND name = $4)) ORDER BY id DESC LIMIT {LIST_MAX}"
        );
        let values = [workspace, device, component.into(), name.into()];
        sql::all(&self.0.tx, &text, values).await?.iter().map(noun).collect()
    }

    /// One; nothing where the device has none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, device: DeviceId, id: i64) -> Result<Option<Run>> {
        let [workspace, device] = self.key(device);
        let text = format!("{SELECT} AND id = $3");
        let row = sql::one(&self.0.tx, &text, [workspace, device, id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Begins one; its number. With a message it waits, else it is about to be sent.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        device: DeviceId,
        new: &NewRun,
        message: Option<i64>,
        by: &str,
        now_ms: i64,
    ) -> Result<i64> {
        let [workspace, device] = self.key(device);
        let timeout_s = new.timeout_s.unwrap_or(TIMEOUT_S);
        let state = if message.is_some() { RunState::Waiting } else { RunState::Sent };
        let id = sql::scalar(
            &self.0.tx,
            "INSERT INTO command_runs (workspace_id, device_id, component, name, request, timeout_ms, state,
                 message_id, by, created_at, due_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + make_interval(secs => $11)) RETURNING id",
            [
                workspace.clone(),
                device.clone(),
                new.component.as_str().into(),
                new.name.as_str().into(),
                new.request.as_ref().map(ToString::to_string).into(),
                i32::try_from(timeout_s * 1000).unwrap_or(i32::MAX).into(),
                state.as_str().into(),
                message.into(),
                by.into(),
                sql::at(now_ms).into(),
                f64::from(timeout_s + new.connect_s).into(),
            ],
        )
        .await?;
        let forget = format!(
            "DELETE FROM command_runs WHERE workspace_id = $1 AND device_id = $2 AND id <= (
                 SELECT id FROM command_runs WHERE workspace_id = $1 AND device_id = $2
                 ORDER BY id DESC OFFSET {KEPT} LIMIT 1)"
        );
        sql::execute(&self.0.tx, &forget, [workspace, device]).await?;
        Ok(id)
    }

    /// Ends one that nobody has answered, for this reason; whether it was still open.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, id: i64, state: RunState, why: Option<&str>) -> Result<bool> {
        let done = sql::execute(
            &self.0.tx,
            "UPDATE command_runs SET state = $3, why = $4 WHERE workspace_id = $1 AND id = $2 AND state = 'sent'",
            [self.0.workspace.0.into(), id.into(), state.as_str().into(), why.into()],
        )
        .await?;
        Ok(done > 0)
    }

    /// Notes the device's answer; one that comes too late is noted as late. Whether one was awaited.
    ///
    /// # Errors
    /// The database's.
    pub async fn answer(
        &self,
        device: DeviceId,
        id: i64,
        status: u16,
        response: &str,
        at_ms: i64,
    ) -> Result<bool> {
        let [workspace, device] = self.key(device);
        let done = sql::execute(
            &self.0.tx,
            "UPDATE command_runs SET status = $4, response = $5, answered_at = $6,
                 state = CASE WHEN state = 'sent' AND due_at >= now() THEN 'answered' ELSE 'timed-out' END
             WHERE workspace_id = $1 AND device_id = $2 AND id = $3 AND state IN ('sent', 'timed-out')
                 AND answered_at IS NULL",
            [
                workspace,
                device,
                id.into(),
                i16::try_from(status).unwrap_or(i16::MAX).into(),
                response.replace('\0', "\u{fffd}").into(),
                sql::at(at_ms).into(),
            ],
        )
        .await?;
        Ok(done > 0)
    }

    /// Notes what the device reports under a command's name, with the newest run that it promised a result of, or that
    /// reached it as a message. Whether there is such a run.
    ///
    /// # Errors
    /// The database's.
    pub async fn report(&self, device: DeviceId, component: &str, name: &str, result: &str) -> Result<bool> {
        let [workspace, device] = self.key(device);
        let done = sql::execute(
            &self.0.tx,
            "UPDATE command_runs SET result = $5, result_at = now() WHERE workspace_id = $1 AND id = (
                 SELECT id FROM command_runs
                 WHERE workspace_id = $1 AND device_id = $2 AND component = $3 AND name = $4
                     AND (status = 202 OR state = 'delivered')
                 ORDER BY id DESC LIMIT 1)",
            [workspace, device, component.into(), name.into(), result.into()],
        )
        .await?;
        Ok(done > 0)
    }

    /// The commands of a device that a result may still come of: component and name.
    ///
    /// # Errors
    /// The database's.
    pub async fn promised(&self, device: DeviceId) -> Result<Vec<(String, String)>> {
        let rows = sql::all(
            &self.0.tx,
            "SELECT DISTINCT component, name FROM command_runs
             WHERE workspace_id = $1 AND device_id = $2 AND (status = 202 OR state = 'delivered') LIMIT 500",
            self.key(device),
        )
        .await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    fn key(&self, device: DeviceId) -> [sea_orm::Value; 2] {
        [self.0.workspace.0.into(), device.0.into()]
    }
}

fn noun(row: &QueryResult) -> Result<Run> {
    let at = |name: &str| -> Result<Option<i64>> {
        Ok(row.try_get::<Option<OffsetDateTime>>("", name)?.map(sql::millis))
    };
    let state: String = row.try_get("", "state_now")?;
    let state = RunState::from_word(&state).ok_or_else(|| Error::Unreadable(format!("command {state}")))?;
    let timeout_ms: i32 = row.try_get("", "timeout_ms")?;
    let status: Option<i16> = row.try_get("", "status")?;
    Ok(Run {
        id: row.try_get("", "id")?,
        component: row.try_get("", "component")?,
        name: row.try_get("", "name")?,
        request: row.try_get("", "request")?,
        timeout_s: timeout_ms.unsigned_abs() / 1000,
        state,
        why: row.try_get("", "why")?,
        status: status.map(i16::cast_unsigned),
        response: row.try_get("", "response")?,
        answered_ms: at("answered_at")?,
        result: row.try_get("", "result")?,
        result_ms: at("result_at")?,
        by: row.try_get("", "by")?,
        created_ms: at("created_at")?.unwrap_or_default(),
    })
}
