//! Device templates: drafts, published versions, and the devices that live by them.

use crate::entity::template;
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::TemplateId;
use model::dtdl::{Document, fields};
use model::template::{Telemetry, Template, Version, WholeTemplate};
use sea_orm::QueryResult;
use serde_json::Value;
use time::OffsetDateTime;

/// Most templates of a workspace that are listed.
const LIST_MAX: i64 = 1000;
/// Most versions of a template that are listed.
const VERSIONS_MAX: i64 = 500;

/// The templates that a scope sees.
pub struct Templates<'a>(pub(crate) &'a WorkspaceTx);

/// A document that is published, and as what.
pub struct Publication<'a> {
    /// The version's number, from 1. One that exists is replaced.
    pub version: i32,
    /// The name that the template has from now on.
    pub name: &'a str,
    /// What is published.
    pub document: &'a Document,
}

/// A template's own documents are fetched only where nothing is published: a list must stay light.
const SELECT: &str = "
    SELECT t.id, t.dtmi, t.name, t.draft IS NOT NULL AS has_draft, t.updated_at, v.version, v.telemetry,
           CASE WHEN v.version IS NULL THEN t.draft::text END AS unpublished,
           (SELECT count(*) FROM devices d WHERE d.workspace_id = t.workspace_id AND d.template_id = t.id) AS devices
    FROM templates t
    LEFT JOIN LATERAL (
        SELECT n.version, n.telemetry FROM template_versions n
        WHERE n.workspace_id = t.workspace_id AND n.template_id = t.id ORDER BY n.version DESC LIMIT 1
    ) v ON true
    WHERE t.workspace_id = $1";

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

    /// One with its documents and versions; nothing where there is none in this workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn whole(&self, id: TemplateId) -> Result<Option<WholeTemplate>> {
        let Some(template) = self.get(id).await? else { return Ok(None) };
        let text = "
            SELECT t.draft::text AS draft, (
                SELECT v.document::text FROM template_versions v
                WHERE v.workspace_id = t.workspace_id AND v.template_id = t.id ORDER BY v.version DESC LIMIT 1
            ) AS published
            FROM templates t WHERE t.workspace_id = $1 AND t.id = $2";
        let Some(row) = sql::one(&self.0.tx, text, self.key(id)).await? else { return Ok(None) };
        let (draft, published) = (document(&row, "draft")?, document(&row, "published")?);
        let document = draft.or_else(|| published.clone());
        let document = document.ok_or_else(|| Error::Unreadable("a template has no document".into()))?;
        let versions = self.versions(id).await?;
        Ok(Some(WholeTemplate { template, document, published, versions }))
    }

    /// The published versions, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn versions(&self, id: TemplateId) -> Result<Vec<Version>> {
        let text = format!(
            "SELECT v.version, v.dtmi, v.published_at, (
                SELECT count(*) FROM devices d
                WHERE d.workspace_id = v.workspace_id AND d.template_id = v.template_id AND d.template_version = v.version
            ) AS devices
            FROM template_versions v WHERE v.workspace_id = $1 AND v.template_id = $2
            ORDER BY v.version DESC LIMIT {VERSIONS_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, self.key(id)).await?;
        let version = |row: &QueryResult| -> Result<Version> {
            let published_at: OffsetDateTime = row.try_get("", "published_at")?;
            Ok(Version {
                version: row.try_get("", "version")?,
                dtmi: row.try_get("", "dtmi")?,
                published_ms: sql::millis(published_at),
                devices: row.try_get("", "devices")?,
            })
        };
        rows.iter().map(version).collect()
    }

    /// The template that has published a document of this identifier, with that version; nothing where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn published_as(&self, dtmi: &str) -> Result<Option<(TemplateId, i32)>> {
        let text = "SELECT template_id, version FROM template_versions WHERE workspace_id = $1 AND dtmi = $2";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), dtmi.into()]).await?;
        row.map(|row| Ok((TemplateId(row.try_get_by_index(0)?), row.try_get_by_index(1)?))).transpose()
    }

    /// The template that programs know by this identifier: its own, that of a published version, or the one that stands around
    /// its model as IoT Central writes it; nothing where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn named(&self, dtmi: &str) -> Result<Option<TemplateId>> {
        let text = "SELECT t.id FROM templates t
            WHERE t.workspace_id = $1 AND (
                t.dtmi = $2 OR t.draft ->> '@id' = $2 OR EXISTS (
                    SELECT 1 FROM template_versions v
                    WHERE v.workspace_id = t.workspace_id AND v.template_id = t.id
                    AND (v.dtmi = $2 OR v.document ->> '@id' = $2)
                )
            ) ORDER BY t.dtmi = $2 DESC, t.id LIMIT 1";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), dtmi.into()]).await?;
        row.map(|row| Ok(TemplateId(row.try_get_by_index(0)?))).transpose()
    }

    /// The identifier of each template as programs know it: the one that stands around its model, where one does, else its own.
    ///
    /// # Errors
    /// The database's.
    pub async fn identifiers(&self) -> Result<Vec<(TemplateId, String)>> {
        let text = format!(
            "SELECT t.id, COALESCE(CASE WHEN d.document -> 'capabilityModel' IS NOT NULL THEN d.document ->> '@id' END, t.dtmi)
             FROM templates t
             LEFT JOIN LATERAL (
                 SELECT COALESCE((
                     SELECT v.document FROM template_versions v
                     WHERE v.workspace_id = t.workspace_id AND v.template_id = t.id ORDER BY v.version DESC LIMIT 1
                 ), t.draft) AS document
             ) d ON true
             WHERE t.workspace_id = $1 ORDER BY t.id LIMIT {LIST_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        let one = |row: &QueryResult| Ok((TemplateId(row.try_get_by_index(0)?), row.try_get_by_index(1)?));
        rows.iter().map(one).collect()
    }

    /// The document of a version; nothing where there is no such version.
    ///
    /// # Errors
    /// The database's.
    pub async fn document(&self, id: TemplateId, version: i32) -> Result<Option<Document>> {
        let text = "SELECT document::text AS document FROM template_versions
            WHERE workspace_id = $1 AND template_id = $2 AND version = $3";
        let [workspace, id] = self.key(id);
        match sql::one(&self.0.tx, text, [workspace, id, version.into()]).await? {
            Some(row) => document(&row, "document"),
            None => Ok(None),
        }
    }

    /// The newest published document of each template.
    ///
    /// # Errors
    /// The database's.
    pub async fn documents(&self) -> Result<Vec<(TemplateId, Document)>> {
        let text = format!(
            "SELECT DISTINCT ON (template_id) template_id, document::text AS document FROM template_versions
             WHERE workspace_id = $1 ORDER BY template_id, version DESC LIMIT {LIST_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        let one = |row: &QueryResult| -> Result<Option<(TemplateId, Document)>> {
            let id = TemplateId(row.try_get("", "template_id")?);
            Ok(document(row, "document")?.map(|document| (id, document)))
        };
        rows.iter().filter_map(|row| one(row).transpose()).collect()
    }

    /// The fields of a version; nothing where there is no such version.
    ///
    /// # Errors
    /// The database's.
    pub async fn fields(&self, id: TemplateId, version: i32) -> Result<Option<Vec<Telemetry>>> {
        let text = "SELECT telemetry FROM template_versions
            WHERE workspace_id = $1 AND template_id = $2 AND version = $3";
        let [workspace, id] = self.key(id);
        let row = sql::one(&self.0.tx, text, [workspace, id, version.into()]).await?;
        row.map(|row| telemetry(row.try_get("", "telemetry")?)).transpose()
    }

    /// Makes one with a draft; nothing where its identifier is taken. A taken name violates `templates_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, name: &str, draft: &Document) -> Result<Option<TemplateId>> {
        let row = sql::one(
            &self.0.tx,
            "INSERT INTO templates (workspace_id, dtmi, name, draft) VALUES ($1, $2, $3, $4::json)
             ON CONFLICT (workspace_id, dtmi) DO NOTHING RETURNING id",
            [self.0.workspace.0.into(), draft.id().into(), name.into(), draft.to_text().into()],
        )
        .await?;
        Ok(row.map(|row| row.try_get("", "id")).transpose()?.map(TemplateId))
    }

    /// Replaces the draft, or takes it away; tells whether there is such a template. A taken name violates
    /// `templates_name_key`, a taken identifier `templates_dtmi_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_draft(
        &self,
        id: TemplateId,
        name: &str,
        dtmi: &str,
        draft: Option<&Document>,
    ) -> Result<bool> {
        let text = "UPDATE templates SET name = $3, dtmi = $4, draft = $5::json, updated_at = now()
            WHERE workspace_id = $1 AND id = $2";
        let [workspace, id] = self.key(id);
        let draft = draft.map(Document::to_text);
        let touched =
            sql::execute(&self.0.tx, text, [workspace, id, name.into(), dtmi.into(), draft.into()]).await?;
        Ok(touched > 0)
    }

    /// Publishes a document as a version, new or in place of what it was, and takes the draft away. An identifier that
    /// another version has violates `template_versions_dtmi_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn publish(&self, id: TemplateId, publication: &Publication<'_>) -> Result<()> {
        let document = publication.document;
        // Plain data: it can't fail to be written.
        let telemetry =
            serde_json::to_value(fields(document)).map_err(|e| Error::Unreadable(e.to_string()))?;
        let [workspace, template] = self.key(id);
        sql::execute(
            &self.0.tx,
            "INSERT INTO template_versions (workspace_id, template_id, version, dtmi, document, telemetry)
             VALUES ($1, $2, $3, $4, $5::json, $6)
             ON CONFLICT (workspace_id, template_id, version) DO UPDATE SET dtmi = excluded.dtmi,
                 document = excluded.document, telemetry = excluded.telemetry, published_at = now()",
            [
                workspace,
                template,
                publication.version.into(),
                document.id().into(),
                document.to_text().into(),
                telemetry.into(),
            ],
        )
        .await?;
        self.set_draft(id, publication.name, document.id(), None).await?;
        Ok(())
    }

    /// Lets devices of the template live by this version: those of these external ids, or all; tells how many changed.
    ///
    /// # Errors
    /// The database's.
    pub async fn migrate(&self, id: TemplateId, version: i32, devices: Option<&[String]>) -> Result<u64> {
        let [workspace, template] = self.key(id);
        let mut text = "UPDATE devices SET template_version = $3
            WHERE workspace_id = $1 AND template_id = $2 AND template_version <> $3"
            .to_owned();
        let mut values = vec![workspace, template, version.into()];
        if let Some(devices) = devices {
            text.push_str(" AND external_id = ANY (SELECT jsonb_array_elements_text($4))");
            values.push(Value::from(devices.to_vec()).into());
        }
        sql::execute(&self.0.tx, &text, values).await
    }

    /// Deletes one with its versions; tells whether there was one. Devices of it violate `devices_template_fkey` or
    /// `devices_template_version_fkey`.
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
    let updated_at: OffsetDateTime = row.try_get("", "updated_at")?;
    let published: Option<Value> = row.try_get("", "telemetry")?;
    let telemetry = match published {
        Some(published) => telemetry(published)?,
        None => document(row, "unpublished")?.map(|draft| fields(&draft)).unwrap_or_default(),
    };
    Ok(Template {
        id: TemplateId(row.try_get("", "id")?),
        dtmi: row.try_get("", "dtmi")?,
        name: row.try_get("", "name")?,
        version: row.try_get("", "version")?,
        has_draft: row.try_get("", "has_draft")?,
        telemetry,
        devices: row.try_get("", "devices")?,
        updated_ms: sql::millis(updated_at),
    })
}

fn telemetry(value: Value) -> Result<Vec<Telemetry>> {
    serde_json::from_value(value).map_err(|e| Error::Unreadable(format!("the fields of a template: {e}")))
}

fn document(row: &QueryResult, column: &str) -> Result<Option<Document>> {
    let text: Option<String> = row.try_get("", column)?;
    let read = |text: String| {
        Document::parse(&text)
            .map_err(|issue| Error::Unreadable(format!("a template's document: {}", issue.message)))
    };
    text.map(read).transpose()
}
