//! Digital twins, and the bounded history of their changes.

use super::group_filter::property;
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::group::Place;
use model::twin::{Change, Part, Properties, Section, Twin};
use sea_orm::QueryResult;
use serde_json::Value;
use std::collections::HashMap;

/// So many lines of a device's history are kept.
const KEPT: i64 = 1000;

/// The twins that a scope sees.
pub struct Twins<'a>(pub(crate) &'a WorkspaceTx);

impl Twins<'_> {
    /// The twin of a device; an empty one where nothing was ever said.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, device: DeviceId) -> Result<Twin> {
        let text = "SELECT * FROM device_twins WHERE workspace_id = $1 AND device_id = $2";
        let row = sql::one(&self.0.tx, text, self.key(device)).await?;
        row.map_or_else(|| Ok(Twin::default()), |row| noun(&row))
    }

    /// Of these paths (`name`, `component.name`) those at which any device reports or the cloud keeps a property.
    ///
    /// # Errors
    /// The database's.
    pub async fn known(&self, paths: &[String]) -> Result<Vec<String>> {
        let text = "SELECT p.path FROM unnest($2::text[]) AS p (path) WHERE EXISTS (
                SELECT FROM device_twins t WHERE t.workspace_id = $1
                AND coalesce(t.reported #> string_to_array(p.path, '.'), t.cloud #> string_to_array(p.path, '.')) IS NOT NULL)";
        let values = [self.0.workspace.0.into(), paths.to_vec().into()];
        let rows = sql::all(&self.0.tx, text, values).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// The values that devices have at this place, as texts, in order; at most so many. Objects and lists are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn values_of(&self, place: &Place, most: usize) -> Result<Vec<String>> {
        let mut values = vec![self.0.workspace.0.into()];
        let value = property(place, &mut values);
        let text = format!(
            "SELECT DISTINCT v.value #>> '{{}}' AS text
             FROM device_twins w CROSS JOIN LATERAL (SELECT {value} AS value) v
             WHERE w.workspace_id = $1 AND jsonb_typeof(v.value) IN ('string', 'number', 'boolean')
               AND length(v.value #>> '{{}}') BETWEEN 1 AND 256
             ORDER BY text LIMIT {most}"
        );
        let rows = sql::all(&self.0.tx, &text, values).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// What devices report at these paths, or else what the cloud keeps there; JSON's null where neither is. A device
    /// without properties is left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn values(
        &self,
        devices: &[DeviceId],
        paths: &[String],
    ) -> Result<HashMap<DeviceId, Vec<Value>>> {
        let text = "SELECT t.device_id, (
                SELECT json_agg(coalesce(t.reported #> string_to_array(p.path, '.'), t.cloud #> string_to_array(p.path, '.'))
                                ORDER BY p.place)
                FROM unnest($3::text[]) WITH ORDINALITY AS p (path, place)) AS found
            FROM device_twins t WHERE t.workspace_id = $1 AND t.device_id = ANY ($2)";
        let devices: Vec<i32> = devices.iter().map(|device| device.0).collect();
        let values = [self.0.workspace.0.into(), devices.into(), paths.to_vec().into()];
        let mut found = HashMap::new();
        for row in sql::all(&self.0.tx, text, values).await? {
            if let Value::Array(values) = row.try_get("", "found")? {
                found.insert(DeviceId(row.try_get("", "device_id")?), values);
            }
        }
        Ok(found)
    }

    /// The twin of a device, which until the scope ends nobody else changes. A device that is gone violates a foreign key.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, device: DeviceId) -> Result<Twin> {
        let text =
            "INSERT INTO device_twins (workspace_id, device_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sql::execute(&self.0.tx, text, self.key(device)).await?;
        let text = "SELECT * FROM device_twins WHERE workspace_id = $1 AND device_id = $2 FOR UPDATE";
        let row = sql::one(&self.0.tx, text, self.key(device)).await?;
        noun(&row.ok_or_else(|| Error::Unreadable("a twin that was just made".into()))?)
    }

    /// Puts a section in the place of what it was.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&self, device: DeviceId, part: Part, section: &Section) -> Result<()> {
        let name = part.as_str();
        // A word of ours.
        let text = format!(
            "UPDATE device_twins SET {name} = $3, {name}_version = $4, {name}_metadata = $5
             WHERE workspace_id = $1 AND device_id = $2"
        );
        let [workspace, device] = self.key(device);
        let values = Value::Object(section.values.clone());
        let metadata = Value::Object(section.metadata.clone());
        sql::execute(
            &self.0.tx,
            &text,
            [workspace, device, values.into(), section.version.into(), metadata.into()],
        )
        .await?;
        Ok(())
    }

    /// Adds lines to the history; of the oldest, as many go as there are too many.
    ///
    /// # Errors
    /// The database's.
    pub async fn note(&self, device: DeviceId, changes: &[Change]) -> Result<()> {
        for change in changes {
            let [workspace, device] = self.key(device);
            sql::execute(
                &self.0.tx,
                "INSERT INTO twin_changes (workspace_id, device_id, at, part, version, who, path, old, new)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                [
                    workspace,
                    device,
                    sql::at(change.at_ms).into(),
                    change.part.as_str().into(),
                    change.version.into(),
                    change.who.as_str().into(),
                    change.path.as_str().into(),
                    change.old.clone().into(),
                    change.new.clone().into(),
                ],
            )
            .await?;
        }
        if !changes.is_empty() {
            let [workspace, device] = self.key(device);
            sql::execute(
                &self.0.tx,
                "DELETE FROM twin_changes WHERE workspace_id = $1 AND device_id = $2 AND id <= (
                     SELECT id FROM twin_changes WHERE workspace_id = $1 AND device_id = $2
                     ORDER BY id DESC OFFSET $3 LIMIT 1)",
                [workspace, device, KEPT.into()],
            )
            .await?;
        }
        Ok(())
    }

    /// The newest lines of the history, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn history(&self, device: DeviceId, limit: i64) -> Result<Vec<Change>> {
        let [workspace, device] = self.key(device);
        let rows = sql::all(
            &self.0.tx,
            "SELECT at, part, version, who, path, old, new FROM twin_changes
             WHERE workspace_id = $1 AND device_id = $2 ORDER BY id DESC LIMIT $3",
            [workspace, device, limit.into()],
        )
        .await?;
        rows.iter().map(change).collect()
    }

    fn key(&self, device: DeviceId) -> [sea_orm::Value; 2] {
        [self.0.workspace.0.into(), device.0.into()]
    }
}

fn noun(row: &QueryResult) -> Result<Twin> {
    let section = |part: Part| -> Result<Section> {
        let name = part.as_str();
        Ok(Section {
            values: object(row.try_get("", name)?)?,
            version: row.try_get("", &format!("{name}_version"))?,
            metadata: object(row.try_get("", &format!("{name}_metadata"))?)?,
        })
    };
    Ok(Twin {
        desired: section(Part::Desired)?,
        reported: section(Part::Reported)?,
        cloud: section(Part::Cloud)?,
    })
}

fn object(value: Value) -> Result<Properties> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(Error::Unreadable("a section of a twin is no object".into())),
    }
}

fn change(row: &QueryResult) -> Result<Change> {
    let word: String = row.try_get("", "part")?;
    Ok(Change {
        at_ms: sql::millis(row.try_get("", "at")?),
        part: Part::from_word(&word).ok_or_else(|| Error::Unreadable(format!("a section “{word}”")))?,
        version: row.try_get("", "version")?,
        who: row.try_get("", "who")?,
        path: row.try_get("", "path")?,
        old: row.try_get("", "old")?,
        new: row.try_get("", "new")?,
    })
}
