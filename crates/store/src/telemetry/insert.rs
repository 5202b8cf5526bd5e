//! The ways into Postgres by INSERT: in one statement, and passing over what is there already.
//!
//! `ON CONFLICT DO NOTHING` names no columns and returns nothing: either would need the right to read.

use super::counts::Counts;
use super::writer;
use super::{RefusedRow, Row, body};
use crate::error::{Error, Result};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use std::collections::BTreeMap;

/// Adds the rows.
///
/// # Errors
/// Code 23505 where one is there already; then none is added.
pub(super) async fn all(tx: &mut PgConnection, rows: &[Row], slot: i32, batch: i64) -> Result<()> {
    add(tx, &rows.iter().collect::<Vec<_>>(), slot, batch, "").await.map(|_| ())
}

/// Adds the rows that are new, and counts exactly those. The ingestion may not ask which ones they were: a part of which
/// some were there is taken back, and tried again in halves.
pub(super) async fn pass_over(tx: &mut PgConnection, rows: &[Row], slot: i32, batch: i64) -> Result<Counts> {
    let all: Vec<&Row> = rows.iter().collect();
    let mut counts = Counts::default();
    let mut parts = vec![all.as_slice()];
    while let Some(part) = parts.pop() {
        tx.execute("SAVEPOINT part").await?;
        let added = add(tx, part, slot, batch, "ON CONFLICT DO NOTHING").await?;
        let partly = added > 0 && added < part.len() as u64;
        if partly {
            tx.execute("ROLLBACK TO SAVEPOINT part").await?;
            let (left, right) = part.split_at(part.len() / 2);
            parts.push(right);
            parts.push(left);
        } else if added > 0 {
            part.iter().for_each(|row| counts.add(row));
        }
        tx.execute("RELEASE SAVEPOINT part").await?;
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

/// Keeps refused entries, and passes over those that are kept already; counts those that were not.
pub(super) async fn refused(tx: &mut PgConnection, rows: &[RefusedRow], counts: &mut Counts) -> Result<()> {
    let mut by_workspace = BTreeMap::<i32, Vec<&RefusedRow>>::new();
    for row in rows {
        by_workspace.entry(row.workspace.0).or_default().push(row);
    }
    for (workspace, rows) in by_workspace {
        counts.refuse(workspace, add_refused(tx, &rows).await?);
    }
    Ok(())
}

/// Tells how many were added.
async fn add_refused(tx: &mut PgConnection, rows: &[&RefusedRow]) -> Result<u64> {
    let done = sqlx::query(
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
    Ok(done.rows_affected())
}

/// Text of Postgres can't hold the character 0; its picture stands for it.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}
