//! The ways into Postgres by INSERT: in one statement, and passing over what is there already.
//!
//! `ON CONFLICT DO NOTHING` names no columns and returns nothing: either would need the right to read.

use super::writer::{self, Count};
use super::{RefusedRow, Row, body};
use crate::error::{Error, Result};
use sqlx::{AssertSqlSafe, PgConnection};
use std::collections::BTreeMap;

/// Adds the rows.
///
/// # Errors
/// Code 23505 where one is there already; then none is added.
pub(super) async fn all(tx: &mut PgConnection, rows: &[Row], slot: i32, batch: i64) -> Result<()> {
    add(tx, &rows.iter().collect::<Vec<_>>(), slot, batch, "").await.map(|_| ())
}

/// Adds the rows that are new. Counts the messages that were, by workspace; their points and bytes by proportion,
/// since the ingestion may not ask which ones they were.
pub(super) async fn pass_over(
    tx: &mut PgConnection,
    rows: &[Row],
    slot: i32,
    batch: i64,
) -> Result<BTreeMap<i32, Count>> {
    let mut by_workspace = BTreeMap::<i32, Vec<&Row>>::new();
    for row in rows {
        by_workspace.entry(row.workspace.0).or_default().push(row);
    }
    let mut counts = BTreeMap::new();
    for (workspace, rows) in by_workspace {
        let added = add(tx, &rows, slot, batch, "ON CONFLICT DO NOTHING").await?;
        if let Some(all) = writer::counts(rows).remove(&workspace).filter(|_| added > 0) {
            let part = |of: u64| of * added / all.messages;
            counts.insert(
                workspace,
                Count { messages: added, points: part(all.points), bytes: part(all.bytes) },
            );
        }
    }
    Ok(counts)
}

/// Tells how many rows were added.
async fn add(tx: &mut PgConnection, rows: &[&Row], slot: i32, batch: i64, conflict: &str) -> Result<u64> {
    let statement = format!(
        "INSERT INTO {} (slot, workspace_id, device_id, ts, seq, arrived, batch, body, extra)
         SELECT $1, workspace, device, ts, seq, arrived, $2, body, extra::jsonb
         FROM unnest($3::int4[], $4::int4[], $5::int8[], $6::int8[], $7::int8[], $8::bytea[], $9::text[])
             AS r (workspace, device, ts, seq, arrived, body, extra)
         {conflict}",
        writer::leaf(slot)
    );
    let mut bodies = Vec::with_capacity(rows.len());
    let mut extras = Vec::with_capacity(rows.len());
    for row in rows {
        let mut packed = Vec::with_capacity(body::packed_len(row.metrics.len()));
        body::pack(&row.metrics, &mut packed);
        bodies.push(packed);
        extras.push(match row.extra.is_empty() {
            true => None,
            false => Some(serde_json::to_string(&row.extra).map_err(|e| Error::Unreadable(e.to_string()))?),
        });
    }
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(slot)
        .bind(batch)
        .bind(rows.iter().map(|r| r.workspace.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.device.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.ts).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.seq).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.arrived_ms).collect::<Vec<_>>())
        .bind(bodies)
        .bind(extras)
        .execute(tx)
        .await?;
    Ok(done.rows_affected())
}

/// Keeps refused entries, and passes over those that are kept already.
pub(super) async fn refused(tx: &mut PgConnection, rows: &[RefusedRow]) -> Result<()> {
    sqlx::query(
        "INSERT INTO tm_refused (workspace_id, device_id, arrived, seq, ts, topic, reason, body)
         SELECT * FROM unnest($1::int4[], $2::int4[], $3::int8[], $4::int8[], $5::int8[], $6::text[], $7::text[],
             $8::bytea[])
         ON CONFLICT DO NOTHING",
    )
    .bind(rows.iter().map(|r| r.workspace.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.device.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.arrived_ms).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.seq).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.ts).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| without_nul(&r.topic)).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| without_nul(&r.reason)).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.body.as_slice()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// Text of Postgres can't hold the character 0; its picture stands for it.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}
