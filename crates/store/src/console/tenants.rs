//! The list of workspaces, and one of them: each page reads one index, in any order, however many there are.

use super::{Console, Link};
use crate::error::{Error, Result};
use crate::sql;
use model::WorkspaceId;
use model::limits::Overrides;
use model::page::Direction;
use model::tenant::{Health, TENANTS_PAGE, Tenant, TenantPage, TenantQuery, TenantSort, TenantState};
use sea_orm::{QueryResult, Value};
use time::OffsetDateTime;

/// Longest search that is looked at, in characters.
const SEARCH_MAX: usize = 100;
/// A search finds so many by each of what it looks at.
const FOUND_MAX: i64 = 1000;

const COLUMNS: &str = "t.workspace_id, t.slug, w.scope, t.name, t.owner, t.created_at, t.plan_id, p.name AS plan_name,
    t.overrides, t.suspended, t.reason, t.delete_at, t.trial_ends_at, t.devices, t.live, t.people, t.messages, t.refused, t.stored,
    t.last_activity";
const FROM: &str =
    "FROM tenants t JOIN workspaces w ON w.id = t.workspace_id JOIN plans p ON p.id = t.plan_id";

impl<C: Link> Console<'_, C> {
    /// A page of the list.
    ///
    /// # Errors
    /// The database's.
    pub async fn tenants(&self, query: &TenantQuery) -> Result<TenantPage> {
        let found = self.search(&query.search).await?;
        let (text, values) = listing(query, found.as_deref());
        let rows = sql::all(self.0, &text, values).await?;
        let mut items = rows.iter().map(noun).collect::<Result<Vec<_>>>()?;
        let more = items.len() as i64 > TENANTS_PAGE;
        items.truncate(usize::try_from(TENANTS_PAGE).unwrap_or_default());
        let next = items.last().filter(|_| more).map(|last| place(query.sort, last));
        let total = sql::scalar(self.0, "SELECT workspaces FROM platform", []).await?;
        Ok(TenantPage { items, next, total })
    }

    /// How many rows of tables and indexes a page of the list reads, as Postgres tells: for tests.
    ///
    /// # Errors
    /// The database's.
    pub async fn rows_read(&self, query: &TenantQuery) -> Result<i64> {
        let mut read = 0;
        let found = self.search(&query.search).await?;
        for (text, values) in searching(&query.search).into_iter().chain([listing(query, found.as_deref())]) {
            let text = format!("EXPLAIN (ANALYZE, FORMAT JSON) {text}");
            let plan: serde_json::Value = sql::scalar(self.0, &text, values).await?;
            read += read_by(&plan[0]["Plan"]);
        }
        Ok(read)
    }

    /// Which workspaces a search finds; none where nothing is searched for. By its own indexes first: in the order of the
    /// list, all of it would be read for what is rare.
    async fn search(&self, search: &str) -> Result<Option<Vec<i32>>> {
        let mut found = None::<Vec<i32>>;
        for (text, values) in searching(search) {
            let rows = sql::all(self.0, &text, values).await?;
            let found = found.get_or_insert_default();
            for row in rows {
                found.push(row.try_get_by_index(0)?);
            }
        }
        Ok(found)
    }

    /// One workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn tenant(&self, slug: &str) -> Result<Option<Tenant>> {
        let text = format!("SELECT {COLUMNS} {FROM} WHERE w.slug = $1");
        sql::one(self.0, &text, [slug.into()]).await?.as_ref().map(noun).transpose()
    }
}

/// The statements of a search: by what begins so, in the order of the index that knows it.
fn searching(search: &str) -> Vec<(String, Vec<Value>)> {
    let begin: String =
        search.trim().to_lowercase().chars().filter(|c| *c != '\0').take(SEARCH_MAX).collect();
    if begin.is_empty() {
        return Vec::new();
    }
    let of = |what: &str| {
        let text = format!(
            "SELECT workspace_id FROM tenants WHERE {what} ~>=~ $1 AND {what} ~<~ $2
             ORDER BY {what} USING ~<~ LIMIT {FOUND_MAX}"
        );
        (text, vec![begin.as_str().into(), format!("{begin}\u{10ffff}").into()])
    };
    ["lower(name)", "slug", "owner"].map(of).into()
}

