//! Rows of devices, and how many there are.

use super::scene::Scene;
use crate::error::Result;
use model::MetricId;
use model::dashboard::{Capability, Column, Counted, Row, TileData};
use model::device::{Device, Status};
use serde_json::Value;
use std::collections::HashMap;

/// Most rows of a tile.
const ROWS_MAX: usize = 1_000;
/// Most rows that have small lines, and the points of each.
const TRENDS_MAX: usize = 200;
const TREND: i64 = 24;

/// A row a device, by name.
pub(super) async fn rows(scene: &Scene<'_>) -> Result<TileData> {
    let newest = scene.newest().await?;
    let mut devices: Vec<&Device> = scene.devices.iter().collect();
    devices.sort_by_key(|device| device.name.to_lowercase());
    let left_out = devices.len().saturating_sub(ROWS_MAX);
    devices.truncate(ROWS_MAX);
    let words: Vec<_> = scene.capabilities().iter().map(|capability| scene.word(capability)).collect();
    let mut trends = trends(scene, &devices).await?;
    let value = |device: &Device, capability: &Capability| {
        newest.get(&device.id)?.iter().find(|latest| latest.name == capability.capability)
    };
    let rows: Vec<Row> = devices
        .iter()
        .map(|device| {
            let values = scene.capabilities().iter().zip(&words).map(|(capability, (_, shown))| {
                value(device, capability).map(|latest| shown.value(&latest.value))
            });
            Row {
                device: device.external_id.clone(),
                name: device.name.clone(),
                last_seen_ms: device.last_seen_ms,
                values: values.collect(),
                trends: trends.remove(&device.external_id).unwrap_or_default(),
            }
        })
        .collect();
    let columns = words.into_iter().enumerate().map(|(i, (word, _))| {
        let number = rows.iter().filter_map(|row| row.values.get(i)?.as_ref()).all(Value::is_number);
        Column { word, number }
    });
    Ok(TileData::Rows { columns: columns.collect(), rows, left_out })
}

/// Small lines over the range, in the order of the columns.
async fn trends(scene: &Scene<'_>, devices: &[&Device]) -> Result<HashMap<String, Vec<Vec<(i64, f64)>>>> {
    let wanted = &scene.wanted;
    let metrics = scene.metrics().await?;
    let known: Vec<MetricId> = metrics.iter().flatten().copied().collect();
    let mut found = HashMap::new();
    if devices.len() > TRENDS_MAX || known.is_empty() {
        return Ok(found);
    }
    let ids: Vec<_> = devices.iter().map(|device| device.id).collect();
    let window_ms = ((wanted.to_ms - wanted.from_ms) / TREND).max(1);
    let history = scene.snapshot.history();
    let sums = history.sums(&ids, &known, (wanted.from_ms, wanted.to_ms), Some(window_ms)).await?;
    for device in devices {
        let line = |metric: &Option<MetricId>| {
            let sums = metric.and_then(|metric| sums.get(&(device.id, metric)));
            let point = |sum: &store::telemetry::Summary| (sum.t0, sum.sum / sum.count.max(1) as f64);
            sums.map(|sums| sums.iter().map(point).collect()).unwrap_or_default()
        };
        found.insert(device.external_id.clone(), metrics.iter().map(line).collect());
    }
    Ok(found)
}

/// Most devices of a tile that reads or runs something by itself.
const NAMED_MAX: usize = 50;

/// What the devices are called, for tiles that ask for the rest themselves.
pub(super) fn devices(scene: &Scene<'_>) -> TileData {
    let mut named: Vec<(String, String)> =
        scene.devices.iter().map(|device| (device.external_id.clone(), device.name.clone())).collect();
    named.sort_by_key(|(_, name)| name.to_lowercase());
    let left_out = named.len().saturating_sub(NAMED_MAX);
    named.truncate(NAMED_MAX);
    TileData::Devices { devices: named, left_out }
}

/// How many devices there are, and how they stand.
pub(super) fn counted(scene: &Scene<'_>) -> Counted {
    let mut counted = Counted { all: scene.devices.len(), ..Counted::default() };
    for device in &scene.devices {
        match Status::of(device.last_seen_ms, scene.now_ms) {
            Status::Live => counted.live += 1,
            Status::Silent => counted.silent += 1,
            Status::NeverConnected => counted.never += 1,
        }
    }
    counted
}
