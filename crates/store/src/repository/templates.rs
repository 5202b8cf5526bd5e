//! Device templates.

use crate::entity::template;
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::TemplateId;
use model::template::{self as dtdl, Template};
use sea_orm::QueryResult;
use serde_json::Value;
use time::OffsetDateTime;

/// Most templates of a workspace that are listed.
const LIST_MAX: i64 = 1000;

/// The templates that a scope sees.
pub struct Templates<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT t.id, t.dtmi, t.name, t.dtdl, t.updated_at,
           (SELECT count(*) FROM devices d WHERE d.workspace_id = t.workspace_id AND d.template_id = t.id) AS devices
    FROM templates t WHERE t.workspace_id = $1";

impl Templates<'_> {
    /// All, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Template>> {
        let text = format!("{SELECT} ORDER BY t.name COLLATE by_name, t.id LIMIT {LIST_MAX}");
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        rows.iter().map(noun).collect()
    }

    /// One; nothing where there is none in this workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: TemplateId) -> Result<Option<Template>> {
        let row = sql::one(&self.0.tx, &format!("{SELECT} AND t.id = $2"), self.key(id)).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Makes one; nothing where its identifier is taken. A taken name violates `templates_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, dtmi: &str, name: &str, dtdl: &Value) -> Result<Option<TemplateId>> {
        let row = sql::one(
            &self.0.tx,
            "INSERT INTO templates (workspace_id, dtmi, name, dtdl) VALUES ($1, $2, $3, $4)
             ON CONFLICT (workspace_id, dtmi) DO NOTHING RETURNING id",
            [self.0.workspace.0.into(), dtmi.into(), name.into(), dtdl.clone().into()],
        )
        .await?;
        Ok(row.map(|row| row.try_get("", "id")).transpose()?.map(TemplateId))
    }

    /// Replaces name and DTDL; tells whether there is such a template. A taken name violates `templates_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: TemplateId, name: &str, dtdl: &Value) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE templates SET name = $3, dtdl = $4, updated_at = now() WHERE workspace_id = $1 AND id = $2",
            [self.0.workspace.0.into(), id.0.into(), name.into(), dtdl.clone().into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Deletes one; tells whether there was one. Devices of it violate `devices_template_fkey`.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: TemplateId) -> Result<bool> {
        use sea_orm::EntityTrait;
        let gone = template::Entity::delete_by_id((self.0.workspace.0, id.0)).exec(&self.0.tx).await?;
        Ok(gone.rows_affected > 0)
    }

    fn key(&self, id: TemplateId) -> [sea_orm::Value; 2] {
        [self.0.workspace.0.into(), id.0.into()]
    }
}

fn noun(row: &QueryResult) -> Result<Template> {
    let interface: Value = row.try_get("", "dtdl")?;
    let updated_at: OffsetDateTime = row.try_get("", "updated_at")?;
    Ok(Template {
        id: TemplateId(row.try_get("", "id")?),
        dtmi: row.try_get("", "dtmi")?,
        name: row.try_get("", "name")?,
        telemetry: dtdl::read(&interface),
        dtdl: interface,
        devices: row.try_get("", "devices")?,
        updated_ms: sql::millis(updated_at),
    })
}
