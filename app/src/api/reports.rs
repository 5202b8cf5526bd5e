//! Reports of dashboards: mailed by the calendar.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::report::{NewReport, Report, Run};

/// All of a dashboard.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_reports", input = Json)]
pub async fn list_reports(workspace: String, dashboard: String) -> Result<Vec<Report>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::reports::list(&ctx, &dashboard).await?)
}

/// Makes one.
///
/// # Errors
/// Invalid by field, not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_report", input = Json)]
pub async fn create_report(workspace: String, dashboard: String, new: NewReport) -> Result<Report, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::reports::create(&ctx, &dashboard, new).await?)
}

/// Makes it another one; pauses it too.
///
/// # Errors
/// Invalid by field, not found, a role that may not.
#[server(prefix = "/api", endpoint = "update_report", input = Json)]
pub async fn update_report(workspace: String, report: i32, new: NewReport) -> Result<Report, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::reports::update(&ctx, report, new).await?)
}

/// Deletes one with its history.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_report", input = Json)]
pub async fn delete_report(workspace: String, report: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::reports::delete(&ctx, report).await?)
}

/// Has one made and mailed now.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "send_report", input = Json)]
pub async fn send_report(workspace: String, report: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::reports::send(&ctx, report).await?)
}

/// What became of one, the newest first.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "list_report_runs", input = Json)]
pub async fn list_report_runs(workspace: String, report: i32) -> Result<Vec<Run>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::reports::runs(&ctx, report).await?)
}
