//! Commands that are run on a device, and messages that are sent to it.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::command::{CommandsView, NewRun, Run};
use model::message::{Message, NewMessage};

/// The commands that a device knows, what was run, and what was sent to it.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "device_commands", input = Json)]
pub async fn device_commands(workspace: String, device: String) -> Result<CommandsView, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::commands::view(&ctx, &device).await?)
}

/// Begins to run a command; what comes of it is told over the live stream.
///
/// # Errors
/// Invalid by field, not found, a role that may not.
#[server(name = RunTheCommand, prefix = "/api", endpoint = "run_command", input = Json)]
pub async fn run_command(workspace: String, device: String, new: NewRun) -> Result<Run, AppError> {
    let ctx = super::context(&workspace).await?;
    let begun = domain::commands::begin(&ctx, &device, new).await?;
    let run = begun.run.clone();
    begun.finish_soon();
    Ok(run)
}

/// Sends a message: it waits until the device has acknowledged it.
///
/// # Errors
/// Invalid by field, too many that wait, not found, a role that may not.
#[server(name = SendTheMessage, prefix = "/api", endpoint = "send_message", input = Json)]
pub async fn send_message(workspace: String, device: String, new: NewMessage) -> Result<Message, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::messages::send(&ctx, &device, new).await?)
}

/// Takes back all messages that wait for a device; how many there were.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "purge_messages", input = Json)]
pub async fn purge_messages(workspace: String, device: String) -> Result<u64, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::messages::purge(&ctx, &device).await?)
}
