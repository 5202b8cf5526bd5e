//! Reading what devices have sent.

mod group;

pub use group::group_series;

use crate::access::{ViewDevices, ViewRawData};
use crate::context::Context;
use crate::devices::find_history;
use crate::error::Result;
use model::check::Check;
use model::telemetry::{Latest, RawCursor, RawPage, Series, SeriesQuery};

/// Most names of one question.
const NAMES_MAX: usize = 100;
/// Most buckets of a line.
const POINTS_MAX: u32 = 4000;
/// Most messages of a page.
const RAW_MAX: u32 = 500;

/// The newest value of each name of a device.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn latest(context: &Context, external_id: &str) -> Result<Vec<Latest>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find_history(&scope, external_id).await?;
    let mut latest = scope.telemetry().latest(&[device.id]).await?;
    Ok(latest.remove(&device.id).unwrap_or_default())
}

/// Lines of a device's numbers, reduced to what can be drawn.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn series(context: &Context, external_id: &str, query: SeriesQuery) -> Result<Vec<Series>> {
    let granted = context.grant::<ViewDevices>()?;
    let mut check = Check::default();
    check.that(query.from_ms < query.to_ms, "to_ms", "The end of the time range lies after its beginning.");
    check.that(query.names.len() <= NAMES_MAX, "names", format!("At most {NAMES_MAX} names at once."));
    check.done()?;
    let query = SeriesQuery { points: query.points.clamp(1, POINTS_MAX), ..query };
    let snapshot = granted.snapshot().await?;
    let device = find_history(&snapshot, external_id).await?;
    Ok(snapshot.history().series(device.id, &query).await?)
}

/// The messages of a device as they were kept, newest first, refused ones among them.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn raw(
    context: &Context,
    external_id: &str,
    before: Option<RawCursor>,
    limit: u32,
) -> Result<RawPage> {
    let snapshot = context.grant::<ViewRawData>()?.snapshot().await?;
    let device = find_history(&snapshot, external_id).await?;
    Ok(snapshot.history().raw(device.id, before, limit.clamp(1, RAW_MAX)).await?)
}
