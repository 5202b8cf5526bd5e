//! Devices: finding, making, changing and deleting them, and their keys.

mod apply;
mod moving;
mod told;

pub use apply::{DeviceChange, apply};
pub use moving::{MOVED_MAX, move_to};
pub(crate) use told::{act, told};

use crate::access::{CreateDevices, DeleteDevices, ManageDevices, ViewDevices};
use crate::connection;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use crate::groups;
use crate::homeport::Homeport;
use crate::keys::{self, Owner};
use crate::limits;
use model::audit::Action;
use model::certificate::Place;
use model::check::{self, Check};
use model::device::{Connection, Device, DevicePatch, DeviceQuery, DeviceRow, NewDevice};
use model::enrolment::KeyPair;
use model::event::{DeviceEvent, EventGroup, EventKind, LogAsk, LogPage};
use model::limits::Limit;
use model::live::LiveEvent;
use model::organization::Reach;
use model::page::Page;
use model::telemetry::Latest;
use model::{Code, DeviceId, OrganizationId, Problem, TemplateId};
use std::collections::{HashMap, HashSet};
use store::{InsertDevice, Own, WorkspaceTx};

/// So many of a device's latest values stand in the list.
const VALUES_SHOWN: usize = 2;
/// So many lines of a device's log are shown.
const EVENTS_SHOWN: u64 = 200;
/// So many are asked for at once.
const EVENTS_PAGE: u64 = 100;

/// A part of the list, with its counts and the latest values of each device.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn list(context: &Context, query: DeviceQuery) -> Result<Page<DeviceRow>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let query = groups::resolved(context, &scope, query).await?;
    let page = match query.moved_away {
        true => scope.devices().list_moved_away(&query).await?,
        false => scope.devices().list(&query, context.now_ms).await?,
    };
    let ids: Vec<DeviceId> = page.items.iter().map(|device| device.id).collect();
    let mut latest = scope.telemetry().latest(&ids).await?;
    let orders = field_orders(&scope, &page.items).await?;
    let items = page.items.into_iter().map(|device| {
        let values = latest.remove(&device.id).unwrap_or_default();
        let order = device.template.as_ref().and_then(|(id, _)| orders.get(id));
        DeviceRow { latest: shown(values, order), device }
    });
    Ok(Page { items: items.collect(), matching: page.matching, total: page.total })
}

/// One, by what it connects with.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn get(context: &Context, external_id: &str) -> Result<Device> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    find_history(&scope, external_id).await
}

/// Makes one with a fresh key.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::Taken`] beside `external_id`, [`model::Code::NotAllowed`].
pub async fn create(context: &Context, new: NewDevice) -> Result<Device> {
    make(context, new, false).await
}

/// [`create`], of a device that our simulation may play.
pub(crate) async fn make(context: &Context, new: NewDevice, simulated: bool) -> Result<Device> {
    let scope = context.grant::<CreateDevices>()?.scope().await?;
    let made = insert(&scope, context, new, simulated).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes one in this scope.
pub(crate) async fn insert(
    scope: &WorkspaceTx,
    context: &Context,
    new: NewDevice,
    simulated: bool,
) -> Result<Device> {
    let organization = new.organization.unwrap_or(context.organization.id);
    giving::seen(scope, organization).await?;
    let belongs = Belongs { organization, simulated };
    let made = insert_as(scope, &context.homeport, context.now_ms, new, belongs).await?;
    context.audited(scope, act(Action::Create, &made).after(told(&made))).await?;
    Ok(made)
}

/// Where a new device belongs, and who plays it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Belongs {
    pub(crate) organization: OrganizationId,
    pub(crate) simulated: bool,
}

