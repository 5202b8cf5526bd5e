//! Alarms, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::alarm::{Alarm, AlarmChange, AlarmEntry, AlarmQuery};
use model::page::Page;

/// A part of the list, the newest first.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_alarms", input = Json)]
pub async fn list_alarms(workspace: String, query: AlarmQuery) -> Result<Page<Alarm>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::alarms::list(&ctx, &query).await?)
}

/// One, with what was said and done of it.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "get_alarm", input = Json)]
pub async fn get_alarm(workspace: String, alarm: i64) -> Result<(Alarm, Vec<AlarmEntry>), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::alarms::get(&ctx, alarm).await?)
}

/// Does something with alarms; tells how many that changed.
///
/// # Errors
/// Fields at fault, not found, a role that may not.
#[server(prefix = "/api", endpoint = "change_alarms", input = Json)]
pub async fn change_alarms(workspace: String, ids: Vec<i64>, change: AlarmChange) -> Result<u64, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::alarms::change(&ctx, &ids, change).await?)
}
