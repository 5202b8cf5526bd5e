//! Limits that processes go by from message to message: looked up for all workspaces at once.

use super::{Console, Link};
use crate::error::Result;
use crate::sql;
use model::WorkspaceId;
use model::limits::Limit;
use sea_orm::QueryResult;

/// What a workspace may take in a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Messages in a second.
    pub messages_per_second: Option<i64>,
    /// Requests of programs in a minute.
    pub api_calls_per_minute: Option<i64>,
    /// The limit, and its value, for which no more telemetry is taken at present.
    pub closed: Option<(Limit, i64)>,
}

const RATES: &str = "
    WITH limited AS (
        SELECT t.workspace_id, t.stored, jsonb_strip_nulls(p.limits || t.overrides) AS l
        FROM tenants t JOIN plans p ON p.id = t.plan_id
        WHERE p.limits ?| ARRAY['messages-per-second', 'messages-per-day', 'storage-bytes', 'api-calls-per-minute']
           OR t.overrides ?| ARRAY['messages-per-second', 'messages-per-day', 'storage-bytes', 'api-calls-per-minute']
    ), today AS (
        SELECT u.workspace_id, sum(u.messages) AS messages FROM usage_hours u
        WHERE u.hour >= date_trunc('day', now(), 'UTC') GROUP BY 1
    )
    SELECT l.workspace_id, (l.l ->> 'messages-per-second')::int8 AS per_second,
        (l.l ->> 'api-calls-per-minute')::int8 AS calls,
        CASE WHEN coalesce(d.messages, 0) >= (l.l ->> 'messages-per-day')::int8
             THEN (l.l ->> 'messages-per-day')::int8 END AS per_day,
        CASE WHEN l.stored >= (l.l ->> 'storage-bytes')::int8 THEN (l.l ->> 'storage-bytes')::int8 END AS storage
    FROM limited l LEFT JOIN today d USING (workspace_id)";

impl<C: Link> Console<'_, C> {
    /// Of all workspaces that have such limits.
    ///
    /// # Errors
    /// The database's.
    pub async fn rates(&self) -> Result<Vec<Rates>> {
        sql::all(self.0, RATES, []).await?.iter().map(noun).collect()
    }
}

fn noun(row: &QueryResult) -> Result<Rates> {
    let of = |column: &str| row.try_get::<Option<i64>>("", column);
    let per_day = of("per_day")?.map(|value| (Limit::MessagesPerDay, value));
    let storage = of("storage")?.map(|value| (Limit::StorageBytes, value));
    Ok(Rates {
        workspace: WorkspaceId(row.try_get("", "workspace_id")?),
        messages_per_second: of("per_second")?,
        api_calls_per_minute: of("calls")?,
        closed: per_day.or(storage),
    })
}
