//! Pieces of lines for questions whose answer is rows: what some devices sent under some names in a stretch of time, whatever
//! it is, from chunks and from messages that are not in chunks yet.
//!
//! A stretch is read packed and unpacked a device at a time. Where it holds more than can be held, the asker is told so, and
//! asks for less at once: that bounds the memory of a question over any time.

use super::compact::{Kind, WEEKS, begin_of, day_of, first_day_of};
use super::{body, chunk, merge};
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::Snapshot;
use futures::TryStreamExt;
use model::{DeviceId, MetricId};
use sea_orm::{QueryResult, StreamTrait, Value as Bound};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Most messages that are held as they came.
const MESSAGES_MAX: usize = 200_000;
/// Most bytes of chunks that are held packed.
const PACKED_MAX: usize = 64 << 20;
/// Most points of one device that are unpacked at once.
const POINTS_MAX: i64 = 250_000;
/// Where fields are kept whose names have no number.
const UNNAMED: MetricId = MetricId(0);

/// What was sent under one name, in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// Numbers.
    pub numbers: Vec<(i64, f64)>,
    /// All else; of one time, it is exact and goes over the numbers.
    pub others: Vec<(i64, Value)>,
}

/// Names, and the numbers that they have here.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<String>,
    numbers: HashMap<MetricId, usize>,
}

impl Names {
    /// Those that have numbers, which is those that somebody has sent.
    pub fn known(&self) -> Vec<String> {
        self.numbers.values().map(|i| self.names[*i].clone()).collect()
    }

    /// The number under which this one's values are kept; none: nobody has sent a number of that name.
    pub fn metric(&self, i: usize) -> Option<MetricId> {
        self.numbers.iter().find(|(_, at)| **at == i).map(|(metric, _)| *metric)
    }
}

/// A part of a line before it is unpacked.
enum Part {
    Numbers(Vec<u8>),
    Others(Vec<u8>),
    Unnamed(Vec<u8>),
}

#[derive(Default)]
struct OfDevice {
    /// The name's place, none: of fields whose names have no number; and the part.
    parts: Vec<(usize, Part)>,
    points: i64,
    messages: Vec<(i64, i64, Vec<u8>, Option<Value>)>,
}

/// A stretch of several devices, packed.
pub struct Pieces {
    of: BTreeMap<DeviceId, OfDevice>,
    from_ms: i64,
    to_ms: i64,
}

impl Pieces {
    /// The devices that have sent something in it.
    pub fn devices(&self) -> Vec<DeviceId> {
        self.of.keys().copied().collect()
    }

    /// What a device sent, a line a name; and how many points were unpacked for it.
    ///
    /// # Errors
    /// A chunk is damaged.
    pub fn take(&mut self, device: DeviceId, names: &Names) -> Result<(Vec<Values>, u64)> {
        let Some(OfDevice { parts, messages, .. }) = self.of.remove(&device) else {
            return Ok((vec![Values::default(); names.names.len()], 0));
        };
        let mut numbers: Vec<Vec<Vec<(i64, f64)>>> = vec![Vec::new(); names.names.len()];
        let mut others: Vec<Vec<Vec<(i64, Value)>>> = vec![Vec::new(); names.names.len()];
        let mut read = 0;
        for (i, part) in parts {
            match part {
                Part::Numbers(data) => {
                    let (times, values) = chunk::unpack_numbers(&data)?;
                    read += times.len() as u64;
                    numbers[i].push(self.within(times.into_iter().zip(values)));
                }
                Part::Others(data) => {
                    let (times, values) = chunk::unpack_texts(&data)?;
                    read += times.len() as u64;
                    let values = times.into_iter().zip(values).filter(|(ts, _)| self.holds(*ts));
                    others[i].push(values.map(|(ts, text)| Ok((ts, json(&text)?))).collect::<Result<_>>()?);
                }
                Part::Unnamed(data) => {
                    let (times, values) = chunk::unpack_texts(&data)?;
                    read += times.len() as u64;
                    let mut found = vec![Vec::new(); names.names.len()];
                    for (ts, text) in times.into_iter().zip(values).filter(|(ts, _)| self.holds(*ts)) {
                        let mut fields = json(&text)?;
                        for (name, found) in names.names.iter().zip(&mut found) {
                            found.extend(fields.get_mut(name).map(|value| (ts, value.take())));
                        }
                    }
                    others.iter_mut().zip(found).for_each(|(others, found)| others.push(found));
                }
            }
        }
        read += self::messages(messages, names, &mut numbers, &mut others)?;
        let lines = numbers.into_iter().zip(others).map(|(numbers, others)| Values {
            numbers: merge::join(numbers, |a, b| a.to_bits() == b.to_bits()),
            others: merge::join(others, |a, b| a == b),
        });
        Ok((lines.collect(), read))
    }

