//! What of some messages is there already: value by value, so that history that is imported twice is stored once, and
//! a file that a device's own messages were exported to brings nothing new to it.
//!
//! The memory that it takes is that of the messages which are asked about: what is there is only looked at.

use super::compact::{Kind, day_of};
use super::{Extra, Row, body, chunk, series};
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::Snapshot;
use futures::TryStreamExt;
use sea_orm::{StreamTrait, Value as Bound};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Slots whose messages are in no chunk yet.
const LOOSE: &str = "slot = ANY (ARRAY(SELECT slot FROM tm_slot WHERE state IN ('open', 'closed')))";

/// A value that is asked about.
struct Point<V> {
    ts: i64,
    value: V,
    row: usize,
    /// Its place among the row's numbers.
    place: usize,
    known: bool,
}

/// Values of one name of one device, by time.
type Line<V> = Vec<Point<V>>;

/// The messages without the values that are there already, or stand in a message before; those of which nothing
/// remains are left out.
pub(super) async fn without(snapshot: &Snapshot, rows: Vec<Row>) -> Result<Vec<Row>> {
    let Some(mut ask) = Ask::of(&rows) else { return Ok(rows) };
    ask.look_into_messages(snapshot).await?;
    ask.look_into_chunks(snapshot).await?;
    Ok(ask.strip(rows))
}

struct Ask {
    numbers: HashMap<(i32, i32), Line<u64>>,
    texts: HashMap<(i32, String), Line<Value>>,
    devices: Vec<i32>,
    from_ms: i64,
    to_ms: i64,
}

impl Ask {
    fn of(rows: &[Row]) -> Option<Ask> {
        let (from_ms, to_ms) = (rows.iter().map(|r| r.ts).min()?, rows.iter().map(|r| r.ts).max()?);
        let mut numbers = HashMap::<_, Line<u64>>::new();
        let mut texts = HashMap::<_, Line<Value>>::new();
        let devices: BTreeSet<i32> = rows.iter().map(|r| r.device.0).collect();
        for (index, row) in rows.iter().enumerate() {
            let point = |place| (row.ts, index, place);
            for (place, (metric, value)) in row.metrics.iter().enumerate() {
                let line = numbers.entry((row.device.0, metric.0)).or_default();
                line.push(of(point(place), value.to_bits()));
            }
            for (place, (name, value)) in row.extra.fields.iter().enumerate() {
                let line = texts.entry((row.device.0, name.clone())).or_default();
                line.push(of(point(place), value.clone()));
            }
        }
        numbers.values_mut().for_each(sort);
        texts.values_mut().for_each(sort);
        Some(Ask { numbers, texts, devices: devices.into_iter().collect(), from_ms, to_ms })
    }

    /// Messages that are in no chunk yet.
    async fn look_into_messages(&mut self, snapshot: &Snapshot) -> Result<()> {
        let any = format!(
            "SELECT EXISTS (SELECT FROM tm_hot WHERE workspace_id = $1 AND device_id = ANY ($2)
                 AND ts >= $3 AND ts <= $4 AND {LOOSE})"
        );
        let span: [Bound; 4] = [
            snapshot.workspace.0.into(),
            self.devices.clone().into(),
            self.from_ms.into(),
            self.to_ms.into(),
        ];
        if !sql::scalar::<bool>(&snapshot.tx, &any, span).await? {
            return Ok(());
        }
        let times: BTreeSet<(i32, i64)> = self
            .numbers
            .iter()
            .flat_map(|((device, _), line)| line.iter().map(|p| (*device, p.ts)))
            .chain(self.texts.iter().flat_map(|((device, _), line)| line.iter().map(|p| (*device, p.ts))))
            .collect();
        let (devices, times): (Vec<i32>, Vec<i64>) = times.into_iter().unzip();
        // Behind OFFSET 0 each is looked up by the key, however many there are.
        let each = format!(
            "SELECT w.device, w.ts, h.body, h.extra FROM unnest($2::int4[], $3::int8[]) AS w (device, ts),
             LATERAL (SELECT body, extra FROM tm_hot WHERE workspace_id = $1 AND device_id = w.device
                 AND ts = w.ts AND {LOOSE} OFFSET 0) AS h"
        );
        let values: [Bound; 3] = [snapshot.workspace.0.into(), devices.into(), times.into()];
        let mut rows = snapshot.tx.stream_raw(sql::statement(&each, values)).await?;
        while let Some(row) = rows.try_next().await? {
            let (device, ts): (i32, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            for (metric, value) in body::unpack(&row.try_get_by_index::<Vec<u8>>(2)?)? {
                if let Some(line) = self.numbers.get_mut(&(device, metric.0)) {
                    mark(line, ts, &value.to_bits());
                }
            }
            let Some(extra) = row.try_get_by_index::<Option<Value>>(3)? else { continue };
            let extra: Extra = serde_json::from_value(extra).map_err(|e| Error::Unreadable(e.to_string()))?;
            for (name, value) in extra.fields {
                if let Some(line) = self.texts.get_mut(&(device, name)) {
                    mark(line, ts, &value);
                }
            }
        }
        Ok(())
    }

