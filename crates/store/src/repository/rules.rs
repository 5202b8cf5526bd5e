//! Rules, and how each stands with a device.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::rule::{Action, NewRule, Rule, Severity, State};
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;

/// Most rules that are listed.
const LIST_MAX: i64 = 1000;

/// The rules that a scope sees.
pub struct Rules<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT r.id, r.name, r.description, r.severity, r.enabled, r.definition, r.actions, r.revision, r.fired_ms, r.trouble,
        r.created_at, r.changed_at,
        (SELECT count(*) FROM alarms a WHERE a.workspace_id = r.workspace_id AND a.rule_id = r.id
            AND a.cleared_ms IS NULL) AS open_alarms
    FROM rules r WHERE r.workspace_id = $1";

impl Rules<'_> {
    /// All, by their names.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Rule>> {
        let text = format!("{SELECT} ORDER BY r.name COLLATE by_name, r.id LIMIT {LIST_MAX}");
        sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?.iter().map(noun).collect()
    }

    /// One; nothing where there is none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i32) -> Result<Option<Rule>> {
        let text = format!("{SELECT} AND r.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Makes one; its number. A taken name violates `rules_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, new: &NewRule) -> Result<i32> {
        let text =
            "INSERT INTO rules (workspace_id, name, description, severity, enabled, definition, actions)
                    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let id = sql::scalar(&self.0.tx, text, values(self.0.workspace.0.into(), new)?).await?;
        self.follow().await?;
        Ok(id)
    }

    /// Makes it another one; what it remembers of devices counts no more. Tells whether there is such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: i32, new: &NewRule) -> Result<bool> {
        let mut values = values(self.0.workspace.0.into(), new)?;
        values.push(id.into());
        let text = "UPDATE rules SET name = $2, description = $3, severity = $4, enabled = $5, definition = $6, actions = $7,
                        revision = revision + CASE WHEN (definition, enabled) IS DISTINCT FROM ($6, $5) THEN 1 ELSE 0 END,
                        changed_at = now(), trouble = NULL
                    WHERE workspace_id = $1 AND id = $8";
        let done = sql::execute(&self.0.tx, text, values).await?;
        self.follow().await?;
        Ok(done > 0)
    }

    /// Deletes one. Its alarms stay, those that were open are cleared.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: i32) -> Result<bool> {
        let text = "DELETE FROM rules WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await? > 0)
    }

    /// What it remembers of a device, as it is now.
    ///
    /// # Errors
    /// The database's.
    pub async fn state(&self, rule: &Rule, device: DeviceId) -> Result<Option<State>> {
        let text = "SELECT state FROM rule_states WHERE workspace_id = $1 AND rule_id = $2 AND device_id = $3 AND revision = $4";
        let values = [self.0.workspace.0.into(), rule.id.into(), device.0.into(), rule.revision.into()];
        let Some(row) = sql::one(&self.0.tx, text, values).await? else { return Ok(None) };
        let state: Json = row.try_get_by_index(0)?;
        Ok(serde_json::from_value(state).ok().filter(|state: &State| state.fits(&rule.definition)))
    }

    /// From now on what happens here is looked at by rules, if there is any.
    async fn follow(&self) -> Result<()> {
        let text = "INSERT INTO rule_cursors (workspace_id, xid) SELECT $1, rule_horizon()
                    WHERE EXISTS (SELECT FROM rules WHERE workspace_id = $1 AND enabled) ON CONFLICT DO NOTHING";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        Ok(())
    }
}

fn values(workspace: Value, new: &NewRule) -> Result<Vec<Value>> {
    let json = |of: serde_json::Result<Json>| of.map_err(|error| Error::Unreadable(error.to_string()));
    Ok(vec![
        workspace,
        new.name.as_str().into(),
        new.description.as_str().into(),
        new.severity.as_str().into(),
        new.enabled.into(),
        json(serde_json::to_value(&new.definition))?.into(),
        json(serde_json::to_value(&new.actions))?.into(),
    ])
}

/// Actions that were kept before each had an id are known by their places.
fn numbered(mut actions: Vec<Action>) -> Vec<Action> {
    for (place, action) in (1..).zip(&mut actions) {
        if action.id.is_empty() {
            action.id = format!("{place}");
        }
    }
    actions
}

pub(super) fn noun(row: &QueryResult) -> Result<Rule> {
    let unreadable = |what: &str| Error::Unreadable(format!("{what} of a rule"));
    let severity: String = row.try_get("", "severity")?;
    let (definition, actions): (Json, Json) = (row.try_get("", "definition")?, row.try_get("", "actions")?);
    Ok(Rule {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        description: row.try_get("", "description")?,
        severity: Severity::from_word(&severity).ok_or_else(|| unreadable("the severity"))?,
        enabled: row.try_get("", "enabled")?,
        definition: serde_json::from_value(definition).map_err(|_| unreadable("the definition"))?,
        actions: numbered(serde_json::from_value(actions).map_err(|_| unreadable("the actions"))?),
        revision: row.try_get("", "revision")?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
        changed_ms: sql::millis(row.try_get("", "changed_at")?),
        open_alarms: row.try_get("", "open_alarms")?,
        fired_ms: row.try_get("", "fired_ms")?,
        trouble: row.try_get("", "trouble")?,
    })
}
