//! What devices have sent over time, read in one snapshot: hot messages and chunks of one moment, so that no point is
//! there twice or missing while a slot is compacted.

use super::export::{self, Stretch, Volume};
use super::pieces::{self, Names, Pieces};
use super::series::Grids;
use super::{Row, Summary, known, raw, series};
use crate::error::Result;
use crate::workspace_tx::Snapshot;
use model::telemetry::{Bucket, RawCursor, RawMessage, RawPage, Series, SeriesQuery};
use model::{DeviceId, MetricId};
use std::collections::BTreeMap;

/// Reads the past of one workspace.
pub struct History<'a>(&'a Snapshot);

impl Snapshot {
    /// What devices have sent over time.
    pub fn history(&self) -> History<'_> {
        History(self)
    }
}

impl History<'_> {
    /// The lines of a device's numbers, reduced to what can be drawn; by name. Names without numbers are left out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn series(&self, device: DeviceId, query: &SeriesQuery) -> Result<Vec<Series>> {
        series::of_device(self.0, device, query).await
    }

    /// One line a name for all of these devices together: what any of them sent in a bucket counts.
    ///
    /// # Errors
    /// The database failed.
    pub async fn group_series(&self, devices: &[DeviceId], query: &SeriesQuery) -> Result<Vec<Series>> {
        series::of_group(self.0, devices, query).await
    }

    /// A line for each key and name: of all devices of that key together, in buckets that are the same for every line and
    /// told by their beginnings. The caller bounds how many keys there are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn group_lines(
        &self,
        devices: &[(DeviceId, usize)],
        names: &[String],
        times: (i64, i64),
        grid: Grids,
    ) -> Result<BTreeMap<(usize, String), Vec<Bucket>>> {
        series::by_key(self.0, devices, names, times, grid).await
    }

    /// What [`group_series`](History::group_series) says, with a bucket from each edge to the next, in milliseconds since 1970 and in order: for days of a time
    /// zone, months, shifts.
    ///
    /// # Errors
    /// The database failed.
    pub async fn between(
        &self,
        devices: &[DeviceId],
        names: &[String],
        edges: &[i64],
    ) -> Result<Vec<Series>> {
        series::between(self.0, devices, names, edges).await
    }

    /// Every number of one name in [from, to), in milliseconds since 1970, in the order of time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn points(
        &self,
        device: DeviceId,
        metric: MetricId,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(i64, f64)>> {
        series::points(self.0, device, metric, from_ms, to_ms).await
    }

    /// Sums of numbers by device and metric, in windows of this width counted from 1970; without one, of all of
    /// [from, to).
    ///
    /// # Errors
    /// The database failed.
    pub async fn sums(
        &self,
        devices: &[DeviceId],
        metrics: &[MetricId],
        times: (i64, i64),
        window_ms: Option<i64>,
    ) -> Result<BTreeMap<(DeviceId, MetricId), Vec<Summary>>> {
        series::sums(self.0, devices, metrics, times, window_ms).await
    }

    /// Looks names up, for [`pieces`](History::pieces).
    ///
    /// # Errors
    /// The database failed.
    pub async fn names(&self, names: &[String]) -> Result<Names> {
        pieces::names(self.0, names).await
    }

    /// Between which times, [from, to), these devices may have sent anything.
    ///
    /// # Errors
    /// The database failed.
    pub async fn extent(&self, devices: &[DeviceId]) -> Result<Option<(i64, i64)>> {
        pieces::extent(self.0, devices).await
    }

    /// What these devices sent under these names in [from, to), packed; nothing where that is more than is held at
    /// once: then ask for a shorter time, or fewer devices.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pieces(
        &self,
        devices: &[DeviceId],
        names: &Names,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Option<Pieces>> {
        pieces::read(self.0, devices, names, from_ms, to_ms).await
    }

    /// A page of messages and refused entries as they were kept, newest arrival first; `limit` is 1 to 1,000. Behind
    /// the messages that are still whole come those of which times and values are kept, newest time first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn raw(&self, device: DeviceId, before: Option<RawCursor>, limit: u32) -> Result<RawPage> {
        raw::page(self.0, device, before, limit).await
    }

    /// How much a device has sent in [from, to), milliseconds since 1970, by day.
    ///
    /// # Errors
    /// The database failed.
    pub async fn volume(&self, device: DeviceId, from_ms: i64, to_ms: i64) -> Result<Volume> {
        export::volume(self.0, device, from_ms, to_ms).await
    }

    /// Every number of these names in [from, to), each name's in the order of time. The caller bounds how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn numbers(
        &self,
        device: DeviceId,
        names: &[String],
        from_ms: i64,
        to_ms: i64,
    ) -> Result<BTreeMap<String, Vec<(i64, f64)>>> {
        export::numbers(self.0, device, names, from_ms, to_ms).await
    }

    /// The numbers of these names summed up from each edge to the next; stretches without any are left out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stretches(
        &self,
        device: DeviceId,
        names: &[String],
        edges: &[i64],
    ) -> Result<BTreeMap<String, Vec<Stretch>>> {
        export::stretches(self.0, device, names, edges).await
    }

    /// Messages and refused entries of [from, to) by their own times, oldest first. The caller bounds how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn messages(&self, device: DeviceId, from_ms: i64, to_ms: i64) -> Result<Vec<RawMessage>> {
        export::messages(self.0, device, from_ms, to_ms).await
    }

    /// These messages without the values that are there already; those of which nothing remains are left out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn without_known(&self, rows: Vec<Row>) -> Result<Vec<Row>> {
        known::without(self.0, rows).await
    }
}