/// The same for a worker: what it works on was noted in the audit log when it was begun.
pub(crate) async fn insert_as(
    scope: &WorkspaceTx,
    homeport: &Homeport,
    now_ms: i64,
    new: NewDevice,
    Belongs { organization, simulated }: Belongs,
) -> Result<Device> {
    let mut check = Check::default();
    let external_id = check.field("external_id", check::device_id(&new.external_id)).unwrap_or_default();
    let name = if new.name.trim().is_empty() { Ok(external_id.clone()) } else { check::name(&new.name) };
    let name = check.field("name", name).unwrap_or_default();
    check.done()?;
    let device = InsertDevice {
        key_encrypted: keys::seal(
            homeport.store(),
            scope.workspace(),
            Owner::Device(&external_id, Place::Primary),
            &keys::fresh()?,
        ),
        external_id: external_id.clone(),
        // An id may be longer than a name.
        name: name.chars().take(check::NAME_MAX).collect(),
        template: new.template,
        organization,
        simulated,
    };
    limits::room(scope, Limit::Devices, 1).await?;
    scope.devices().insert(device, now_ms).await?;
    find(scope, &external_id).await
}

/// Changes name and template of one.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn update(context: &Context, external_id: &str, patch: DevicePatch) -> Result<Device> {
    let granted = context.grant::<ManageDevices>()?;
    let mut check = Check::default();
    let name = check.field("name", check::name(&patch.name)).unwrap_or_default();
    check.done()?;
    let scope = granted.scope().await?;
    let device = find(&scope, external_id).await?;
    scope.devices().update(&device.external_id, &name, patch.template).await?;
    scope.changed().await?;
    let after = find(&scope, external_id).await?;
    let act = act(Action::Update, &after).before(told(&device)).after(told(&after));
    context.audited(&scope, act).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one with its telemetry and its log, and ends its connections.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn delete(context: &Context, external_id: &str) -> Result<()> {
    let scope = context.grant::<DeleteDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    scope.rule_work().hold_off().await?;
    // First the device: who still sends for it is refused from the commit on.
    scope.devices().delete(device.id).await?;
    scope.telemetry().delete_device(device.id).await?;
    context.audited(&scope, act(Action::Delete, &device).before(told(&device))).await?;
    scope.cut_off(&device.external_id).await?;
    Ok(scope.commit().await?)
}

/// The key of one, base64. That it was shown, and to whom, stands in the device's log.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn key(context: &Context, external_id: &str) -> Result<String> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let keys = opened(&scope, context, &device.external_id).await?;
    log(&scope, context, device.id, EventKind::KeyShown, "Shown to").await?;
    context.audited(&scope, act(Action::Show, &device)).await?;
    scope.commit().await?;
    logged(context, &device);
    Ok(keys.primary)
}

/// Both keys of one, base64, where one key stands twice if it has no other; noted as [`key`].
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn keys(context: &Context, external_id: &str) -> Result<KeyPair> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let keys = opened(&scope, context, &device.external_id).await?;
    log(&scope, context, device.id, EventKind::KeyShown, "Shown to").await?;
    context.audited(&scope, act(Action::Show, &device)).await?;
    scope.commit().await?;
    Ok(keys)
}

/// Replaces the key of one, ends its connections, and gives the new key, base64. One that has come by a group has a key
/// of its own from then on, and the group's no longer counts for it.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn rotate_key(context: &Context, external_id: &str) -> Result<String> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let key = keys::fresh()?;
    let new = sealed(context, &device.external_id, Place::Primary, &key);
    let enrolment = scope.device_enrolments().get(external_id).await?.ok_or_else(Error::not_found)?;
    match (enrolment.own, enrolment.group) {
        (None, Some(_)) => {
            let other = sealed(context, &device.external_id, Place::Secondary, &keys::fresh()?);
            scope.device_enrolments().set_own(device.id, Some(Own::SymmetricKey), new, Some(other)).await?;
        }
        (Some(Own::X509), _) => return Err(no_key()),
        (Some(Own::SymmetricKey) | None, _) => {
            scope.devices().set_key(&device.external_id, new).await?;
        }
    }
    log(&scope, context, device.id, EventKind::KeyRotated, "Replaced by").await?;
    context.audited(&scope, act(Action::Rotate, &device)).await?;
    scope.cut_off(&device.external_id).await?;
    scope.commit().await?;
    logged(context, &device);
    Ok(key)
}

