//! Imports of history from CSV files: the file comes in pieces, is looked at, and is read by a worker.

mod cell;
mod find;
pub(crate) mod moment;
mod reading;
mod text;
mod work;
mod wrong;

pub use work::{Tools, work};

use crate::access::ImportData;
use crate::context::Context;
use crate::devices;
use crate::error::{Error, Result};
use model::import::{Found, Import, ImportState, Mapping, NewImport, OfDevice, PIECE, PreviewRow};
use model::{Code, Problem};
use reading::{Plan, titles};
use store::WorkspaceTx;

/// Most imports of a workspace that are not over.
const UNFINISHED_MAX: i64 = 5;
/// So much of a file is looked at before it is read, in bytes.
const BEGINNING: usize = 512 << 10;
/// Rows of a preview.
const PREVIEW: usize = 20;

/// The newest imports, newest first.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Import>> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    Ok(scope.imports().list().await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: i32) -> Result<Import> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    find(&scope, id).await
}

/// Begins one; its file comes next, by [`add_piece`].
///
/// # Errors
/// [`Code::Invalid`] beside `file`, [`Code::TooMany`], [`Code::NotAllowed`].
pub async fn create(context: &Context, new: NewImport) -> Result<Import> {
    let granted = context.grant::<ImportData>()?;
    let new = new.checked()?;
    let scope = granted.scope().await?;
    if scope.imports().unfinished().await? >= UNFINISHED_MAX {
        let text = format!("{UNFINISHED_MAX} imports are under way already. Wait for one, or cancel one.");
        return Err(Problem::with_detail(Code::TooMany, text).into());
    }
    let id = scope.imports().insert(&new, context.actor.person(), context.organization.id).await?;
    let import = find(&scope, id).await?;
    scope.commit().await?;
    Ok(import)
}

/// Adds the piece of the file that begins at this byte. Tells how much is here. A piece that comes again is passed over.
///
/// # Errors
/// [`Code::Invalid`] where it doesn't follow what is here or goes beyond the size that was told, [`Code::NotFound`],
/// [`Code::NotAllowed`].
pub async fn add_piece(context: &Context, id: i32, at: i64, data: Vec<u8>) -> Result<i64> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    find(&scope, id).await?;
    let end = at.saturating_add(data.len() as i64);
    if data.is_empty() || data.len() as i64 > PIECE {
        let text = format!("A piece has 1 to {PIECE} bytes.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let received = scope.imports().add_piece(id, at, data).await?;
    if received < end {
        let text =
            format!("{received} bytes are here; the next piece begins there, and none goes beyond the file.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    scope.commit().await?;
    Ok(received)
}

/// What the file seems to be.
///
/// # Errors
/// [`Code::Invalid`] where it is no text or not here yet, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn inspect(context: &Context, id: i32) -> Result<Found> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    let (import, beginning) = beginning(&scope, id).await?;
    let templates = scope.templates().list().await?;
    let known: Vec<_> = templates.into_iter().flat_map(|template| template.telemetry).collect();
    let whole = beginning.len() as i64 == import.bytes;
    let mut found = tokio::task::spawn_blocking(move || find::find(&beginning, whole, &known))
        .await
        .map_err(|e| Error::Broken(e.to_string()))?;
    if let Some(mapping) = import.mapping {
        found.mapping = mapping;
    }
    Ok(found)
}

/// The first rows as they would be stored, with what is wrong beside them.
///
/// # Errors
/// As [`inspect`]; also the mapping's problems by field.
pub async fn preview(context: &Context, id: i32, mapping: Mapping) -> Result<Vec<PreviewRow>> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    let (import, beginning) = beginning(&scope, id).await?;
    let mapping = checked(&scope, mapping).await?;
    let whole = beginning.len() as i64 == import.bytes;
    let header = usize::from(mapping.dialect.header);
    let records = text::records(&beginning, &mapping.dialect, whole, PREVIEW + header);
    let titles =
        titles(&records.first().map(|r| r.cells.clone()).unwrap_or_default(), mapping.dialect.header);
    let mut plan = Plan::new(mapping, titles, context.now_ms, context.workspace.retention_days)?;
    plan.meet(&scope, records.iter().map(|record| record.cells.as_slice())).await?;
    let rows = records.iter().zip(1..).skip(header);
    let rows = rows.map(|(record, row)| {
        let device = plan.device_of(&record.cells).to_owned();
        match plan.read(&record.cells) {
            Ok(reading) => {
                PreviewRow { row, device, ts: Some(reading.ts), values: reading.values, problems: Vec::new() }
            }
            Err(problems) => {
                let (ts, values) = plan.shown(&record.cells);
                PreviewRow { row, device, ts, values, problems }
            }
        }
    });
    Ok(rows.collect())
}

/// Hands the file to a worker.
///
/// # Errors
/// The mapping's problems by field; [`Code::Invalid`] where the import isn't waiting for it; [`Code::NotFound`],
/// [`Code::NotAllowed`].
pub async fn start(context: &Context, id: i32, mapping: Mapping) -> Result<Import> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    find(&scope, id).await?;
    let mapping = checked(&scope, mapping).await?;
    if !scope.imports().queue(id, &mapping).await? {
        let text = "This import was started or ended already, or its file is not here yet.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let import = find(&scope, id).await?;
    scope.commit().await?;
    Ok(import)
}

/// Ends one that is not over. What was stored stays.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn cancel(context: &Context, id: i32) -> Result<Import> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    find(&scope, id).await?;
    scope.imports().cancel(id).await?;
    let import = find(&scope, id).await?;
    scope.commit().await?;
    Ok(import)
}

