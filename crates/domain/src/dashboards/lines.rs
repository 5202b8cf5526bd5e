//! Lines over time: of all devices together, or each by itself.

use super::scene::Scene;
use crate::error::Result;
use model::dashboard::{Aggregate, Capability, LineOf, Split, TileData, Word};
use model::device::Device;
use model::telemetry::{Bucket, Series, SeriesQuery};
use model::template::Shown;
use model::{DeviceId, MetricId};
use std::collections::{BTreeMap, HashMap};
use store::telemetry::Summary;

/// Most lines of a tile.
const LINES_MAX: usize = 1_000;
/// Most buckets of all lines of a tile together.
const BUCKETS_MAX: usize = 60_000;
/// Fewest buckets of a line.
const POINTS_MIN: u32 = 24;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// The lines of the tile.
pub(super) async fn lines(scene: &Scene<'_>) -> Result<TileData> {
    let wanted = &scene.wanted;
    let span = wanted.to_ms - wanted.from_ms;
    let mut lines = read(scene, (wanted.from_ms, wanted.to_ms)).await?;
    if wanted.compare {
        let before = read(scene, (wanted.from_ms - span, wanted.from_ms)).await?;
        lines.extend(before.into_iter().map(|mut line| {
            line.before = true;
            line.word.label.push_str(", before");
            line.series.name.push_str("@before");
            line.series.buckets.iter_mut().for_each(|bucket| bucket.ts += span);
            line
        }));
    }
    let apart = wanted.tile.configuration.split == Split::Device;
    let most = LINES_MAX / scene.capabilities().len().max(1);
    let left_out = if apart { scene.devices.len().saturating_sub(most) } else { 0 };
    Ok(TileData::Lines { lines, devices: scene.devices.len(), left_out })
}

/// The line of the first value, of all devices together, by the hour: of very long ranges the newest hours.
pub(super) async fn by_hour(scene: &Scene<'_>) -> Result<TileData> {
    const HOURS_MAX: i64 = 31 * 24;
    let wanted = &scene.wanted;
    let last = wanted.to_ms.min(scene.now_ms.max(wanted.from_ms)).div_euclid(HOUR_MS) + 1;
    let first = wanted.from_ms.div_euclid(HOUR_MS).max(last - HOURS_MAX);
    let edges: Vec<i64> = (first..=last).map(|hour| hour * HOUR_MS).collect();
    let Some(capability) = scene.capabilities().first() else { return Ok(TileData::Nothing) };
    let names = [capability.capability.clone()];
    let found = scene.snapshot.history().between(&scene.ids(), &names, &edges).await?;
    let (word, shown) = scene.word(capability);
    let lines =
        found.into_iter().take(1).map(|series| line(capability, (word.clone(), &shown), None, series));
    Ok(TileData::Lines { lines: lines.collect(), devices: scene.devices.len(), left_out: 0 })
}

async fn read(scene: &Scene<'_>, times: (i64, i64)) -> Result<Vec<LineOf>> {
    match scene.wanted.tile.configuration.split {
        Split::Device => apart(scene, times).await,
        Split::Together => together(scene, times).await,
    }
}

/// A line a value.
async fn together(scene: &Scene<'_>, (from_ms, to_ms): (i64, i64)) -> Result<Vec<LineOf>> {
    let rises = |c: &&Capability| c.aggregate_function == Aggregate::Rise;
    let names = scene.capabilities().iter().filter(|c| !rises(c)).map(|c| c.capability.clone());
    let query = SeriesQuery { names: names.collect(), from_ms, to_ms, points: scene.wanted.points };
    let found = match query.names.is_empty() {
        true => Vec::new(),
        false => match scene.devices.as_slice() {
            [one] => scene.snapshot.history().series(one.id, &query).await?,
            _ => scene.snapshot.history().group_series(&scene.ids(), &query).await?,
        },
    };
    let rising = match scene.capabilities().iter().any(|c| rises(&c)) {
        true => rising(scene, (from_ms, to_ms)).await?,
        false => HashMap::new(),
    };
    let mut lines = Vec::new();
    for (i, capability) in scene.capabilities().iter().enumerate() {
        let series = match rises(&capability) {
            true => rising.get(capability.capability.as_str()).cloned(),
            false => found.iter().find(|series| series.name == capability.capability).cloned(),
        };
        let (word, shown) = scene.word(capability);
        if let Some(mut series) = series {
            series.name = format!("{i}:{}", capability.capability);
            lines.push(line(capability, (word, &shown), None, series));
        }
    }
    Ok(lines)
}

