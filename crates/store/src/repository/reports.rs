//! Reports, whom they are due to, and what became of them.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::report::{NewReport, REPORTS_MAX, RUNS_MAX, Report, Run};
use model::{OrganizationId, PersonId};
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;
use std::time::Duration;

/// The reports that a scope sees.
pub struct Reports<'a>(pub(crate) &'a WorkspaceTx);

/// A report that a worker has taken.
#[derive(Clone, Debug)]
pub struct TakenReport {
    /// The id of its dashboard.
    pub dashboard: String,
    /// What somebody wants of it.
    pub wanted: NewReport,
    /// With whose eyes it sees; none: a program's.
    pub maker: Option<PersonId>,
    /// Where its maker belonged.
    pub organization: OrganizationId,
    /// How often it was begun since it was last ended, this time counted.
    pub tries: i32,
}

const SELECT: &str = "
    SELECT r.id, r.dashboard_id, r.wanted, r.next_ms, r.asked OR coalesce(r.leased_until > now(), false) AS asked,
        coalesce(p.name, '') AS maker, l.at_ms, l.bytes, l.mails, l.error
    FROM reports r LEFT JOIN people p ON p.id = r.maker_id
    LEFT JOIN LATERAL (
        SELECT at_ms, bytes, mails, error FROM report_runs u
        WHERE u.workspace_id = r.workspace_id AND u.report_id = r.id ORDER BY u.id DESC LIMIT 1) l ON true
    WHERE r.workspace_id = $1";