/// Takes one that is over from the list, with its error file. What was stored stays.
///
/// # Errors
/// [`Code::Invalid`] while it is not over, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: i32) -> Result<()> {
    let scope = context.grant::<ImportData>()?.scope().await?;
    find(&scope, id).await?;
    if !scope.imports().delete(id).await? {
        let text = "This import is under way; cancel it first.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    Ok(scope.commit().await?)
}

/// The error file of an import, part by part.
pub struct ErrorFile {
    context: Context,
    id: i32,
    /// The part that was read last; none: only the first line is to come.
    after: Option<i64>,
    /// The file's name.
    pub name: String,
}

/// The error file: CSV with row, column, what is wrong, what is allowed, and the row as it stood.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn errors(context: &Context, id: i32) -> Result<ErrorFile> {
    let import = get(context, id).await?;
    let stem = import.name.strip_suffix(".csv").unwrap_or(&import.name).to_owned();
    Ok(ErrorFile { context: context.clone(), id, after: None, name: format!("{stem} errors.csv") })
}

impl ErrorFile {
    /// The next part; none: that was all.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(after) = self.after else {
            self.after = Some(-1);
            return Ok(Some(wrong::HEADER.into()));
        };
        let scope = self.context.grant::<ImportData>()?.scope().await?;
        let Some((at, packed)) = scope.imports().errors_after(self.id, after).await? else { return Ok(None) };
        self.after = Some(at);
        wrong::unpack(&packed).map(Some)
    }
}

async fn find(scope: &WorkspaceTx, id: i32) -> Result<Import> {
    scope.imports().get(id).await?.ok_or_else(Error::not_found)
}

/// The import and the beginning of its file.
async fn beginning(scope: &WorkspaceTx, id: i32) -> Result<(Import, Vec<u8>)> {
    let import = find(scope, id).await?;
    if import.state != ImportState::Ready {
        let text = "The file of this import is not here: it is on its way, or was read already.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let beginning = scope.imports().read(id, 0, BEGINNING).await?;
    let said = match beginning.as_slice() {
        [b'P', b'K', 3, 4, ..] => "This is a workbook or an archive. Save it as CSV, and choose that file.",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            "This file is UTF-16. Save it as “CSV UTF-8”, and choose that file."
        }
        bytes if bytes.contains(&0) => "This is no text. Choose a CSV file.",
        _ => return Ok((import, beginning)),
    };
    Err(Problem::field(Code::Invalid, "file", said).into())
}

async fn checked(scope: &WorkspaceTx, mapping: Mapping) -> Result<Mapping> {
    let mapping = mapping.checked()?;
    if moment::zone(&mapping.zone).is_none() {
        let text = "A zone has a name such as Europe/Vienna.";
        return Err(Problem::field(Code::Invalid, "zone", text).into());
    }
    if let OfDevice::One(id) = &mapping.device
        && matches!(devices::find(scope, id).await, Err(Error::Problem(_)))
    {
        return Err(Problem::field(Code::Invalid, "device", "There is no device of this id here.").into());
    }
    Ok(mapping)
}