/// How much meters have risen in each bucket, all of them together.
async fn rising(scene: &Scene<'_>, (from_ms, to_ms): (i64, i64)) -> Result<HashMap<String, Series>> {
    let window_ms = ((to_ms - from_ms) / i64::from(scene.wanted.points.min(60))).max(1_000);
    let metrics = scene.metrics().await?;
    let known: Vec<MetricId> = metrics.iter().flatten().copied().collect();
    let history = scene.snapshot.history();
    let sums = history.sums(&scene.ids(), &known, (from_ms, to_ms), Some(window_ms)).await?;
    let mut found = HashMap::new();
    for (capability, metric) in scene.capabilities().iter().zip(&metrics) {
        let mut buckets = BTreeMap::<i64, f64>::new();
        for (_, sums) in sums.iter().filter(|((_, of), _)| Some(*of) == *metric) {
            let mut before: Option<f64> = None;
            for sum in sums {
                // From the last reading of the bucket before, so that nothing is lost between them.
                let rise = (sum.last - before.unwrap_or(sum.first)).max(0.0);
                before = Some(sum.last);
                *buckets.entry(sum.t0.div_euclid(window_ms) * window_ms).or_default() += rise;
            }
        }
        let bucket = |(ts, rise)| Bucket { ts, min: rise, max: rise, avg: rise, last: rise, count: 1 };
        let buckets: Vec<Bucket> = buckets.into_iter().map(bucket).collect();
        let name = capability.capability.clone();
        found.insert(name.clone(), Series { name, bucket_ms: window_ms, buckets });
    }
    Ok(found)
}

/// A line a device and value.
async fn apart(scene: &Scene<'_>, (from_ms, to_ms): (i64, i64)) -> Result<Vec<LineOf>> {
    let capabilities = scene.capabilities();
    let devices: Vec<&Device> = scene.devices.iter().take(LINES_MAX / capabilities.len().max(1)).collect();
    let each = BUCKETS_MAX / (devices.len() * capabilities.len()).max(1);
    let points = scene.wanted.points.min(u32::try_from(each).unwrap_or(u32::MAX)).max(POINTS_MIN);
    let window_ms = ((to_ms - from_ms) / i64::from(points)).max(1);
    let metrics = scene.metrics().await?;
    let known: Vec<MetricId> = metrics.iter().flatten().copied().collect();
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let mut sums = scene.snapshot.history().sums(&ids, &known, (from_ms, to_ms), Some(window_ms)).await?;
    let mut lines = Vec::new();
    for (i, (capability, metric)) in capabilities.iter().zip(&metrics).enumerate() {
        let (word, shown) = scene.word(capability);
        for device in &devices {
            let Some(sums) = metric.and_then(|metric| sums.remove(&(device.id, metric))) else { continue };
            let label = match capabilities.len() {
                1 => device.name.clone(),
                _ => format!("{} · {}", device.name, word.label),
            };
            let name = format!("{i}:{}:{}", capability.capability, device.external_id);
            let buckets = buckets(capability.aggregate_function, sums);
            let series = Series { name, bucket_ms: window_ms, buckets };
            let word = Word { label, ..word.clone() };
            lines.push(line(capability, (word, &shown), Some(&device.external_id), series));
        }
    }
    Ok(lines)
}

fn buckets(aggregate: Aggregate, sums: Vec<Summary>) -> Vec<Bucket> {
    let mut before: Option<f64> = None;
    let bucket = |sum: Summary| {
        let rise = (sum.last - before.unwrap_or(sum.first)).max(0.0);
        before = Some(sum.last);
        let avg = if sum.count > 0 { sum.sum / sum.count as f64 } else { f64::NAN };
        let count = u32::try_from(sum.count).unwrap_or(u32::MAX);
        let bucket = Bucket { ts: sum.t0, min: sum.min, max: sum.max, avg, last: sum.last, count };
        match aggregate {
            Aggregate::Rise => Bucket { min: rise, max: rise, avg: rise, ..bucket },
            _ => bucket,
        }
    };
    sums.into_iter().map(bucket).collect()
}

/// The line with what the tile wants of each bucket, in the unit in which it is shown.
fn line(
    capability: &Capability,
    (word, shown): (Word, &Shown),
    device: Option<&str>,
    mut series: Series,
) -> LineOf {
    let aggregate = capability.aggregate_function;
    for bucket in &mut series.buckets {
        match aggregate {
            Aggregate::Avg | Aggregate::Rise => {}
            Aggregate::Min => (bucket.avg, bucket.max) = (bucket.min, bucket.min),
            Aggregate::Max => (bucket.avg, bucket.min) = (bucket.max, bucket.max),
            Aggregate::Last => bucket.avg = bucket.last,
            Aggregate::Sum => {
                let sum = bucket.avg * f64::from(bucket.count);
                (bucket.avg, bucket.min, bucket.max) = (sum, sum, sum);
            }
            Aggregate::Count => {
                let count = f64::from(bucket.count);
                (bucket.avg, bucket.min, bucket.max) = (count, count, count);
            }
        }
        convert(bucket, aggregate, shown);
    }
    LineOf {
        word,
        device: device.map(str::to_owned),
        capability: capability.capability.clone(),
        before: false,
        series,
    }
}

fn convert(bucket: &mut Bucket, aggregate: Aggregate, shown: &Shown) {
    for value in [&mut bucket.min, &mut bucket.max, &mut bucket.avg, &mut bucket.last] {
        *value = match aggregate {
            Aggregate::Count => *value,
            // A difference has no origin.
            Aggregate::Rise => *value * shown.factor,
            _ => shown.convert(*value),
        };
    }
    if bucket.min > bucket.max {
        std::mem::swap(&mut bucket.min, &mut bucket.max);
    }
}
