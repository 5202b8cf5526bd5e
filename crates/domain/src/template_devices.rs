//! Templates and devices: what a device's own version says, moving devices to the newest, and a template of what a
//! device has sent.

use crate::access::{ManageDevices, ManageTemplates, ViewDevices, ViewRawData};
use crate::context::Context;
use crate::devices::{find, find_history};
use crate::error::{Error, Result};
use crate::templates;
use model::dtdl::{self, Seen};
use model::telemetry::{Latest, RawMessage};
use model::template::{Telemetry, Template};
use model::{Code, Problem, TemplateId};
use std::collections::{BTreeMap, BTreeSet};

/// How many of a device's messages are looked at.
const MESSAGES: u32 = 500;
/// Most devices that are chosen at once.
const CHOSEN_MAX: usize = 10_000;

/// The fields of the version that a device lives by; nothing where it has no template.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn fields(context: &Context, external_id: &str) -> Result<Option<Vec<Telemetry>>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find_history(&scope, external_id).await?;
    match (device.template, device.template_version) {
        (Some((id, _)), Some(version)) => Ok(scope.templates().fields(id, version).await?),
        _ => Ok(None),
    }
}

/// Lets devices of a template live by its newest version: those of these ids, or all; tells how many changed.
///
/// # Errors
/// [`Code::Invalid`] where nothing is published or too many are named, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn migrate(context: &Context, id: TemplateId, devices: Option<Vec<String>>) -> Result<u64> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    if devices.as_ref().is_some_and(|devices| devices.len() > CHOSEN_MAX) {
        let text = format!("At most {CHOSEN_MAX} devices at once; or all of the template.");
        return Err(Problem::field(Code::Invalid, "devices", text).into());
    }
    let template = scope.templates().get(id).await?.ok_or_else(Error::not_found)?;
    let Some(newest) = template.version else {
        return Err(Problem::with_detail(Code::Invalid, "Nothing of this template is published.").into());
    };
    let moved = scope.templates().migrate(id, newest, devices.as_deref()).await?;
    scope.changed().await?;
    scope.commit().await?;
    Ok(moved)
}

/// Makes a draft of a template that fits what the device has sent lately; tells also the names that DTDL can't have.
///
/// # Errors
/// [`Code::Invalid`] where it has sent nothing that can be modelled, [`Code::Taken`] beside `name`, [`Code::NotFound`],
/// [`Code::NotAllowed`].
pub async fn from_device(
    context: &Context,
    external_id: &str,
    name: &str,
) -> Result<(Template, Vec<String>)> {
    let granted = context.grant::<ManageTemplates>()?;
    let name = templates::checked_name(name)?;
    let seen = {
        let snapshot = context.grant::<ViewRawData>()?.snapshot().await?;
        let device = find(&snapshot, external_id).await?;
        let page = snapshot.history().raw(device.id, None, MESSAGES).await?;
        let mut latest = snapshot.telemetry().latest(&[device.id]).await?;
        seen(&page.messages, &latest.remove(&device.id).unwrap_or_default())
    };
    let (_, left_out) = dtdl::infer("dtmi:a:b;1", &name, &seen);
    if seen.len() <= left_out.len() {
        let text = "This device has sent nothing yet that a template could be made of.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let scope = granted.scope().await?;
    let slug = &context.workspace.slug;
    let made = templates::insert(&scope, slug, &name, |dtmi| dtdl::infer(dtmi, &name, &seen).0).await?;
    scope.commit().await?;
    Ok((made, left_out))
}

/// The values of each field. What broke a template tells nothing of the device's mind, but its value does.
fn seen(messages: &[RawMessage], latest: &[Latest]) -> Vec<Seen> {
    let components: BTreeSet<&str> = messages.iter().filter_map(|m| m.component.as_deref()).collect();
    let split = |path: &str| match path.split_once('.') {
        Some((component, name)) if components.contains(component) => (component.to_owned(), name.to_owned()),
        _ => (String::new(), path.to_owned()),
    };
    let mut values: BTreeMap<(String, String), Vec<_>> = BTreeMap::new();
    let kept = messages.iter().filter(|m| m.refused.is_none()).flat_map(|m| &m.fields);
    for (path, value) in kept.chain(latest.iter().map(|l| (&l.name, &l.value))) {
        values.entry(split(path)).or_default().push(value.clone());
    }
    values.into_iter().map(|((component, name), values)| Seen { component, name, values }).collect()
}
