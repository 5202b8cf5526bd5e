//! Files of devices, for people: what there is, looking at it, deleting it, and the bounds of the workspace.

pub mod upload;

use crate::access::{ManageDevices, ManageWorkspace, ViewRawData};
use crate::audit::Act;
use crate::context::Context;
use crate::devices;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use model::audit::{Action, Subject};
use model::device_file::{DeviceFile, FileLimits, FileState, Preview};
use model::{Code, Problem};
use serde_json::json;
use store::ShelfError;

/// Shortest and longest time for which an address is good, in seconds.
const ADDRESS_SECONDS: std::ops::RangeInclusive<i32> = 60..=86_400;
/// So much of a text is shown in a page, in bytes.
const BEGINNING: usize = 64 << 10;
/// Folders that are cleared in one go.
const CLEARED_AT_ONCE: i64 = 100;

/// The newest files of a device, newest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn list(context: &Context, device: &str) -> Result<Vec<DeviceFile>> {
    let scope = context.grant::<ViewRawData>()?.scope().await?;
    let device = devices::find(&scope, device).await?;
    Ok(scope.device_files().list(device.id).await?)
}

/// One of them.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, device: &str, id: i32) -> Result<DeviceFile> {
    let scope = context.grant::<ViewRawData>()?.scope().await?;
    let device = devices::find(&scope, device).await?;
    scope.device_files().get(device.id, id).await?.ok_or_else(Error::not_found)
}

/// One of them that is here, its bytes and how many these are.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn open(
    context: &Context,
    device: &str,
    id: i32,
) -> Result<(DeviceFile, u64, impl Stream<Item = Result<Bytes, ShelfError>> + use<>)> {
    let file = get(context, device, id).await?;
    if file.state != FileState::Uploaded {
        return Err(Error::not_found());
    }
    let (bytes, body) = context.homeport.shelf()?.get(&place(context.workspace.id, id)).await?;
    Ok((file, bytes, body))
}

/// The beginning of one of them that is text, as far as it is shown in a page.
///
/// # Errors
/// [`Code::NotFound`], also where it is no text; [`Code::NotAllowed`].
pub async fn beginning(context: &Context, device: &str, id: i32) -> Result<String> {
    let (file, bytes, body) = open(context, device, id).await?;
    if file.preview() != Some(Preview::Text) {
        return Err(Error::not_found());
    }
    let (mut text, mut body) = (Vec::new(), std::pin::pin!(body));
    while text.len() < BEGINNING
        && let Some(piece) = body.next().await
    {
        text.extend_from_slice(&piece?);
    }
    text.truncate(BEGINNING);
    let mut shown = String::from_utf8_lossy(&text).into_owned();
    if bytes > BEGINNING as u64 {
        shown.push_str("\n…");
    }
    Ok(shown)
}

/// Deletes one of them.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, device: &str, id: i32) -> Result<()> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = devices::find(&scope, device).await?;
    let file = scope.device_files().get(device.id, id).await?.ok_or_else(Error::not_found)?;
    if !scope.device_files().delete(device.id, id).await? {
        return Err(Error::not_found());
    }
    let told = json!({ "device": device.external_id, "name": file.name, "bytes": file.bytes });
    context.audited(&scope, Act::new(Action::Delete, Subject::File, id, &file.name).before(told)).await?;
    Ok(scope.commit().await?)
}

/// The bounds of the workspace.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn limits(context: &Context) -> Result<FileLimits> {
    let scope = context.grant::<ManageWorkspace>()?.scope().await?;
    Ok(scope.device_files().limits().await?)
}

/// Says how long an address for an upload is good: a duration as ISO 8601 writes it, such as `PT1H`.
///
/// # Errors
/// [`Code::Invalid`] beside `sasTtl`, [`Code::NotAllowed`].
pub async fn set_address_life(context: &Context, text: &str) -> Result<FileLimits> {
    let granted = context.grant::<ManageWorkspace>()?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let seconds = text.parse::<jiff::Span>().and_then(|span| span.total((jiff::Unit::Second, days)));
    let seconds = seconds.ok().map(|seconds| seconds as i32).filter(|s| ADDRESS_SECONDS.contains(s));
    let Some(seconds) = seconds else {
        let text = "An address is good for one minute (PT1M) to one day (P1D).";
        return Err(Problem::field(Code::Invalid, "sasTtl", text).into());
    };
    let scope = granted.scope().await?;
    let before = scope.device_files().limits().await?;
    scope.device_files().set_address_seconds(seconds).await?;
    let limits = scope.device_files().limits().await?;
    context.audited(&scope, crate::workspaces::act(context).before(before).after(limits)).await?;
    scope.commit().await?;
    Ok(limits)
}

/// Deletes from the storage what nothing refers to any more; tells how many files that were. Any number of processes may.
///
/// # Errors
/// The database's or the storage's; it can be tried again.
pub async fn clear_garbage(homeport: &Homeport) -> Result<usize> {
    let folders = homeport.store().file_garbage().some(CLEARED_AT_ONCE).await?;
    for folder in &folders {
        homeport.shelf()?.clear(folder).await?;
        homeport.store().file_garbage().gone(folder).await?;
    }
    Ok(folders.len())
}

/// The folder of a file in the storage, as the database notes it when the file goes.
fn folder(workspace: model::WorkspaceId, file: i32) -> String {
    format!("{}/{file}", workspace.0)
}

/// Where its bytes are.
fn place(workspace: model::WorkspaceId, file: i32) -> String {
    format!("{}/file", folder(workspace, file))
}
