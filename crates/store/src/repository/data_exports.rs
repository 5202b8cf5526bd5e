//! Data exports, how each does, and the past that is delivered besides.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::data_export::{Backfill, BackfillState, DeadRecord, Export, Health, NewExport, Source};
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;

/// Most exports that are listed.
const LIST_MAX: i64 = 1000;
/// Most dead records and backfills that are listed.
const SHOWN_MAX: i64 = 100;

/// The data exports of a scope.
pub struct DataExports<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT e.id, e.name, e.enabled, e.source, e.destination_id, e.narrowing, e.enrichments, e.transform, e.reached_ms,
        e.delivered_ms, e.sent, e.left_out, e.dead, e.failures, e.trouble, e.next_ms, d.name AS destination_name
    FROM data_exports e
    JOIN data_destinations d ON d.workspace_id = e.workspace_id AND d.id = e.destination_id
    WHERE e.workspace_id = $1";

/// Where an export begins that follows from now on: what is committed later is behind it.
const FROM_NOW: &str = "CASE WHEN $4 = 'telemetry' THEN rule_horizon()
    ELSE coalesce((SELECT place FROM data_export_clocks WHERE workspace_id = $1), 0) END";

impl DataExports<'_> {
    /// All, by their names.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Export>> {
        let text = format!("{SELECT} ORDER BY e.name COLLATE by_name, e.id LIMIT {LIST_MAX}");
        sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?.iter().map(noun).collect()
    }

    /// One; nothing where there is none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i32) -> Result<Option<Export>> {
        let text = format!("{SELECT} AND e.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM data_exports WHERE workspace_id = $1";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Makes one that follows from now on; its number. A taken name violates `data_exports_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, new: &NewExport, now_ms: i64) -> Result<i32> {
        self.place_changes().await?;
        let text = format!(
            "INSERT INTO data_exports (workspace_id, name, enabled, source, destination_id, narrowing, enrichments, transform,
                 position, reached_ms, since_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, {FROM_NOW}, $9, $9) RETURNING id"
        );
        let mut values = values(self.0.workspace.0.into(), new)?;
        values.push(now_ms.into());
        let id = sql::scalar(&self.0.tx, &text, values).await?;
        self.follow().await?;
        Ok(id)
    }

    /// Makes it another one. Where it is switched on, or follows something else, it begins now; else it goes on where it was.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: i32, new: &NewExport, now_ms: i64) -> Result<()> {
        self.place_changes().await?;
        let text = format!(
            "UPDATE data_exports SET name = $2, destination_id = $5, narrowing = $6, enrichments = $7, transform = $8,
                 position = CASE WHEN source <> $4 OR $3 AND NOT enabled THEN {FROM_NOW} ELSE position END,
                 reached_ms = CASE WHEN source <> $4 OR $3 AND NOT enabled THEN $9 ELSE reached_ms END,
                 since_ms = CASE WHEN source <> $4 OR $3 AND NOT enabled THEN $9 ELSE since_ms END,
                 enabled = $3, source = $4, failures = 0, trouble = NULL, next_ms = 0, told = false,
                 -- Who delivers it as it was notes nothing any more.
                 lease = lease + 1, leased_until_ms = 0
             WHERE workspace_id = $1 AND id = $10"
        );
        let mut values = values(self.0.workspace.0.into(), new)?;
        values.extend([now_ms.into(), id.into()]);
        sql::execute(&self.0.tx, &text, values).await?;
        self.follow().await
    }

    /// Deletes one, with what it could not deliver and its backfills.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: i32) -> Result<bool> {
        let text = "DELETE FROM data_exports WHERE workspace_id = $1 AND id = $2";
        let done = sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await? > 0;
        self.follow().await?;
        Ok(done)
    }

    /// What it could not deliver, the newest first, 100 at most.
    ///
    /// # Errors
    /// The database's.
    pub async fn dead(&self, id: i32) -> Result<Vec<DeadRecord>> {
        let text =
            "SELECT at_ms, key, reason, body FROM data_export_dead WHERE workspace_id = $1 AND export_id = $2
                    ORDER BY id DESC LIMIT $3";
        let values = [self.0.workspace.0.into(), id.into(), SHOWN_MAX.into()];
        let record = |row: &QueryResult| {
            Ok(DeadRecord {
                at_ms: row.try_get("", "at_ms")?,
                key: row.try_get("", "key")?,
                reason: row.try_get("", "reason")?,
                body: row.try_get("", "body")?,
            })
        };
        sql::all(&self.0.tx, text, values).await?.iter().map(record).collect()
    }

    /// Its backfills, the newest first, 100 at most.
    ///
    /// # Errors
    /// The database's.
    pub async fn backfills(&self, id: i32) -> Result<Vec<Backfill>> {
        let text = "SELECT b.id, b.from_ms, b.to_ms, b.state, b.devices_done, b.sent, b.trouble,
                (SELECT count(*) FROM devices d WHERE d.workspace_id = $1) AS devices
            FROM data_export_backfills b WHERE b.workspace_id = $1 AND b.export_id = $2 ORDER BY b.id DESC LIMIT $3";
        let values = [self.0.workspace.0.into(), id.into(), SHOWN_MAX.into()];
        let one = |row: &QueryResult| {
            let state: String = row.try_get("", "state")?;
            Ok(Backfill {
                id: row.try_get("", "id")?,
                from_ms: row.try_get("", "from_ms")?,
                to_ms: row.try_get("", "to_ms")?,
                state: BackfillState::from_word(&state)
                    .ok_or_else(|| Error::Unreadable("the state of a backfill".into()))?,
                devices_done: row.try_get("", "devices_done")?,
                devices: row.try_get("", "devices")?,
                sent: row.try_get("", "sent")?,
                trouble: row.try_get("", "trouble")?,
            })
        };
        sql::all(&self.0.tx, text, values).await?.iter().map(one).collect()
    }

    /// Begins to deliver the past of [from, to), milliseconds since 1970; its number.
    ///
    /// # Errors
    /// The database's.
    pub async fn backfill(&self, id: i32, from_ms: i64, to_ms: i64) -> Result<i64> {
        let text =
            "INSERT INTO data_export_backfills (workspace_id, export_id, from_ms, to_ms, state, device_ms)
                    VALUES ($1, $2, $3, $4, 'running', $3) RETURNING id";
        let values = [self.0.workspace.0.into(), id.into(), from_ms.into(), to_ms.into()];
        sql::scalar(&self.0.tx, text, values).await
    }

    /// Stops a backfill that runs; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn stop_backfill(&self, id: i32, backfill: i64) -> Result<bool> {
        let text = "UPDATE data_export_backfills SET state = 'stopped', lease = lease + 1
                    WHERE workspace_id = $1 AND export_id = $2 AND id = $3 AND state = 'running'";
        let values = [self.0.workspace.0.into(), id.into(), backfill.into()];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// What else than telemetry happens is noted while an export follows it.
    async fn follow(&self) -> Result<()> {
        let followed =
            "EXISTS (SELECT FROM data_exports WHERE workspace_id = $1 AND enabled AND source <> 'telemetry')";
        let begin = format!(
            "INSERT INTO data_export_clocks (workspace_id) SELECT $1 WHERE {followed} ON CONFLICT DO NOTHING"
        );
        let changes = format!("DELETE FROM data_export_changes WHERE workspace_id = $1 AND NOT {followed}");
        let end = format!("DELETE FROM data_export_clocks WHERE workspace_id = $1 AND NOT {followed}");
        for text in [&begin, &changes, &end] {
            sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        }
        Ok(())
    }

    /// Gives the changes that are committed their places behind all others, so that readers go by them.
    ///
    /// # Errors
    /// The database's.
    pub async fn place_changes(&self) -> Result<()> {
        let lock = "SELECT place FROM data_export_clocks WHERE workspace_id = $1 FOR UPDATE";
        if sql::one(&self.0.tx, lock, [self.0.workspace.0.into()]).await?.is_none() {
            return Ok(());
        }
        let text = "WITH new AS (
                SELECT id, row_number() OVER (ORDER BY id) AS nth FROM (
                    SELECT id FROM data_export_changes WHERE workspace_id = $1 AND place IS NULL ORDER BY id LIMIT 5000) AS unplaced
            ), placed AS (
                UPDATE data_export_changes c SET place = k.place + new.nth FROM new, data_export_clocks k
                WHERE c.workspace_id = $1 AND k.workspace_id = $1 AND c.id = new.id RETURNING c.place)
            UPDATE data_export_clocks SET place = greatest(place, (SELECT max(placed.place) FROM placed))
            WHERE workspace_id = $1 AND EXISTS (SELECT FROM placed)";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        Ok(())
    }
}

fn values(workspace: Value, new: &NewExport) -> Result<Vec<Value>> {
    let json = |of: serde_json::Result<Json>| of.map_err(|error| Error::Unreadable(error.to_string()));
    Ok(vec![
        workspace,
        new.name.as_str().into(),
        new.enabled.into(),
        new.source.as_str().into(),
        new.destination.into(),
        json(serde_json::to_value(&new.narrowing))?.into(),
        json(serde_json::to_value(&new.enrichments))?.into(),
        new.transform.as_str().into(),
    ])
}

pub(super) fn noun(row: &QueryResult) -> Result<Export> {
    let unreadable = |what: &str| Error::Unreadable(format!("{what} of a data export"));
    let source: String = row.try_get("", "source")?;
    let (narrowing, enrichments): (Json, Json) =
        (row.try_get("", "narrowing")?, row.try_get("", "enrichments")?);
    Ok(Export {
        id: row.try_get("", "id")?,
        what: NewExport {
            name: row.try_get("", "name")?,
            enabled: row.try_get("", "enabled")?,
            source: Source::from_word(&source).ok_or_else(|| unreadable("the source"))?,
            destination: row.try_get("", "destination_id")?,
            narrowing: serde_json::from_value(narrowing).map_err(|_| unreadable("the narrowing"))?,
            enrichments: serde_json::from_value(enrichments).map_err(|_| unreadable("the enrichments"))?,
            transform: row.try_get("", "transform")?,
        },
        destination_name: row.try_get("", "destination_name")?,
        health: Health {
            reached_ms: row.try_get("", "reached_ms")?,
            delivered_ms: row.try_get("", "delivered_ms")?,
            sent: row.try_get("", "sent")?,
            left_out: row.try_get("", "left_out")?,
            dead: row.try_get("", "dead")?,
            failures: row.try_get("", "failures")?,
            trouble: row.try_get("", "trouble")?,
            next_ms: row.try_get("", "next_ms")?,
        },
    })
}
