//! Notes that people and programs write on time, and what else happened in it: for charts.

use crate::access::{ManagePersonalDashboards, ViewDevices};
use crate::audit::Act;
use crate::context::{Actor, Context};
use crate::dashboards;
use crate::devices;
use crate::error::{Error, Result};
use model::annotation::{ANNOTATIONS_MAX, Annotation, AnnotationDraft, Mark, MarkKind, MarksAsk};
use model::audit::{Action, Subject};
use model::permission::Permission;
use model::{Code, Problem};
use serde_json::{Value, json};
use store::{AnnotationQuery, WorkspaceTx};

/// Notes that touch a time: the newest, of whichever device, and of a dashboard where one is named.
///
/// # Errors
/// [`Code::NotFound`] where the dashboard isn't there; [`Code::NotAllowed`].
pub async fn list(context: &Context, ask: &MarksAsk) -> Result<Vec<Annotation>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    notes(context, &scope, ask).await
}

/// All that happened in a time: alarms, commands and notes, each the newest.
///
/// # Errors
/// As [`list`].
pub async fn marks(context: &Context, ask: &MarksAsk) -> Result<Vec<Mark>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let notes = notes(context, &scope, ask).await?;
    let times = (ask.from_ms, ask.to_ms);
    let mut marks = scope.annotations().happened(times, ask.device.as_deref()).await?;
    marks.extend(notes.into_iter().map(|note| Mark {
        kind: MarkKind::Note,
        from_ms: note.from_ms,
        to_ms: note.to_ms,
        removable: may_change(context, &note).then_some(note.id),
        text: format!("{} — {}", note.text, note.author),
        device: note.device,
    }));
    Ok(marks)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: i64) -> Result<Annotation> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    find(context, &scope, id).await
}

/// Writes one.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`] where device or dashboard isn't there; [`Code::NotAllowed`].
pub async fn create(context: &Context, draft: &AnnotationDraft) -> Result<Annotation> {
    let scope = context.grant::<ManagePersonalDashboards>()?.scope().await?;
    let draft = draft.checked()?;
    if scope.annotations().count().await? >= ANNOTATIONS_MAX {
        let text = format!("A workspace has at most {ANNOTATIONS_MAX} notes. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let device = match &draft.device {
        Some(id) => Some(devices::find(&scope, id).await?.id),
        None => None,
    };
    if let Some(dashboard) = &draft.dashboard {
        dashboards::find(context, &scope, dashboard).await?;
    }
    let author = match &context.actor {
        Actor::Person(person) => person.name.clone(),
        Actor::Token { name, .. } | Actor::Rule { name, .. } | Actor::Job { name, .. } => name.clone(),
    };
    let whose = (device, context.organization.id);
    let by = (context.actor.person(), author.as_str());
    let id = scope.annotations().insert(&draft, whose, by, context.now_ms).await?;
    let made = find(context, &scope, id).await?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Changes time and text of one: whoever wrote it, and whoever may change everybody's dashboards.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update(context: &Context, id: i64, draft: &AnnotationDraft) -> Result<Annotation> {
    let (scope, before) = to_change(context, id).await?;
    let draft = draft.checked()?;
    scope.annotations().update(id, &draft).await?;
    let after = find(context, &scope, id).await?;
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one: whoever wrote it, and whoever may change everybody's dashboards.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: i64) -> Result<()> {
    let (scope, before) = to_change(context, id).await?;
    scope.annotations().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &before).before(told(&before))).await?;
    Ok(scope.commit().await?)
}

async fn notes(context: &Context, scope: &WorkspaceTx, ask: &MarksAsk) -> Result<Vec<Annotation>> {
    if let Some(dashboard) = &ask.dashboard {
        dashboards::find(context, scope, dashboard).await?;
    }
    let device = ask.device.clone().filter(|device| !device.contains('\0'));
    let query = AnnotationQuery { times: (ask.from_ms, ask.to_ms), device, dashboard: ask.dashboard.clone() };
    Ok(scope.annotations().list(context.actor.person(), &query).await?)
}

/// One that the asker sees: one that stands on a dashboard only where they see that.
async fn find(context: &Context, scope: &WorkspaceTx, id: i64) -> Result<Annotation> {
    let found = scope.annotations().get(context.actor.person(), id).await?.ok_or_else(Error::not_found)?;
    if let Some(dashboard) = &found.dashboard {
        dashboards::find(context, scope, dashboard).await?;
    }
    Ok(found)
}

async fn to_change(context: &Context, id: i64) -> Result<(WorkspaceTx, Annotation)> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let found = find(context, &scope, id).await?;
    context.grant::<ManagePersonalDashboards>()?;
    if !may_change(context, &found) {
        let text = "A note is changed by whoever wrote it, or by who may change everybody's dashboards.";
        return Err(Problem::with_detail(Code::NotAllowed, text).into());
    }
    Ok((scope, found))
}

fn may_change(context: &Context, note: &Annotation) -> bool {
    let own = note.mine && context.role.allows(Permission::ManagePersonalDashboards);
    own || context.role.allows(Permission::ManageDashboards)
}

fn act(action: Action, note: &Annotation) -> Act {
    let name: String = note.text.chars().take(60).collect();
    Act::new(action, Subject::Annotation, note.id, name)
}

fn told(note: &Annotation) -> Value {
    json!({
        "text": note.text,
        "from": crate::audit::time_text(note.from_ms),
        "to": note.to_ms.map(crate::audit::time_text),
        "device": note.device,
        "dashboard": note.dashboard,
    })
}
