//! Telemetry for files: every value of a stretch of time, stretches summed up, whole messages in the order of time, and
//! how much of all that there is, so that who reads it can choose stretches that fit in memory.

use super::buckets::Grid;
use super::compact::{DAY_MS, begin_of, day_of};
use super::lines::{self, Ask};
use super::{raw, series};
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::Snapshot;
use model::telemetry::RawMessage;
use model::{DeviceId, MetricId};
use std::collections::{BTreeMap, BTreeSet};

/// How much a device has sent in some time.
#[derive(Clone, Debug, Default)]
pub struct Volume {
    /// By day, in the order of time; days without anything are left out.
    pub days: Vec<DayVolume>,
    /// The names that have numbers in chunks; what came in the last minutes may be missing.
    pub names: BTreeSet<String>,
}

/// How much there is of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayVolume {
    /// When it begins, milliseconds since 1970, UTC.
    pub begin_ms: i64,
    /// Values.
    pub points: i64,
    /// Messages, about: as many as the name has values that has most.
    pub messages: i64,
}

/// A stretch of time of one name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// The edge that it begins at, milliseconds since 1970.
    pub begin_ms: i64,
    /// How many values.
    pub count: u64,
    /// All of them added up.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The mean.
    pub avg: f64,
    /// The oldest.
    pub first: f64,
    /// The newest.
    pub last: f64,
}

/// See [`super::History::volume`].
pub(super) async fn volume(
    snapshot: &Snapshot,
    device: DeviceId,
    from_ms: i64,
    to_ms: i64,
) -> Result<Volume> {
    let key = || [snapshot.workspace.0.into(), device.0.into(), from_ms.into(), to_ms.into()];
    let [workspace, device_id, from, to] = key();
    let chunks = sql::all(
        &snapshot.tx,
        "SELECT day, metric_id, sum(n)::int8, bool_or(kind = 0) FROM tm_chunk
         WHERE workspace_id = $1 AND device_id = $2 AND t1 >= $3 AND t0 < $4 AND day >= $5 AND day <= $6
         GROUP BY 1, 2",
        [workspace, device_id, from, to, bounded_day(from_ms).into(), bounded_day(to_ms).into()],
    )
    .await?;
    let mut days = BTreeMap::<i32, DayVolume>::new();
    let mut metrics = BTreeSet::new();
    for row in chunks {
        let (day, n) = (row.try_get_by_index::<i32>(0)?, row.try_get_by_index::<i64>(2)?);
        if row.try_get_by_index::<bool>(3)? {
            metrics.insert(row.try_get_by_index::<i32>(1)?);
        }
        let volume = days.entry(day).or_default();
        volume.points += n;
        volume.messages = volume.messages.max(n);
    }
    let hot = sql::all(
        &snapshot.tx,
        &format!(
            "SELECT (ts / {DAY_MS})::int4, count(*), sum((octet_length(body) - 1) / 12)::int8 FROM tm_hot
             WHERE workspace_id = $1 AND device_id = $2 AND ts >= $3 AND ts < $4
                 AND slot = ANY (ARRAY(SELECT slot FROM tm_slot WHERE state IN ('open', 'closed')))
             GROUP BY 1"
        ),
        key(),
    )
    .await?;
    for row in hot {
        let volume = days.entry(row.try_get_by_index(0)?).or_default();
        volume.messages += row.try_get_by_index::<i64>(1)?;
        volume.points += row.try_get_by_index::<i64>(2)?;
    }
    let names = series::metrics(snapshot, "id = ANY ($2)", metrics.into_iter().collect::<Vec<_>>()).await?;
    Ok(Volume {
        days: days.into_iter().map(|(day, v)| DayVolume { begin_ms: begin_of(day), ..v }).collect(),
        names: names.into_values().collect(),
    })
}

/// A day as it can be asked for, of any time.
fn bounded_day(ms: i64) -> i32 {
    day_of(ms.clamp(-(1 << 46), 1 << 46))
}

/// See [`super::History::numbers`].
pub(super) async fn numbers(
    snapshot: &Snapshot,
    device: DeviceId,
    names: &[String],
    from_ms: i64,
    to_ms: i64,
) -> Result<BTreeMap<String, Vec<(i64, f64)>>> {
    let grid = Grid::Width { width_ms: 1, origin_ms: 0, points: usize::MAX };
    let lines = named(snapshot, device, names, from_ms, to_ms, grid).await?;
    Ok(lines
        .into_iter()
        .map(|(name, line)| (name, line.finish().1.into_iter().map(|p| (p.t0, p.last)).collect()))
        .collect())
}

/// See [`super::History::stretches`].
pub(super) async fn stretches(
    snapshot: &Snapshot,
    device: DeviceId,
    names: &[String],
    edges: &[i64],
) -> Result<BTreeMap<String, Vec<Stretch>>> {
    let (Some(&from_ms), Some(&to_ms)) = (edges.first(), edges.last()) else { return Ok(BTreeMap::new()) };
    let grid = Grid::Edges(edges.into());
    let lines = named(snapshot, device, names, from_ms, to_ms, grid).await?;
    let stretch = |s: super::summary::Summary| Stretch {
        begin_ms: edges
            .get(edges.partition_point(|edge| *edge <= s.t0).wrapping_sub(1))
            .copied()
            .unwrap_or(s.t0),
        count: s.count,
        sum: s.sum,
        min: s.min,
        max: s.max,
        avg: s.mean(),
        first: s.first,
        last: s.last,
    };
    Ok(lines
        .into_iter()
        .map(|(name, line)| (name, line.finish().1.into_iter().map(stretch).collect()))
        .collect())
}

async fn named(
    snapshot: &Snapshot,
    device: DeviceId,
    names: &[String],
    from_ms: i64,
    to_ms: i64,
    grid: Grid,
) -> Result<BTreeMap<String, super::buckets::Line>> {
    let names = series::metrics(snapshot, "name = ANY ($2)", names.to_vec()).await?;
    let metrics: Vec<MetricId> = names.keys().copied().collect();
    let ask = Ask { devices: &[device], metrics: Some(&metrics), from_ms, to_ms, grid };
    let lines = lines::read(snapshot, &ask).await?;
    Ok(lines
        .into_iter()
        .filter_map(|((_, metric), line)| Some((names.get(&metric)?.clone(), line)))
        .collect())
}

/// See [`super::History::messages`].
pub(super) async fn messages(
    snapshot: &Snapshot,
    device: DeviceId,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<RawMessage>> {
    raw::between(snapshot, device, from_ms, to_ms).await
}