/// The statement of a page. All columns that can be sorted by stand in one table, each with an index.
fn listing(query: &TenantQuery, found: Option<&[i32]>) -> (String, Vec<Value>) {
    let column = match query.sort {
        TenantSort::Name => "t.name COLLATE by_name",
        TenantSort::Created => "t.workspace_id",
        TenantSort::Messages => "t.messages",
        TenantSort::Refused => "t.refused",
        TenantSort::Live => "t.live",
        TenantSort::Stored => "t.stored",
        TenantSort::Activity => "t.last_activity",
    };
    let mut values: Vec<Value> = Vec::new();
    let mut conditions = vec!["true".to_owned()];
    match query.state {
        TenantState::All => {}
        TenantState::Suspended => conditions.push("t.suspended".into()),
        TenantState::Deleting => conditions.push("t.delete_at IS NOT NULL".into()),
    }
    if let Some(found) = found {
        // Numbers of ours.
        let found: Vec<String> = found.iter().map(i32::to_string).collect();
        conditions.push(format!("t.workspace_id = ANY ('{{{}}}'::int4[])", found.join(",")));
    }
    let (sign, order) = match query.direction {
        Direction::Ascending => (">", "ASC"),
        Direction::Descending => ("<", "DESC"),
    };
    if let Some((key, id)) = read_place(&query.after) {
        values.push(key);
        let key = values.len();
        values.push(id.into());
        let cast = if query.sort == TenantSort::Name { "text COLLATE by_name" } else { "int8" };
        conditions.push(format!("({column}, t.workspace_id) {sign} (${key}::{cast}, ${})", values.len()));
    }
    let conditions = conditions.join(" AND ");
    let text = format!(
        "SELECT {COLUMNS} {FROM} WHERE {conditions}
         ORDER BY {column} {order}, t.workspace_id {order} LIMIT {}",
        TENANTS_PAGE + 1
    );
    (text, values)
}

/// Where a page ends: what it is sorted by, and the number that tells equal ones apart.
fn place(sort: TenantSort, last: &Tenant) -> String {
    let Health { messages, refused, live, stored, last_activity_ms, .. } = last.health;
    let key = match sort {
        TenantSort::Name => serde_json::json!(last.name),
        TenantSort::Created => serde_json::json!(last.id.0),
        TenantSort::Messages => serde_json::json!(messages),
        TenantSort::Refused => serde_json::json!(refused),
        TenantSort::Live => serde_json::json!(live),
        TenantSort::Stored => serde_json::json!(stored),
        TenantSort::Activity => serde_json::json!(last_activity_ms.unwrap_or(0)),
    };
    serde_json::json!([key, last.id.0]).to_string()
}

/// Reads [`place`] back; what is no place is the start.
fn read_place(after: &str) -> Option<(Value, i32)> {
    let read: serde_json::Value = serde_json::from_str(after).ok()?;
    let id = i32::try_from(read.get(1)?.as_i64()?).ok()?;
    match read.get(0)? {
        serde_json::Value::String(name) if !name.contains('\0') => Some((name.as_str().into(), id)),
        serde_json::Value::Number(number) => Some((number.as_i64()?.into(), id)),
        _ => None,
    }
}

fn read_by(node: &serde_json::Value) -> i64 {
    let below = node["Plans"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mine = if below.is_empty() {
        let rows = |name: &str| node[name].as_f64().unwrap_or_default();
        let loops = rows("Actual Loops");
        ((rows("Actual Rows") + rows("Rows Removed by Filter")) * loops) as i64
    } else {
        0
    };
    mine + below.iter().map(read_by).sum::<i64>()
}

fn noun(row: &QueryResult) -> Result<Tenant> {
    let ms = |column: &str| row.try_get::<Option<OffsetDateTime>>("", column);
    let overrides: serde_json::Value = row.try_get("", "overrides")?;
    let overrides: Overrides =
        serde_json::from_value(overrides).map_err(|error| Error::Unreadable(error.to_string()))?;
    let health = Health {
        devices: row.try_get("", "devices")?,
        live: row.try_get("", "live")?,
        people: row.try_get("", "people")?,
        messages: row.try_get("", "messages")?,
        refused: row.try_get("", "refused")?,
        stored: row.try_get("", "stored")?,
        last_activity_ms: Some(row.try_get::<i64>("", "last_activity")?).filter(|ms| *ms > 0),
    };
    Ok(Tenant {
        id: WorkspaceId(row.try_get("", "workspace_id")?),
        slug: row.try_get("", "slug")?,
        scope: row.try_get("", "scope")?,
        name: row.try_get("", "name")?,
        owner: row.try_get("", "owner")?,
        created_ms: ms("created_at")?.map(sql::millis).unwrap_or_default(),
        plan: (row.try_get("", "plan_id")?, row.try_get("", "plan_name")?),
        overrides,
        suspended: row.try_get("", "suspended")?,
        reason: row.try_get("", "reason")?,
        delete_ms: ms("delete_at")?.map(sql::millis),
        trial_ends_ms: ms("trial_ends_at")?.map(sql::millis),
        health,
        condition: health.condition(sql::millis(OffsetDateTime::now_utc())),
    })
}
