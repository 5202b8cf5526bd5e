//! Reports: dashboards that are mailed by the calendar as a PDF or as CSV.
//!
//! Whoever may change a dashboard may have it mailed. A report shows what its maker sees at the time: a role or an
//! organization that was taken from them is taken from it.

mod paper;
mod work;

pub use paper::{File, draw};
pub use work::work;

use crate::audit::Act;
use crate::context::Context;
use crate::dashboards;
use crate::error::{Error, Result};
use model::audit::{Action, Subject};
use model::report::{NewReport, REPORTS_MAX, Report, Run};
use model::{Code, Problem};
use serde_json::json;
use store::WorkspaceTx;

/// All of a dashboard.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn list(context: &Context, dashboard: &str) -> Result<Vec<Report>> {
    let (scope, dashboard) = dashboards::to_change(context, dashboard).await?;
    Ok(scope.reports().list(&dashboard.about.id).await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: i32) -> Result<Report> {
    Ok(to_change(context, id).await?.1)
}

/// What became of one, the newest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn runs(context: &Context, id: i32) -> Result<Vec<Run>> {
    let (scope, report) = to_change(context, id).await?;
    Ok(scope.reports().runs(report.id).await?)
}

/// Makes one.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn create(context: &Context, dashboard: &str, new: NewReport) -> Result<Report> {
    let (scope, dashboard) = dashboards::to_change(context, dashboard).await?;
    let new = checked(new)?;
    if scope.reports().count(&dashboard.about.id).await? >= REPORTS_MAX {
        let text = format!("A dashboard has at most {REPORTS_MAX} reports. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let maker = (context.actor.person(), context.organization.id);
    let next_ms = next_ms(&new, context.now_ms);
    let id = scope.reports().insert(&dashboard.about.id, &new, maker, next_ms).await?;
    let made = found(&scope, id).await?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes it another one: pauses it too, and lets it go on.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update(context: &Context, id: i32, new: NewReport) -> Result<Report> {
    let (scope, before) = to_change(context, id).await?;
    let new = checked(new)?;
    scope.reports().update(id, &new, next_ms(&new, context.now_ms)).await?;
    let after = found(&scope, id).await?;
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one with its history.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: i32) -> Result<()> {
    let (scope, before) = to_change(context, id).await?;
    scope.reports().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &before).before(told(&before))).await?;
    Ok(scope.commit().await?)
}

/// Has one made and mailed as soon as a worker is free, whenever it is due.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn send(context: &Context, id: i32) -> Result<()> {
    let (scope, report) = to_change(context, id).await?;
    scope.reports().ask(id).await?;
    let told = json!({ "recipients": report.wanted.recipients });
    context.audited(&scope, act(Action::Send, &report).after(told)).await?;
    Ok(scope.commit().await?)
}

/// One whose dashboard the asker may change.
async fn to_change(context: &Context, id: i32) -> Result<(WorkspaceTx, Report)> {
    let scope = context.grant::<crate::access::ViewDevices>()?.scope().await?;
    let report = found(&scope, id).await?;
    let (scope, _) = dashboards::to_change(context, &report.dashboard).await?;
    Ok((scope, report))
}

async fn found(scope: &WorkspaceTx, id: i32) -> Result<Report> {
    scope.reports().get(id).await?.ok_or_else(Error::not_found)
}

fn checked(new: NewReport) -> Result<NewReport> {
    let new = new.checked()?;
    if !new.when.knows_its_zone() {
        let text = "This time zone isn't known. One looks like Europe/Berlin.";
        return Err(Problem::field(Code::Invalid, "zone", text).into());
    }
    Ok(new)
}

/// When it is due next, in milliseconds since 1970; none while it is paused.
fn next_ms(new: &NewReport, now_ms: i64) -> Option<i64> {
    if new.paused { None } else { new.when.after(now_ms) }
}

fn act(action: Action, report: &Report) -> Act {
    Act::new(action, Subject::Report, report.id, &report.wanted.name)
}

/// What the audit log tells of one.
fn told(report: &Report) -> serde_json::Value {
    json!({ "dashboard": report.dashboard, "report": report.wanted })
}
