//! Delivers what waits, one message of a device after the other: whoever takes the oldest has its turn until the device
//! has acknowledged it, or can't. Who dies meanwhile loses the turn after a while, and the message goes again.

use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::outward::Away;
use model::down::{Delivery, Down};
use model::event::EventKind;
use model::live::{LiveEvent, Part};
use model::message::MessageState;
use model::{DeviceId, WorkspaceId, topic};
use std::pin::pin;
use std::time::Duration;
use store::{Due, Ended, WorkspaceTx};

/// So long nobody else takes a message after whoever has it was last heard.
const LEASE: Duration = Duration::from_secs(15);
/// How often that is said anew.
const HOLD_EVERY: Duration = Duration::from_secs(5);
/// How long a message rests that the device didn't acknowledge, or that couldn't be sent; a device that comes is told
/// sooner.
const PAUSE: Duration = Duration::from_secs(5);
/// How long it rests when the device is away.
const AWAY: Duration = Duration::from_secs(60);
/// A device that comes is looked at again after that: somebody may have tried just before it came.
const AGAIN: Duration = Duration::from_secs(1);

/// Delivers all that waits for a device, as far as it takes it.
///
/// # Errors
/// The database's.
pub async fn deliver(homeport: &Homeport, workspace: WorkspaceId, device: DeviceId) -> Result<()> {
    loop {
        let scope = homeport.store().workspace(workspace).await?;
        let Some(external_id) = scope.devices().external_id(device).await? else { return Ok(()) };
        let ended = scope.device_messages().end_overdue(device).await?;
        tell(&scope, device, &ended).await?;
        let due = scope.device_messages().take(device, LEASE).await?;
        let whose = scope.settings().get().await?.ok_or_else(Error::not_found)?;
        scope.commit().await?;
        if !ended.is_empty() {
            changed(homeport, workspace, &external_id);
        }
        let Some(due) = due else { return Ok(()) };
        let id = due.id;
        let sent = send(homeport, workspace, &whose.scope, &external_id, due).await;
        let goes_on = settle(homeport, workspace, device, id, sent).await?;
        changed(homeport, workspace, &external_id);
        if !goes_on {
            return Ok(());
        }
    }
}

/// Whether anything waits for a device.
///
/// # Errors
/// The database's.
pub async fn waits(homeport: &Homeport, workspace: WorkspaceId, device: DeviceId) -> Result<bool> {
    Ok(homeport.store().workspace(workspace).await?.device_messages().any(device).await?)
}

/// A device listens to its messages from now on: delivers them.
///
/// # Errors
/// The database's.
pub async fn listening(homeport: &Homeport, workspace: WorkspaceId, device: DeviceId) -> Result<()> {
    for pause in [Duration::ZERO, AGAIN] {
        tokio::time::sleep(pause).await;
        if !waits(homeport, workspace, device).await? {
            return Ok(());
        }
        deliver(homeport, workspace, device).await?;
    }
    Ok(())
}

/// Delivers what has rested long enough, and ends what is over, in all workspaces; how many devices that was about.
///
/// # Errors
/// The database's.
pub async fn deliver_due(homeport: &Homeport) -> Result<usize> {
    let due = homeport.store().lookup().device_messages().await?;
    let count = due.len();
    // A device that takes its time is waited for by nobody.
    for (workspace, device) in due {
        deliver_soon(homeport, workspace, device);
    }
    Ok(count)
}

/// Delivers beside whatever else is done.
pub(crate) fn deliver_soon(homeport: &Homeport, workspace: WorkspaceId, device: DeviceId) {
    let homeport = homeport.clone();
    tokio::spawn(async move {
        if let Err(error) = deliver(&homeport, workspace, device).await {
            // It is tried again when its turn comes.
            tracing::warn!(%error, device = device.0, "messages to a device can't be delivered now");
        }
    });
}

/// Sends one, and keeps it meanwhile.
async fn send(
    homeport: &Homeport,
    workspace: WorkspaceId,
    scope: &str,
    external_id: &str,
    due: Due,
) -> Result<Delivery, Away> {
    let Due { id, mid, body, content_type, properties } = due;
    let down = Down { rest: topic::message(&mid), body, content_type, properties };
    let mut sent = pin!(homeport.post(scope, external_id, down));
    loop {
        match tokio::time::timeout(HOLD_EVERY, &mut sent).await {
            Ok(sent) => return sent,
            Err(_) => {
                if let Err(error) = hold(homeport, workspace, id).await {
                    tracing::warn!(%error, "a message that is on its way can't be kept");
                }
            }
        }
    }
}

async fn hold(homeport: &Homeport, workspace: WorkspaceId, id: i64) -> Result<()> {
    let scope = homeport.store().workspace(workspace).await?;
    scope.device_messages().hold(id, LEASE).await?;
    Ok(scope.commit().await?)
}

/// Writes down what came of it; whether the next one can be sent.
async fn settle(
    homeport: &Homeport,
    workspace: WorkspaceId,
    device: DeviceId,
    id: i64,
    sent: Result<Delivery, Away>,
) -> Result<bool> {
    let scope = homeport.store().workspace(workspace).await?;
    let messages = scope.device_messages();
    let ended = match sent {
        Ok(Delivery::Delivered) => messages.end(id, MessageState::Delivered).await?,
        Ok(Delivery::Refused) => messages.end(id, MessageState::Refused).await?,
        other => {
            let (sent, pause) = match other {
                Ok(Delivery::NotTaken) => (true, PAUSE),
                Ok(_) => (false, AWAY),
                Err(_) => (false, PAUSE),
            };
            messages.give_back(id, sent, pause).await?;
            scope.commit().await?;
            return Ok(false);
        }
    };
    tell(&scope, device, ended.as_slice()).await?;
    scope.commit().await?;
    Ok(true)
}

/// Writes into the device's log what the senders want to hear.
async fn tell(scope: &WorkspaceTx, device: DeviceId, ended: &[Ended]) -> Result<()> {
    for Ended { mid, ack, state } in ended {
        if ack.tells(*state) {
            let text = format!("The message {mid}: {}.", state.label().to_lowercase());
            scope.device_events().log(device, EventKind::MessageSent, &text, now_ms()).await?;
        }
    }
    Ok(())
}

fn changed(homeport: &Homeport, workspace: WorkspaceId, device: &str) {
    let event = LiveEvent::Changed { device: device.to_owned(), part: Part::Commands };
    homeport.tell(workspace, event);
}
