//! Gateways and the devices behind them.

use crate::access::{ManageDevices, ViewDevices};
use crate::context::Context;
use crate::devices::{act, find, logged};
use crate::error::{Error, Result};
use model::audit::Action;
use model::device::Device;
use model::event::EventKind;
use model::relationship::{DEPTH_MAX, Family, NewRelationship, Relationship, USUAL_NAME};
use model::{Code, Problem};
use serde_json::json;
use store::WorkspaceTx;

/// Who stands before a device and who behind it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn family(context: &Context, external_id: &str) -> Result<Family> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    Ok(Family {
        parent: scope.relationships().parent(device.id).await?,
        children: scope.relationships().children(device.id).await?,
    })
}

/// Those of a device to the ones behind it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn list(context: &Context, external_id: &str) -> Result<Vec<Relationship>> {
    Ok(family(context, external_id)
        .await?
        .children
        .into_iter()
        .map(|(relationship, _)| relationship)
        .collect())
}

/// One of them.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, external_id: &str, id: &str) -> Result<Relationship> {
    list(context, external_id).await?.into_iter().find(|one| one.id == id).ok_or_else(Error::not_found)
}

/// Puts a device behind another one; where there is a relationship of this id, it becomes this one.
///
/// # Errors
/// [`Code::Invalid`] beside `child` where there is no such device, it is the device itself or one before it;
/// [`Code::Taken`] beside `child` where it stands behind another device; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn put(context: &Context, external_id: &str, new: NewRelationship) -> Result<Relationship> {
    let granted = context.grant::<ManageDevices>()?;
    let new = new.checked()?;
    let scope = granted.scope().await?;
    let parent = find(&scope, external_id).await?;
    let child = match find(&scope, &new.child).await {
        Ok(child) => child,
        Err(Error::Problem(problem)) if problem.code == Code::NotFound => {
            let text = format!("There is no device “{}” here.", new.child);
            return Err(Problem::field(Code::Invalid, "child", text).into());
        }
        Err(error) => return Err(error),
    };
    attach(&scope, &parent, &child, &new, &context.actor.to_string(), context.now_ms).await?;
    let told = json!({ "relationship": new.id, "name": new.name, "device behind": child.external_id });
    context.audited(&scope, act(Action::Update, &parent).after(told)).await?;
    let made = scope.relationships().children(parent.id).await?;
    let made = made.into_iter().map(|(one, _)| one).find(|one| one.id == new.id);
    scope.commit().await?;
    tell(context, [&parent, &child]);
    made.ok_or_else(Error::not_found)
}

/// Puts a device behind another one in this scope, and notes it in the logs of both.
async fn attach(
    scope: &WorkspaceTx,
    parent: &Device,
    child: &Device,
    new: &NewRelationship,
    by: &str,
    now_ms: i64,
) -> Result<()> {
    if scope.relationships().is_above(child.id, parent.id).await? {
        let text = format!(
            "“{}” stands before “{}” already, or more than {DEPTH_MAX} gateways would stand one behind the other.",
            child.external_id, parent.external_id
        );
        return Err(Problem::field(Code::Invalid, "child", text).into());
    }
    scope.relationships().put(parent.id, &new.id, &new.name, child.id).await?;
    let lines = [
        (parent, format!("“{}” was put behind it by {by}.", child.external_id)),
        (child, format!("Put behind “{}” by {by}.", parent.external_id)),
    ];
    for (device, text) in lines {
        scope.device_events().log(device.id, EventKind::Relationship, &text, now_ms).await?;
    }
    Ok(())
}

/// Puts a device that has proved who it is behind the gateway that it names. Tells why not, where that can't be.
pub(crate) async fn enrolled_behind(
    scope: &WorkspaceTx,
    child: &Device,
    gateway: &str,
    now_ms: i64,
) -> Result<std::result::Result<(), String>> {
    let parent = match find(scope, gateway).await {
        Ok(parent) => parent,
        Err(Error::Problem(_)) => {
            return Ok(Err(format!("It names the gateway “{gateway}”, which nobody is.")));
        }
        Err(error) => return Err(error),
    };
    match scope.relationships().parent(child.id).await? {
        Some(had) if had.id == parent.id => return Ok(Ok(())),
        Some(had) => {
            let text = format!("It names the gateway “{gateway}”, but stands behind “{}”.", had.external_id);
            return Ok(Err(text));
        }
        None => {}
    }
    let new = NewRelationship {
        id: child.external_id.clone(),
        name: USUAL_NAME.to_owned(),
        child: child.external_id.clone(),
    };
    match attach(scope, &parent, child, &new, "itself, as it enrolled", now_ms).await {
        Ok(()) => Ok(Ok(())),
        Err(Error::Problem(problem)) => {
            let why = problem.of_field("child").unwrap_or(problem.sentence()).to_owned();
            Ok(Err(format!("It names the gateway “{gateway}”. {why}")))
        }
        Err(error) => Err(error),
    }
}

/// Takes a device from behind another one. Both stay.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, external_id: &str, id: &str) -> Result<()> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let parent = find(&scope, external_id).await?;
    let children = scope.relationships().children(parent.id).await?;
    let (_, child) = children.into_iter().find(|(one, _)| one.id == id).ok_or_else(Error::not_found)?;
    scope.relationships().delete(parent.id, id).await?;
    let told = json!({ "relationship": id, "device behind": child.external_id });
    context.audited(&scope, act(Action::Update, &parent).before(told)).await?;
    let by = &context.actor;
    let lines = [
        (&parent, format!("“{}” was taken from behind it by {by}.", child.external_id)),
        (&child, format!("Taken from behind “{}” by {by}.", parent.external_id)),
    ];
    for (device, text) in lines {
        scope.device_events().log(device.id, EventKind::Relationship, &text, context.now_ms).await?;
    }
    scope.commit().await?;
    tell(context, [&parent, &child]);
    Ok(())
}

fn tell(context: &Context, devices: [&Device; 2]) {
    devices.into_iter().for_each(|device| logged(context, device));
}
