//! Values of a device: the newest, lines over time, and messages as they came.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::group_series::{GroupSeries, GroupSeriesQuery};
use model::telemetry::{Latest, RawCursor, RawPage, Series, SeriesQuery};

/// The newest value of every name that the device has sent.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(name = LatestOf, prefix = "/api", endpoint = "latest", input = Json)]
pub async fn latest(workspace: String, device: String) -> Result<Vec<Latest>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::telemetry::latest(&ctx, &device).await?)
}

/// Lines of the device's numbers, reduced to what can be drawn.
///
/// # Errors
/// Invalid where the time range is empty or too many points are asked for; not found.
#[server(name = SeriesOf, prefix = "/api", endpoint = "series", input = Json)]
pub async fn series(workspace: String, device: String, query: SeriesQuery) -> Result<Vec<Series>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::telemetry::series(&ctx, &device, query).await?)
}

/// Lines of many devices at once, of all together, a line a device or a line a value of what they have in common.
///
/// # Errors
/// Invalid by field, not found for a group that isn't there.
#[server(name = GroupSeriesOf, prefix = "/api", endpoint = "group_series", input = Json)]
pub async fn group_series(workspace: String, query: GroupSeriesQuery) -> Result<GroupSeries, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::telemetry::group_series(&ctx, query).await?)
}

/// A page of the device's messages, newest first; `limit` is 1 to 200.
///
/// # Errors
/// Not found, a role that may not see raw data.
#[server(name = RawOf, prefix = "/api", endpoint = "raw", input = Json)]
pub async fn raw(
    workspace: String,
    device: String,
    before: Option<RawCursor>,
    limit: u32,
) -> Result<RawPage, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::telemetry::raw(&ctx, &device, before, limit).await?)
}
