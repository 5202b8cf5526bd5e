//! Messages to devices: each waits in the database until its device has acknowledged it, or its time is over.

mod deliver;

pub(crate) use deliver::deliver_soon;
pub use deliver::{deliver, deliver_due, listening, waits};

use crate::access::{RunCommands, ViewDevices};
use crate::audit::Act;
use crate::commands::changed;
use crate::context::Context;
use crate::devices::find;
use crate::error::{Error, Result};
use model::audit::{Action, Subject};
use model::device::Device;
use model::event::EventKind;
use model::message::{BYTES_MAX, Message, NewMessage, WAITING_MAX};
use model::{Code, Problem};
use serde_json::json;
use store::WorkspaceTx;

/// The newest messages to a device, newest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn list(context: &Context, external_id: &str) -> Result<Vec<Message>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    Ok(scope.device_messages().list(device.id).await?)
}

/// Sends one: it is delivered as soon as the device listens, after all that wait already.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::TooMany`] where too many wait, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn send(context: &Context, external_id: &str, new: NewMessage) -> Result<Message> {
    let scope = context.grant::<RunCommands>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let by = context.actor.to_string();
    let id = insert(&scope, &device, &new, &by, context.now_ms).await?;
    let message = scope.device_messages().get(device.id, id).await?.ok_or_else(Error::not_found)?;
    let text = format!("{by} sent the message {}, {} bytes.", message.mid, message.bytes);
    scope.device_events().log(device.id, EventKind::MessageSent, &text, context.now_ms).await?;
    let act = Act::new(Action::Send, Subject::Message, &device.external_id, &device.name);
    context.audited(&scope, act.after(json!({ "message": message.mid, "bytes": message.bytes }))).await?;
    scope.commit().await?;
    changed(context, &device.external_id);
    deliver_soon(&context.homeport, context.workspace.id, device.id);
    Ok(message)
}

/// Takes back all that wait for a device; how many there were. One that is on its way may arrive all the same.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn purge(context: &Context, external_id: &str) -> Result<u64> {
    let scope = context.grant::<RunCommands>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let count = scope.device_messages().purge(device.id).await?;
    if count > 0 {
        let text = format!("{} took back {count} messages that waited.", context.actor);
        scope.device_events().log(device.id, EventKind::MessageSent, &text, context.now_ms).await?;
        let act = Act::new(Action::Cancel, Subject::Message, &device.external_id, &device.name);
        context.audited(&scope, act.before(json!({ "waiting": count }))).await?;
    }
    scope.commit().await?;
    changed(context, &device.external_id);
    Ok(count)
}

/// Puts one behind all others.
pub(crate) async fn insert(
    scope: &WorkspaceTx,
    device: &Device,
    new: &NewMessage,
    by: &str,
    now_ms: i64,
) -> Result<i64> {
    if new.body.len() > BYTES_MAX {
        let text = format!("What waits for a device has at most {BYTES_MAX} bytes.");
        return Err(Problem::field(Code::Invalid, "body", text).into());
    }
    let new = new.clone().checked()?;
    if scope.device_messages().waiting(device.id).await? >= WAITING_MAX {
        let text = format!("{WAITING_MAX} messages wait for this device already. Wait, or take them back.");
        return Err(Problem::with_detail(Code::TooMany, text).into());
    }
    Ok(scope.device_messages().insert(device.id, &new, by, now_ms).await?)
}
