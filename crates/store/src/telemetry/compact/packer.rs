//! Gathers points by device, metric and day, and packs each gathering into a chunk.
//!
//! Messages come in the order of workspace, device and time, so that a day of a device is whole when the next one begins.

use super::super::copy::Copy;
use super::super::{body, chunk, chunk::Effort, summary::Summary};
use super::Message;
use crate::error::Result;
use model::{DeviceId, MetricId, WorkspaceId};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// The columns of chunks, in the order in which [`file`] writes them.
pub(in super::super) const COLUMNS: &str =
    "workspace_id, device_id, metric_id, kind, day, slot, t0, t1, n, sum, min, max, first, last, data";
/// A day, in milliseconds.
pub(in super::super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Where fields are kept whose names have no number.
const UNNAMED: MetricId = MetricId(0);

/// What the values of a chunk are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Kind {
    /// Numbers.
    Number = 0,
    /// JSON.
    Text = 1,
}

/// A row of `tm_chunk`.
pub(in super::super) struct Chunk {
    pub(in super::super) workspace: WorkspaceId,
    pub(in super::super) device: DeviceId,
    pub(in super::super) metric: MetricId,
    pub(in super::super) kind: Kind,
    pub(in super::super) day: i32,
    pub(in super::super) slot: i32,
    pub(in super::super) summary: Summary,
    pub(in super::super) data: Vec<u8>,
}

/// Days since 1970 of a time, UTC.
pub(in super::super) fn day_of(ts: i64) -> i32 {
    ts.div_euclid(DAY_MS) as i32
}

/// When a day of that number begins, milliseconds since 1970.
pub(in super::super) fn begin_of(day: i32) -> i64 {
    i64::from(day) * DAY_MS
}

/// Chunks as one COPY file.
///
/// # Errors
/// A chunk is larger than 2 GB, which none is.
pub(super) fn file(chunks: &[&Chunk]) -> Result<Vec<u8>> {
    let mut copy = Copy::with_capacity(chunks.iter().map(|c| c.data.len() + 160).sum());
    for chunk in chunks {
        let summary = &chunk.summary;
        copy.row(15);
        copy.int4(chunk.workspace.0);
        copy.int4(chunk.device.0);
        copy.int4(chunk.metric.0);
        copy.int2(chunk.kind as i16);
        copy.int4(chunk.day);
        copy.int4(chunk.slot);
        copy.int8(summary.t0);
        copy.int8(summary.t1);
        copy.int4(summary.count as i32);
        for value in [summary.sum, summary.min, summary.max, summary.first, summary.last] {
            copy.float8(value);
        }
        copy.bytes(|out| {
            out.extend_from_slice(&chunk.data);
            Ok(())
        })?;
    }
    Ok(copy.finish())
}

/// Points of one metric on one day.
struct Points<V> {
    times: Vec<i64>,
    values: Vec<V>,
}

impl<V> Default for Points<V> {
    fn default() -> Self {
        Points { times: Vec::new(), values: Vec::new() }
    }
}

impl<V> Points<V> {
    /// Adds a point; what is full before it, and can be divided there, is handed out.
    fn push(&mut self, ts: i64, value: V) -> Option<Points<V>> {
        let full = self.times.len() >= chunk::POINTS_MAX && self.times.last() != Some(&ts);
        let before = full.then(|| std::mem::take(self));
        self.times.push(ts);
        self.values.push(value);
        before
    }
}

/// Whose day is gathered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Owner {
    pub(in super::super) workspace: WorkspaceId,
    pub(in super::super) device: DeviceId,
    pub(in super::super) day: i32,
}

/// See the module.
pub(in super::super) struct Packer {
    slot: i32,
    effort: Effort,
    owner: Option<Owner>,
    numbers: BTreeMap<MetricId, Points<f64>>,
    texts: BTreeMap<MetricId, Points<String>>,
    chunks: Vec<Chunk>,
    gathered: usize,
}

impl Packer {
    /// Packs a closed slot; `slot` is its number.
    pub(super) fn new(slot: i32) -> Packer {
        Packer::with(slot, Effort::Quick)
    }

