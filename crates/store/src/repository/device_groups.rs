//! Groups of devices, how many devices belong to them, and devices as filters see them.

use super::device_list;
use super::group_filter::{self, TWINS};
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::group::{Described, DeviceGroup, Filter, GroupDraft, GroupId, Place};
use model::page::Page;
use model::{DeviceId, OrganizationId, TemplateId};
use sea_orm::{QueryResult, Value};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, HashMap};

/// Most groups of one page.
const PAGE_MAX: i64 = 500;

/// The groups that a scope sees.
pub struct DeviceGroups<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT g.id, g.name, g.description, g.filter, g.created_at, g.updated_at,
           o.id AS organization_id, o.key AS organization_key, o.name AS organization_name
    FROM device_groups g
    JOIN organizations o ON o.workspace_id = g.workspace_id AND o.id = g.organization_id
    WHERE g.workspace_id = $1";

impl DeviceGroups<'_> {
    /// A part of the list, by name: those whose name or description holds the text, in any case.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, search: &str, offset: i64, limit: i64) -> Result<Page<DeviceGroup>> {
        let total = self.count().await?;
        let sought = device_list::contains(search.trim());
        let matching: i64 = sql::scalar(
            &self.0.tx,
            "SELECT count(*) FROM device_groups g WHERE g.workspace_id = $1 AND (g.name ILIKE $2 OR g.description ILIKE $2)",
            [self.0.workspace.0.into(), sought.as_str().into()],
        )
        .await?;
        let text = format!(
            "{SELECT} AND (g.name ILIKE $2 OR g.description ILIKE $2)
             ORDER BY g.name COLLATE by_name, g.id LIMIT $3 OFFSET $4"
        );
        let values =
            [self.0.workspace.0.into(), sought.into(), limit.clamp(1, PAGE_MAX).into(), offset.max(0).into()];
        let rows = sql::all(&self.0.tx, &text, values).await?;
        Ok(Page { items: rows.iter().map(noun).collect::<Result<_>>()?, matching, total })
    }

    /// One.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &GroupId) -> Result<Option<DeviceGroup>> {
        let text = format!("{SELECT} AND g.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.as_str().into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Those of this id or this name, in any case: the one of the id first. At most two, which is one too many.
    ///
    /// # Errors
    /// The database's.
    pub async fn called(&self, said: &str) -> Result<Vec<DeviceGroup>> {
        let text = format!(
            "{SELECT} AND (g.id = $2 OR lower(g.name) = lower($2)) ORDER BY g.id = $2 DESC, g.name = $2 DESC, g.id LIMIT 2"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), said.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM device_groups WHERE workspace_id = $1";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Makes one. A taken id violates `device_groups_id_key`, a taken name `device_groups_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        id: &GroupId,
        draft: &GroupDraft,
        organization: OrganizationId,
        now_ms: i64,
    ) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO device_groups (workspace_id, id, name, description, organization_id, filter, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            [
                self.0.workspace.0.into(),
                id.as_str().into(),
                draft.name.as_str().into(),
                draft.description.as_str().into(),
                organization.0.into(),
                written(&draft.filter)?.into(),
                sql::at(now_ms).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Replaces what one is; tells whether there is such a group. Without an organization it stays where it is.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: &GroupId, draft: &GroupDraft, now_ms: i64) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE device_groups SET name = $3, description = $4, organization_id = coalesce($5, organization_id),
                 filter = $6, updated_at = $7
             WHERE workspace_id = $1 AND id = $2",
            [
                self.0.workspace.0.into(),
                id.as_str().into(),
                draft.name.as_str().into(),
                draft.description.as_str().into(),
                draft.organization.map(|organization| organization.0).into(),
                written(&draft.filter)?.into(),
                sql::at(now_ms).into(),
            ],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Deletes one; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: &GroupId) -> Result<bool> {
        let text = "DELETE FROM device_groups WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.as_str().into()]).await? > 0)
    }

    /// How many of the devices that the scope sees each filter holds of, all in one statement.
    ///
    /// # Errors
    /// The database's.
    pub async fn sizes(&self, filters: &[&Filter], now_ms: i64) -> Result<Vec<i64>> {
        if filters.is_empty() {
            return Ok(Vec::new());
        }
        let mut values: Vec<Value> = vec![self.0.workspace.0.into()];
        let counts: Vec<String> = filters
            .iter()
            .map(|filter| {
                let holds = group_filter::predicate(filter, &mut values, now_ms);
                format!("count(*) FILTER (WHERE {holds})")
            })
            .collect();
        let twins =
            if filters.iter().any(|filter| group_filter::asks_for_twins(filter)) { TWINS } else { "" };
        let text = format!(
            "SELECT {} FROM devices d
             LEFT JOIN tm_last l ON l.workspace_id = d.workspace_id AND l.device_id = d.id {twins}
             WHERE d.workspace_id = $1",
            counts.join(", ")
        );
        let row = sql::one(&self.0.tx, &text, values).await?;
        let row = row.ok_or_else(|| Error::Unreadable("a row was expected".into()))?;
        (0..filters.len()).map(|i| Ok(row.try_get_by_index(i)?)).collect()
    }

    /// The devices of a filter by their external ids, at most `limit`, with how many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn members(&self, filter: &Filter, now_ms: i64, limit: u32) -> Result<(Vec<GroupMember>, i64)> {
        let mut values: Vec<Value> = vec![self.0.workspace.0.into()];
        let holds = group_filter::predicate(filter, &mut values, now_ms);
        let twins = if group_filter::asks_for_twins(filter) { TWINS } else { "" };
        values.push(i64::from(limit).into());
        let text = format!(
            "SELECT d.id, d.external_id, d.name, d.template_id, d.organization_id, o.name AS organization_name,
                    t.name AS template_name, count(*) OVER () AS matching
             FROM devices d
             JOIN organizations o ON o.workspace_id = d.workspace_id AND o.id = d.organization_id
             LEFT JOIN templates t ON t.workspace_id = d.workspace_id AND t.id = d.template_id
             LEFT JOIN tm_last l ON l.workspace_id = d.workspace_id AND l.device_id = d.id {twins}
             WHERE d.workspace_id = $1 AND {holds} ORDER BY d.name COLLATE by_name, d.id LIMIT ${}",
            values.len()
        );
        let rows = sql::all(&self.0.tx, &text, values).await?;
        let matching = rows.first().map(|row| row.try_get("", "matching")).transpose()?.unwrap_or(0);
        Ok((rows.iter().map(member).collect::<Result<_>>()?, matching))
    }

    /// A property of these devices; those that don't have it are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn properties(&self, devices: &[DeviceId], place: &Place) -> Result<HashMap<DeviceId, Json>> {
        let ids: Vec<i32> = devices.iter().map(|device| device.0).collect();
        let mut values: Vec<Value> = vec![self.0.workspace.0.into(), ids.into()];
        let value = group_filter::property(place, &mut values);
        let text = format!(
            "SELECT * FROM (
                 SELECT w.device_id, {value} AS found FROM device_twins w
                 WHERE w.workspace_id = $1 AND w.device_id = ANY ($2)) AS all_of_them
             WHERE found IS NOT NULL"
        );
        let rows = sql::all(&self.0.tx, &text, values).await?;
        rows.iter()
            .map(|row| Ok((DeviceId(row.try_get("", "device_id")?), row.try_get("", "found")?)))
            .collect()
    }

    /// These devices, with all that a filter may ask of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn described(&self, devices: &[DeviceId], now_ms: i64) -> Result<Vec<(DeviceId, Described)>> {
        let text = "
            SELECT d.id, d.external_id, d.name, d.template_id, d.blocked, d.approved, d.simulated,
                   l.last_arrived, l.\"values\" AS latest, w.desired, w.reported, w.cloud,
                   ARRAY(WITH RECURSIVE above AS (
                       SELECT o.id, o.parent_id FROM organizations o
                       WHERE o.workspace_id = d.workspace_id AND o.id = d.organization_id
                       UNION
                       SELECT o.id, o.parent_id FROM organizations o
                       JOIN above a ON o.id = a.parent_id WHERE o.workspace_id = d.workspace_id
                   ) SELECT id FROM above) AS organizations
            FROM devices d
            LEFT JOIN tm_last l ON l.workspace_id = d.workspace_id AND l.device_id = d.id
            LEFT JOIN device_twins w ON w.workspace_id = d.workspace_id AND w.device_id = d.id
            WHERE d.workspace_id = $1 AND d.id = ANY ($2) ORDER BY d.id";
        let ids: Vec<i32> = devices.iter().map(|device| device.0).collect();
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), ids.into()]).await?;
        rows.iter().map(|row| described(row, now_ms)).collect()
    }
}

