//! Which devices stand behind which.

use super::device_list::{self, COLUMNS, FROM};
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::device::Device;
use model::relationship::{DEPTH_MAX, Relationship};
use sea_orm::QueryResult;

/// Most children of a device that are listed.
const CHILDREN_MAX: i64 = 5_000;

/// The relationships that a scope sees.
pub struct Relationships<'a>(pub(crate) &'a WorkspaceTx);

impl Relationships<'_> {
    /// Those of a device to the ones behind it, with these, by their names.
    ///
    /// # Errors
    /// The database's.
    pub async fn children(&self, parent: DeviceId) -> Result<Vec<(Relationship, Device)>> {
        let text = format!(
            "SELECT r.id AS relationship, r.name AS relationship_name, p.external_id AS parent, listed.*
             FROM device_relationships r
             JOIN devices p ON p.workspace_id = r.workspace_id AND p.id = r.parent_id
             JOIN (SELECT {COLUMNS} {FROM}) AS listed ON listed.id = r.child_id
             WHERE r.workspace_id = $1 AND r.parent_id = $2
             ORDER BY listed.name COLLATE by_name, listed.id LIMIT {CHILDREN_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), parent.0.into()]).await?;
        rows.iter().map(pair).collect()
    }

    /// The gateway of a device.
    ///
    /// # Errors
    /// The database's.
    pub async fn parent(&self, child: DeviceId) -> Result<Option<Device>> {
        let text = format!(
            "SELECT {COLUMNS} {FROM} AND d.id = (
                 SELECT parent_id FROM device_relationships WHERE workspace_id = $1 AND child_id = $2)"
        );
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), child.0.into()]).await?;
        row.as_ref().map(device_list::noun).transpose()
    }

    /// Whether the first device is the second, or stands before it, or is too many gateways away from the last one to
    /// tell. Until the scope ends nobody else changes relationships here: two that are made at once can't make a circle.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_above(&self, device: DeviceId, below: DeviceId) -> Result<bool> {
        let lock = "SELECT pg_advisory_xact_lock(hashtext('device_relationships'), $1)";
        sql::execute(&self.0.tx, lock, [self.0.workspace.0.into()]).await?;
        let text = "
            WITH RECURSIVE above AS (
                SELECT $3::int4 AS id, 0 AS steps
                UNION ALL
                SELECT r.parent_id, above.steps + 1 FROM device_relationships r
                JOIN above ON r.child_id = above.id AND above.steps < $4
                WHERE r.workspace_id = $1)
            SELECT count(*) FROM above WHERE id = $2 OR steps >= $4";
        let depth = DEPTH_MAX.cast_signed();
        let values = [self.0.workspace.0.into(), device.0.into(), below.0.into(), depth.into()];
        let found: i64 = sql::scalar(&self.0.tx, text, values).await?;
        Ok(found > 0)
    }

    /// Makes one, or gives the one of this id another name and child. A child that stands behind another device already
    /// violates `device_relationships_child_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&self, parent: DeviceId, id: &str, name: &str, child: DeviceId) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO device_relationships (workspace_id, parent_id, id, name, child_id) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (workspace_id, parent_id, id) DO UPDATE SET name = excluded.name, child_id = excluded.child_id",
            [self.0.workspace.0.into(), parent.0.into(), id.into(), name.into(), child.0.into()],
        )
        .await?;
        Ok(())
    }

    /// Ends one; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, parent: DeviceId, id: &str) -> Result<bool> {
        let text = "DELETE FROM device_relationships WHERE workspace_id = $1 AND parent_id = $2 AND id = $3";
        let gone =
            sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), parent.0.into(), id.into()]).await?;
        Ok(gone > 0)
    }
}

fn pair(row: &QueryResult) -> Result<(Relationship, Device)> {
    let child = device_list::noun(row)?;
    let relationship = Relationship {
        id: row.try_get("", "relationship")?,
        name: row.try_get("", "relationship_name")?,
        parent: row.try_get("", "parent")?,
        child: child.external_id.clone(),
    };
    Ok((relationship, child))
}