    pub(in super::super) fn with(slot: i32, effort: Effort) -> Packer {
        let (numbers, texts) = (BTreeMap::new(), BTreeMap::new());
        Packer { slot, effort, owner: None, numbers, texts, chunks: Vec::new(), gathered: 0 }
    }

    /// Takes the next message.
    pub(super) fn push(
        &mut self,
        message: Message,
        ids: &HashMap<(WorkspaceId, String), Option<MetricId>>,
    ) -> Result<()> {
        let Message { workspace, device, ts, .. } = message;
        self.of(Owner { workspace, device, day: day_of(ts) })?;
        for (metric, value) in body::unpack(&message.body)? {
            self.number(metric, ts, value)?;
        }
        let mut unnamed = Map::new();
        for (name, value) in message.fields {
            let key = (workspace, name);
            match ids.get(&key).copied().flatten() {
                Some(metric) => self.text(metric, ts, value.to_string())?,
                None => drop(unnamed.insert(key.1, value)),
            }
        }
        if !unnamed.is_empty() {
            self.text(UNNAMED, ts, Value::Object(unnamed).to_string())?;
        }
        Ok(())
    }

    /// What comes next belongs to this day of this device; another's is packed.
    pub(in super::super) fn of(&mut self, owner: Owner) -> Result<()> {
        if self.owner.is_some_and(|before| before != owner) {
            self.finish()?;
        }
        self.owner = Some(owner);
        Ok(())
    }

    pub(in super::super) fn number(&mut self, metric: MetricId, ts: i64, value: f64) -> Result<()> {
        match self.numbers.entry(metric).or_default().push(ts, value) {
            Some(full) => self.pack_numbers(metric, &full),
            None => Ok(()),
        }
    }

    pub(in super::super) fn text(&mut self, metric: MetricId, ts: i64, value: String) -> Result<()> {
        match self.texts.entry(metric).or_default().push(ts, value) {
            Some(full) => self.pack_texts(metric, &full),
            None => Ok(()),
        }
    }

    /// Packs what is gathered.
    pub(in super::super) fn finish(&mut self) -> Result<()> {
        for (metric, points) in std::mem::take(&mut self.numbers) {
            self.pack_numbers(metric, &points)?;
        }
        for (metric, points) in std::mem::take(&mut self.texts) {
            self.pack_texts(metric, &points)?;
        }
        Ok(())
    }

    /// Bytes of the chunks that are ready.
    pub(super) fn gathered(&self) -> usize {
        self.gathered
    }

    /// Hands the chunks out that are ready.
    pub(in super::super) fn take(&mut self) -> Vec<Chunk> {
        self.gathered = 0;
        std::mem::take(&mut self.chunks)
    }

    fn pack_numbers(&mut self, metric: MetricId, points: &Points<f64>) -> Result<()> {
        let Some(summary) = Summary::of_all(&points.times, &points.values) else { return Ok(()) };
        let data = chunk::pack_numbers(&points.times, &points.values, self.effort)?;
        self.add(metric, Kind::Number, summary, data);
        Ok(())
    }

    fn pack_texts(&mut self, metric: MetricId, points: &Points<String>) -> Result<()> {
        let (Some(&t0), Some(&t1)) = (points.times.first(), points.times.last()) else { return Ok(()) };
        let count = points.times.len() as u64;
        let nothing = Summary { t0, t1, count, sum: 0.0, min: 0.0, max: 0.0, first: 0.0, last: 0.0 };
        let data = chunk::pack_texts(&points.times, &points.values, self.effort)?;
        self.add(metric, Kind::Text, nothing, data);
        Ok(())
    }

    fn add(&mut self, metric: MetricId, kind: Kind, summary: Summary, data: Vec<u8>) {
        let Some(Owner { workspace, device, day }) = self.owner else { return };
        // A row costs more than its data where the data is little.
        self.gathered += data.len() + 200;
        self.chunks.push(Chunk { workspace, device, metric, kind, day, slot: self.slot, summary, data });
    }
}
