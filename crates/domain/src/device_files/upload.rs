//! How a device uploads a file: it asks for an address, which is signed and expires, sends the file there, whole or in
//! blocks, and may tell how it went.
//!
//! The address alone is the proof: it names the workspace, the device and the upload, and nobody else can sign it.

use super::{folder, place};
use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use bytes::Bytes;
use futures::Stream;
use model::device_file::{DeviceFile, FileState, checked_name, type_of};
use model::event::EventKind;
use model::{Code, DeviceId, Problem, WorkspaceId};
use sha2::{Digest, Sha256};
use store::{InsertFile, PutError, WorkspaceTx};

/// Uploads of a device that are under way at once; Azure's bound.
const UNDER_WAY_MAX: i64 = 10;
/// Most blocks of a file; Azure's bound.
const BLOCKS_MAX: usize = 50_000;
/// Longest id of a block, as Azure has it, in base64.
const BLOCK_ID_MAX: usize = 88;
/// Media types that clients say by themselves, whatever they send.
const NOTHING: [&str; 2] = ["application/octet-stream", "application/x-www-form-urlencoded"];
/// For what addresses are signed.
const PURPOSE: &str = "file upload";

/// A device that has proved who it is.
#[derive(Clone, Copy, Debug)]
pub struct Uploader<'a> {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// The workspace's ID scope.
    pub scope: &'a str,
    /// Its key in the database.
    pub device: DeviceId,
    /// What it connects with.
    pub external_id: &'a str,
}

/// Where a file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What names the upload.
    pub correlation: String,
    /// The first part of the path.
    pub container: String,
    /// The rest of the path, as people write it: `{device}/{name}`.
    pub blob: String,
    /// The signature and what it covers, behind `?`.
    pub query: String,
    /// Until when it is good, milliseconds since 1970.
    pub expires_ms: i64,
}

/// What an upload shows: the parts of its address.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The workspace's ID scope.
    pub scope: String,
    /// The device's id.
    pub external_id: String,
    /// The file's name.
    pub name: String,
    /// What names the upload.
    pub correlation: String,
    /// Seconds since 1970.
    pub expires: i64,
    /// The signature.
    pub signature: String,
}

/// An address for a file of this name.
///
/// # Errors
/// [`Code::Invalid`] beside `name`; [`Code::TooMany`] where ten are under way, [`Code::TooLarge`] where the workspace is full.
pub async fn ask(homeport: &Homeport, who: Uploader<'_>, name: &str) -> Result<Address> {
    let name = checked_name(name)?;
    let now = now_ms();
    let scope = homeport.store().workspace(who.workspace).await?;
    let files = scope.device_files();
    let limits = files.limits().await?;
    if files.under_way(who.device, now).await? >= UNDER_WAY_MAX {
        let text = format!("{UNDER_WAY_MAX} uploads of this device are under way already.");
        return Err(Problem::with_detail(Code::TooMany, text).into());
    }
    if files.bytes().await? >= limits.all_bytes {
        return Err(full(limits.all_bytes).into());
    }
    let correlation = random()?;
    let expires_ms = (now / 1000 + i64::from(limits.address_seconds)) * 1000;
    let content_type = type_of(&name);
    let new =
        InsertFile { device: who.device, correlation: &correlation, name: &name, content_type, expires_ms };
    files.insert(&new).await?;
    scope.commit().await?;
    let expires = expires_ms / 1000;
    let text = signed_text(who.scope, who.external_id, &name, &correlation, expires);
    let signature = homeport.store().key().sign(PURPOSE, &text);
    Ok(Address {
        container: format!("{CONTAINER}{}", who.scope),
        blob: format!("{}/{name}", who.external_id),
        query: format!("c={correlation}&se={expires}&sig={signature}"),
        correlation,
        expires_ms,
    })
}

/// Before the ID scope in the first part of an address' path.
pub const CONTAINER: &str = "files-";