/// A device of a group, with what lines and tables say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupMember {
    /// Internal key.
    pub id: DeviceId,
    /// What it connects with.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Its template and what that is called.
    pub template: Option<(TemplateId, String)>,
    /// Where it belongs, and what that is called.
    pub organization: (OrganizationId, String),
}

fn member(row: &QueryResult) -> Result<GroupMember> {
    let template: Option<i32> = row.try_get("", "template_id")?;
    let template_name: Option<String> = row.try_get("", "template_name")?;
    Ok(GroupMember {
        id: DeviceId(row.try_get("", "id")?),
        external_id: row.try_get("", "external_id")?,
        name: row.try_get("", "name")?,
        template: template.map(TemplateId).zip(template_name),
        organization: (
            OrganizationId(row.try_get("", "organization_id")?),
            row.try_get("", "organization_name")?,
        ),
    })
}

fn noun(row: &QueryResult) -> Result<DeviceGroup> {
    let filter: Json = row.try_get("", "filter")?;
    Ok(DeviceGroup {
        id: GroupId(row.try_get("", "id")?),
        name: row.try_get("", "name")?,
        description: row.try_get("", "description")?,
        organization: device_list::organization(row)?,
        filter: serde_json::from_value(filter).map_err(|e| Error::Unreadable(e.to_string()))?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
        updated_ms: sql::millis(row.try_get("", "updated_at")?),
    })
}