    fn holds(&self, ts: i64) -> bool {
        (self.from_ms..self.to_ms).contains(&ts)
    }

    fn within(&self, points: impl Iterator<Item = (i64, f64)>) -> Vec<(i64, f64)> {
        points.filter(|(ts, _)| self.holds(*ts)).collect()
    }
}

/// Adds what stands in messages that are not in chunks, as one part of each line.
fn messages(
    mut messages: Vec<(i64, i64, Vec<u8>, Option<Value>)>,
    names: &Names,
    numbers: &mut [Vec<Vec<(i64, f64)>>],
    others: &mut [Vec<Vec<(i64, Value)>>],
) -> Result<u64> {
    messages.sort_unstable_by_key(|(ts, seq, ..)| (*ts, *seq));
    // A message that came again in a later slot stands here twice, one beside the other.
    messages.dedup_by_key(|(ts, seq, ..)| (*ts, *seq));
    let mut hot = vec![Values::default(); names.names.len()];
    let mut read = 0;
    for (ts, _, packed, extra) in messages {
        for (metric, value) in body::unpack(&packed)? {
            read += 1;
            if let Some(i) = names.numbers.get(&metric) {
                hot[*i].numbers.push((ts, value));
            }
        }
        if let Some(Value::Object(mut fields)) = extra {
            read += fields.len() as u64;
            for (name, hot) in names.names.iter().zip(&mut hot) {
                hot.others.extend(fields.remove(name).map(|value| (ts, value)));
            }
        }
    }
    for (i, values) in hot.into_iter().enumerate() {
        numbers[i].push(values.numbers);
        others[i].push(values.others);
    }
    Ok(read)
}

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|e| Error::Unreadable(e.to_string()))
}

/// Looks the names up.
pub(super) async fn names(snapshot: &Snapshot, names: &[String]) -> Result<Names> {
    let known = super::series::metrics(snapshot, "name = ANY ($2)", names.to_vec()).await?;
    let place = |name: &String| names.iter().position(|asked| asked == name);
    let numbers = known.iter().filter_map(|(metric, name)| Some((*metric, place(name)?))).collect();
    Ok(Names { names: names.to_vec(), numbers })
}

/// Between which times these devices may have sent anything, [from, to); nothing where they have not.
pub(super) async fn extent(snapshot: &Snapshot, devices: &[DeviceId]) -> Result<Option<(i64, i64)>> {
    let weeks = format!("SELECT min(week), max(week) FROM ({WEEKS}) AS weeks");
    let row = sql::one(&snapshot.tx, &weeks, []).await?;
    let week = |i| row.as_ref().map_or(Ok(None), |row| row.try_get_by_index::<Option<i32>>(i));
    let begin = |week: i32| begin_of(first_day_of(week));
    let chunks = week(0)?.zip(week(1)?).map(|(first, last)| (begin(first), begin(last + 1)));
    // A look at both ends of a device's messages, by their key.
    let statement = format!(
        "SELECT min(m.t0), max(m.t1) FROM unnest($2::int4[]) AS d(id),
             LATERAL (SELECT min(ts) AS t0, max(ts) AS t1 FROM tm_hot
                 WHERE workspace_id = $1 AND device_id = d.id AND slot = ANY ({LOOSE})) AS m"
    );
    let row = sql::one(&snapshot.tx, &statement, [snapshot.workspace.0.into(), ids(devices)]).await?;
    let time = |i| row.as_ref().map_or(Ok(None), |row| row.try_get_by_index::<Option<i64>>(i));
    let hot = time(0)?.zip(time(1)?).map(|(t0, t1)| (t0, t1 + 1));
    let both = [chunks, hot].into_iter().flatten();
    Ok(both.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))))
}

