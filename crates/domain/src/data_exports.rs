//! Data exports: making and changing them, looking at how they do, and delivering the past.

mod deliver;
mod destinations;
pub mod jq;
mod past;
mod preview;
mod records;

pub use deliver::{Courier, Deliverer, Failed, Parcel, Refused};
pub use destinations::{
    create_destination, delete_destination, destination, destinations, update_destination,
};
pub use preview::preview;
pub use records::Record;

use crate::access::{ManageDataExports, ViewAudit, ViewDataExports};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use model::audit::{Action, Subject};
use model::check::Check;
use model::data_export::{BACKFILL_MAX_MS, Backfill, DeadRecord, Export, NewExport, Source};
use model::{Code, Problem};
use serde_json::json;
use store::WorkspaceTx;

/// Most exports of a workspace.
const EXPORTS_MAX: i64 = 50;
/// Most backfills of a workspace that run at once, of one export.
const BACKFILLS_MAX: usize = 5;

/// All, by their names.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Export>> {
    Ok(context.grant::<ViewDataExports>()?.scope().await?.data_exports().list().await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: i32) -> Result<Export> {
    found(&context.grant::<ViewDataExports>()?.scope().await?, id).await
}

/// Makes one, which follows from now on.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `name`, [`Code::LimitReached`], [`Code::NotAllowed`].
pub async fn create(context: &Context, new: NewExport) -> Result<Export> {
    let granted = context.grant::<ManageDataExports>()?;
    let new = new.checked()?;
    may_send(context, new.source)?;
    readable(&new).await?;
    let scope = granted.scope().await?;
    fits(&scope, &new).await?;
    if scope.data_exports().count().await? >= EXPORTS_MAX {
        let text = format!("A workspace has {EXPORTS_MAX} data exports at most.");
        return Err(Problem::with_detail(Code::LimitReached, text).into());
    }
    let id = scope.data_exports().insert(&new, context.now_ms).await?;
    let made = found(&scope, id).await?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes it another one. What was stopped begins anew; all else goes on where it was.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `name`, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update(context: &Context, id: i32, new: NewExport) -> Result<Export> {
    let granted = context.grant::<ManageDataExports>()?;
    let new = new.checked()?;
    may_send(context, new.source)?;
    readable(&new).await?;
    let scope = granted.scope().await?;
    let before = found(&scope, id).await?;
    fits(&scope, &new).await?;
    scope.data_exports().update(id, &new, context.now_ms).await?;
    let after = found(&scope, id).await?;
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Starts or stops it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn enable(context: &Context, id: i32, enabled: bool) -> Result<Export> {
    let export = found(&context.grant::<ManageDataExports>()?.scope().await?, id).await?;
    update(context, id, NewExport { enabled, ..export.what }).await
}

/// Deletes it. What went out stays where it is.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: i32) -> Result<()> {
    let scope = context.grant::<ManageDataExports>()?.scope().await?;
    let export = found(&scope, id).await?;
    scope.data_exports().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &export).before(told(&export))).await?;
    scope.commit().await?;
    Ok(())
}

/// What it could not deliver, the newest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn dead(context: &Context, id: i32) -> Result<Vec<DeadRecord>> {
    // Records are what somebody without the right to manage exports has not been shown.
    let scope = context.grant::<ManageDataExports>()?.scope().await?;
    found(&scope, id).await?;
    Ok(scope.data_exports().dead(id).await?)
}

/// Its backfills, the newest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn backfills(context: &Context, id: i32) -> Result<Vec<Backfill>> {
    let scope = context.grant::<ViewDataExports>()?.scope().await?;
    found(&scope, id).await?;
    Ok(scope.data_exports().backfills(id).await?)
}

