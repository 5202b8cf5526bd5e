//! Dashboards, and which ones somebody has marked.

mod pictures;

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::dashboard::{Content, DASHBOARDS_MAX, Dashboard, DashboardDraft, Listed, VIEWS_MAX};
use model::group::GroupId;
use model::organization::OrganizationName;
use model::{OrganizationId, PersonId, TemplateId};
use sea_orm::QueryResult;

/// The dashboards that a person sees.
pub struct Dashboards<'a> {
    scope: &'a WorkspaceTx,
    person: Option<PersonId>,
}

const LISTED: &str = "
    SELECT d.id, d.name, d.description, d.owner_id, d.template_id, d.is_default, d.updated_at, d.revision,
        jsonb_array_length(coalesce(d.content -> 'tiles', '[]')) AS tiles,
        o.id AS organization_id, o.key AS organization_key, o.name AS organization_name,
        EXISTS (SELECT FROM dashboard_favourites f WHERE f.workspace_id = d.workspace_id AND f.dashboard_id = d.id
                AND f.person_id = $2) AS favourite";
const FROM: &str = "
    FROM dashboards d
    LEFT JOIN organizations o ON o.workspace_id = d.workspace_id AND o.id = d.organization_id
    WHERE d.workspace_id = $1";

impl Dashboards<'_> {
    /// Says to the policies who asks, until the scope ends.
    pub(crate) async fn of(scope: &WorkspaceTx, person: Option<PersonId>) -> Result<Dashboards<'_>> {
        let said = person.map(|person| person.to_string()).unwrap_or_default();
        sql::execute(&scope.tx, "SELECT set_config('app.viewer', $1, true)", [said.into()]).await?;
        Ok(Dashboards { scope, person })
    }

    /// All: the default first, then those that are marked, then by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Listed>> {
        let text = format!(
            "{LISTED} {FROM} ORDER BY d.is_default DESC, favourite DESC, d.name COLLATE by_name, d.id LIMIT {DASHBOARDS_MAX}"
        );
        let rows = sql::all(&self.scope.tx, &text, self.us()).await?;
        rows.iter().map(listed).collect()
    }

    /// Those that stand on the pages of a template's devices, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_template(&self, template: TemplateId) -> Result<Vec<Listed>> {
        let text = format!(
            "{LISTED} {FROM} AND d.template_id = $3 ORDER BY d.name COLLATE by_name, d.id LIMIT {VIEWS_MAX}"
        );
        let [workspace, person] = self.us();
        let rows = sql::all(&self.scope.tx, &text, [workspace, person, template.0.into()]).await?;
        rows.iter().map(listed).collect()
    }

    /// How many the workspace has, as far as this scope sees them.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM dashboards WHERE workspace_id = $1";
        sql::scalar(&self.scope.tx, text, [self.scope.workspace.0.into()]).await
    }

    /// One.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &str) -> Result<Option<Dashboard>> {
        let text = format!("{LISTED}, d.content {FROM} AND d.id = $3");
        let [workspace, person] = self.us();
        let row = sql::one(&self.scope.tx, &text, [workspace, person, id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// The names of those with tiles of this device group.
    ///
    /// # Errors
    /// The database's.
    pub async fn about_group(&self, group: &GroupId) -> Result<Vec<String>> {
        let text = "SELECT name FROM dashboards WHERE workspace_id = $1 AND content -> 'tiles' @> $2
            ORDER BY name COLLATE by_name LIMIT 100";
        let of_it = serde_json::json!([{ "configuration": { "source": { "group": group } } }]);
        let rows = sql::all(&self.scope.tx, text, [self.scope.workspace.0.into(), of_it.into()]).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// Makes one; without an organization it is the person's own. A taken id violates `dashboards_id_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        id: &str,
        draft: &DashboardDraft,
        organization: Option<OrganizationId>,
        now_ms: i64,
    ) -> Result<()> {
        let [workspace, person] = self.us();
        sql::execute(
            &self.scope.tx,
            "INSERT INTO dashboards (workspace_id, id, name, description, organization_id, owner_id, content, updated_at,
                 template_id)
             VALUES ($1, $3, $4, $5, $6, CASE WHEN $6::int4 IS NULL THEN $2::int4 END, $7, $8, $9)",
            [
                workspace,
                person,
                id.into(),
                draft.name.as_str().into(),
                draft.description.as_str().into(),
                organization.map(|o| o.0).into(),
                json(&draft.content.clone().unwrap_or_default())?.into(),
                sql::at(now_ms).into(),
                draft.template.map(|template| template.0).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Replaces what one is; tells whether there was one of this revision.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(
        &self,
        before: &Dashboard,
        draft: &DashboardDraft,
        organization: Option<OrganizationId>,
        now_ms: i64,
    ) -> Result<bool> {
        let content = draft.content.as_ref().unwrap_or(&before.content);
        let touched = sql::execute(
            &self.scope.tx,
            "UPDATE dashboards SET name = $4, description = $5, content = $6, organization_id = $7, updated_at = $8,
                 revision = revision + 1, is_default = is_default AND organization_id IS NOT DISTINCT FROM $7
             WHERE workspace_id = $1 AND id = $2 AND revision = $3",
            [
                self.scope.workspace.0.into(),
                before.about.id.as_str().into(),
                before.revision.into(),
                draft.name.as_str().into(),
                draft.description.as_str().into(),
                json(content)?.into(),
                organization.map(|o| o.0).into(),
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
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let text = "DELETE FROM dashboards WHERE workspace_id = $1 AND id = $2";
        let values = [self.scope.workspace.0.into(), id.into()];
        Ok(sql::execute(&self.scope.tx, text, values).await? > 0)
    }

    /// Makes one what its organization sees first, or takes that from it.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_default(&self, id: &str, is_default: bool) -> Result<()> {
        let values = [self.scope.workspace.0.into(), id.into()];
        let others = "UPDATE dashboards SET is_default = false
            WHERE workspace_id = $1 AND is_default AND organization_id =
                (SELECT organization_id FROM dashboards WHERE workspace_id = $1 AND id = $2)";
        sql::execute(&self.scope.tx, others, values.clone()).await?;
        if is_default {
            let this = "UPDATE dashboards SET is_default = true WHERE workspace_id = $1 AND id = $2";
            sql::execute(&self.scope.tx, this, values).await?;
        }
        Ok(())
    }

    /// Marks one for this person, or takes the mark from it.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_favourite(&self, id: &str, favourite: bool) -> Result<()> {
        let text = match favourite {
            true => {
                "INSERT INTO dashboard_favourites (workspace_id, person_id, dashboard_id) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING"
            }
            false => {
                "DELETE FROM dashboard_favourites WHERE workspace_id = $1 AND person_id = $2 AND dashboard_id = $3"
            }
        };
        let [workspace, person] = self.us();
        sql::execute(&self.scope.tx, text, [workspace, person, id.into()]).await?;
        Ok(())
    }

    fn us(&self) -> [sea_orm::Value; 2] {
        [self.scope.workspace.0.into(), self.person.map(|person| person.0).into()]
    }
}

fn json(content: &Content) -> Result<serde_json::Value> {
    // Plain data: it can't fail to be written.
    serde_json::to_value(content).map_err(|e| Error::Unreadable(e.to_string()))
}

fn listed(row: &QueryResult) -> Result<Listed> {
    let owner: Option<i32> = row.try_get("", "owner_id")?;
    let organization = match row.try_get::<Option<i32>>("", "organization_id")? {
        Some(_) => Some(super::device_list::organization(row)?),
        None => None::<OrganizationName>,
    };
    Ok(Listed {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        description: row.try_get("", "description")?,
        organization,
        personal: owner.is_some(),
        template: row.try_get::<Option<i32>>("", "template_id")?.map(TemplateId),
        favourite: row.try_get("", "favourite")?,
        is_default: row.try_get("", "is_default")?,
        tiles: row.try_get::<i32>("", "tiles")?.into(),
        updated_ms: sql::millis(row.try_get("", "updated_at")?),
    })
}

fn noun(row: &QueryResult) -> Result<Dashboard> {
    let content: serde_json::Value = row.try_get("", "content")?;
    let content = serde_json::from_value(content).map_err(|e| Error::Unreadable(e.to_string()))?;
    Ok(Dashboard { about: listed(row)?, content, revision: row.try_get("", "revision")? })
}
