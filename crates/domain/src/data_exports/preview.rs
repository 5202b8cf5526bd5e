//! Shows what an export would make of real messages, before it runs. Nothing goes out.

use super::deliver::{Round, shape};
use super::records::{About, Record};
use crate::access::{ManageDataExports, ViewDevices};
use crate::context::Context;
use crate::error::Result;
use model::data_export::{NewExport, Previewed, Source};
use std::collections::BTreeSet;

/// Messages that are shown.
const SHOWN: usize = 5;
/// Devices whose newest messages are looked at.
const DEVICES: i64 = 20;

/// What the newest messages would become; none where there is none, or none that concerns the export.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotAllowed`].
pub async fn preview(context: &Context, mut export: NewExport) -> Result<Vec<Previewed>> {
    let granted = context.grant::<ManageDataExports>()?;
    context.grant::<ViewDevices>()?;
    if export.name.trim().is_empty() {
        export.name = "Preview".into();
    }
    let export = export.checked()?;
    super::may_send(context, export.source)?;
    super::readable(&export).await?;
    let snapshot = granted.snapshot().await?;
    let work = snapshot.export_work();
    let mut records: Vec<Record> = Vec::new();
    if export.source == Source::Telemetry {
        let heard = work.heard_lately(DEVICES).await?;
        let about = About::of(&snapshot, &export, heard.iter().copied().collect(), context.now_ms).await?;
        for device in heard {
            let page = snapshot.history().raw(device, None, 1).await?;
            let told = page.messages.iter().filter(|message| message.refused.is_none());
            records.extend(told.filter_map(|message| about.past(&export, device, message)));
            if records.len() >= SHOWN {
                break;
            }
        }
    } else {
        let changes = work.newest_changes(export.source.as_str(), SHOWN as i64).await?;
        let devices: BTreeSet<_> = changes.iter().filter_map(|change| change.device).collect();
        let about = About::of(&snapshot, &export, devices, context.now_ms).await?;
        records.extend(changes.iter().filter_map(|change| about.change(&export, change)));
    }
    drop(snapshot);
    let mut shown = Vec::new();
    for record in records {
        let message = record.body.clone();
        shown.push(match shape(&export, vec![record], 0, context.now_ms).await {
            Ok(shaped) => Previewed {
                message,
                out: shaped.records.into_iter().map(|record| record.body).collect(),
                trouble: shaped.dead.into_iter().next().map(|dead| dead.reason),
            },
            Err(Round::Failed(why)) => Previewed { message, out: Vec::new(), trouble: Some(why) },
            Err(Round::Ours(error)) => return Err(error),
        });
    }
    Ok(shown)
}
