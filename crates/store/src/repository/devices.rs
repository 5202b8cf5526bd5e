//! Devices: single ones. The list is in `device_list`.

use super::device_list::{self, COLUMNS, FROM};
use super::group_filter;
use crate::entity::{device, device_organization};
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::device::{Device, DeviceQuery};
use model::group::Filter;
use model::page::Page;
use model::{DeviceId, OrganizationId, TemplateId};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;

/// The devices that a scope sees.
pub struct Devices<'a>(pub(crate) &'a WorkspaceTx);

/// Which devices a roster holds.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// All of the workspace.
    All,
    /// Those of these templates.
    Templates(&'a [TemplateId]),
    /// Those of these external ids.
    Ids(&'a [String]),
    /// Those of which this holds at this time, milliseconds since 1970.
    Group(&'a Filter, i64),
}

impl<'a> Whose<'a> {
    fn filter(&self) -> Option<&'a Filter> {
        match self {
            Whose::Group(filter, _) => Some(filter),
            Whose::All | Whose::Templates(_) | Whose::Ids(_) => None,
        }
    }
}

/// What is needed to make one.
#[derive(Clone, Debug)]
pub struct InsertDevice {
    /// What it connects with.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Its template, if it has one.
    pub template: Option<TemplateId>,
    /// Where it belongs.
    pub organization: OrganizationId,
    /// Whether our simulation plays it.
    pub simulated: bool,
    /// Its sealed key.
    pub key_encrypted: Vec<u8>,
}

impl Devices<'_> {
    /// A part of the list, with its counts. `now_ms` decides what is live.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, query: &DeviceQuery, now_ms: i64) -> Result<Page<Device>> {
        device_list::list(self.0, query, now_ms).await
    }

    /// The device of this external id; nothing where there is none in this workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, external_id: &str) -> Result<Option<Device>> {
        let text = format!("SELECT {COLUMNS} {FROM} AND d.external_id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), external_id.into()]).await?;
        row.as_ref().map(device_list::noun).transpose()
    }

    /// What a device connects with; nothing where it is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn external_id(&self, device: DeviceId) -> Result<Option<String>> {
        let text = "SELECT external_id FROM devices WHERE workspace_id = $1 AND id = $2";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), device.0.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// The external ids of all devices, or of those of these that there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn external_ids(&self, these: &[String]) -> Result<HashSet<String>> {
        let text = "SELECT external_id FROM devices WHERE workspace_id = $1
            AND (cardinality($2::text[]) = 0 OR external_id = ANY ($2))";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), these.to_vec().into()]).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// Devices by their external ids: all, those of these templates, or those of these ids; at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub async fn roster(&self, whose: &Whose<'_>, limit: u32) -> Result<Vec<Device>> {
        let workspace = self.0.workspace.0.into();
        let from = device_list::from(whose.filter());
        let (condition, values) = match whose {
            Whose::Group(filter, now_ms) => {
                let mut values = vec![workspace];
                let holds = group_filter::predicate(filter, &mut values, *now_ms);
                let text =
                    format!("SELECT {COLUMNS} {from} AND {holds} ORDER BY d.external_id LIMIT {limit}");
                let rows = sql::all(&self.0.tx, &text, values).await?;
                return rows.iter().map(device_list::noun).collect();
            }
            Whose::All => ("", vec![workspace]),
            Whose::Templates(ids) => {
                let ids: Vec<i32> = ids.iter().map(|id| id.0).collect();
                ("AND d.template_id = ANY ($2)", vec![workspace, ids.into()])
            }
            Whose::Ids(ids) => ("AND d.external_id = ANY ($2)", vec![workspace, ids.to_vec().into()]),
        };
        let text = format!("SELECT {COLUMNS} {FROM} {condition} ORDER BY d.external_id LIMIT {limit}");
        let rows = sql::all(&self.0.tx, &text, values).await?;
        rows.iter().map(device_list::noun).collect()
    }

    /// The devices of these external ids, with their templates; what is none of this workspace is left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn known(
        &self,
        external_ids: Vec<String>,
    ) -> Result<HashMap<String, (DeviceId, Option<TemplateId>)>> {
        let rows = sql::all(
            &self.0.tx,
            "SELECT external_id, id, template_id FROM devices WHERE workspace_id = $1 AND external_id = ANY ($2)",
            [self.0.workspace.0.into(), external_ids.into()],
        )
        .await?;
        rows.iter()
            .map(|row| {
                let template: Option<i32> = row.try_get_by_index(2)?;
                let known = (DeviceId(row.try_get_by_index(1)?), template.map(TemplateId));
                Ok((row.try_get_by_index(0)?, known))
            })
            .collect()
    }

    /// Makes one; its history begins in its organization. A taken external id violates `devices_external_id_key`,
    /// an unknown template `devices_template_fkey`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, new: InsertDevice, now_ms: i64) -> Result<DeviceId> {
        let made = device::ActiveModel {
            workspace_id: Set(self.0.workspace.0),
            external_id: Set(new.external_id),
            name: Set(new.name),
            template_id: Set(new.template.map(|t| t.0)),
            organization_id: Set(new.organization.0),
            simulated: Set(new.simulated),
            blocked: Set(false),
            key_encrypted: Set(new.key_encrypted),
            created_at: Set(sql::at(now_ms)),
            ..Default::default()
        }
        .insert(&self.0.tx)
        .await?;
        device_organization::ActiveModel {
            workspace_id: Set(self.0.workspace.0),
            device_id: Set(made.id),
            organization_id: Set(new.organization.0),
            // History that is brought along belongs to it too.
            from_at: Set(OffsetDateTime::UNIX_EPOCH),
            to_at: Set(None),
        }
        .insert(&self.0.tx)
        .await?;
        Ok(DeviceId(made.id))
    }

    /// Replaces name and template; tells whether there is such a device.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, external_id: &str, name: &str, template: Option<TemplateId>) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE devices SET name = $3, template_id = $4 WHERE workspace_id = $1 AND external_id = $2",
            [self.0.workspace.0.into(), external_id.into(), name.into(), template.map(|t| t.0).into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// The sealed key; nothing where there is no such device.
    ///
    /// # Errors
    /// The database's.
    pub async fn key(&self, external_id: &str) -> Result<Option<Vec<u8>>> {
        Ok(device::Entity::find()
            .select_only()
            .column(device::Column::KeyEncrypted)
            .filter(device::Column::WorkspaceId.eq(self.0.workspace.0))
            .filter(device::Column::ExternalId.eq(external_id))
            .into_tuple()
            .one(&self.0.tx)
            .await?)
    }

    /// Replaces the sealed key; tells whether there is such a device.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_key(&self, external_id: &str, key_encrypted: Vec<u8>) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE devices SET key_encrypted = $3 WHERE workspace_id = $1 AND external_id = $2",
            [self.0.workspace.0.into(), external_id.into(), key_encrypted.into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Shuts one out or lets it in again; tells whether that changed anything.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_blocked(&self, id: DeviceId, blocked: bool) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE devices SET blocked = $3 WHERE workspace_id = $1 AND id = $2 AND blocked <> $3",
            [self.0.workspace.0.into(), id.0.into(), blocked.into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Deletes one with its log; tells whether there was one. Its telemetry is deleted by itself, before.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: DeviceId) -> Result<bool> {
        let gone = device::Entity::delete_by_id((self.0.workspace.0, id.0)).exec(&self.0.tx).await?;
        Ok(gone.rows_affected > 0)
    }

    /// Deletes so many of them, whichever; tells how many there were. Their telemetry stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_some(&self, most: i64) -> Result<u64> {
        let text = "DELETE FROM devices WHERE workspace_id = $1 AND id IN (
                        SELECT id FROM devices WHERE workspace_id = $1 ORDER BY id LIMIT $2)";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), most.into()]).await
    }
}
