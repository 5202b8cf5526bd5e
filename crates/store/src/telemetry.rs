//! Telemetry: how messages come into Postgres, and how they are read again.
//!
//! Three parts with a role each. The [`Writer`] adds batches and can read nothing; the [`Keeper`] owns the tables,
//! makes room for new messages, keeps the latest values and packs what has come to rest; [`Telemetry`] and [`History`]
//! read, and exist only on a workspace's transaction. A message is one row: its numbers packed, and what is not a number
//! beside them. Later a row is a day of one metric: a chunk.

mod audit;
mod body;
mod buckets;
mod bury;
mod chunk;
mod compact;
mod copy;
mod counts;
mod erase;
mod export;
mod extra;
mod history;
pub mod identity;
mod insert;
mod keeper;
mod known;
mod lines;
mod lookup;
mod merge;
mod meter;
mod narrow;
mod pieces;
mod probe;
mod raw;
mod reader;
mod rebuild;
mod repack;
mod retention;
mod series;
mod sessions;
mod settled;
mod slots;
mod storage;
mod summary;
mod trouble;
mod writer;

pub use compact::{Compacted, Step};
pub use erase::Erased;
pub use export::{DayVolume, Stretch, Volume};
pub use extra::Extra;
pub use history::History;
pub use keeper::{Keeper, LastValues, Recent};
pub use lookup::Route;
pub use meter::Metered;
pub use narrow::{Narrow, NarrowRow, Sizes};
pub use pieces::{Names, Pieces, Values};
pub use probe::{Probe, Writers};
pub use raw::number;
pub use reader::Telemetry;
pub use repack::Repacked;
pub use retention::Retained;
pub use series::Grids;
pub use slots::HotWindow;
pub use storage::StorageOf;
pub use summary::Summary;
pub use writer::Writer;

pub(crate) use body::unpack;

use model::{DeviceId, MetricId, WorkspaceId};

/// A message, ready to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which device.
    pub device: DeviceId,
    /// Its own time, or that of its arrival, milliseconds since 1970.
    pub ts: i64,
    /// Tells messages of one time apart, and makes a repeated message the same.
    pub seq: i64,
    /// When it arrived, milliseconds since 1970.
    pub arrived_ms: i64,
    /// Its numbers.
    pub metrics: Vec<(MetricId, f64)>,
    /// All else.
    pub extra: Extra,
    /// How many bytes were received for it; what is metered.
    pub size: u32,
}

/// An entry that could not be taken as telemetry, ready to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedRow {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which device.
    pub device: DeviceId,
    /// Its own time where that could be read, else that of its arrival, milliseconds since 1970.
    pub ts: i64,
    /// When it arrived, milliseconds since 1970.
    pub arrived_ms: i64,
    /// Makes a redelivered entry the same.
    pub seq: i64,
    /// Where it was sent.
    pub topic: String,
    /// A sentence: what was wrong, where, what is allowed.
    pub reason: String,
    /// What was sent.
    pub body: Vec<u8>,
}
