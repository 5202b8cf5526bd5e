//! Telemetry as CSV files of any size: read slice by slice, each in a moment of its own, each small enough for memory.
//!
//! No transaction stays open while a slow reader takes an hour: a file shows every slice as it was when it was read. What
//! comes late into a time that was written already is not in it; nothing is in it twice.

mod cells;
mod devices;
mod edges;
mod raw;
mod series;
mod slices;

pub use devices::{DeviceList, devices};
pub use raw::{RawExport, cell, raw};
pub use series::series;

use crate::access::ViewRawData;
use crate::context::Context;
use crate::devices::find_history;
use crate::error::Result;
use crate::groups;
use edges::Edges;
use model::check::Check;
use model::export::{DEVICES_MAX, Estimate, Layout, SeriesExport};
use store::Snapshot;

/// A file in the making.
pub struct Download {
    /// Its name: what it is of, and when.
    pub name: String,
    source: Source,
}

enum Source {
    Series(Box<series::File>),
    Raw(Box<raw::File>),
}

impl Download {
    /// The next piece; none: that was all. Nobody need ask to the end.
    ///
    /// # Errors
    /// The database's; also [`model::Code::NotFound`], where a device is deleted meanwhile.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        match &mut self.source {
            Source::Series(file) => file.next().await,
            Source::Raw(file) => file.next().await,
        }
    }
}

/// How large a file will be, about.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn estimate(context: &Context, ask: SeriesExport) -> Result<Estimate> {
    let granted = context.grant::<ViewRawData>()?;
    ask.check()?;
    let edges = ask.aggregation.as_ref().map(|a| Edges::new(a.interval, &ask.zone)).transpose()?;
    let snapshot = granted.snapshot().await?;
    let ask = named(context, &snapshot, ask).await?;
    let mut estimate = Estimate::default();
    for id in &ask.devices {
        let device = find_history(&snapshot, id).await?;
        let volume = snapshot.history().volume(device.id, ask.from_ms, ask.to_ms).await?;
        let points: i64 = volume.days.iter().map(|day| day.points).sum();
        let messages: i64 = volume.days.iter().map(|day| day.messages).sum();
        let names = if ask.names.is_empty() { volume.names.len() } else { ask.names.len() } as i64;
        let stretches = edges.as_ref().map(|edges| {
            volume.days.iter().map(|day| day.messages.min(edges.a_day())).sum::<i64>().max(1).min(messages)
        });
        estimate.points += points;
        estimate.rows += match (ask.layout, stretches) {
            (Layout::Wide, None) => messages,
            (Layout::Long, None) => points,
            (Layout::Wide, Some(stretches)) => stretches,
            (Layout::Long, Some(stretches)) => stretches * names.max(1),
        };
    }
    Ok(estimate)
}

/// The same with the devices of its group by their ids.
async fn named(context: &Context, snapshot: &Snapshot, ask: SeriesExport) -> Result<SeriesExport> {
    let Some(id) = &ask.group else { return Ok(ask) };
    let filter = groups::filter_of(context, snapshot, id).await?;
    let most = u32::try_from(DEVICES_MAX).unwrap_or(u32::MAX);
    let (members, matching) = snapshot.device_groups().members(&filter, context.now_ms, most).await?;
    let mut check = Check::default();
    check.that(!members.is_empty(), "group", "No device belongs to this group now.");
    let few = members.len() as i64 == matching;
    check.that(
        few,
        "group",
        format!("At most {DEVICES_MAX} devices at once; {matching} belong to this group."),
    );
    check.done()?;
    Ok(SeriesExport { devices: members.into_iter().map(|member| member.external_id).collect(), ..ask })
}
