//! `/api/dashboards/{dashboard}/reports` and `/api/reports`: dashboards that are mailed by the calendar.

use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::reports;
use http::StatusCode;
use model::report::{Format, NewReport, Report, Run, When};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A report as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportOut {
    id: i32,
    dashboard: String,
    display_name: String,
    format: &'static str,
    range: String,
    /// On which days, at which minute after midnight, in which zone.
    #[schema(value_type = Object)]
    when: When,
    recipients: Vec<String>,
    paused: bool,
    /// Who made it: it shows what they see.
    maker: String,
    /// When it is sent next, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<RunOut>,
}

/// A report as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReportIn {
    display_name: String,
    format: Option<String>,
    range: Option<String>,
    #[schema(value_type = Object)]
    when: Value,
    recipients: Vec<String>,
    #[serde(default)]
    paused: bool,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    #[serde(default, rename = "dashboard")]
    #[schema(ignore)]
    _dashboard: IgnoredAny,
    #[serde(default, rename = "maker")]
    #[schema(ignore)]
    _maker: IgnoredAny,
    #[serde(default, rename = "nextMs")]
    #[schema(ignore)]
    _next_ms: IgnoredAny,
    #[serde(default, rename = "last")]
    #[schema(ignore)]
    _last: IgnoredAny,
}

/// What became of a report once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunOut {
    /// In milliseconds since 1970.
    at_ms: i64,
    /// How large the file was.
    bytes: i64,
    /// To how many it was sent.
    mails: i32,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/dashboards/{dashboard}/reports",
    tag = "Reports",
    summary = "Lists the reports of a dashboard",
    responses((status = 200, description = "As it is", body = Listed<ReportOut>)),
)]
pub(super) async fn list(
    caller: Caller,
    Path(dashboard): Path<String>,
    paging: Paging,
) -> Result<Listed<ReportOut>, Fault> {
    Ok(paging.of(reports::list(&caller, &dashboard).await?.into_iter().map(out).collect()))
}

#[utoipa::path(
    post,
    path = "/api/dashboards/{dashboard}/reports",
    tag = "Reports",
    summary = "Makes a report, which shows what the token's organization sees",
    request_body = ReportIn,
    responses((status = 200, description = "As it is", body = ReportOut)),
)]
pub(super) async fn create(
    caller: Caller,
    Path(dashboard): Path<String>,
    Body(wanted): Body<ReportIn>,
) -> Result<Json<ReportOut>, Fault> {
    Ok(Json(out(reports::create(&caller, &dashboard, read(wanted)?).await.map_err(named)?)))
}

#[utoipa::path(
    get,
    path = "/api/reports/{report}",
    tag = "Reports",
    summary = "Reads a report",
    responses((status = 200, description = "As it is", body = ReportOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<ReportOut>, Fault> {
    Ok(Json(out(reports::get(&caller, number(&id)?).await?)))
}

#[utoipa::path(
    put,
    path = "/api/reports/{report}",
    tag = "Reports",
    summary = "Replaces a report; pauses it too",
    request_body = ReportIn,
    responses((status = 200, description = "As it is", body = ReportOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<ReportIn>,
) -> Result<Json<ReportOut>, Fault> {
    Ok(Json(out(reports::update(&caller, number(&id)?, read(wanted)?).await.map_err(named)?)))
}

#[utoipa::path(
    delete,
    path = "/api/reports/{report}",
    tag = "Reports",
    summary = "Deletes a report with its history",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    reports::delete(&caller, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/reports/{report}/runs",
    tag = "Reports",
    summary = "Lists what became of a report, the newest first",
    responses((status = 200, description = "As it is", body = Listed<RunOut>)),
)]
pub(super) async fn runs(
    caller: Caller,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Listed<RunOut>, Fault> {
    Ok(paging.of(reports::runs(&caller, number(&id)?).await?.into_iter().map(run).collect()))
}

#[utoipa::path(
    post,
    path = "/api/reports/{report}/send",
    tag = "Reports",
    summary = "Makes and mails a report now",
    responses((status = 202, description = "It is on its way")),
)]
pub(super) async fn send(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    reports::send(&caller, number(&id)?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// What is no number is nobody's.
fn number(id: &str) -> Result<i32, Fault> {
    id.parse().map_err(|_| Fault::not_found(format!("There is no report “{id}” here.")))
}

fn read(wanted: ReportIn) -> Result<NewReport, Fault> {
    let format = match &wanted.format {
        None => Format::default(),
        Some(word) => Format::from_word(word).ok_or_else(|| Fault::field("format", "One of pdf, csv."))?,
    };
    let when = serde_json::from_value(wanted.when)
        .map_err(|why| Fault::field("when", format!("It can't be read: {why}.")))?;
    Ok(NewReport {
        name: wanted.display_name,
        format,
        range: wanted.range.unwrap_or_else(|| model::dashboard::RANGE.to_owned()),
        when,
        recipients: wanted.recipients,
        paused: wanted.paused,
    })
}

/// What the use-case calls the name is the display name here, and the zone is a part of the time.
fn named(error: domain::Error) -> Fault {
    match error {
        domain::Error::Problem(mut problem) => {
            for field in &mut problem.fields {
                match field.field.as_str() {
                    "name" => field.field = "displayName".into(),
                    "zone" => field.field = "when.zone".into(),
                    _ => {}
                }
            }
            problem.into()
        }
        error => error.into(),
    }
}

fn out(report: Report) -> ReportOut {
    ReportOut {
        id: report.id,
        dashboard: report.dashboard,
        display_name: report.wanted.name,
        format: report.wanted.format.as_str(),
        range: report.wanted.range,
        when: report.wanted.when,
        recipients: report.wanted.recipients,
        paused: report.wanted.paused,
        maker: report.maker,
        next_ms: report.next_ms,
        last: report.last.map(run),
    }
}

fn run(Run { at_ms, bytes, mails, error }: Run) -> RunOut {
    RunOut { at_ms, bytes, mails, error }
}
