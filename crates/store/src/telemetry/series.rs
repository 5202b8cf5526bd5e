//! Lines by name, as charts draw them: of one device, and of many together.

use super::buckets::Grid;
use super::lines::{self, Ask};
use super::summary::Summary;
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::{Snapshot, WorkspaceTx};
use model::telemetry::{Bucket, Series, SeriesQuery};
use model::{DeviceId, MetricId};
use std::collections::{BTreeMap, HashMap};

/// Most buckets of a line.
const POINTS_MAX: u32 = 4000;

/// The lines of one device.
pub(super) async fn of_device(
    snapshot: &Snapshot,
    device: DeviceId,
    query: &SeriesQuery,
) -> Result<Vec<Series>> {
    let grid = Grid::new(query.from_ms, query.to_ms, query.points.clamp(1, POINTS_MAX));
    let (lines, names) = read(snapshot, &[device], query, grid).await?;
    let lines = lines.into_iter().map(|((_, metric), line)| (metric, line.finish()));
    Ok(named(lines, &names))
}

/// One line a name, of all devices together.
pub(super) async fn of_group(
    snapshot: &Snapshot,
    devices: &[DeviceId],
    query: &SeriesQuery,
) -> Result<Vec<Series>> {
    let grid = Grid::new(query.from_ms, query.to_ms, query.points.clamp(1, POINTS_MAX)).of_buckets();
    together(snapshot, devices, query, grid).await
}

/// One line a name, of all devices together, with a bucket from each edge to the next.
pub(super) async fn between(
    snapshot: &Snapshot,
    devices: &[DeviceId],
    names: &[String],
    edges: &[i64],
) -> Result<Vec<Series>> {
    let (Some(&from_ms), Some(&to_ms)) = (edges.first(), edges.last()) else { return Ok(Vec::new()) };
    let query = SeriesQuery { names: names.to_vec(), from_ms, to_ms, points: POINTS_MAX };
    together(snapshot, devices, &query, Grid::Edges(edges.into())).await
}

/// How buckets that are the same for every line follow from a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grids {
    /// At most so many a line.
    OfPoints(u32),
    /// Of this width in milliseconds, counted from 1970.
    OfWidth(i64),
}

impl Grids {
    /// The width of a bucket over [from, to), in milliseconds.
    pub fn width_ms(self, from_ms: i64, to_ms: i64) -> i64 {
        self.grid(from_ms, to_ms).width_ms()
    }

    fn grid(self, from_ms: i64, to_ms: i64) -> Grid {
        match self {
            Grids::OfPoints(points) => Grid::new(from_ms, to_ms, points.clamp(1, POINTS_MAX)).of_buckets(),
            Grids::OfWidth(width_ms) => Grid::Width { width_ms: width_ms.max(1), origin_ms: 0, points: 0 },
        }
    }
}

/// Devices whose lines are joined before those of others are read: it bounds the memory of a question.
const JOINED: usize = 500;

/// The buckets of lines, each of a key and a name.
pub(super) type KeyedLines = BTreeMap<(usize, String), Vec<Bucket>>;

/// A line for each key and name: of all devices of that key together. Buckets are told by their beginnings.
pub(super) async fn by_key(
    snapshot: &Snapshot,
    devices: &[(DeviceId, usize)],
    names: &[String],
    (from_ms, to_ms): (i64, i64),
    grids: Grids,
) -> Result<KeyedLines> {
    let grid = grids.grid(from_ms, to_ms);
    let names = metrics(snapshot, "name = ANY ($2)", names.to_vec()).await?;
    let metrics: Vec<MetricId> = names.keys().copied().collect();
    let mut lines = BTreeMap::<(usize, MetricId), BTreeMap<i64, Summary>>::new();
    for devices in devices.chunks(JOINED) {
        let keys: HashMap<DeviceId, usize> = devices.iter().copied().collect();
        let ids: Vec<DeviceId> = devices.iter().map(|(device, _)| *device).collect();
        let ask = Ask { devices: &ids, metrics: Some(&metrics), from_ms, to_ms, grid: grid.clone() };
        for ((device, metric), line) in lines::read(snapshot, &ask).await? {
            let Some(key) = keys.get(&device) else { continue };
            let joined = lines.entry((*key, metric)).or_default();
            for bucket in line.finish().1 {
                joined.entry(grid.index(bucket.t0)).and_modify(|all| all.join(bucket)).or_insert(bucket);
            }
        }
    }
    let begun = |(index, summary): (i64, Summary)| Bucket {
        ts: grid.begin_ms(index).max(from_ms),
        ..Bucket::from(summary)
    };
    let named = lines.into_iter().filter_map(|((key, metric), buckets)| {
        let name = names.get(&metric)?.clone();
        Some(((key, name), buckets.into_iter().map(begun).collect()))
    });
    Ok(named.collect())
}