/// Delivers the telemetry of [from, to), milliseconds since 1970, beside what happens now.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn backfill(context: &Context, id: i32, from_ms: i64, to_ms: i64) -> Result<Vec<Backfill>> {
    let scope = context.grant::<ManageDataExports>()?.scope().await?;
    let export = found(&scope, id).await?;
    let mut check = Check::default();
    let kept = export.what.source == Source::Telemetry;
    check.that(kept, "from_ms", "Only the past of telemetry is kept so that it can be delivered.");
    let span = from_ms < to_ms && to_ms.saturating_sub(from_ms) <= BACKFILL_MAX_MS && from_ms >= 0;
    check.that(span, "to_ms", "The end lies after the beginning, by ten years at most.");
    let running = scope.data_exports().backfills(id).await?;
    let running =
        running.iter().filter(|one| one.state == model::data_export::BackfillState::Running).count();
    check.that(running < BACKFILLS_MAX, "to_ms", format!("{BACKFILLS_MAX} backfills run at once at most."));
    check.done()?;
    scope.data_exports().backfill(id, from_ms, to_ms.min(context.now_ms)).await?;
    let range = json!({"backfill": {"fromMs": from_ms, "toMs": to_ms}});
    context.audited(&scope, act(Action::Update, &export).after(range)).await?;
    let now = scope.data_exports().backfills(id).await?;
    scope.commit().await?;
    Ok(now)
}

/// Stops a backfill; what went out stays.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn stop_backfill(context: &Context, id: i32, backfill: i64) -> Result<Vec<Backfill>> {
    let scope = context.grant::<ManageDataExports>()?.scope().await?;
    let export = found(&scope, id).await?;
    if !scope.data_exports().stop_backfill(id, backfill).await? {
        return Err(Error::not_found());
    }
    context.audited(&scope, act(Action::Update, &export).after(json!({"backfillStopped": backfill}))).await?;
    let now = scope.data_exports().backfills(id).await?;
    scope.commit().await?;
    Ok(now)
}

/// Nobody sends out what they may not see.
fn may_send(context: &Context, source: Source) -> Result<()> {
    if source == Source::Audit {
        context.grant::<ViewAudit>()?;
    }
    Ok(())
}

/// Whether the programs can be read at all.
async fn readable(new: &NewExport) -> Result<()> {
    let mut check = Check::default();
    for (field, condition, transform) in [
        ("narrowing.condition", new.narrowing.condition.as_str(), ""),
        ("transform", "", new.transform.as_str()),
    ] {
        if condition.is_empty() && transform.is_empty() {
            continue;
        }
        if let Err(jq::JqError::Program(why)) = jq::Program::start(condition, transform).await {
            check.that(false, field, why);
        }
    }
    Ok(check.done()?)
}

/// What the database knows and the checks of the model can't.
async fn fits(scope: &WorkspaceTx, new: &NewExport) -> Result<()> {
    let mut check = Check::default();
    let there = scope.data_destinations().get(new.destination).await?.is_some();
    check.that(there, "destination", "Choose a destination.");
    let narrowing = &new.narrowing;
    if let Some(template) = narrowing.template {
        let known = scope.templates().list().await?.iter().any(|one| one.id == template);
        check.that(known, "narrowing.template", "This template doesn't exist.");
    }
    if let Some(organization) = narrowing.organization {
        let known = scope.organizations().tree().await?.iter().any(|one| one.id == organization);
        check.that(known, "narrowing.organization", "This organization doesn't exist.");
    }
    if let Some(group) = &narrowing.group {
        let known = !group.0.contains('\0') && scope.device_groups().get(group).await?.is_some();
        check.that(known, "narrowing.group", "This device group doesn't exist.");
    }
    Ok(check.done()?)
}

async fn found(scope: &WorkspaceTx, id: i32) -> Result<Export> {
    scope.data_exports().get(id).await?.ok_or_else(Error::not_found)
}

fn act(action: Action, export: &Export) -> Act {
    Act::new(action, Subject::DataExport, export.id, &export.what.name)
}

fn told(export: &Export) -> serde_json::Value {
    json!(export.what)
}
