//! Devices out of files: what a file seems to be, its first rows as devices, and its way to the worker.

use super::device_rows::DevicePlan;
use super::reading::titles;
use super::{PREVIEW, act, beginning, find, find_import, text};
use crate::access::CreateDevices;
use crate::context::Context;
use crate::error::{Error, Result};
use model::audit::Action;
use model::import::{DeviceMapping, DevicePreview, Found, FoundDevices, Import};
use model::{Code, Problem};

/// Words by which columns are known, in any case and with any sign between.
const IDS: [&str; 4] = ["id", "deviceid", "device", "registrationid"];
const NAMES: [&str; 4] = ["name", "devicename", "displayname", "label"];
const TEMPLATES: [&str; 5] = ["template", "templateid", "modelid", "devicetemplate", "model"];
const SIMULATED: [&str; 2] = ["simulated", "simulation"];
const ORGANIZATIONS: [&str; 3] = ["organization", "organisation", "organizationid"];

/// What the file of an import of devices seems to be.
///
/// # Errors
/// [`Code::Invalid`] where it is no text or not here yet, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn inspect_devices(context: &Context, id: i32) -> Result<FoundDevices> {
    let scope = context.grant::<CreateDevices>()?.scope().await?;
    let (import, beginning) = beginning(&scope, id).await?;
    let whole = beginning.len() as i64 == import.bytes;
    let Found { columns, mapping, .. } =
        tokio::task::spawn_blocking(move || find::find(&beginning, whole, &[]))
            .await
            .map_err(|e| Error::Broken(e.to_string()))?;
    let called = |words: &[&str]| {
        columns.iter().position(|column| {
            let letters = column.title.chars().filter(char::is_ascii_alphanumeric);
            words.contains(&letters.collect::<String>().to_lowercase().as_str())
        })
    };
    let found = DeviceMapping {
        dialect: mapping.dialect,
        id: called(&IDS).unwrap_or(0),
        name: called(&NAMES),
        template: called(&TEMPLATES),
        all_of: None,
        simulated: called(&SIMULATED),
        belongs: called(&ORGANIZATIONS),
        organization: None,
    };
    Ok(FoundDevices { columns, mapping: import.devices.unwrap_or(found) })
}

/// The first rows as they would become devices, with what is wrong beside them.
///
/// # Errors
/// As [`inspect_devices`]; also the mapping's problems by field.
pub async fn preview_devices(
    context: &Context,
    id: i32,
    mapping: DeviceMapping,
) -> Result<Vec<DevicePreview>> {
    let scope = context.grant::<CreateDevices>()?.scope().await?;
    let (import, beginning) = beginning(&scope, id).await?;
    let mapping = mapping.checked()?;
    let whole = beginning.len() as i64 == import.bytes;
    let header = usize::from(mapping.dialect.header);
    let records = text::records(&beginning, &mapping.dialect, whole, PREVIEW + header);
    let first = records.first().map(|r| r.cells.clone()).unwrap_or_default();
    let titles = titles(&first, mapping.dialect.header);
    let mut plan = DevicePlan::new(&scope, mapping, titles, context.organization.id).await?;
    let rows = records.iter().zip(1..).skip(header);
    plan.meet(&scope, rows.clone().map(|(record, _)| record.cells.as_slice())).await?;
    Ok(rows.map(|(record, row)| plan.shown(row, &record.cells)).collect())
}

/// Hands the file to a worker.
///
/// # Errors
/// The mapping's problems by field; [`Code::Invalid`] where the import isn't waiting for it; [`Code::NotFound`],
/// [`Code::NotAllowed`].
pub async fn start_devices(context: &Context, id: i32, mapping: DeviceMapping) -> Result<Import> {
    let scope = context.grant::<CreateDevices>()?.scope().await?;
    find_import(&scope, id).await?;
    let mapping = DeviceMapping { organization: Some(context.organization.id), ..mapping.checked()? };
    if !scope.imports().queue_devices(id, &mapping).await? {
        let text = "This import was started or ended already, or its file is not here yet.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let import = find_import(&scope, id).await?;
    context.audited(&scope, act(Action::Start, &import).after(&import.devices)).await?;
    scope.commit().await?;
    Ok(import)
}
