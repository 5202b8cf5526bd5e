//! What the delivery of data exports reads and writes. An export is one process's for a time (its lease); what it has
//! delivered counts once that is noted under the same lease. Who dies between sending and noting sends again, under the same keys.

use super::data_exports;
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::data_export::{DeadRecord, Export, pause_ms};
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;

/// Changes that are read at once.
const CHANGES: i64 = 2_000;
/// Dead records that are kept of an export: the newest.
const DEAD_KEPT: i64 = 1_000;
/// How long changes are kept for an export that doesn't come forward: a week, in milliseconds.
const KEPT_MS: i64 = 7 * 24 * 3600 * 1000;

/// The delivery of the exports of a scope.
pub struct ExportWork<'a>(pub(crate) &'a WorkspaceTx);

/// Something to deliver, which is the caller's for a time.
#[derive(Clone, Debug)]
pub struct Leased {
    /// What.
    pub export: Export,
    /// How far it has come.
    pub position: i64,
    /// Whose it is.
    pub lease: i64,
    /// When it began, milliseconds since 1970: what arrived before is none of its.
    pub since_ms: i64,
}

/// A past to deliver, which is the caller's for a time.
#[derive(Clone, Debug)]
pub struct LeasedPast {
    /// Its number.
    pub id: i64,
    /// Of which export.
    pub export: i32,
    /// Whose it is.
    pub lease: i64,
    /// The device whose past goes out; 0: none yet.
    pub device: DeviceId,
    /// Until when that is out, milliseconds since 1970.
    pub device_ms: i64,
    /// From when.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
}

/// A change as it was noted.
#[derive(Clone, Debug)]
pub struct NotedChange {
    /// Its number, which stays.
    pub id: i64,
    /// Its place among the changes.
    pub place: i64,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// To which device.
    pub device: Option<DeviceId>,
    /// What there is to say.
    pub body: Json,
}

/// What came of an attempt.
#[derive(Clone, Debug, Default)]
pub struct Delivered {
    /// How far it has come.
    pub position: i64,
    /// Until when all is delivered, milliseconds since 1970.
    pub reached_ms: i64,
    /// Records that went out.
    pub sent: i64,
    /// Records that were left out.
    pub left_out: i64,
    /// Records that can't be delivered.
    pub dead: Vec<DeadRecord>,
    /// When to look again, milliseconds since 1970.
    pub next_ms: i64,
}