    async fn look_into_chunks(&mut self, snapshot: &Snapshot) -> Result<()> {
        let names: BTreeSet<&str> = self.texts.keys().map(|(_, name)| name.as_str()).collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let of_texts = match names.is_empty() {
            true => HashMap::new(),
            false => series::metrics(snapshot, "name = ANY ($2)", names).await?,
        };
        let mut metrics: BTreeSet<i32> = self.numbers.keys().map(|(_, metric)| *metric).collect();
        metrics.extend(of_texts.keys().map(|metric| metric.0));
        let days: BTreeSet<i32> = self
            .numbers
            .values()
            .flat_map(|line| line.iter().map(|p| day_of(p.ts)))
            .chain(self.texts.values().flat_map(|line| line.iter().map(|p| day_of(p.ts))))
            .collect();
        let values: [Bound; 8] = [
            snapshot.workspace.0.into(),
            self.devices.clone().into(),
            metrics.into_iter().collect::<Vec<_>>().into(),
            days.iter().copied().collect::<Vec<_>>().into(),
            self.from_ms.into(),
            self.to_ms.into(),
            day_of(self.from_ms).into(),
            day_of(self.to_ms).into(),
        ];
        let statement = "SELECT device_id, metric_id, kind, data FROM tm_chunk
             WHERE workspace_id = $1 AND device_id = ANY ($2) AND metric_id = ANY ($3) AND day = ANY ($4)
                 AND t1 >= $5 AND t0 <= $6 AND day >= $7 AND day <= $8";
        let mut rows = snapshot.tx.stream_raw(sql::statement(statement, values)).await?;
        while let Some(row) = rows.try_next().await? {
            let (device, metric): (i32, i32) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let data: Vec<u8> = row.try_get_by_index(3)?;
            if row.try_get_by_index::<i16>(2)? == Kind::Number as i16 {
                let Some(line) = self.numbers.get_mut(&(device, metric)) else { continue };
                let (times, values) = chunk::unpack_numbers(&data)?;
                mark_all(line, &times, |at, bits| values.get(at).is_some_and(|v| v.to_bits() == *bits));
            } else {
                let Some(name) = of_texts.get(&model::MetricId(metric)) else { continue };
                let Some(line) = self.texts.get_mut(&(device, name.clone())) else { continue };
                let (times, values) = chunk::unpack_texts(&data)?;
                let same = |at: usize, value: &Value| {
                    let text = value.to_string();
                    values.get(at).is_some_and(|kept| *kept == text)
                };
                mark_all(line, &times, same);
            }
        }
        Ok(())
    }

    fn strip(self, rows: Vec<Row>) -> Vec<Row> {
        let mut known_numbers = HashMap::<usize, BTreeSet<usize>>::new();
        for point in self.numbers.into_values().flatten().filter(|p| p.known) {
            known_numbers.entry(point.row).or_default().insert(point.place);
        }
        let mut known_texts = HashMap::<usize, BTreeSet<usize>>::new();
        for point in self.texts.into_values().flatten().filter(|p| p.known) {
            known_texts.entry(point.row).or_default().insert(point.place);
        }
        let stripped = rows.into_iter().enumerate().filter_map(|(index, mut row)| {
            if let Some(known) = known_numbers.get(&index) {
                let mut place = 0..;
                row.metrics.retain(|_| place.next().is_some_and(|place| !known.contains(&place)));
            }
            if let Some(known) = known_texts.get(&index) {
                let mut place = 0..;
                row.extra.fields.retain(|_, _| place.next().is_some_and(|place| !known.contains(&place)));
            }
            (!row.metrics.is_empty() || !row.extra.fields.is_empty()).then_some(row)
        });
        stripped.collect()
    }
}

fn of<V>((ts, row, place): (i64, usize, usize), value: V) -> Point<V> {
    Point { ts, value, row, place, known: false }
}

/// By time; what stands in a message before is known.
fn sort<V: PartialEq>(line: &mut Line<V>) {
    line.sort_by_key(|p| p.ts);
    for run in line.chunk_by_mut(|a, b| a.ts == b.ts) {
        for later in 1..run.len() {
            let (before, rest) = run.split_at_mut(later);
            if let Some(point) = rest.first_mut() {
                point.known = before.iter().any(|p| p.value == point.value);
            }
        }
    }
}

fn mark<V: PartialEq>(line: &mut Line<V>, ts: i64, value: &V) {
    let begin = line.partition_point(|p| p.ts < ts);
    for point in line.iter_mut().skip(begin).take_while(|p| p.ts == ts) {
        point.known |= point.value == *value;
    }
}

/// Marks what stands among these times; `same` compares with what stands at a place.
fn mark_all<V>(line: &mut Line<V>, times: &[i64], same: impl Fn(usize, &V) -> bool) {
    let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return };
    let begin = line.partition_point(|p| p.ts < first);
    for point in line.iter_mut().skip(begin).take_while(|p| p.ts <= last) {
        let at = times.partition_point(|ts| *ts < point.ts);
        let run = times.iter().skip(at).take_while(|ts| **ts == point.ts).count();
        point.known = point.known || (at..at + run).any(|at| same(at, &point.value));
    }
}
