//! What a job does to one device. Done again, each but a command comes to the same, and a command notes that it has begun in
//! the transaction that begins it.

use crate::access::{ManageDevices, ViewDevices};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::twin::Wish;
use crate::{commands, devices, twin};
use model::audit::Action;
use model::command::{LATER, RunState};
use model::dtdl::{self, Kind};
use model::job::{Doing, JobId, PropertyChange, TurnState};
use model::{Code, Problem, TemplateId};
use serde_json::json;
use store::repository::job_work::{Called, Outcome, Settled};

/// What came of a turn; none: a command is on its way.
type Came = Option<(TurnState, Option<String>)>;

/// Does what a job does to a device. What doesn't work is the device's outcome, and no error.
pub(super) async fn take(context: &Context, job: &JobId, doing: &Doing, called: &Called) -> Option<Outcome> {
    let came = match doing {
        Doing::Properties { changes } => change(context, doing, changes, &called.external_id).await,
        Doing::Command { .. } => command(context, job, doing, &called.external_id).await,
        Doing::Template { template, version } => {
            migrate(context, *template, *version, &called.external_id).await
        }
        Doing::Organization { organization } => {
            let moved = devices::move_to(context, std::slice::from_ref(&called.external_id), *organization);
            moved.await.map(|moved| if moved > 0 { done() } else { skipped("It belongs there already.") })
        }
    };
    let came = came.unwrap_or_else(|error| match error {
        Error::Problem(problem) if problem.code == Code::NotFound => {
            failed("The device is gone, or belongs to an organization that this job does not reach.")
        }
        Error::Problem(problem) => failed(&said(&problem)),
        other => {
            tracing::warn!(error = %other, job = %job, "a device's turn in a job failed");
            failed("It could not be done, for a reason of the server's own.")
        }
    });
    came.map(|(state, why)| Outcome { device: called.device, state, why })
}

/// What a command of a job came to.
pub(super) fn outcome(settled: Settled) -> Outcome {
    let Settled { device, state, status, response, why } = settled;
    let answer = response.filter(|text| !text.is_empty()).map(|text| format!(": {text}")).unwrap_or_default();
    let (state, why) = match (state, status) {
        (Some(RunState::Answered), Some(status)) if status >= 400 => {
            (TurnState::Failed, format!("Answered with {status}{answer}"))
        }
        (Some(RunState::Answered), Some(LATER)) => {
            (TurnState::Done, format!("Taken; a result comes later{answer}"))
        }
        (Some(RunState::Answered), status) => {
            (TurnState::Done, format!("Answered with {}{answer}", status.unwrap_or_default()))
        }
        (Some(RunState::Delivered), _) => (TurnState::Done, "Delivered.".to_owned()),
        (Some(state), _) => {
            let more = why.map(|why| format!(": {why}")).unwrap_or_default();
            (TurnState::Failed, format!("{}{more}", state.label()))
        }
        (None, _) => (TurnState::Failed, "What came of the command is not known any more.".to_owned()),
    };
    Outcome { device, state, why: Some(why) }
}

#[expect(clippy::unnecessary_wraps, reason = "beside those of commands")]
fn done() -> Came {
    Some((TurnState::Done, None))
}

fn skipped(why: &str) -> Came {
    Some((TurnState::Skipped, Some(why.to_owned())))
}

fn failed(why: &str) -> Came {
    Some((TurnState::Failed, Some(why.to_owned())))
}

/// What is wrong, with the first field's own words.
fn said(problem: &Problem) -> String {
    match problem.fields.first() {
        Some(field) => format!("{}: {}", field.field, field.message),
        None => problem.sentence().to_owned(),
    }
}

async fn change(
    context: &Context,
    doing: &Doing,
    changes: &[PropertyChange],
    external_id: &str,
) -> Result<Came> {
    if changes.iter().any(|change| change.cloud) {
        let scope = context.grant::<ViewDevices>()?.scope().await?;
        let device = devices::find(&scope, external_id).await?;
        let document = match (&device.template, device.template_version) {
            (Some((template, _)), Some(version)) => scope.templates().document(*template, version).await?,
            _ => None,
        };
        let known = document.map(|document| dtdl::capabilities(&document)).unwrap_or_default();
        let is_known = |change: &PropertyChange| {
            known.iter().any(|one| {
                let same = one.component == change.component && one.name == change.name;
                same && one.cloud && one.kind == Kind::Property
            })
        };
        if let Some(unknown) = changes.iter().find(|change| change.cloud && !is_known(change)) {
            return Ok(skipped(&format!("Its template has no cloud property “{}”.", unknown.name)));
        }
    }
    let wish = Wish { component: String::new(), values: doing.patch(), replace: false, made_by: None };
    twin::change(context, external_id, wish).await?;
    Ok(done())
}

async fn command(context: &Context, job: &JobId, doing: &Doing, external_id: &str) -> Result<Came> {
    let Some(run) = doing.run() else { return Ok(None) };
    commands::begin_of(context, external_id, run, Some(job)).await?.finish_soon();
    Ok(None)
}

async fn migrate(
    context: &Context,
    template: TemplateId,
    version: Option<i32>,
    external_id: &str,
) -> Result<Came> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = devices::find(&scope, external_id).await?;
    if device.template.as_ref().is_none_or(|(of, _)| *of != template) {
        return Ok(skipped("It is of another template."));
    }
    let Some(known) = scope.templates().get(template).await? else {
        return Ok(failed("The template does not exist any more."));
    };
    let Some(version) = version.or(known.version) else {
        return Ok(failed("Nothing of the template is published."));
    };
    if device.template_version == Some(version) {
        return Ok(skipped(&format!("It lives by version {version} already.")));
    }
    let these = [external_id.to_owned()];
    scope.templates().migrate(template, version, Some(&these)).await?;
    scope.changed().await?;
    let before = json!({ "version": device.template_version });
    let act = devices::act(Action::Migrate, &device).before(before).after(json!({ "version": version }));
    context.audited(&scope, act).await?;
    scope.commit().await?;
    Ok(done())
}
