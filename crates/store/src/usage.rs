//! What workspaces used, as a worker has added it up.

use crate::error::Result;
use crate::sql;
use model::WorkspaceId;
use model::usage::{Grain, UsageQuery, Used};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Most lines that are told: the hours of all days that are kept.
const LINES_MAX: i32 = 24 * model::usage::USAGE_DAYS;

/// By hours or days, the oldest first. Whether the connection sees the workspace is its role's affair.
pub(crate) async fn of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    query: &UsageQuery,
) -> Result<Vec<Used>> {
    let (unit, devices) = match query.grain {
        Grain::Hour => ("hour", "sum(devices)"),
        // Each once, in the hour in which it was first heard that day.
        Grain::Day => ("day", "sum(new_devices)"),
    };
    let text = format!(
        "SELECT date_trunc('{unit}', hour, 'UTC') AS at, sum(messages)::int8 AS messages, sum(points)::int8 AS points,
             sum(bytes)::int8 AS bytes, sum(refused)::int8 AS refused, {devices}::int8 AS devices,
             sum(calls)::int8 AS calls, sum(mails)::int8 AS mails,
             (array_agg(stored ORDER BY hour DESC))[1] AS stored
         FROM usage_hours WHERE workspace_id = $1 AND hour >= $2 AND hour < $3
         GROUP BY 1 ORDER BY 1 LIMIT {LINES_MAX}"
    );
    let values = [workspace.0.into(), sql::at(query.from_ms).into(), sql::at(query.to_ms).into()];
    sql::all(db, &text, values).await?.iter().map(noun).collect()
}

fn noun(row: &QueryResult) -> Result<Used> {
    let at: OffsetDateTime = row.try_get("", "at")?;
    Ok(Used {
        at_ms: sql::millis(at),
        messages: row.try_get("", "messages")?,
        points: row.try_get("", "points")?,
        bytes: row.try_get("", "bytes")?,
        refused: row.try_get("", "refused")?,
        devices: row.try_get("", "devices")?,
        api_calls: row.try_get("", "calls")?,
        mails: row.try_get("", "mails")?,
        stored: row.try_get("", "stored")?,
    })
}

/// The narrow handle by which a process notes what is used besides telemetry.
pub struct Meter<'a>(pub(crate) &'a DatabaseConnection);

impl Meter<'_> {
    /// Notes requests of programs.
    ///
    /// # Errors
    /// The database's; nothing was noted.
    pub async fn note_calls(&self, calls: &BTreeMap<WorkspaceId, u64>) -> Result<()> {
        let counts: serde_json::Map<String, serde_json::Value> = calls
            .iter()
            .map(|(workspace, calls)| (workspace.to_string(), serde_json::json!({"calls": calls})))
            .collect();
        let counts = serde_json::Value::Object(counts);
        sql::execute(self.0, "INSERT INTO tm_pending (counts) VALUES ($1)", [counts.into()]).await?;
        Ok(())
    }
}