impl Reports<'_> {
    /// All of a dashboard, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, dashboard: &str) -> Result<Vec<Report>> {
        let text = format!("{SELECT} AND r.dashboard_id = $2 ORDER BY r.id LIMIT {REPORTS_MAX}");
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), dashboard.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// One; nothing where there is none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i32) -> Result<Option<Report>> {
        let text = format!("{SELECT} AND r.id = $2");
        sql::one(&self.0.tx, &text, self.key(id)).await?.as_ref().map(noun).transpose()
    }

    /// How many a dashboard has.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self, dashboard: &str) -> Result<i64> {
        let text = "SELECT count(*) FROM reports WHERE workspace_id = $1 AND dashboard_id = $2";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into(), dashboard.into()]).await
    }

    /// Makes one, due at this time, in milliseconds since 1970; its number.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        dashboard: &str,
        new: &NewReport,
        (maker, organization): (Option<PersonId>, OrganizationId),
        next_ms: Option<i64>,
    ) -> Result<i32> {
        let text =
            "INSERT INTO reports (workspace_id, dashboard_id, wanted, maker_id, organization_id, next_ms)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let values = [
            self.0.workspace.0.into(),
            dashboard.into(),
            json(new)?.into(),
            maker.map(|maker| maker.0).into(),
            organization.0.into(),
            next_ms.into(),
        ];
        sql::scalar(&self.0.tx, text, values).await
    }

    /// Makes it another one; tells whether there is such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: i32, new: &NewReport, next_ms: Option<i64>) -> Result<bool> {
        let [workspace, report] = self.key(id);
        let text = "UPDATE reports SET wanted = $3, next_ms = $4 WHERE workspace_id = $1 AND id = $2";
        let values = [workspace, report, json(new)?.into(), next_ms.into()];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// Deletes one with its history.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: i32) -> Result<bool> {
        let text = "DELETE FROM reports WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, self.key(id)).await? > 0)
    }

    /// Has one made as soon as a worker is free.
    ///
    /// # Errors
    /// The database's.
    pub async fn ask(&self, id: i32) -> Result<bool> {
        let text = "UPDATE reports SET asked = true WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, self.key(id)).await? > 0)
    }

    /// What became of it, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn runs(&self, id: i32) -> Result<Vec<Run>> {
        let text = format!(
            "SELECT at_ms, bytes, mails, error FROM report_runs WHERE workspace_id = $1 AND report_id = $2
             ORDER BY id DESC LIMIT {RUNS_MAX}"
        );
        sql::all(&self.0.tx, &text, self.key(id)).await?.iter().map(run).collect()
    }

    /// Takes one that is due and that nobody is at; nothing where somebody is, or it is due no more.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(
        &self,
        id: i32,
        worker: &str,
        lease: Duration,
        now_ms: i64,
    ) -> Result<Option<TakenReport>> {
        let [workspace, report] = self.key(id);
        let row = sql::one(
            &self.0.tx,
            "UPDATE reports SET worker = $3, leased_until = now() + make_interval(secs => $4), tries = tries + 1
             WHERE workspace_id = $1 AND id = (
                 SELECT id FROM reports WHERE workspace_id = $1 AND id = $2 AND (asked OR next_ms <= $5)
                     AND (leased_until IS NULL OR leased_until < now()) FOR UPDATE SKIP LOCKED)
             RETURNING dashboard_id, wanted, maker_id, organization_id, tries",
            [workspace, report, worker.into(), lease.as_secs_f64().into(), now_ms.into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let maker: Option<i32> = row.try_get("", "maker_id")?;
        Ok(Some(TakenReport {
            dashboard: row.try_get("", "dashboard_id")?,
            wanted: wanted(row.try_get("", "wanted")?)?,
            maker: maker.map(PersonId),
            organization: OrganizationId(row.try_get("", "organization_id")?),
            tries: row.try_get("", "tries")?,
        }))
    }

    /// Ends one that this worker has: notes what became of it, and when it is due again. False where another has taken it
    /// meanwhile: then nothing of this transaction may be committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, id: i32, worker: &str, run: &Run, next_ms: Option<i64>) -> Result<bool> {
        let [workspace, report] = self.key(id);
        // Whoever has changed it meanwhile has said when it is due.
        let text = "UPDATE reports SET asked = false, tries = 0, worker = NULL, leased_until = NULL,
                next_ms = CASE WHEN next_ms <= $4 THEN $5 ELSE next_ms END
            WHERE workspace_id = $1 AND id = $2 AND worker = $3";
        let values = [workspace.clone(), report.clone(), worker.into(), run.at_ms.into(), next_ms.into()];
        if sql::execute(&self.0.tx, text, values).await? == 0 {
            return Ok(false);
        }
        let text = "INSERT INTO report_runs (workspace_id, report_id, at_ms, bytes, mails, error)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            workspace.clone(),
            report.clone(),
            run.at_ms.into(),
            run.bytes.into(),
            run.mails.into(),
            run.error.clone().into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        let text = "DELETE FROM report_runs WHERE workspace_id = $1 AND report_id = $2 AND id NOT IN (
            SELECT id FROM report_runs WHERE workspace_id = $1 AND report_id = $2 ORDER BY id DESC LIMIT $3)";
        sql::execute(&self.0.tx, text, [workspace, report, RUNS_MAX.into()]).await?;
        Ok(true)
    }

    fn key(&self, id: i32) -> [Value; 2] {
        [self.0.workspace.0.into(), id.into()]
    }
}

fn json(new: &NewReport) -> Result<Json> {
    serde_json::to_value(new).map_err(|error| Error::Unreadable(error.to_string()))
}

fn wanted(kept: Json) -> Result<NewReport> {
    serde_json::from_value(kept).map_err(|error| Error::Unreadable(format!("a report: {error}")))
}

fn run(row: &QueryResult) -> Result<Run> {
    Ok(Run {
        at_ms: row.try_get("", "at_ms")?,
        bytes: row.try_get("", "bytes")?,
        mails: row.try_get("", "mails")?,
        error: row.try_get("", "error")?,
    })
}

fn noun(row: &QueryResult) -> Result<Report> {
    let last: Option<i64> = row.try_get("", "at_ms")?;
    Ok(Report {
        id: row.try_get("", "id")?,
        dashboard: row.try_get("", "dashboard_id")?,
        wanted: wanted(row.try_get("", "wanted")?)?,
        maker: row.try_get("", "maker")?,
        next_ms: row.try_get("", "next_ms")?,
        asked: row.try_get("", "asked")?,
        last: last.map(|_| run(row)).transpose()?,
    })
}