impl ExportWork<'_> {
    /// Takes one export that is due, until `until_ms`.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, now_ms: i64, until_ms: i64) -> Result<Option<Leased>> {
        let text = "UPDATE data_exports SET lease = lease + 1, leased_until_ms = $3 WHERE workspace_id = $1 AND id = (
                SELECT id FROM data_exports WHERE workspace_id = $1 AND enabled AND next_ms <= $2 AND leased_until_ms <= $2
                ORDER BY next_ms, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, position, lease, since_ms";
        let values = [self.0.workspace.0.into(), now_ms.into(), until_ms.into()];
        let Some(row) = sql::one(&self.0.tx, text, values).await? else { return Ok(None) };
        let id: i32 = row.try_get("", "id")?;
        let Some(export) = data_exports::DataExports(self.0).get(id).await? else { return Ok(None) };
        Ok(Some(Leased {
            export,
            position: row.try_get("", "position")?,
            lease: row.try_get("", "lease")?,
            since_ms: row.try_get("", "since_ms")?,
        }))
    }

    /// Says that an export is still being delivered.
    ///
    /// # Errors
    /// The database's.
    pub async fn beat(&self, leased: &Leased, until_ms: i64) -> Result<()> {
        let text =
            "UPDATE data_exports SET leased_until_ms = $4 WHERE workspace_id = $1 AND id = $2 AND lease = $3";
        let values =
            [self.0.workspace.0.into(), leased.export.id.into(), leased.lease.into(), until_ms.into()];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Since when all that arrived can still be followed, milliseconds since 1970; nothing where that is since ever.
    ///
    /// # Errors
    /// The database's.
    pub async fn oldest_ms(&self) -> Result<Option<i64>> {
        let text = "SELECT slot, (extract(epoch FROM opened_at) * 1000)::int8 FROM tm_slot
            WHERE state IN ('open', 'closed', 'compacted') ORDER BY slot LIMIT 1";
        let Some(row) = sql::one(&self.0.tx, text, []).await? else { return Ok(None) };
        Ok(row
            .try_get_by_index::<Option<i64>>(1)?
            .filter(|_| row.try_get_by_index::<i32>(0).is_ok_and(|slot| slot > 1)))
    }

    /// Devices that were heard last, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn heard_lately(&self, most: i64) -> Result<Vec<DeviceId>> {
        let text =
            "SELECT device_id FROM tm_last WHERE workspace_id = $1 ORDER BY last_arrived DESC LIMIT $2";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), most.into()]).await?;
        rows.iter().map(|row| Ok(DeviceId(row.try_get_by_index(0)?))).collect()
    }

    /// The newest changes of a source that are still there, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn newest_changes(&self, source: &str, most: i64) -> Result<Vec<NotedChange>> {
        let text = "SELECT id, coalesce(place, 0) AS place, at_ms, kind, about, body FROM data_export_changes
            WHERE workspace_id = $1 AND source = $2 ORDER BY id DESC LIMIT $3";
        let values = [self.0.workspace.0.into(), source.into(), most.into()];
        sql::all(&self.0.tx, text, values).await?.iter().map(noted).collect()
    }

    /// Notes what was delivered. Tells whether the export was still the caller's; if not, nothing is noted.
    ///
    /// # Errors
    /// The database's.
    pub async fn delivered(&self, leased: &Leased, now_ms: i64, what: &Delivered) -> Result<bool> {
        let text = "UPDATE data_exports SET position = $4, reached_ms = $5, sent = sent + $6, left_out = left_out + $7,
                dead = dead + $8, failures = 0, trouble = NULL, next_ms = $9, leased_until_ms = 0,
                delivered_ms = CASE WHEN $6 > 0 THEN $10 ELSE delivered_ms END,
                told = told AND $10 - $5 > 60000
            WHERE workspace_id = $1 AND id = $2 AND lease = $3";
        let id = leased.export.id;
        let values: [Value; 10] = [
            self.0.workspace.0.into(),
            id.into(),
            leased.lease.into(),
            what.position.into(),
            what.reached_ms.into(),
            what.sent.into(),
            what.left_out.into(),
            (what.dead.len() as i64).into(),
            what.next_ms.into(),
            now_ms.into(),
        ];
        if sql::execute(&self.0.tx, text, values).await? == 0 {
            return Ok(false);
        }
        self.bury(id, &what.dead).await?;
        Ok(true)
    }

    /// Keeps what can't be delivered, the newest of it.
    async fn bury(&self, export: i32, dead: &[DeadRecord]) -> Result<()> {
        if dead.is_empty() {
            return Ok(());
        }
        let text = "INSERT INTO data_export_dead (workspace_id, export_id, at_ms, key, reason, body)
            SELECT $1, $2, d.at_ms, d.key, d.reason, d.body
            FROM unnest($3::int8[], $4::text[], $5::text[], $6::text[]) AS d (at_ms, key, reason, body)";
        let texts =
            |of: fn(&DeadRecord) -> &String| dead.iter().map(|one| of(one).clone()).collect::<Vec<_>>();
        let values: [Value; 6] = [
            self.0.workspace.0.into(),
            export.into(),
            dead.iter().map(|one| one.at_ms).collect::<Vec<_>>().into(),
            texts(|one| &one.key).into(),
            texts(|one| &one.reason).into(),
            texts(|one| &one.body).into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        let text = "DELETE FROM data_export_dead WHERE workspace_id = $1 AND export_id = $2 AND id <= (
            SELECT id FROM data_export_dead WHERE workspace_id = $1 AND export_id = $2 ORDER BY id DESC OFFSET $3 LIMIT 1)";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), export.into(), DEAD_KEPT.into()]).await?;
        Ok(())
    }

    /// Notes that an attempt failed; it is tried again, later each time.
    ///
    /// # Errors
    /// The database's.
    pub async fn failed(&self, leased: &Leased, now_ms: i64, why: &str) -> Result<()> {
        let text =
            "UPDATE data_exports SET failures = failures + 1, trouble = $4, next_ms = $5, leased_until_ms = 0
            WHERE workspace_id = $1 AND id = $2 AND lease = $3";
        let next_ms = now_ms + pause_ms(leased.export.health.failures);
        let values = [
            self.0.workspace.0.into(),
            leased.export.id.into(),
            leased.lease.into(),
            why.into(),
            next_ms.into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Says that it is told that the export lags; tells whether it was not yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn told(&self, export: i32) -> Result<bool> {
        let text = "UPDATE data_exports SET told = true WHERE workspace_id = $1 AND id = $2 AND NOT told";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), export.into()]).await? > 0)
    }

    /// The next changes of a source behind `place`, how far that leads, and whether there may be more.
    ///
    /// # Errors
    /// The database's.
    pub async fn changes(&self, source: &str, place: i64) -> Result<(Vec<NotedChange>, i64, bool)> {
        let text = "SELECT id, place, at_ms, kind, about, body FROM data_export_changes
            WHERE workspace_id = $1 AND place > $2 AND source = $3 ORDER BY place LIMIT $4";
        let clock = "SELECT coalesce((SELECT place FROM data_export_clocks WHERE workspace_id = $1), 0)";
        let end: i64 = sql::scalar(&self.0.tx, clock, [self.0.workspace.0.into()]).await?;
        let values = [self.0.workspace.0.into(), place.into(), source.into(), CHANGES.into()];
        let rows = sql::all(&self.0.tx, text, values).await?;
        let changes = rows.iter().map(noted).collect::<Result<Vec<_>>>()?;
        let more = changes.len() as i64 == CHANGES;
        let reached = match changes.last() {
            Some(last) if more => last.place,
            _ => end.max(place).max(changes.last().map_or(0, |last| last.place)),
        };
        Ok((changes, reached, more))
    }

    /// Takes away the changes that every export has passed, and those that are too old to wait for one.
    ///
    /// # Errors
    /// The database's.
    pub async fn tidy(&self, now_ms: i64) -> Result<()> {
        let text = "DELETE FROM data_export_changes WHERE workspace_id = $1 AND id IN (
            SELECT id FROM data_export_changes WHERE workspace_id = $1 AND (at_ms < $2 OR place <= coalesce(
                (SELECT min(position) FROM data_exports WHERE workspace_id = $1 AND enabled AND source <> 'telemetry'),
                9223372036854775807))
            LIMIT 5000)";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), (now_ms - KEPT_MS).into()]).await?;
        let text = "DELETE FROM data_export_clocks WHERE workspace_id = $1 AND NOT EXISTS (
            SELECT FROM data_exports WHERE workspace_id = $1 AND enabled AND source <> 'telemetry')";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        Ok(())
    }

    /// Takes one backfill that is due, until `until_ms`.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_past(&self, now_ms: i64, until_ms: i64) -> Result<Option<LeasedPast>> {
        let text = "UPDATE data_export_backfills SET lease = lease + 1, leased_until_ms = $3
            WHERE workspace_id = $1 AND id = (
                SELECT id FROM data_export_backfills WHERE workspace_id = $1 AND state = 'running' AND next_ms <= $2
                    AND leased_until_ms <= $2
                ORDER BY next_ms, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, export_id, lease, device_now, device_ms, from_ms, to_ms";
        let values = [self.0.workspace.0.into(), now_ms.into(), until_ms.into()];
        let Some(row) = sql::one(&self.0.tx, text, values).await? else { return Ok(None) };
        Ok(Some(LeasedPast {
            id: row.try_get("", "id")?,
            export: row.try_get("", "export_id")?,
            lease: row.try_get("", "lease")?,
            device: DeviceId(row.try_get("", "device_now")?),
            device_ms: row.try_get("", "device_ms")?,
            from_ms: row.try_get("", "from_ms")?,
            to_ms: row.try_get("", "to_ms")?,
        }))
    }

    /// The next device behind this one.
    ///
    /// # Errors
    /// The database's.
    pub async fn device_behind(&self, device: DeviceId) -> Result<Option<DeviceId>> {
        let text = "SELECT id FROM devices WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT 1";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), device.0.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.map(DeviceId))
    }

    /// Notes how far a backfill has come: until when the past of `device` is out, how many devices are done since, and
    /// whether all is out. Tells whether it was still the caller's.
    ///
    /// # Errors
    /// The database's.
    pub async fn past_delivered(
        &self,
        past: &LeasedPast,
        device: (DeviceId, i64),
        devices: i64,
        sent: i64,
        done: bool,
    ) -> Result<bool> {
        let text = "UPDATE data_export_backfills SET device_now = $4, device_ms = $5, devices_done = devices_done + $6,
                sent = sent + $7, state = CASE WHEN $8 THEN 'done' ELSE state END, failures = 0, trouble = NULL, next_ms = 0,
                leased_until_ms = 0
            WHERE workspace_id = $1 AND id = $2 AND lease = $3";
        let values: [Value; 8] = [
            self.0.workspace.0.into(),
            past.id.into(),
            past.lease.into(),
            device.0.0.into(),
            device.1.into(),
            devices.into(),
            sent.into(),
            done.into(),
        ];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// Notes what of a backfill can't be delivered.
    ///
    /// # Errors
    /// The database's.
    pub async fn past_dead(&self, export: i32, dead: &[DeadRecord]) -> Result<()> {
        let text = "UPDATE data_exports SET dead = dead + $3 WHERE workspace_id = $1 AND id = $2";
        if !dead.is_empty() {
            let values = [self.0.workspace.0.into(), export.into(), (dead.len() as i64).into()];
            sql::execute(&self.0.tx, text, values).await?;
        }
        self.bury(export, dead).await
    }

    /// Notes that an attempt at a backfill failed; it is tried again, later each time.
    ///
    /// # Errors
    /// The database's.
    pub async fn past_failed(&self, past: &LeasedPast, now_ms: i64, why: &str) -> Result<()> {
        let text =
            "UPDATE data_export_backfills SET failures = failures + 1, trouble = $4, leased_until_ms = 0,
                next_ms = $5 + least(300000, 1000 * (2 ^ least(failures, 9))::int8)
            WHERE workspace_id = $1 AND id = $2 AND lease = $3";
        let values =
            [self.0.workspace.0.into(), past.id.into(), past.lease.into(), why.into(), now_ms.into()];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }
}

fn noted(row: &QueryResult) -> Result<NotedChange> {
    Ok(NotedChange {
        id: row.try_get("", "id")?,
        place: row.try_get("", "place")?,
        at_ms: row.try_get("", "at_ms")?,
        kind: row.try_get("", "kind")?,
        device: row.try_get::<Option<i32>>("", "about")?.map(DeviceId),
        body: row.try_get("", "body")?,
    })
}
