//! Messages of which times and values are kept: put together again from chunks, by their time.
//!
//! A day of a device is unpacked at a time, the newest first. What a slot still holds as it was received is passed over.

use super::compact::{Kind, begin_of, day_of};
use super::{chunk, raw, series};
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::Snapshot;
use model::{DeviceId, MetricId};
use serde_json::Value;
use std::collections::BTreeMap;

/// One message: its fields by name.
pub(super) struct Settled {
    pub(super) ts: i64,
    pub(super) fields: BTreeMap<String, Value>,
}

/// The newest messages before this time, at least `limit` of them where there are so many, newest first.
pub(super) async fn before(
    snapshot: &Snapshot,
    device: DeviceId,
    before_ms: i64,
    limit: usize,
) -> Result<Vec<Settled>> {
    let mut found = Vec::new();
    let mut before_ms = before_ms;
    while found.len() < limit {
        let Some(day) = newest_day(snapshot, device, before_ms).await? else { break };
        let messages = of_day(snapshot, device, day).await?;
        found.extend(messages.into_iter().rev().filter(|m| m.ts < before_ms));
        before_ms = begin_of(day);
    }
    Ok(found)
}

/// The messages of [from, to), oldest first.
pub(super) async fn between(
    snapshot: &Snapshot,
    device: DeviceId,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<Settled>> {
    let statement = format!(
        "SELECT DISTINCT day FROM tm_chunk WHERE {GONE} AND day >= $3 AND day <= $4 AND t1 >= $5 AND t0 < $6
         ORDER BY day"
    );
    let day = |ms: i64| day_of(ms.clamp(-(1 << 46), 1 << 46));
    let rows = sql::all(
        &snapshot.tx,
        &statement,
        [
            snapshot.workspace.0.into(),
            device.0.into(),
            day(from_ms).into(),
            day(to_ms).into(),
            from_ms.into(),
            to_ms.into(),
        ],
    )
    .await?;
    let mut found = Vec::new();
    for row in rows {
        let messages = of_day(snapshot, device, row.try_get_by_index(0)?).await?;
        found.extend(messages.into_iter().filter(|m| (from_ms..to_ms).contains(&m.ts)));
    }
    Ok(found)
}

/// Chunks of slots that are gone, or going: those are not read from any more.
const GONE: &str = "workspace_id = $1 AND device_id = $2
    AND slot < (SELECT min(slot) FROM tm_slot WHERE state <> 'dropping')";

async fn newest_day(snapshot: &Snapshot, device: DeviceId, before_ms: i64) -> Result<Option<i32>> {
    let statement = format!("SELECT max(day) FROM tm_chunk WHERE {GONE} AND day <= $3 AND t0 < $4");
    let day = day_of(before_ms.saturating_sub(1).clamp(-(1 << 46), 1 << 46));
    sql::scalar(
        &snapshot.tx,
        &statement,
        [snapshot.workspace.0.into(), device.0.into(), day.into(), before_ms.into()],
    )
    .await
}

/// All messages of a day, oldest first.
async fn of_day(snapshot: &Snapshot, device: DeviceId, day: i32) -> Result<Vec<Settled>> {
    let statement = format!("SELECT metric_id, kind, data FROM tm_chunk WHERE {GONE} AND day = $3");
    let rows = sql::all(&snapshot.tx, &statement, [snapshot.workspace.0.into(), device.0.into(), day.into()])
        .await?;
    let mut numbers = Vec::new();
    let mut texts = Vec::new();
    for row in rows {
        let (metric, data): (i32, Vec<u8>) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
        match row.try_get_by_index::<i16>(1)? == Kind::Number as i16 {
            true => numbers.push((metric, chunk::unpack_numbers(&data)?)),
            false => texts.push((metric, chunk::unpack_texts(&data)?)),
        }
    }
    let ids: Vec<i32> = numbers.iter().map(|n| n.0).chain(texts.iter().map(|t| t.0)).collect();
    let names = series::metrics(snapshot, "id = ANY ($2)", ids).await?;
    let mut messages = BTreeMap::<i64, BTreeMap<String, Value>>::new();
    let mut put = |metric: i32, ts: i64, value: Value| {
        let fields = messages.entry(ts).or_default();
        match (names.get(&MetricId(metric)), value) {
            (Some(name), value) => drop(fields.insert(name.clone(), value)),
            (None, Value::Object(unnamed)) => fields.extend(unnamed),
            (None, value) => drop(fields.insert(format!("#{metric}"), value)),
        }
    };
    for (metric, (times, values)) in numbers {
        times.into_iter().zip(values).for_each(|(ts, value)| put(metric, ts, raw::number(value)));
    }
    // What is kept beside the numbers is exact, so it goes over them.
    for (metric, (times, values)) in texts {
        for (ts, text) in times.into_iter().zip(values) {
            put(metric, ts, serde_json::from_str(&text).map_err(|e| Error::Unreadable(e.to_string()))?);
        }
    }
    Ok(messages.into_iter().map(|(ts, fields)| Settled { ts, fields }).collect())
}
