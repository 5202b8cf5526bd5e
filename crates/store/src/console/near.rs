//! Workspaces that are near a limit, or have reached one, by what a worker has noted of them.

use super::{Console, Link};
use crate::error::Result;
use crate::sql;
use model::WorkspaceId;
use model::limits::Limit;
use sea_orm::QueryResult;

/// A limit that is to be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which.
    pub limit: Limit,
    /// Its value.
    pub value: i64,
    /// How much is taken.
    pub taken: i64,
    /// Whether it is reached, rather than near.
    pub reached: bool,
}

/// How each workspace stands to its limits that count something up.
const STANDINGS: &str = "
    WITH today AS (
        SELECT workspace_id, sum(messages)::int8 AS messages, sum(mails)::int8 AS mails FROM usage_hours
        WHERE hour >= date_trunc('day', now(), 'UTC') GROUP BY 1
    ), standings AS (
        SELECT t.workspace_id, n.name, (l.limits ->> n.name)::int8 AS value, n.taken, p.warn_percent
        FROM tenants t JOIN plans p ON p.id = t.plan_id LEFT JOIN today d USING (workspace_id),
            LATERAL (SELECT jsonb_strip_nulls(p.limits || t.overrides) AS limits) l,
            LATERAL (VALUES ('devices', t.devices), ('people', t.people), ('storage-bytes', t.stored),
                ('messages-per-day', coalesce(d.messages, 0)), ('mails-per-day', coalesce(d.mails, 0))) AS n (name, taken)
        WHERE l.limits ? n.name AND NOT t.suspended
    ), near AS (
        SELECT workspace_id, name, value, taken, r.reached FROM standings, (VALUES (true), (false)) AS r (reached)
        WHERE value > 0 AND (CASE WHEN r.reached THEN taken >= value ELSE taken * 100 >= value * warn_percent END)
    )";

impl<C: Link> Console<'_, C> {
    /// Those that their workspaces were not told of yet. Of what was told and is near no more it is forgotten that it was:
    /// the next time it is told again.
    ///
    /// # Errors
    /// The database's.
    pub async fn newly_near(&self) -> Result<Vec<Near>> {
        let forget = format!(
            "{STANDINGS} DELETE FROM limit_warnings w WHERE w.name <> 'trial' AND NOT EXISTS (
                 SELECT FROM near n WHERE (n.workspace_id, n.name, n.reached) = (w.workspace_id, w.name, w.reached))"
        );
        sql::execute(self.0, &forget, []).await?;
        let new = format!(
            "{STANDINGS} SELECT n.* FROM near n WHERE NOT EXISTS (
                 SELECT FROM limit_warnings w
                 WHERE (w.workspace_id, w.name, w.reached) = (n.workspace_id, n.name, n.reached))
             ORDER BY n.workspace_id, n.name, n.reached LIMIT 500"
        );
        let rows = sql::all(self.0, &new, []).await?;
        let all = rows.iter().map(noun).collect::<Result<Vec<_>>>()?;
        Ok(all.into_iter().flatten().collect())
    }
}

/// A name that this version doesn't know is passed over.
fn noun(row: &QueryResult) -> Result<Option<Near>> {
    let Some(limit) = Limit::from_word(&row.try_get::<String>("", "name")?) else { return Ok(None) };
    Ok(Some(Near {
        workspace: WorkspaceId(row.try_get("", "workspace_id")?),
        limit,
        value: row.try_get("", "value")?,
        taken: row.try_get("", "taken")?,
        reached: row.try_get("", "reached")?,
    }))
}
