//! Saved explorations.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::exploration::{EXPLORATIONS_MAX, ExplorationDraft, SavedExploration};
use model::group::GroupId;
use model::{ExplorationId, OrganizationId, PersonId};
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;

/// The explorations that a scope sees. What is not shared, only its person sees: each question names who asks.
pub struct Explorations<'a>(pub(crate) &'a WorkspaceTx);

/// Whose person is `$2`, and what is shared.
const SELECT: &str = "
    SELECT e.id, e.name, e.shared, e.person_id IS NOT DISTINCT FROM $2 AND $2 IS NOT NULL AS mine, e.exploration,
           e.updated_at
    FROM explorations e WHERE e.workspace_id = $1 AND (e.shared OR e.person_id = $2)";

impl Explorations<'_> {
    /// Those of a person and those that are shared, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, person: Option<PersonId>) -> Result<Vec<SavedExploration>> {
        let text = format!("{SELECT} ORDER BY e.name COLLATE by_name, e.id LIMIT {EXPLORATIONS_MAX}");
        let rows = sql::all(&self.0.tx, &text, self.who(person)).await?;
        rows.iter().map(noun).collect()
    }

    /// One of these.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, person: Option<PersonId>, id: ExplorationId) -> Result<Option<SavedExploration>> {
        let [workspace, person] = self.who(person);
        let text = format!("{SELECT} AND e.id = $3");
        let row = sql::one(&self.0.tx, &text, [workspace, person, id.0.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// How many there are, of whomever.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self, person: Option<PersonId>) -> Result<i64> {
        let text = "SELECT count(*) FROM explorations WHERE workspace_id = $1 AND (shared OR person_id = $2)";
        sql::scalar(&self.0.tx, text, self.who(person)).await
    }

    /// The names of those that are about a group, of whomever.
    ///
    /// # Errors
    /// The database's.
    pub async fn about_group(&self, group: &GroupId) -> Result<Vec<String>> {
        let text = "SELECT name FROM explorations
            WHERE workspace_id = $1 AND exploration #>> '{whose,group}' = $2 ORDER BY name COLLATE by_name, id LIMIT 100";
        let values = [self.0.workspace.0.into(), group.as_str().into()];
        let rows = sql::all(&self.0.tx, text, values).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// Saves one.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        person: Option<PersonId>,
        organization: OrganizationId,
        draft: &ExplorationDraft,
        now_ms: i64,
    ) -> Result<ExplorationId> {
        let id: i32 = sql::scalar(
            &self.0.tx,
            "INSERT INTO explorations (workspace_id, name, person_id, shared, organization_id, exploration, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            [
                self.0.workspace.0.into(),
                draft.name.as_str().into(),
                person.map(|person| person.0).into(),
                draft.shared.into(),
                organization.0.into(),
                written(draft)?.into(),
                sql::at(now_ms).into(),
            ],
        )
        .await?;
        Ok(ExplorationId(id))
    }

    /// Puts another in its place; tells whether there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: ExplorationId, draft: &ExplorationDraft, now_ms: i64) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE explorations SET name = $3, shared = $4, exploration = $5, updated_at = $6
             WHERE workspace_id = $1 AND id = $2",
            [
                self.0.workspace.0.into(),
                id.0.into(),
                draft.name.as_str().into(),
                draft.shared.into(),
                written(draft)?.into(),
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
    pub async fn delete(&self, id: ExplorationId) -> Result<bool> {
        let text = "DELETE FROM explorations WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.0.into()]).await? > 0)
    }

    fn who(&self, person: Option<PersonId>) -> [Value; 2] {
        [self.0.workspace.0.into(), person.map(|person| person.0).into()]
    }
}

fn written(draft: &ExplorationDraft) -> Result<Json> {
    serde_json::to_value(&draft.exploration).map_err(|e| Error::Unreadable(e.to_string()))
}

fn noun(row: &QueryResult) -> Result<SavedExploration> {
    let exploration: Json = row.try_get("", "exploration")?;
    Ok(SavedExploration {
        id: ExplorationId(row.try_get("", "id")?),
        name: row.try_get("", "name")?,
        shared: row.try_get("", "shared")?,
        mine: row.try_get("", "mine")?,
        exploration: serde_json::from_value(exploration).map_err(|e| Error::Unreadable(e.to_string()))?,
        updated_ms: sql::millis(row.try_get("", "updated_at")?),
    })
}
