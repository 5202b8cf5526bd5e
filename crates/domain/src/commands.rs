//! Commands: run on a device that answers, or left for one that comes later.

mod answer;
mod wait;

pub use answer::{Heard, answer, results};
pub(crate) use wait::Answers;
pub use wait::Begun;

use crate::access::{RunCommands, ViewDevices};
use crate::audit::Act;
use crate::context::Context;
use crate::devices::find;
use crate::error::Result;
use crate::messages;
use model::audit::{Action, Subject};
use model::command::{CommandsView, NewRun, Run, request_problem};
use model::device::Device;
use model::dtdl::{self, Capability, Kind};
use model::event::EventKind;
use model::job::JobId;
use model::live::{LiveEvent, Part};
use model::message::{METHOD_NAME, NewMessage};
use model::topic;
use serde_json::json;
use store::WorkspaceTx;

/// How long a command waits that the template lets wait, in seconds.
const QUEUED_S: u32 = 24 * 60 * 60;
/// What a command that waits is given where it is given nothing.
const NOTHING: &str = "@";

/// All that a device's page tells of commands and messages.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn view(context: &Context, external_id: &str) -> Result<CommandsView> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    Ok(CommandsView {
        known: declared(&scope, &device).await?,
        runs: scope.command_runs().list(device.id, None).await?,
        messages: scope.device_messages().list(device.id).await?,
    })
}

/// The newest runs of a device, newest first; of one command where component and name are given.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn history(context: &Context, external_id: &str, of: Option<(&str, &str)>) -> Result<Vec<Run>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    Ok(scope.command_runs().list(device.id, of).await?)
}

/// Runs a command and waits for what comes of it: an answer, or none. Where it waits for its device, it is left there.
///
/// # Errors
/// As [`begin`].
pub async fn run(context: &Context, external_id: &str, new: NewRun) -> Result<Run> {
    begin(context, external_id, new).await?.finish().await
}

/// Begins to run a command: from here on it stands in the history. A name that the device's template doesn't know, or of
/// a device without a template, is taken as it is.
///
/// # Errors
/// [`model::Code::Invalid`] by field, also where the request is not what the template says; [`model::Code::TooMany`] where
/// too much waits for the device; [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn begin(context: &Context, external_id: &str, new: NewRun) -> Result<Begun> {
    begin_of(context, external_id, new, None).await
}

/// The same as a device's turn in a job, which is noted at once: a turn begins one command and no other.
pub(crate) async fn begin_of(
    context: &Context,
    external_id: &str,
    new: NewRun,
    job: Option<&JobId>,
) -> Result<Begun> {
    let scope = context.grant::<RunCommands>()?.scope().await?;
    let begun = begin_in(context, &scope, external_id, new).await?;
    if let Some(job) = job
        && !scope.jobs().began(job, begun.device.id, begun.run.id).await?
    {
        return Err(crate::Error::Broken("this turn of a job has begun a command already".into()));
    }
    scope.commit().await?;
    begun.committed();
    Ok(begun)
}

/// The same in a scope that whoever calls commits, and then says so.
pub(crate) async fn begin_in(
    context: &Context,
    scope: &WorkspaceTx,
    external_id: &str,
    new: NewRun,
) -> Result<Begun> {
    context.grant::<RunCommands>()?;
    let new = new.checked()?;
    let device = find(scope, external_id).await?;
    let known = declared(scope, &device).await?;
    let known = known.iter().find(|known| known.component == new.component && known.name == new.name);
    if let Some(known) = known {
        fits(known, &new)?;
    }
    let queue_s = new.queue_s.or_else(|| known.filter(|known| known.queued).map(|_| QUEUED_S));
    let queue_s = queue_s.filter(|queue_s| *queue_s > 0);
    let by = context.actor.to_string();
    let message = match queue_s {
        None => None,
        Some(queue_s) => {
            let message = as_message(&new, queue_s);
            Some(messages::insert(scope, &device, &message, &by, context.now_ms).await?)
        }
    };
    let id = scope.command_runs().insert(device.id, &new, message, &by, context.now_ms).await?;
    let run = scope.command_runs().get(device.id, id).await?.ok_or_else(crate::Error::not_found)?;
    if message.is_some() {
        let text = format!("The command “{}” of {by} waits for the device.", called(&new));
        scope.device_events().log(device.id, EventKind::Command, &text, context.now_ms).await?;
    }
    let answers = context.homeport.answers().listen();
    // Without what it was given: that may be a secret, and stands in the device's own history.
    let act = Act::new(Action::Send, Subject::Command, &device.external_id, &device.name);
    context.audited(scope, act.after(json!({ "command": called(&new), "waits": message.is_some() }))).await?;
    Ok(Begun { context: context.clone(), device, new, run, answers })
}

/// Tells open pages to look again.
pub(crate) fn changed(context: &Context, device: &str) {
    let event = LiveEvent::Changed { device: device.to_owned(), part: Part::Commands };
    context.homeport.tell(context.workspace.id, event);
}

/// What people call a run's command.
pub(crate) fn called(new: &NewRun) -> String {
    topic::whole_command(&new.component, &new.name)
}

fn as_message(new: &NewRun, queue_s: u32) -> NewMessage {
    let body = new.body();
    NewMessage {
        body: if body.is_empty() { NOTHING.into() } else { body.into_bytes() },
        properties: vec![(METHOD_NAME.to_owned(), called(new))],
        expiry_s: Some(queue_s),
        ..NewMessage::default()
    }
}

/// Whether the request is what the template says.
fn fits(known: &Capability, new: &NewRun) -> Result<()> {
    match (&known.request, &new.request) {
        (Some(payload), Some(value)) => payload.schema.check(value).map_err(|why| {
            request_problem(format!("“{}” takes something else: {why}.", known.label())).into()
        }),
        (None, Some(value)) if !value.is_null() => {
            Err(request_problem(format!("“{}” takes no request; leave it out.", known.label())).into())
        }
        _ => Ok(()),
    }
}

async fn declared(scope: &WorkspaceTx, device: &Device) -> Result<Vec<Capability>> {
    let (Some((template, _)), Some(version)) = (&device.template, device.template_version) else {
        return Ok(Vec::new());
    };
    let document = scope.templates().document(*template, version).await?;
    let all = document.map(|document| dtdl::capabilities(&document)).unwrap_or_default();
    Ok(all.into_iter().filter(|capability| capability.kind == Kind::Command).collect())
}