async fn together(
    snapshot: &Snapshot,
    devices: &[DeviceId],
    query: &SeriesQuery,
    grid: Grid,
) -> Result<Vec<Series>> {
    let (lines, names) = read(snapshot, devices, query, grid.clone()).await?;
    let mut groups = BTreeMap::<MetricId, (i64, BTreeMap<i64, Summary>)>::new();
    for ((_, metric), line) in lines {
        let (width_ms, buckets) = line.finish();
        let group = groups.entry(metric).or_insert_with(|| (width_ms, BTreeMap::new()));
        for bucket in buckets {
            group.1.entry(grid.index(bucket.t0)).and_modify(|all| all.join(bucket)).or_insert(bucket);
        }
    }
    let lines = groups
        .into_iter()
        .map(|(metric, (width_ms, buckets))| (metric, (width_ms, buckets.into_values().collect())));
    Ok(named(lines, &names))
}

/// Every number of a metric.
pub(super) async fn points(
    snapshot: &Snapshot,
    device: DeviceId,
    metric: MetricId,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<(i64, f64)>> {
    let grid = Grid::Width { width_ms: 1, origin_ms: 0, points: usize::MAX };
    let ask = Ask { devices: &[device], metrics: Some(&[metric]), from_ms, to_ms, grid };
    let mut lines = lines::read(snapshot, &ask).await?;
    let line = lines.remove(&(device, metric)).map(|line| line.finish().1).unwrap_or_default();
    Ok(line.into_iter().map(|point| (point.t0, point.last)).collect())
}

/// Sums of metrics of devices by windows of one width, counted from 1970; of all time where there is none.
pub(super) async fn sums(
    snapshot: &Snapshot,
    devices: &[DeviceId],
    metrics: &[MetricId],
    (from_ms, to_ms): (i64, i64),
    window_ms: Option<i64>,
) -> Result<Sums> {
    let grid = match window_ms {
        Some(width_ms) => Grid::Width { width_ms, origin_ms: 0, points: 0 },
        None => Grid::Edges([from_ms, to_ms].into()),
    };
    let ask = Ask { devices, metrics: Some(metrics), from_ms, to_ms, grid };
    let lines = lines::read(snapshot, &ask).await?;
    Ok(lines.into_iter().map(|(key, line)| (key, line.finish().1)).collect())
}

/// Sums by device and metric, in the order of time.
pub(super) type Sums = BTreeMap<(DeviceId, MetricId), Vec<Summary>>;

type Lines = BTreeMap<(DeviceId, MetricId), super::buckets::Line>;

async fn read(
    snapshot: &Snapshot,
    devices: &[DeviceId],
    query: &SeriesQuery,
    grid: Grid,
) -> Result<(Lines, HashMap<MetricId, String>)> {
    let wanted = match query.names.is_empty() {
        true => None,
        false => Some(metrics(snapshot, "name = ANY ($2)", query.names.clone()).await?),
    };
    let ids: Option<Vec<MetricId>> = wanted.as_ref().map(|names| names.keys().copied().collect());
    let ask = Ask { devices, metrics: ids.as_deref(), from_ms: query.from_ms, to_ms: query.to_ms, grid };
    let lines = lines::read(snapshot, &ask).await?;
    let names = match wanted {
        Some(names) => names,
        None => {
            let ids: std::collections::BTreeSet<i32> = lines.keys().map(|(_, metric)| metric.0).collect();
            metrics(snapshot, "id = ANY ($2)", ids.into_iter().collect::<Vec<_>>()).await?
        }
    };
    Ok((lines, names))
}

/// Gives the lines their names, in the order of these.
fn named(
    lines: impl Iterator<Item = (MetricId, (i64, Vec<Summary>))>,
    names: &HashMap<MetricId, String>,
) -> Vec<Series> {
    let mut series: Vec<Series> = lines
        .filter_map(|(metric, (bucket_ms, buckets))| {
            let buckets = buckets.into_iter().map(Bucket::from).collect();
            Some(Series { name: names.get(&metric)?.clone(), bucket_ms, buckets })
        })
        .collect();
    series.sort_by(|a, b| a.name.cmp(&b.name));
    series
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