/// The slots whose messages are not in chunks.
const LOOSE: &str = "ARRAY(SELECT slot FROM tm_slot WHERE state IN ('open', 'closed'))";

/// What these devices sent in [from, to), packed; nothing where that is more than can be held.
pub(super) async fn read(
    snapshot: &Snapshot,
    devices: &[DeviceId],
    names: &Names,
    from_ms: i64,
    to_ms: i64,
) -> Result<Option<Pieces>> {
    let mut of = BTreeMap::<DeviceId, OfDevice>::new();
    let common: [Bound; 4] = [snapshot.workspace.0.into(), ids(devices), from_ms.into(), to_ms.into()];
    if !hot(snapshot, &common, &mut of).await? || !chunks(snapshot, names, &common, &mut of).await? {
        return Ok(None);
    }
    Ok(Some(Pieces { of, from_ms, to_ms }))
}

async fn hot(
    snapshot: &Snapshot,
    common: &[Bound; 4],
    of: &mut BTreeMap<DeviceId, OfDevice>,
) -> Result<bool> {
    let statement = format!(
        "SELECT device_id, ts, seq, body, extra -> 'f' FROM tm_hot
         WHERE workspace_id = $1 AND device_id = ANY ($2) AND ts >= $3 AND ts < $4 AND slot = ANY ({LOOSE})
         LIMIT {}",
        MESSAGES_MAX + 1
    );
    let mut rows = snapshot.tx.stream_raw(sql::statement(&statement, common.clone())).await?;
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        count += 1;
        let message = (
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
            row.try_get_by_index(3)?,
            row.try_get_by_index(4)?,
        );
        of.entry(DeviceId(row.try_get_by_index(0)?)).or_default().messages.push(message);
    }
    Ok(count <= MESSAGES_MAX)
}

async fn chunks(
    snapshot: &Snapshot,
    names: &Names,
    common: &[Bound; 4],
    of: &mut BTreeMap<DeviceId, OfDevice>,
) -> Result<bool> {
    let day = |bound: &Bound| match bound {
        Bound::BigInt(Some(ms)) => day_of(*ms),
        _ => 0,
    };
    let mut values = common.to_vec();
    values.push(day(&common[2]).into());
    values.push(day(&common[3]).saturating_add(1).into());
    let metrics: Vec<i32> = names.numbers.keys().map(|metric| metric.0).chain([UNNAMED.0]).collect();
    values.push(metrics.into());
    let statement = "SELECT device_id, metric_id, kind, data, n FROM tm_chunk
         WHERE workspace_id = $1 AND device_id = ANY ($2) AND metric_id = ANY ($7) AND day >= $5 AND day < $6
             AND t1 >= $3 AND t0 < $4";
    let mut rows = snapshot.tx.stream_raw(sql::statement(statement, values)).await?;
    let mut packed = 0;
    while let Some(row) = rows.try_next().await? {
        let (device, place, part) = part(&row, names)?;
        packed += match &part {
            Part::Numbers(data) | Part::Others(data) | Part::Unnamed(data) => data.len(),
        };
        let device = of.entry(device).or_default();
        device.parts.push((place, part));
        device.points += i64::from(row.try_get_by_index::<i32>(4)?);
        // What is one chunk can't be divided.
        if device.parts.len() > 2 * names.names.len() + 1
            && (packed > PACKED_MAX || device.points > POINTS_MAX)
        {
            return Ok(false);
        }
    }
    Ok(true)
}

fn part(row: &QueryResult, names: &Names) -> Result<(DeviceId, usize, Part)> {
    let metric = MetricId(row.try_get_by_index(1)?);
    let data: Vec<u8> = row.try_get_by_index(3)?;
    let number = row.try_get_by_index::<i16>(2)? == Kind::Number as i16;
    let place = names.numbers.get(&metric).copied();
    let part = match (place, number) {
        (None, _) => Part::Unnamed(data),
        (Some(_), true) => Part::Numbers(data),
        (Some(_), false) => Part::Others(data),
    };
    Ok((DeviceId(row.try_get_by_index(0)?), place.unwrap_or_default(), part))
}

fn ids(devices: &[DeviceId]) -> Bound {
    devices.iter().map(|d| d.0).collect::<Vec<_>>().into()
}