fn described(row: &QueryResult, now_ms: i64) -> Result<(DeviceId, Described)> {
    let object = |column: &str| -> Result<Map<String, Json>> {
        let value: Option<Json> = row.try_get("", column)?;
        Ok(value.and_then(|value| value.as_object().cloned()).unwrap_or_default())
    };
    let latest: BTreeMap<String, Json> = object("latest")?
        .into_iter()
        .filter_map(|(name, mut kept)| Some((name, kept.get_mut("v")?.take())))
        .collect();
    let organizations: Vec<i32> = row.try_get("", "organizations")?;
    let template: Option<i32> = row.try_get("", "template_id")?;
    let described = Described {
        external_id: row.try_get("", "external_id")?,
        name: row.try_get("", "name")?,
        template: template.map(TemplateId),
        organizations: organizations.into_iter().map(OrganizationId).collect(),
        blocked: row.try_get("", "blocked")?,
        approved: row.try_get("", "approved")?,
        simulated: row.try_get("", "simulated")?,
        last_seen_ms: row.try_get("", "last_arrived")?,
        desired: object("desired")?,
        reported: object("reported")?,
        cloud: object("cloud")?,
        latest,
        now_ms,
    };
    Ok((DeviceId(row.try_get("", "id")?), described))
}

fn written(filter: &Filter) -> Result<Json> {
    serde_json::to_value(filter).map_err(|e| Error::Unreadable(e.to_string()))
}
