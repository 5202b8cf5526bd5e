//! The logs of devices. Alike lines are folded into one, and each log is bounded, so that a device that fails a
//! thousand times a second fills neither the database nor the page.

use crate::entity::device_event;
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::event::{DeviceEvent, EventKind};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Alike lines within this time are folded, in milliseconds.
const FOLD_MS: i64 = 60 * 60 * 1000;
/// So many lines of a device are kept.
const KEPT: i64 = 1000;
/// Longest text of a line, in characters.
const TEXT_MAX: usize = 500;

/// The logs that a scope sees.
pub struct DeviceEvents<'a>(pub(crate) &'a WorkspaceTx);

impl DeviceEvents<'_> {
    /// The newest lines of a device, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, device: DeviceId, limit: u64) -> Result<Vec<DeviceEvent>> {
        let rows = device_event::Entity::find()
            .filter(device_event::Column::WorkspaceId.eq(self.0.workspace.0))
            .filter(device_event::Column::DeviceId.eq(device.0))
            .order_by_desc(device_event::Column::Id)
            .limit(limit)
            .all(&self.0.tx)
            .await?;
        Ok(rows.into_iter().filter_map(noun).collect())
    }

    /// The newest lines of many devices from here to before there, milliseconds since 1970, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn between(
        &self,
        devices: &[DeviceId],
        (from_ms, to_ms): (i64, i64),
        limit: u64,
    ) -> Result<Vec<(DeviceId, DeviceEvent)>> {
        let rows = device_event::Entity::find()
            .filter(device_event::Column::WorkspaceId.eq(self.0.workspace.0))
            .filter(device_event::Column::DeviceId.is_in(devices.iter().map(|device| device.0)))
            .filter(device_event::Column::At.gte(sql::at(from_ms)))
            .filter(device_event::Column::At.lt(sql::at(to_ms)))
            .order_by_desc(device_event::Column::At)
            .limit(limit.min(1_000))
            .all(&self.0.tx)
            .await?;
        Ok(rows.into_iter().filter_map(|row| Some((DeviceId(row.device_id), noun(row)?))).collect())
    }

    /// Up to `limit` lines of a device, newest first: of these kinds where any are told, older than the line of this
    /// number where one is.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        device: DeviceId,
        kinds: &[EventKind],
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<DeviceEvent>> {
        let mut found = device_event::Entity::find()
            .filter(device_event::Column::WorkspaceId.eq(self.0.workspace.0))
            .filter(device_event::Column::DeviceId.eq(device.0));
        if !kinds.is_empty() {
            found = found.filter(device_event::Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())));
        }
        if let Some(before) = before {
            found = found.filter(device_event::Column::Id.lt(before));
        }
        let rows = found.order_by_desc(device_event::Column::Id).limit(limit).all(&self.0.tx).await?;
        Ok(rows.into_iter().filter_map(noun).collect())
    }

    /// Adds a line, or counts it on an alike one of the last hour. A device that is gone violates a foreign key.
    ///
    /// # Errors
    /// The database's.
    pub async fn log(&self, device: DeviceId, kind: EventKind, text: &str, now_ms: i64) -> Result<()> {
        let text: String = text.chars().filter(|c| *c != '\0').take(TEXT_MAX).collect();
        let folded = sql::execute(
            &self.0.tx,
            "UPDATE device_events SET count = count + 1 WHERE workspace_id = $1 AND device_id = $2 AND id = (
                 SELECT id FROM device_events
                 WHERE workspace_id = $1 AND device_id = $2 AND kind = $3 AND text = $4 AND at > $5
                 ORDER BY id DESC LIMIT 1)",
            [
                self.0.workspace.0.into(),
                device.0.into(),
                kind.as_str().into(),
                text.as_str().into(),
                sql::at(now_ms - FOLD_MS).into(),
            ],
        )
        .await?;
        if folded > 0 {
            return Ok(());
        }
        sql::execute(
            &self.0.tx,
            "INSERT INTO device_events (workspace_id, device_id, at, kind, text) VALUES ($1, $2, $3, $4, $5)",
            [
                self.0.workspace.0.into(),
                device.0.into(),
                sql::at(now_ms).into(),
                kind.as_str().into(),
                text.into(),
            ],
        )
        .await?;
        self.forget_old(device).await
    }

    /// Deletes what is older than the newest [`KEPT`] lines.
    async fn forget_old(&self, device: DeviceId) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_events WHERE workspace_id = $1 AND device_id = $2 AND id <= (
                 SELECT id FROM device_events WHERE workspace_id = $1 AND device_id = $2
                 ORDER BY id DESC OFFSET $3 LIMIT 1)",
            [self.0.workspace.0.into(), device.0.into(), KEPT.into()],
        )
        .await?;
        Ok(())
    }
}

/// Lines of a kind that this version doesn't know are passed over.
fn noun(row: device_event::Model) -> Option<DeviceEvent> {
    Some(DeviceEvent {
        id: row.id,
        at_ms: sql::millis(row.at),
        kind: EventKind::from_word(&row.kind)?,
        text: row.text,
        count: row.count,
    })
}
