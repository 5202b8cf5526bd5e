//! Lines of a device: its numbers over time, unpacked and reduced while they stream out of Postgres.

use super::body;
use super::buckets::{Grid, Line};
use crate::error::Result;
use crate::{sql, workspace_tx::WorkspaceTx};
use futures::TryStreamExt;
use model::telemetry::{Series, SeriesQuery};
use model::{DeviceId, MetricId};
use sea_orm::StreamTrait;
use std::collections::HashMap;

/// Most buckets of a line.
const POINTS_MAX: u32 = 4000;

/// The lines that are asked for, by name. A name without numbers in that time is left out.
pub(super) async fn read(tx: &WorkspaceTx, device: DeviceId, query: &SeriesQuery) -> Result<Vec<Series>> {
    if query.from_ms >= query.to_ms {
        return Ok(Vec::new());
    }
    let wanted = match query.names.is_empty() {
        true => None,
        false => Some(metrics(tx, "name = ANY ($2)", query.names.clone()).await?),
    };
    let grid = Grid::new(query.from_ms, query.to_ms, query.points.clamp(1, POINTS_MAX));
    let lines = lines(tx, device, query, grid, wanted.as_ref()).await?;
    let names = match wanted {
        Some(names) => names,
        None => metrics(tx, "id = ANY ($2)", lines.keys().map(|m| m.0).collect::<Vec<_>>()).await?,
    };
    let mut series: Vec<Series> = lines
        .into_iter()
        .filter_map(|(metric, line)| {
            let (bucket_ms, buckets) = line.finish();
            Some(Series { name: names.get(&metric)?.clone(), bucket_ms, buckets })
        })
        .collect();
    series.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(series)
}

async fn lines(
    tx: &WorkspaceTx,
    device: DeviceId,
    query: &SeriesQuery,
    grid: Grid,
    wanted: Option<&HashMap<MetricId, String>>,
) -> Result<HashMap<MetricId, Line>> {
    let statement = sql::statement(
        "SELECT ts, seq, body FROM tm_hot
         WHERE workspace_id = $1 AND device_id = $2 AND ts >= $3 AND ts < $4
         ORDER BY ts, seq",
        [tx.workspace.0.into(), device.0.into(), query.from_ms.into(), query.to_ms.into()],
    );
    let mut rows = tx.tx.stream_raw(statement).await?;
    let mut lines = HashMap::new();
    let mut before = None;
    while let Some(row) = rows.try_next().await? {
        let ts: i64 = row.try_get_by_index(0)?;
        let seq: i64 = row.try_get_by_index(1)?;
        // A message that came again in a later slot stands here twice, one beside the other.
        if before.replace((ts, seq)) == Some((ts, seq)) {
            continue;
        }
        let packed: Vec<u8> = row.try_get_by_index(2)?;
        for (metric, value) in body::unpack(&packed)? {
            if wanted.is_none_or(|w| w.contains_key(&metric)) {
                lines.entry(metric).or_insert_with(|| Line::new(grid)).push(ts, value);
            }
        }
    }
    Ok(lines)
}

/// The names of metrics by their numbers, where `filter` holds of the values.
pub(super) async fn metrics(
    tx: &WorkspaceTx,
    filter: &str,
    values: impl Into<sea_orm::Value>,
) -> Result<HashMap<MetricId, String>> {
    let statement = format!("SELECT id, name FROM tm_metric WHERE workspace_id = $1 AND {filter}");
    let rows = sql::all(&tx.tx, &statement, [tx.workspace.0.into(), values.into()]).await?;
    rows.iter().map(|row| Ok((MetricId(row.try_get_by_index(0)?), row.try_get_by_index(1)?))).collect()
}
