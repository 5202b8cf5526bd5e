//! The device's side of commands: it answers, at once or later by a reported property.

use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::twin::Reporter;
use model::azure::hub::UNKNOWN_COMMAND;
use model::command::BYTES_MAX;
use model::event::EventKind;
use model::live::{LiveEvent, Part};
use model::{DeviceId, topic};
use serde_json::{Map, Value};
use store::WorkspaceTx;

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is kept.
    Kept,
    /// It belongs to nothing; the sentence says why.
    Refused(String),
}

/// Takes a device's answer to the command of this name and request id. One that comes too late is kept as late, one that
/// comes again changes nothing.
///
/// # Errors
/// The database's.
pub async fn answer(
    homeport: &Homeport,
    reporter: Reporter<'_>,
    (name, rid, status): (&str, &str, u16),
    body: &[u8],
) -> Result<Heard> {
    let refused = |why: String| Ok(Heard::Refused(why));
    if body.len() > BYTES_MAX {
        let bytes = body.len();
        return refused(format!("The answer to “{name}” has {bytes} bytes; at most {BYTES_MAX} are taken."));
    }
    let scope = homeport.store().workspace(reporter.workspace).await?;
    let run = match rid.parse() {
        Ok(id) => scope.command_runs().get(reporter.device, id).await?,
        Err(_) => None,
    };
    // The dialect of Azure does not name the command; after a lost connection its edge does not know it either.
    let is_named = |run: &model::command::Run| {
        name == UNKNOWN_COMMAND || topic::whole_command(&run.component, &run.name) == name
    };
    let Some(run) = run.filter(is_named) else {
        return refused(format!("No command “{name}” with request id {rid} was sent to this device."));
    };
    let text = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
    if run.answered_ms.is_some() {
        let again = run.status == Some(status) && run.response.as_deref() == Some(&text);
        let why = format!("The command “{name}” with request id {rid} was answered already.");
        return if again { Ok(Heard::Kept) } else { refused(why) };
    }
    let now = now_ms();
    if !scope.command_runs().answer(reporter.device, run.id, status, &text, now).await? {
        return refused(format!("The command “{name}” with request id {rid} waits for no answer."));
    }
    let after = scope.command_runs().get(reporter.device, run.id).await?;
    if after.is_some_and(|run| run.is_late()) {
        let text = format!("The answer {status} to the command “{name}” came too late.");
        scope.device_events().log(reporter.device, EventKind::Command, &text, now).await?;
    }
    scope.answered(run.id).await?;
    scope.commit().await?;
    let event = LiveEvent::Changed { device: reporter.external_id.to_owned(), part: Part::Commands };
    homeport.tell(reporter.workspace, event);
    Ok(Heard::Kept)
}

/// Notes what a device reports under the names of commands that promised a result; whether there was any such.
///
/// # Errors
/// The database's.
pub async fn results(scope: &WorkspaceTx, device: DeviceId, patch: &Map<String, Value>) -> Result<bool> {
    if patch.is_empty() {
        return Ok(false);
    }
    let mut found = false;
    for (component, name) in scope.command_runs().promised(device).await? {
        let of =
            if component.is_empty() { Some(patch) } else { patch.get(&component).and_then(Value::as_object) };
        if let Some(result) = of.and_then(|of| of.get(&name)).filter(|result| !result.is_null()) {
            found |= scope.command_runs().report(device, &component, &name, &result.to_string()).await?;
        }
    }
    Ok(found)
}
