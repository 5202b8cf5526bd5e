//! The device's side of its twin: it reads it, and reports.

use super::{names, time_text, told};
use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use model::event::EventKind;
use model::live::{LiveEvent, Part as LivePart};
use model::twin::{self, COMPONENT_MARK, Part, Properties, State, Twin};
use model::{DeviceId, WorkspaceId};
use serde_json::Value;
use store::WorkspaceTx;

/// Lines about answers that one report brings at most.
const ANSWERS_TOLD: usize = 20;

/// A device that the broker has proved.
#[derive(Clone, Copy, Debug)]
pub struct Reporter<'a> {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its key in the database.
    pub device: DeviceId,
    /// What it connects with.
    pub external_id: &'a str,
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reported {
    /// It is kept.
    Done {
        /// The version of what is reported now.
        version: i64,
    },
    /// It breaks a rule, and changes nothing.
    Refused {
        /// A sentence that says where and what is allowed.
        reason: String,
        /// The version of what is reported still.
        version: i64,
    },
    /// The device was deleted meanwhile.
    Gone,
}

/// Everything that the device may know of its twin, JSON.
///
/// # Errors
/// The database's.
pub async fn read(homeport: &Homeport, reporter: Reporter<'_>) -> Result<Value> {
    let scope = homeport.store().workspace(reporter.workspace).await?;
    Ok(scope.twins().get(reporter.device).await?.for_device())
}

/// Takes a patch of what the device reports. What it says of wishes comes into its log.
///
/// # Errors
/// The database's.
pub async fn report(homeport: &Homeport, reporter: Reporter<'_>, body: &[u8]) -> Result<Reported> {
    let scope = homeport.store().workspace(reporter.workspace).await?;
    let before = match scope.twins().take(reporter.device).await {
        Err(error) if error.refers_to_nothing() => return Ok(Reported::Gone),
        taken => taken?,
    };
    let now_ms = now_ms();
    let patched =
        twin::parse(body).and_then(|patch| Ok((before.reported.patched(&patch, &time_text(now_ms))?, patch)));
    let (after, patch) = match patched {
        Ok(patched) => patched,
        Err(reason) => return Ok(Reported::Refused { reason, version: before.reported.version }),
    };
    scope.twins().put(reporter.device, Part::Reported, &after).await?;
    scope.twins().note(reporter.device, &told(Part::Reported, &before.reported, &after, "", now_ms)).await?;
    let version = after.version;
    let results = crate::commands::results(&scope, reporter.device, &patch).await?;
    let logged =
        log_answers(&scope, reporter, &before, &Twin { reported: after, ..before.clone() }, &patch).await?;
    scope.commit().await?;

    let device = reporter.external_id.to_owned();
    if logged {
        homeport.tell(reporter.workspace, LiveEvent::Logged { device: device.clone() });
    }
    if results {
        let device = device.clone();
        homeport.tell(reporter.workspace, LiveEvent::Changed { device, part: LivePart::Commands });
    }
    homeport.tell(reporter.workspace, LiveEvent::Changed { device, part: LivePart::Properties });
    Ok(Reported::Done { version })
}

/// Writes into the log which wishes the device has taken and which it refuses; whether there were any.
async fn log_answers(
    scope: &WorkspaceTx,
    reporter: Reporter<'_>,
    before: &Twin,
    after: &Twin,
    patch: &Properties,
) -> Result<bool> {
    let mut accepted = Vec::new();
    let mut lines = Vec::new();
    for (component, name) in touched(patch) {
        let state = |twin: &Twin| twin::state(&twin.desired, &twin.reported, component, name);
        let (was, is) = (state(before), state(after));
        if was == is {
            continue;
        }
        let path = if component.is_empty() { name.to_owned() } else { format!("{component}.{name}") };
        match is {
            State::Accepted { .. } => accepted.push(path),
            State::Refused { code, why } => {
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                lines.push(format!("The device refuses what is wanted of {path}, code {code}{why}"));
            }
            State::Pending { .. } | State::Unset => {}
        }
    }
    if !accepted.is_empty() {
        lines.push(format!("The device has taken {}.", names(accepted.iter().map(String::as_str))));
    }
    lines.truncate(ANSWERS_TOLD);
    for line in &lines {
        scope.device_events().log(reporter.device, EventKind::TwinChanged, line, now_ms()).await?;
    }
    Ok(!lines.is_empty())
}

/// The properties that a patch touches, with their component; empty: the device's own.
fn touched(patch: &Properties) -> impl Iterator<Item = (&str, &str)> {
    patch.iter().flat_map(|(name, value)| {
        let inner = value.as_object().filter(|_| twin::acknowledgement(value).is_none());
        let of_component = inner.into_iter().flatten().map(move |(inner, _)| (name.as_str(), inner.as_str()));
        let of_component = of_component.filter(|(_, inner)| *inner != COMPONENT_MARK);
        of_component.chain([("", name.as_str())])
    })
}