/// Shuts one out and ends its connections, or lets it in again. Nothing is logged where it stands so already.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn set_blocked(context: &Context, external_id: &str, blocked: bool) -> Result<Device> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    block(&scope, context, &device, blocked).await?;
    let after = find(&scope, external_id).await?;
    scope.commit().await?;
    logged(context, &device);
    Ok(after)
}

/// Tells open pages that the device's log has grown.
pub(crate) fn logged(context: &Context, device: &Device) {
    let event = LiveEvent::Logged { device: device.external_id.clone() };
    context.homeport.tell(context.workspace.id, event);
}

pub(crate) async fn block(
    scope: &WorkspaceTx,
    context: &Context,
    device: &Device,
    blocked: bool,
) -> Result<()> {
    if scope.devices().set_blocked(device.id, blocked).await? {
        let (kind, verb) = match blocked {
            true => (EventKind::Blocked, "Blocked by"),
            false => (EventKind::Unblocked, "Unblocked by"),
        };
        log(scope, context, device.id, kind, verb).await?;
        let action = if blocked { Action::Block } else { Action::Unblock };
        context.audited(scope, act(action, device)).await?;
    }
    if blocked {
        // Also where it was blocked before: whoever asks again may have seen a connection that should be none.
        scope.cut_off(&device.external_id).await?;
    }
    Ok(())
}

/// Everything that someone needs to connect one, but its key.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn connection(context: &Context, external_id: &str) -> Result<Connection> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let fields = match (&device.template, device.template_version) {
        (Some((id, _)), Some(version)) => scope.templates().fields(*id, version).await?.unwrap_or_default(),
        _ => Vec::new(),
    };
    let endpoints = context.homeport.endpoints().clone();
    Ok(Connection {
        scope: context.workspace.scope.clone(),
        external_id: device.external_id,
        host: endpoints.host,
        port: endpoints.port,
        tls_port: endpoints.tls_port,
        ca_pem: endpoints.ca_pem,
        certificates: scope.device_certificates().list(device.id).await?,
        example: connection::example(&fields),
    })
}

/// The newest lines of a device's log, newest first.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn events(context: &Context, external_id: &str) -> Result<Vec<DeviceEvent>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find_history(&scope, external_id).await?;
    Ok(scope.device_events().list(device.id, EVENTS_SHOWN).await?)
}

/// Some lines of a device's log, newest first: those about something, those older than one.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn log_page(context: &Context, external_id: &str, ask: LogAsk) -> Result<LogPage> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let kinds = ask.about.map(EventGroup::kinds).unwrap_or_default();
    let mut lines = scope.device_events().page(device.id, &kinds, ask.before, EVENTS_PAGE + 1).await?;
    let more = lines.len() as u64 > EVENTS_PAGE;
    lines.truncate(usize::try_from(EVENTS_PAGE).unwrap_or(usize::MAX));
    Ok(LogPage { lines, more })
}

/// The keys by which a device connects: its own, or those that follow from its group's.
pub(crate) async fn opened(scope: &WorkspaceTx, context: &Context, external_id: &str) -> Result<KeyPair> {
    opened_of(scope, &context.homeport, external_id).await
}

/// The same for whoever plays it.
pub(crate) async fn opened_of(
    scope: &WorkspaceTx,
    homeport: &Homeport,
    external_id: &str,
) -> Result<KeyPair> {
    let (store, workspace) = (homeport.store(), scope.workspace());
    let enrolment = scope.device_enrolments().get(external_id).await?.ok_or_else(Error::not_found)?;
    if enrolment.own == Some(Own::X509) {
        return Err(no_key());
    }
    if let (None, Some(number)) = (enrolment.own, enrolment.group) {
        // The group may belong to an organization above the asker's; its keys are not shown, only what follows from them.
        let whole = store.workspace(workspace).await?;
        let groups = whole.enrolment_groups().known(None).await?;
        let group = groups.into_iter().find(|group| group.number == number);
        if let Some((id, sealed)) = group.and_then(|group| Some((group.id, group.keys?))) {
            return keys::derive(&keys::open_group(store, workspace, &id, &sealed)?, external_id);
        }
    }
    let open = |place, sealed: &[u8]| keys::open(store, workspace, Owner::Device(external_id, place), sealed);
    let primary = open(Place::Primary, &enrolment.key_encrypted)?;
    let secondary = match &enrolment.secondary_key_encrypted {
        Some(sealed) => open(Place::Secondary, sealed)?,
        None => primary.clone(),
    };
    Ok(KeyPair { primary, secondary })
}