/// Takes a whole file.
///
/// # Errors
/// [`Code::NotAllowed`] where the address is not ours or has expired, [`Code::TooLarge`], [`Code::Invalid`] where it broke off.
pub async fn whole<E: std::fmt::Display>(
    homeport: &Homeport,
    shown: &Shown,
    content_type: Option<&str>,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<()> {
    let upload = Upload::find(homeport, shown).await?;
    let name = place(upload.workspace, upload.file.id);
    let bytes = homeport.shelf()?.put(&name, body, upload.room).await.map_err(|e| said(&upload, e))?;
    upload.finish(homeport, shown, bytes, content_type).await
}

/// Takes a block of a file. One of the same id is replaced.
///
/// # Errors
/// As [`whole`]; [`Code::Invalid`] for an id that is none.
pub async fn block<E: std::fmt::Display>(
    homeport: &Homeport,
    shown: &Shown,
    id: &str,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<()> {
    if id.is_empty() || id.len() > BLOCK_ID_MAX {
        return Err(
            Problem::with_detail(Code::Invalid, "A block has an id of 1 to 64 bytes in base64.").into()
        );
    }
    let upload = Upload::find(homeport, shown).await?;
    let scope = homeport.store().workspace(upload.workspace).await?;
    let known = scope.device_files().blocks(upload.file.id).await?;
    drop(scope);
    let (mut count, mut others) = (0, 0);
    for (_, bytes) in known.iter().filter(|(other, _)| other != id) {
        count += 1;
        others += *bytes as u64;
    }
    if count >= BLOCKS_MAX {
        return Err(
            Problem::with_detail(Code::TooLarge, format!("At most {BLOCKS_MAX} blocks a file.")).into()
        );
    }
    let name = block_place(&upload, id);
    let room = upload.room.saturating_sub(others);
    let bytes = homeport.shelf()?.put(&name, body, room).await.map_err(|e| said(&upload, e))?;
    let scope = homeport.store().workspace(upload.workspace).await?;
    scope.device_files().put_block(upload.file.id, id, bytes as i64).await?;
    Ok(scope.commit().await?)
}

/// Puts a file together of blocks that are here.
///
/// # Errors
/// As [`whole`]; [`Code::Invalid`] where a block isn't here.
pub async fn blocks(
    homeport: &Homeport,
    shown: &Shown,
    ids: &[String],
    content_type: Option<&str>,
) -> Result<()> {
    let upload = Upload::find(homeport, shown).await?;
    let scope = homeport.store().workspace(upload.workspace).await?;
    let known = scope.device_files().blocks(upload.file.id).await?;
    drop(scope);
    if let Some(missing) = ids.iter().find(|id| !known.iter().any(|(known, _)| known == *id)) {
        let text = format!("The block “{missing}” is not here.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let parts: Vec<String> = ids.iter().map(|id| block_place(&upload, id)).collect();
    let name = place(upload.workspace, upload.file.id);
    let bytes = homeport.shelf()?.join(&parts, &name, upload.room).await.map_err(|e| said(&upload, e))?;
    upload.finish(homeport, shown, bytes, content_type).await?;
    for part in parts {
        homeport.shelf()?.clear(&part).await?;
    }
    Ok(())
}

/// Takes the device's word on how an upload went. Where it says that it went well and nothing came, it failed all the same.
///
/// # Errors
/// [`Code::NotFound`] where the device has no such upload.
pub async fn told(
    homeport: &Homeport,
    who: Uploader<'_>,
    correlation: &str,
    success: bool,
    why: &str,
) -> Result<()> {
    let scope = homeport.store().workspace(who.workspace).await?;
    let file = scope.device_files().by_correlation(who.device, correlation).await?;
    let file = file.ok_or_else(Error::not_found)?;
    if file.state == FileState::Asked {
        let why = match (success, why.trim()) {
            (true, _) => "The device said that it was uploaded, but nothing came.".to_owned(),
            (false, "") => "The device said that it failed.".to_owned(),
            (false, why) => {
                format!("The device said that it failed: {}", why.chars().take(500).collect::<String>())
            }
        };
        scope.device_files().failed(file.id, &why).await?;
        let text = format!("The file “{}” was not uploaded. {why}", file.name);
        scope.device_events().log(who.device, EventKind::FileFailed, &text, now_ms()).await?;
    }
    Ok(scope.commit().await?)
}

/// An upload whose address is good.
struct Upload {
    workspace: WorkspaceId,
    device: DeviceId,
    file: DeviceFile,
    /// How much it may be, in bytes.
    room: u64,
    limits: (i64, i64),
}

impl Upload {
    async fn find(homeport: &Homeport, shown: &Shown) -> Result<Upload> {
        let not = |text: &str| Problem::with_detail(Code::NotAllowed, text);
        let text =
            signed_text(&shown.scope, &shown.external_id, &shown.name, &shown.correlation, shown.expires);
        if !homeport.store().key().is_signed(PURPOSE, &text, &shown.signature) {
            return Err(not("This address is none that was given out.").into());
        }
        if shown.expires * 1000 < now_ms() {
            return Err(not("This address has expired. Ask for a new one.").into());
        }
        let known = homeport.store().lookup().device(&shown.scope, &shown.external_id).await?;
        let known = known.filter(|known| !known.blocked && !known.disabled);
        let known = known.ok_or_else(|| not("The device is blocked, or gone."))?;
        let scope = homeport.store().workspace(known.workspace).await?;
        let files = scope.device_files();
        let file = files.by_correlation(known.device, &shown.correlation).await?;
        let file = file.filter(|file| file.state == FileState::Asked);
        let file = file.ok_or_else(|| not("This upload is over. Ask for a new address."))?;
        let limits = files.limits().await?;
        let used: i64 = files.bytes().await?;
        let own: i64 = files.blocks(file.id).await?.iter().map(|(_, bytes)| bytes).sum();
        let room = limits.file_bytes.min(limits.all_bytes - (used - own)).max(0) as u64;
        let limits = (limits.file_bytes, limits.all_bytes);
        Ok(Upload { workspace: known.workspace, device: known.device, file, room, limits })
    }

    /// Notes that it is here; where it is gone meanwhile, its bytes go too.
    async fn finish(
        &self,
        homeport: &Homeport,
        shown: &Shown,
        bytes: u64,
        content_type: Option<&str>,
    ) -> Result<()> {
        let scope = homeport.store().workspace(self.workspace).await?;
        if scope.device_files().by_correlation(self.device, &shown.correlation).await?.is_none() {
            drop(scope);
            homeport.shelf()?.clear(&folder(self.workspace, self.file.id)).await?;
            return Err(Error::not_found());
        }
        let content_type = content_type.filter(|said| !NOTHING.contains(said) && said.len() <= 200);
        scope.device_files().uploaded(self.device, self.file.id, bytes as i64, content_type).await?;
        self.log(&scope, &format!("The file “{}” was uploaded, {bytes} bytes.", self.file.name)).await?;
        Ok(scope.commit().await?)
    }

    async fn log(&self, scope: &WorkspaceTx, text: &str) -> Result<()> {
        Ok(scope.device_events().log(self.device, EventKind::FileUploaded, text, now_ms()).await?)
    }
}

fn said(upload: &Upload, error: PutError) -> Error {
    match error {
        PutError::TooLarge(most) if most < upload.limits.0 as u64 => full(upload.limits.1).into(),
        PutError::TooLarge(_) => {
            let text = format!("A file of this workspace has at most {} bytes.", upload.limits.0);
            Problem::with_detail(Code::TooLarge, text).into()
        }
        PutError::Broken(why) => {
            Problem::with_detail(Code::Invalid, format!("It did not come whole: {why}")).into()
        }
        PutError::Shelf(error) => error.into(),
    }
}

fn full(all: i64) -> Problem {
    let text =
        format!("The workspace's files have reached {all} bytes. Delete some, or ask the administrator.");
    Problem::with_detail(Code::TooLarge, text)
}

fn signed_text(scope: &str, external_id: &str, name: &str, correlation: &str, expires: i64) -> String {
    format!("{scope}\n{external_id}\n{name}\n{correlation}\n{expires}")
}

/// Block ids hold what no path should.
fn block_place(upload: &Upload, id: &str) -> String {
    let hash = Sha256::digest(id.as_bytes());
    let hash: String = hash.iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("{}/block-{hash}/part", folder(upload.workspace, upload.file.id))
}

fn random() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
