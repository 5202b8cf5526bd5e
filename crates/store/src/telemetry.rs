//! Telemetry: how messages come into Postgres, and how they are read again.
//!
//! Three parts with a role each. The [`Writer`] adds batches and can read nothing; the [`Keeper`] owns the tables,
//! makes room for new messages and keeps the latest values; [`Telemetry`] reads, and exists only on a workspace's
//! transaction. A message is one row: its numbers packed, and what is not a number beside them.

mod body;
mod buckets;
mod copy;
mod extra;
mod insert;
mod keeper;
mod lookup;
mod probe;
mod raw;
mod reader;
mod rebuild;
mod series;
mod writer;

pub use extra::Extra;
pub use keeper::{Keeper, LastValues, Recent};
pub use lookup::Route;
pub use probe::{Probe, Writers};
pub use reader::Telemetry;
pub use writer::Writer;

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