fn no_key() -> Error {
    let text = "The device proves who it is by certificates alone, so it has no key.";
    Problem::with_detail(Code::Invalid, text).into()
}

fn sealed(context: &Context, external_id: &str, place: Place, key: &str) -> Vec<u8> {
    keys::seal(context.homeport.store(), context.workspace.id, Owner::Device(external_id, place), key)
}

/// The device of this id. What can't be an id is not found, like any unknown one.
pub(crate) async fn find(scope: &WorkspaceTx, external_id: &str) -> Result<Device> {
    if !is_id(external_id) {
        return Err(Error::not_found());
    }
    scope.devices().get(external_id).await?.ok_or_else(Error::not_found)
}

/// [`find`], for what only reads of history: also one that has moved to where the scope doesn't see. What it sent before
/// is all that the database shows of it.
pub(crate) async fn find_history(scope: &WorkspaceTx, external_id: &str) -> Result<Device> {
    match find(scope, external_id).await {
        Err(Error::Problem(problem)) if problem.code == Code::NotFound && is_id(external_id) => {
            scope.devices().moved_away(external_id).await?.ok_or_else(Error::not_found)
        }
        found => found,
    }
}

fn is_id(external_id: &str) -> bool {
    check::device_id(external_id).as_deref() == Ok(external_id)
}

/// The external ids that are seen: all, or those of these. For streams, which are told of every device of the workspace.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn seen(context: &Context, these: &HashSet<String>) -> Result<Option<HashSet<String>>> {
    let granted = context.grant::<ViewDevices>()?;
    if context.reach == Reach::Everything {
        return Ok(None);
    }
    let scope = granted.scope().await?;
    let these: Vec<String> = these.iter().filter(|id| is_id(id)).cloned().collect();
    Ok(Some(scope.devices().external_ids(&these).await?))
}

async fn log(
    scope: &WorkspaceTx,
    context: &Context,
    device: DeviceId,
    kind: EventKind,
    verb: &str,
) -> Result<()> {
    let text = format!("{verb} {}.", context.actor);
    Ok(scope.device_events().log(device, kind, &text, context.now_ms).await?)
}

/// The fields of the templates on this page, in their order.
async fn field_orders(scope: &WorkspaceTx, devices: &[Device]) -> Result<HashMap<TemplateId, Vec<String>>> {
    let mut orders = HashMap::new();
    for (id, _) in devices.iter().filter_map(|device| device.template.as_ref()) {
        if !orders.contains_key(id)
            && let Some(template) = scope.templates().get(*id).await?
        {
            orders.insert(*id, template.telemetry.into_iter().map(|field| field.name).collect());
        }
    }
    Ok(orders)
}

/// The first values in the order of the template; what the template doesn't know comes after.
fn shown(mut values: Vec<Latest>, order: Option<&Vec<String>>) -> Vec<Latest> {
    let place =
        |name: &str| order.and_then(|o| o.iter().position(|field| field == name)).unwrap_or(usize::MAX);
    values.sort_by(|a, b| place(&a.name).cmp(&place(&b.name)).then_with(|| a.name.cmp(&b.name)));
    values.truncate(VALUES_SHOWN);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_which_values_are_shown() {
        let value = |name: &str| Latest { name: name.into(), value: 1.into(), ts: 0 };
        let values = || vec![value("a"), value("humidity"), value("temperature")];
        let names = |shown: Vec<Latest>| shown.into_iter().map(|v| v.name).collect::<Vec<_>>();
        let order = vec!["temperature".to_owned(), "co2".into(), "humidity".into()];
        assert_eq!(names(shown(values(), Some(&order))), ["temperature", "humidity"]);
        assert_eq!(names(shown(values(), Some(&vec!["humidity".into()]))), ["humidity", "a"]);
        assert_eq!(names(shown(values(), None)), ["a", "humidity"]);
    }
}
