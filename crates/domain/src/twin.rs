//! Digital twins: what people and programs want of a device, what the device reports, and how both come to know.

mod checked;
mod device;

pub use device::{Reported, Reporter, read, report};

use crate::access::{ManageDevices, ViewDevices};
use crate::context::Context;
use crate::devices::{act, find};
use crate::error::Result;
use model::audit::Action;
use model::device::Device;
use model::down::Down;
use model::dtdl::{self, Capability, Kind};
use model::event::EventKind;
use model::live::{self, LiveEvent};
use model::twin::{self, Change, Part, Properties, Section, Twin, TwinView};
use model::{Code, Problem, topic};
use serde_json::json;
use store::WorkspaceTx;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// So many lines of the history are shown.
const HISTORY_SHOWN: i64 = 200;
/// So many names stand in a line of the log.
const NAMES_SHOWN: usize = 5;

/// What is wanted of a device's properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Of which component; empty: of the device itself, with components as objects in the values.
    pub component: String,
    /// The values; null deletes.
    pub values: Properties,
    /// Whether what is not mentioned is deleted.
    pub replace: bool,
    /// The versions of desired and cloud properties that it was made by, where it matters that nobody changed them since.
    pub made_by: Option<(i64, i64)>,
}

/// The twin of a device, what its template says of properties, and the history.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn view(context: &Context, external_id: &str) -> Result<TwinView> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let twin = scope.twins().get(device.id).await?;
    let (capabilities, components) = properties(&scope, &device).await?;
    let history = scope.twins().history(device.id, HISTORY_SHOWN).await?;
    Ok(TwinView { twin, capabilities, components, has_template: device.template.is_some(), history })
}

/// Changes what is wanted of a device and what the cloud knows of it: a property that the template calls a cloud property
/// goes there, any other is wanted of the device, and told to it if it is connected.
///
/// # Errors
/// [`Code::Invalid`] by property; [`Code::Outdated`] where somebody was quicker; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn change(context: &Context, external_id: &str, wish: Wish) -> Result<TwinView> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let (capabilities, components) = properties(&scope, &device).await?;
    let before = scope.twins().take(device.id).await?;
    if wish.made_by.is_some_and(|versions| versions != (before.desired.version, before.cloud.version)) {
        return Err(Problem::new(Code::Outdated).into());
    }
    let sorted = checked::sorted(&wish, &capabilities, &components, &before)?;
    let at = time_text(context.now_ms);
    let mut twin = before.clone();
    let mut notes = Vec::new();
    for (part, patch) in [(Part::Cloud, &sorted.cloud), (Part::Desired, &sorted.desired)] {
        if patch.is_empty() {
            continue;
        }
        let section = before.section(part);
        let after = section.patched(patch, &at).map_err(checked::broken)?;
        checked::fits(&after, patch, &capabilities)?;
        scope.twins().put(device.id, part, &after).await?;
        let who = context.actor.to_string();
        notes.extend(told(part, section, &after, &who, context.now_ms));
        match part {
            Part::Cloud => twin.cloud = after,
            _ => twin.desired = after,
        }
    }
    scope.twins().note(device.id, &notes).await?;
    if !notes.is_empty() {
        let text = format!("{} changed by {}.", names(notes.iter().map(|n| n.path.as_str())), context.actor);
        scope.device_events().log(device.id, EventKind::TwinChanged, &text, context.now_ms).await?;
        let told = |twin: &Twin| json!({ "desired": twin.desired.values, "cloud": twin.cloud.values });
        let act = act(Action::Update, &device).before(told(&before)).after(told(&twin));
        context.audited(&scope, act).await?;
    }
    let history = scope.twins().history(device.id, HISTORY_SHOWN).await?;
    scope.commit().await?;

    let homeport = &context.homeport;
    if !sorted.desired.is_empty() {
        let body = twin::desired_patch(&sorted.desired, twin.desired.version).to_string();
        let down = Down::new(topic::DESIRED, body);
        if let Err(away) = homeport.post(&context.workspace.scope, external_id, down).await {
            // A device that comes back reads the whole twin.
            tracing::debug!(%away, device = external_id, "a change of desired properties was not sent down");
        }
    }
    let has_template = device.template.is_some();
    let (workspace, device) = (context.workspace.id, device.external_id);
    homeport.tell(workspace, LiveEvent::Logged { device: device.clone() });
    homeport.tell(workspace, LiveEvent::Changed { device, part: live::Part::Properties });
    Ok(TwinView { twin, capabilities, components, has_template, history })
}

/// What the device's version of its template says of properties, and its components.
async fn properties(scope: &WorkspaceTx, device: &Device) -> Result<(Vec<Capability>, Vec<dtdl::Component>)> {
    let (Some((id, _)), Some(version)) = (&device.template, device.template_version) else {
        return Ok(Default::default());
    };
    let Some(document) = scope.templates().document(*id, version).await? else {
        return Ok(Default::default());
    };
    let mut capabilities = dtdl::capabilities(&document);
    capabilities.retain(|capability| capability.kind == Kind::Property);
    Ok((capabilities, dtdl::components(&document)))
}

/// The lines of the history.
fn told(part: Part, before: &Section, after: &Section, who: &str, at_ms: i64) -> Vec<Change> {
    let changes = twin::changes(&before.values, &after.values).into_iter();
    changes
        .map(|(path, old, new)| Change {
            at_ms,
            part,
            version: after.version,
            who: who.to_owned(),
            path,
            old,
            new,
        })
        .collect()
}

/// Some names, and how many more there are.
fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.collect();
    let shown = all.iter().take(NAMES_SHOWN).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMES_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Milliseconds since 1970 as RFC 3339 writes them, in UTC.
pub(crate) fn time_text(ms: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

/// The twin with nothing around it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, external_id: &str) -> Result<Twin> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    Ok(scope.twins().get(device.id).await?)
}
