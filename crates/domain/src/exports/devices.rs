//! The list of devices as a CSV file, as it is filtered on its page; with keys only for who may manage devices, which
//! each device's log tells.

use crate::access::{ManageDevices, ViewDevices};
use crate::context::Context;
use crate::devices::{act, opened_of};
use crate::error::{Error, Result};
use crate::groups;
use crate::twin::time_text;
use model::TemplateId;
use model::audit::Action;
use model::device::{Device, DeviceQuery, DeviceSort};
use model::event::EventKind;
use model::export::guarded;
use model::page::Direction;
use std::collections::HashMap;
use store::WorkspaceTx;

/// Devices of one piece.
const PIECE: i64 = 200;
const COLUMNS: [&str; 10] = [
    "id",
    "name",
    "template",
    "template_name",
    "organization",
    "simulated",
    "enabled",
    "approved",
    "created",
    "last_seen",
];
/// What stands behind them where keys are wanted.
const KEYS: [&str; 2] = ["primary_key", "secondary_key"];

/// A file in the making.
pub struct DeviceList {
    /// Its name.
    pub name: String,
    context: Context,
    query: DeviceQuery,
    keys: bool,
    dtmis: HashMap<TemplateId, String>,
    begun: bool,
    over: bool,
}

/// The devices that the query finds, whatever page it is of; `keys`: with the keys of each.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn devices(context: &Context, query: DeviceQuery, keys: bool) -> Result<DeviceList> {
    let scope = scope(context, keys).await?;
    let query = groups::resolved(context, &scope, query).await?;
    let templates = scope.templates().list().await?;
    let dtmis = templates.into_iter().map(|template| (template.id, template.dtmi)).collect();
    // An order in which nothing moves while the file is read.
    let query = DeviceQuery {
        sort: DeviceSort::Id,
        direction: Direction::Ascending,
        offset: 0,
        limit: PIECE,
        ..query
    };
    let name = format!("devices {}.csv", time_text(context.now_ms).get(..10).unwrap_or_default());
    Ok(DeviceList { name, context: context.clone(), query, keys, dtmis, begun: false, over: false })
}

async fn scope(context: &Context, keys: bool) -> Result<WorkspaceTx> {
    match keys {
        true => context.grant::<ManageDevices>()?.scope().await,
        false => context.grant::<ViewDevices>()?.scope().await,
    }
}

impl DeviceList {
    /// The next piece; none: that was all.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.over {
            return Ok(None);
        }
        let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        if !self.begun {
            self.begun = true;
            let keys = if self.keys { &KEYS[..] } else { &[] };
            // Writing to memory doesn't fail, here and below.
            let _ = lines.write_record(COLUMNS.iter().chain(keys));
        }
        let scope = scope(&self.context, self.keys).await?;
        let page = scope.devices().list(&self.query, self.context.now_ms).await?;
        self.query.offset += PIECE;
        self.over = (page.items.len() as i64) < PIECE;
        for device in page.items {
            let mut cells = self.cells(&device);
            if self.keys {
                cells.extend(self.keys_of(&scope, &device).await?);
            }
            let _ = lines.write_record(cells);
        }
        scope.commit().await?;
        lines.into_inner().map(Some).map_err(|e| Error::Broken(e.to_string()))
    }

    fn cells(&self, device: &Device) -> Vec<String> {
        let (dtmi, template) = match &device.template {
            Some((id, name)) => (self.dtmis.get(id).cloned().unwrap_or_default(), name.clone()),
            None => Default::default(),
        };
        vec![
            guarded(&device.external_id),
            guarded(&device.name),
            guarded(&dtmi),
            guarded(&template),
            device.organization.key.clone(),
            device.simulated.to_string(),
            (!device.blocked).to_string(),
            device.approved.to_string(),
            time_text(device.created_ms),
            device.last_seen_ms.map(time_text).unwrap_or_default(),
        ]
    }

    /// Both keys, empty where it has none; that they were shown stands in the device's log.
    async fn keys_of(&self, scope: &WorkspaceTx, device: &Device) -> Result<[String; 2]> {
        let keys = match opened_of(scope, &self.context.homeport, &device.external_id).await {
            Ok(keys) => keys,
            Err(Error::Problem(_)) => return Ok(Default::default()),
            Err(error) => return Err(error),
        };
        let text = format!("Exported to a file by {}.", self.context.actor);
        scope.device_events().log(device.id, EventKind::KeyShown, &text, self.context.now_ms).await?;
        self.context.audited(scope, act(Action::Show, device)).await?;
        Ok([keys.primary, keys.secondary].map(|key| guarded(&key)))
    }
}
