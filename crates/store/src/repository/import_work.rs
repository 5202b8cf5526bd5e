//! Imports as workers see them: one at a time takes one, and says after each part of the file how far it is.
//!
//! A part is announced with what it comes to before its rows are stored, and counted when they are: so that who takes
//! over in between counts it as it was, though its rows are there already.

use super::imports::{Imports, from_json, json};
use crate::error::Result;
use crate::sql;
use model::import::{Counts, Import, ImportState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// A part of a file that is about to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it begins, in bytes.
    pub from: i64,
    /// Where it ends.
    pub to: i64,
    /// What its rows come to.
    pub counts: Counts,
}

/// An import that a worker has taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The import.
    pub import: Import,
    /// The part that was announced and not counted yet.
    pub pending: Option<Part>,
}

impl Imports<'_> {
    /// Takes one that nobody is at; nothing where somebody is, or it wants none any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, id: i32, worker: &str, lease: Duration) -> Result<Option<Taken>> {
        let [workspace, import] = self.key(id);
        let row = sql::one(
            &self.tx().tx,
            "UPDATE imports SET state = 'running', worker = $3, leased_until = now() + make_interval(secs => $4),
                 started_at = coalesce(started_at, now())
             WHERE workspace_id = $1 AND id = (
                 SELECT id FROM imports WHERE workspace_id = $1 AND id = $2 AND state IN ('queued', 'running')
                     AND (leased_until IS NULL OR leased_until < now())
                 FOR UPDATE SKIP LOCKED)
             RETURNING pending",
            [workspace, import, worker.into(), lease.as_secs_f64().into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let pending: Option<Value> = row.try_get("", "pending")?;
        let Some(import) = self.get(id).await? else { return Ok(None) };
        Ok(Some(Taken { import, pending: pending.map(from_json).transpose()? }))
    }

    /// Announces a part, and keeps the import for a while longer; tells whether this worker still has it.
    ///
    /// # Errors
    /// The database's.
    pub async fn announce(&self, id: i32, worker: &str, part: &Part, lease: Duration) -> Result<bool> {
        let [workspace, import] = self.key(id);
        let done = sql::execute(
            &self.tx().tx,
            "UPDATE imports SET pending = $4, leased_until = now() + make_interval(secs => $5)
             WHERE workspace_id = $1 AND id = $2 AND state = 'running' AND worker = $3",
            [workspace, import, worker.into(), json(part)?.into(), lease.as_secs_f64().into()],
        )
        .await?;
        Ok(done > 0)
    }

    /// Counts a part whose rows are stored, with what it adds to the error file, deflated; tells whether this worker
    /// still has the import.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(
        &self,
        id: i32,
        worker: &str,
        part: &Part,
        all: Counts,
        errors: Option<Vec<u8>>,
    ) -> Result<bool> {
        let [workspace, import] = self.key(id);
        let done = sql::execute(
            &self.tx().tx,
            "UPDATE imports SET pending = NULL, read = $4, counts = $5
             WHERE workspace_id = $1 AND id = $2 AND state = 'running' AND worker = $3",
            [workspace.clone(), import.clone(), worker.into(), part.to.into(), json(&all)?.into()],
        )
        .await?;
        if let Some(errors) = errors.filter(|_| done > 0) {
            sql::execute(
                &self.tx().tx,
                "INSERT INTO import_errors (workspace_id, import_id, at, data) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING",
                [workspace, import, part.from.into(), errors.into()],
            )
            .await?;
        }
        Ok(done > 0)
    }

    /// Ends it, and lets its file go; `why` says in a sentence what it failed for.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, id: i32, worker: &str, state: ImportState, why: Option<&str>) -> Result<()> {
        let [workspace, import] = self.key(id);
        let done = sql::execute(
            &self.tx().tx,
            "UPDATE imports SET state = $4, why = $5, ended_at = now(), worker = NULL, leased_until = NULL
             WHERE workspace_id = $1 AND id = $2 AND state = 'running' AND worker = $3",
            [workspace, import, worker.into(), state.as_str().into(), why.into()],
        )
        .await?;
        if done > 0 {
            self.drop_file(id).await?;
        }
        Ok(())
    }

    /// Gives it back, for whoever comes next.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_back(&self, id: i32, worker: &str) -> Result<()> {
        let [workspace, import] = self.key(id);
        sql::execute(
            &self.tx().tx,
            "UPDATE imports SET leased_until = NULL, worker = NULL
             WHERE workspace_id = $1 AND id = $2 AND worker = $3",
            [workspace, import, worker.into()],
        )
        .await?;
        Ok(())
    }
}
