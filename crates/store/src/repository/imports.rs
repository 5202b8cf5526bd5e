//! Imports of history: what people see of them, and their files in pieces.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::import::{Counts, Import, ImportState, Mapping, NewImport};
use model::organization::Reach;
use model::{OrganizationId, PersonId};
use sea_orm::QueryResult;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;

/// Most imports that are listed.
const LIST_MAX: i64 = 100;
/// Longest piece, in bytes: where a piece begins tells whether it can hold what is looked for.
const PIECE_MAX: i64 = 1 << 20;

/// The imports that a scope sees.
pub struct Imports<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT i.*, coalesce(p.name, '') AS by FROM imports i LEFT JOIN people p ON p.id = i.person_id
    WHERE i.workspace_id = $1";

impl Imports<'_> {
    /// The newest of them, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Import>> {
        let text = format!("{SELECT} ORDER BY i.id DESC LIMIT {LIST_MAX}");
        sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?.iter().map(noun).collect()
    }

    /// One; nothing where there is none in this workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i32) -> Result<Option<Import>> {
        let row = sql::one(&self.0.tx, &format!("{SELECT} AND i.id = $2"), self.key(id)).await?;
        row.as_ref().map(noun).transpose()
    }

    /// What the devices of one may be: what whoever began it sees.
    ///
    /// # Errors
    /// The database's.
    pub async fn reach(&self, id: i32) -> Result<Reach> {
        let these: Option<Vec<i32>> =
            sql::scalar(&self.0.tx, "SELECT lookup_import_reach($1, $2)", self.key(id)).await?;
        Ok(these.map_or(Reach::Everything, |these| {
            Reach::Organizations(these.into_iter().map(OrganizationId).collect())
        }))
    }

    /// How many are not over. Until the scope ends nobody else begins one here.
    ///
    /// # Errors
    /// The database's.
    pub async fn unfinished(&self) -> Result<i64> {
        let lock = "SELECT pg_advisory_xact_lock(hashtext('imports'), $1)";
        sql::execute(&self.0.tx, lock, [self.0.workspace.0.into()]).await?;
        sql::scalar(
            &self.0.tx,
            "SELECT count(*) FROM imports WHERE workspace_id = $1
             AND state IN ('uploading', 'ready', 'queued', 'running')",
            [self.0.workspace.0.into()],
        )
        .await
    }

    /// Begins one; it writes to what this organization sees.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        new: &NewImport,
        by: Option<PersonId>,
        organization: OrganizationId,
    ) -> Result<i32> {
        sql::scalar(
            &self.0.tx,
            "INSERT INTO imports (workspace_id, name, bytes, person_id, organization_id) VALUES ($1, $2, $3, $4, $5)
             RETURNING id",
            [
                self.0.workspace.0.into(),
                new.name.as_str().into(),
                new.bytes.into(),
                by.map(|by| by.0).into(),
                organization.0.into(),
            ],
        )
        .await
    }

    /// Adds a piece of the file that begins at this byte. Tells how much is there afterwards; less than that piece
    /// reaches where it doesn't follow what is there. A piece that comes again changes nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_piece(&self, id: i32, at: i64, data: Vec<u8>) -> Result<i64> {
        let length = data.len() as i64;
        let taken = sql::execute(
            &self.0.tx,
            "UPDATE imports SET received = received + $4,
                 state = CASE WHEN received + $4 = bytes THEN 'ready' ELSE state END
             WHERE workspace_id = $1 AND id = $2 AND state = 'uploading' AND received = $3
                 AND received + $4 <= bytes",
            [self.0.workspace.0.into(), id.into(), at.into(), length.into()],
        )
        .await?;
        if taken > 0 {
            sql::execute(
                &self.0.tx,
                "INSERT INTO import_pieces (workspace_id, import_id, at, data) VALUES ($1, $2, $3, $4)",
                [self.0.workspace.0.into(), id.into(), at.into(), data.into()],
            )
            .await?;
        }
        sql::scalar(
            &self.0.tx,
            "SELECT received FROM imports WHERE workspace_id = $1 AND id = $2",
            self.key(id),
        )
        .await
    }

    /// Up to `most` bytes of the file from this one on.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self, id: i32, from: i64, most: usize) -> Result<Vec<u8>> {
        let to = from.saturating_add(most as i64);
        let rows = sql::all(
            &self.0.tx,
            "SELECT at, data FROM import_pieces
             WHERE workspace_id = $1 AND import_id = $2 AND at > $3 AND at < $4 ORDER BY at",
            [self.0.workspace.0.into(), id.into(), (from - PIECE_MAX - 1).into(), to.into()],
        )
        .await?;
        let mut bytes = Vec::with_capacity(most);
        for row in rows {
            let (at, data): (i64, Vec<u8>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let skip = usize::try_from(from + bytes.len() as i64 - at).unwrap_or(usize::MAX);
            bytes.extend_from_slice(data.get(skip..).unwrap_or_default());
        }
        bytes.truncate(most);
        Ok(bytes)
    }

    /// Hands it to the workers with what becomes of its file; tells whether it was waiting for that.
    ///
    /// # Errors
    /// The database's.
    pub async fn queue(&self, id: i32, mapping: &Mapping) -> Result<bool> {
        let done = sql::execute(
            &self.0.tx,
            "UPDATE imports SET state = 'queued', mapping = $3
             WHERE workspace_id = $1 AND id = $2 AND state = 'ready'",
            [self.0.workspace.0.into(), id.into(), json(mapping)?.into()],
        )
        .await?;
        Ok(done > 0)
    }

    /// Ends one that is not over, and lets its file go; tells whether there was such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn cancel(&self, id: i32) -> Result<bool> {
        let done = sql::execute(
            &self.0.tx,
            "UPDATE imports SET state = 'cancelled', ended_at = now(), worker = NULL, leased_until = NULL
             WHERE workspace_id = $1 AND id = $2 AND state IN ('uploading', 'ready', 'queued', 'running')",
            self.key(id),
        )
        .await?;
        self.drop_file(id).await?;
        Ok(done > 0)
    }

    /// Deletes one that is over, with its error file; tells whether there was such a one. What it stored stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: i32) -> Result<bool> {
        let done = sql::execute(
            &self.0.tx,
            "DELETE FROM imports WHERE workspace_id = $1 AND id = $2 AND state IN ('done', 'failed', 'cancelled')",
            self.key(id),
        )
        .await?;
        Ok(done > 0)
    }

    /// The next part of the error file behind this place, deflated, with its own place.
    ///
    /// # Errors
    /// The database's.
    pub async fn errors_after(&self, id: i32, after: i64) -> Result<Option<(i64, Vec<u8>)>> {
        let row = sql::one(
            &self.0.tx,
            "SELECT at, data FROM import_errors WHERE workspace_id = $1 AND import_id = $2 AND at > $3
             ORDER BY at LIMIT 1",
            [self.0.workspace.0.into(), id.into(), after.into()],
        )
        .await?;
        row.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).transpose()
    }

    pub(crate) async fn drop_file(&self, id: i32) -> Result<()> {
        let statement = "DELETE FROM import_pieces WHERE workspace_id = $1 AND import_id = $2";
        sql::execute(&self.0.tx, statement, self.key(id)).await?;
        Ok(())
    }

    pub(crate) fn key(&self, id: i32) -> [sea_orm::Value; 2] {
        [self.0.workspace.0.into(), id.into()]
    }

    pub(crate) fn tx(&self) -> &WorkspaceTx {
        self.0
    }
}

pub(crate) fn json(of: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(of).map_err(|e| Error::Unreadable(e.to_string()))
}

pub(crate) fn from_json<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|e| Error::Unreadable(e.to_string()))
}

fn noun(row: &QueryResult) -> Result<Import> {
    let time = |name: &str| -> Result<Option<i64>> {
        Ok(row.try_get::<Option<OffsetDateTime>>("", name)?.map(sql::millis))
    };
    let state: String = row.try_get("", "state")?;
    let state = ImportState::from_word(&state).ok_or_else(|| Error::Unreadable(format!("import {state}")))?;
    let mapping: Option<Value> = row.try_get("", "mapping")?;
    Ok(Import {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        bytes: row.try_get("", "bytes")?,
        received: row.try_get("", "received")?,
        state,
        mapping: mapping.map(from_json).transpose()?,
        read: row.try_get("", "read")?,
        counts: from_json::<Counts>(row.try_get("", "counts")?)?,
        why: row.try_get("", "why")?,
        by: row.try_get("", "by")?,
        created_ms: time("created_at")?.unwrap_or_default(),
        started_ms: time("started_at")?,
        ended_ms: time("ended_at")?,
    })
}
