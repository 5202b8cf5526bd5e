//! Devices that move from one organization to another, and what stays behind.
//!
//! The history of a device belongs to organizations by intervals: what arrived in one is seen by who sees the
//! organization of that interval. Arrival is counted in slots of telemetry, which everything that is kept knows, and in
//! time for what stands in no slot. A move begins a new slot where the open one holds something of the device.

use super::device_list::organization;
use super::devices::Devices;
use crate::error::Result;
use crate::sql;
use model::device::{Device, DeviceQuery};
use model::page::Page;
use model::{DeviceId, OrganizationId};
use sea_orm::{QueryResult, Value};
use time::OffsetDateTime;

/// Most devices of one page.
const PAGE_MAX: i64 = 200;

/// The last interval that a scope sees of each device that it doesn't see.
const GONE: &str = "
    SELECT DISTINCT ON (i.device_id) i.device_id, i.left_external_id, i.left_name, i.from_at, i.to_at,
        o.id AS organization_id, o.key AS organization_key, o.name AS organization_name
    FROM device_organizations i
    JOIN organizations o ON o.workspace_id = i.workspace_id AND o.id = i.organization_id
    WHERE i.workspace_id = $1 AND i.to_at IS NOT NULL AND i.left_external_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM devices d WHERE d.workspace_id = i.workspace_id AND d.id = i.device_id)";

impl Devices<'_> {
    /// Moves devices; what they sent until now stays where it is. Those that belong there already are passed over. Tells
    /// which ones moved. An unknown organization violates `devices_organization_fkey`.
    ///
    /// # Errors
    /// The database's.
    pub async fn move_to(
        &self,
        devices: &[DeviceId],
        organization: OrganizationId,
        now_ms: i64,
    ) -> Result<Vec<DeviceId>> {
        let tx = &self.0.tx;
        let workspace = || -> Value { self.0.workspace.0.into() };
        let wanted: Vec<i32> = devices.iter().map(|device| device.0).collect();
        // Whoever moves the same ones waits here.
        let rows = sql::all(
            tx,
            "SELECT id FROM devices WHERE workspace_id = $1 AND id = ANY ($2) AND organization_id <> $3
             ORDER BY id FOR UPDATE",
            [workspace(), wanted.into(), organization.0.into()],
        )
        .await?;
        let ids =
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<Vec<i32>, _>>()?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let slot: i32 = sql::scalar(tx, "SELECT tm_turn_slot($1)", [ids.clone().into()]).await?;
        sql::execute(
            tx,
            "WITH ended AS (
                 UPDATE device_organizations i
                 SET to_at = greatest($3, i.from_at + interval '1 millisecond'), to_slot = $4,
                     left_external_id = d.external_id, left_name = d.name
                 FROM devices d
                 WHERE i.workspace_id = $1 AND i.device_id = ANY ($2) AND i.to_at IS NULL
                     AND d.workspace_id = i.workspace_id AND d.id = i.device_id
                 RETURNING i.device_id, i.to_at, i.era)
             INSERT INTO device_organizations (workspace_id, device_id, organization_id, from_at, era, from_slot)
             SELECT $1, device_id, $5, to_at, era + 1, $4 FROM ended",
            [workspace(), ids.clone().into(), sql::at(now_ms).into(), slot.into(), organization.0.into()],
        )
        .await?;
        sql::execute(
            tx,
            "UPDATE devices SET organization_id = $3 WHERE workspace_id = $1 AND id = ANY ($2)",
            [workspace(), ids.clone().into(), organization.0.into()],
        )
        .await?;
        sql::execute(tx, "SELECT tm_forget_latest($1)", [ids.clone().into()]).await?;
        Ok(ids.into_iter().map(DeviceId).collect())
    }

    /// One that has moved away, as it was when it went.
    ///
    /// # Errors
    /// The database's.
    pub async fn moved_away(&self, external_id: &str) -> Result<Option<Device>> {
        let text = format!("{GONE} AND i.left_external_id = $2 ORDER BY i.device_id, i.to_at DESC LIMIT 1");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), external_id.into()]).await?;
        row.as_ref().map(gone).transpose()
    }

    /// Those that have moved away, the last first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_moved_away(&self, query: &DeviceQuery) -> Result<Page<Device>> {
        let all = format!("SELECT * FROM ({GONE} ORDER BY i.device_id, i.to_at DESC) AS gone");
        let count = format!("SELECT count(*) FROM ({all}) AS counted");
        let total: i64 = sql::scalar(&self.0.tx, &count, [self.0.workspace.0.into()]).await?;
        let rows = sql::all(
            &self.0.tx,
            &format!("{all} ORDER BY to_at DESC, device_id LIMIT $2 OFFSET $3"),
            [self.0.workspace.0.into(), query.limit.clamp(1, PAGE_MAX).into(), query.offset.max(0).into()],
        )
        .await?;
        Ok(Page { items: rows.iter().map(gone).collect::<Result<_>>()?, matching: total, total })
    }
}

fn gone(row: &QueryResult) -> Result<Device> {
    let at = |column: &str| row.try_get::<OffsetDateTime>("", column).map(sql::millis);
    Ok(Device {
        id: DeviceId(row.try_get("", "device_id")?),
        external_id: row.try_get("", "left_external_id")?,
        name: row.try_get("", "left_name")?,
        template: None,
        template_version: None,
        organization: organization(row)?,
        moved_away_ms: Some(at("to_at")?),
        simulated: false,
        blocked: false,
        approved: true,
        registered_ms: None,
        group: None,
        created_ms: at("from_at")?,
        last_seen_ms: None,
    })
}
