//! How values are spread: one against another, and how often each occurs.

use super::scene::Scene;
use crate::error::Result;
use model::dashboard::{Bars, Capability, Cloud, Split, TileData, Word};
use model::device::Device;
use model::template::Shown;
use model::{Code, DeviceId, Problem};
use std::collections::BTreeMap;
use store::telemetry::Summary;

/// Most points of a tile, and most and fewest moments of each device.
const POINTS_MAX: usize = 10_000;
const MOMENTS: (usize, usize) = (10, 500);
/// Most devices that are told apart, as clouds and as bars.
const CLOUDS_MAX: usize = 200;
const BARS_MAX: usize = 6;
/// Bins where nobody says how many.
const BINS: u16 = 24;

/// The second value against the first, each device a cloud; means of the same moments.
pub(super) async fn scatter(scene: &Scene<'_>) -> Result<TileData> {
    let [across, up, ..] = scene.capabilities() else {
        let text = "Choose two values: the first goes across, the second up.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    };
    let metrics = scene.metrics().await?;
    let ((x, x_shown), (y, y_shown)) = (scene.word(across), scene.word(up));
    let devices: Vec<&Device> = scene.devices.iter().take(CLOUDS_MAX).collect();
    let left_out = scene.devices.len() - devices.len();
    let (Some(Some(first)), Some(Some(second))) = (metrics.first(), metrics.get(1)) else {
        return Ok(TileData::Clouds { x, y, clouds: Vec::new(), left_out });
    };
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let (times, window_ms) = moments(scene, ids.len());
    let sums = scene.snapshot.history().sums(&ids, &[*first, *second], times, Some(window_ms)).await?;
    let mean = |sum: &Summary| sum.sum / sum.count.max(1) as f64;
    let mut clouds = Vec::new();
    for device in devices {
        let of = |metric| sums.get(&(device.id, metric)).map(Vec::as_slice).unwrap_or_default();
        let across: BTreeMap<i64, f64> =
            of(*first).iter().map(|sum| (sum.t0.div_euclid(window_ms), mean(sum))).collect();
        let pair = |sum: &Summary| {
            let x = across.get(&sum.t0.div_euclid(window_ms))?;
            Some((x_shown.convert(*x), y_shown.convert(mean(sum))))
        };
        let points: Vec<(f64, f64)> = of(*second).iter().filter_map(pair).collect();
        if !points.is_empty() {
            clouds.push(Cloud { device: device.external_id.clone(), label: device.name.clone(), points });
        }
    }
    Ok(TileData::Clouds { x, y, clouds, left_out })
}

/// How often the first value lies in each bin: of all devices, or of each.
pub(super) async fn histogram(scene: &Scene<'_>) -> Result<TileData> {
    let configuration = &scene.wanted.tile.configuration;
    let Some(capability) = scene.capabilities().first() else { return Ok(TileData::Nothing) };
    let (word, shown) = scene.word(capability);
    let apart = configuration.split == Split::Device;
    let devices = &scene.devices;
    let left_out = if apart { devices.len().saturating_sub(BARS_MAX) } else { 0 };
    let metrics = scene.metrics().await?;
    let Some(Some(metric)) = metrics.first() else {
        return Ok(TileData::Bins { word, edges: Vec::new(), bars: Vec::new(), left_out });
    };
    let ids: Vec<DeviceId> = scene.ids();
    let (times, window_ms) = moments(scene, ids.len());
    let sums = scene.snapshot.history().sums(&ids, &[*metric], times, Some(window_ms)).await?;
    let of = |device: &Device| {
        let sums = sums.get(&(device.id, *metric)).map(Vec::as_slice).unwrap_or_default();
        sums.iter().flat_map(|sum| weighed(sum, &shown)).collect::<Vec<_>>()
    };
    let rows: Vec<(String, Vec<(f64, u64)>)> = match apart {
        true => devices.iter().take(BARS_MAX).map(|device| (device.name.clone(), of(device))).collect(),
        false => vec![(label(&word, capability), devices.iter().flat_map(of).collect())],
    };
    let bins = if configuration.bins == 0 { BINS } else { configuration.bins };
    let ends = (configuration.min, configuration.max);
    let edges = edges(rows.iter().flat_map(|(_, values)| values.iter().map(|(value, _)| *value)), ends, bins);
    let bars = rows.into_iter().map(|(label, values)| Bars { label, counts: counted(&values, &edges) });
    Ok(TileData::Bins { word, bars: bars.collect(), edges, left_out })
}

fn label(word: &Word, capability: &Capability) -> String {
    if word.label.is_empty() { capability.capability.clone() } else { word.label.clone() }
}

/// From and to, and the length of a moment of so many devices.
fn moments(scene: &Scene<'_>, devices: usize) -> ((i64, i64), i64) {
    let wanted = &scene.wanted;
    let each = (POINTS_MAX / devices.max(1)).clamp(MOMENTS.0, MOMENTS.1);
    let window_ms = ((wanted.to_ms - wanted.from_ms) / each as i64).max(1);
    ((wanted.from_ms, wanted.to_ms), window_ms)
}

/// The values of a moment, as they are shown: its least, its greatest, and the rest at its mean.
fn weighed(sum: &Summary, shown: &Shown) -> Vec<(f64, u64)> {
    let plain = match sum.count {
        0 => Vec::new(),
        1 => vec![(sum.sum, 1)],
        2 => vec![(sum.min, 1), (sum.max, 1)],
        _ => {
            let rest = sum.count - 2;
            vec![(sum.min, 1), (sum.max, 1), ((sum.sum - sum.min - sum.max) / rest as f64, rest)]
        }
    };
    plain.into_iter().map(|(value, count)| (shown.convert(value), count)).collect()
}

/// The edges of so many bins of one width; none where there are no values.
fn edges(values: impl Iterator<Item = f64>, ends: (Option<f64>, Option<f64>), bins: u16) -> Vec<f64> {
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.filter(|v| v.is_finite()).fold(none, |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return Vec::new();
    }
    let (low, high) = (ends.0.unwrap_or(low), ends.1.unwrap_or(high));
    let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
    let width = (high - low) / f64::from(bins);
    (0..=bins).map(|i| low + width * f64::from(i)).collect()
}

/// How many values lie in each bin; the last one holds its upper edge too.
fn counted(values: &[(f64, u64)], edges: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    let Some((low, high)) = edges.first().zip(edges.last()) else { return counts };
    let width = (high - low) / counts.len().max(1) as f64;
    for (value, count) in values.iter().filter(|(value, _)| (*low..=*high).contains(value)) {
        let bin = ((value - low) / width).floor() as usize;
        if let Some(bin) = counts.len().checked_sub(1).map(|last| bin.min(last)) {
            counts[bin] += count;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_falls_into_one_bin() {
        let values = [(0.0, 1), (1.0, 2), (5.0, 1), (10.0, 3)];
        let edges = edges(values.iter().map(|(v, _)| *v), (None, None), 5);
        assert_eq!(edges, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(counted(&values, &edges), [3, 0, 1, 0, 3]);
        // Ends that somebody has chosen leave out what lies beyond.
        let narrow = super::edges([0.0, 10.0].into_iter(), (Some(4.0), Some(6.0)), 2);
        assert_eq!(counted(&values, &narrow), [0, 1]);
        assert_eq!(super::edges(std::iter::empty(), (None, None), 5), Vec::<f64>::new());
        let alone = super::edges([7.0].into_iter(), (None, None), 2);
        assert_eq!((alone[0], alone[2]), (6.5, 7.5));
        assert_eq!(counted(&[(7.0, 4)], &alone), [0, 4]);
    }

    #[test]
    fn a_moment_keeps_its_ends_and_its_number() {
        let sum = Summary { t0: 0, t1: 9, count: 5, sum: 50.0, min: 2.0, max: 20.0, first: 2.0, last: 20.0 };
        let all = weighed(&sum, &Shown::default());
        assert_eq!(all.iter().map(|(_, n)| n).sum::<u64>(), 5);
        assert!((all.iter().map(|(v, n)| v * *n as f64).sum::<f64>() - 50.0).abs() < 1e-9);
    }
}
