//! Lines of many devices at once: of all together, a line a device, or a line a value of what they have in common.

use crate::access::ViewDevices;
use crate::context::Context;
use crate::error::Result;
use crate::groups;
use model::DeviceId;
use model::group::Filter;
use model::group_series::{BUCKETS_MAX, By, GroupLine, GroupSeries, GroupSeriesQuery, Whose};
use model::telemetry::Bucket;
use serde_json::Value;
use std::collections::BTreeMap;
use store::telemetry::Grids;
use store::{GroupMember, Snapshot};

/// Most devices that are read for one answer.
const DEVICES_MAX: u32 = 10_000;

/// The lines of a group, of devices of which a filter holds, or of devices that are named: all of one moment, in buckets
/// that are the same for every line, whatever is made of them (`min`, `max`, `avg`, `last`, `count` stand in each; a sum is
/// `avg` times `count`). Of what whoever asks doesn't see nothing is read.
///
/// So that the answer stays small, there are at most `lines` lines a name, and as many buckets in all as
/// [`BUCKETS_MAX`] says; how many were left out stands beside them. With [`By::Device`] lines are those of the first devices
/// by name, and only these are read.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotFound`] where there is no such group, [`model::Code::NotAllowed`].
pub async fn group_series(context: &Context, ask: GroupSeriesQuery) -> Result<GroupSeries> {
    let granted = context.grant::<ViewDevices>()?;
    let ask = ask.checked()?;
    let snapshot = granted.snapshot().await?;
    let filter = match &ask.whose {
        Whose::All => Filter::default(),
        Whose::Group(id) => groups::filter_of(context, &snapshot, id).await?,
        Whose::Filter(filter) => filter.clone(),
        Whose::Devices(ids) => Filter::of_devices(ids.iter().cloned()),
    };
    let (members, matching) = snapshot.device_groups().members(&filter, context.now_ms, DEVICES_MAX).await?;
    let devices_left_out = matching - members.len() as i64;
    let mut keys = keyed(&snapshot, members, &ask.by).await?;
    let grid = match ask.interval_ms {
        Some(width_ms) => Grids::OfWidth(width_ms),
        None => Grids::OfPoints(ask.points),
    };
    let width_ms = grid.width_ms(ask.from_ms, ask.to_ms);
    let buckets = (ask.to_ms.saturating_sub(ask.from_ms) / width_ms.max(1)).saturating_add(1);
    let names = i64::try_from(ask.names.len()).unwrap_or(1).max(1);
    let most = (BUCKETS_MAX / buckets / names).clamp(1, i64::from(ask.lines));
    let most = usize::try_from(most).unwrap_or(1);
    let lines_left_out = keys.len().saturating_sub(most) as i64;
    keys.truncate(most);
    let devices: Vec<(DeviceId, usize)> = keys
        .iter()
        .enumerate()
        .flat_map(|(place, key)| key.devices.iter().map(move |device| (*device, place)))
        .collect();
    let times = (ask.from_ms, ask.to_ms);
    let mut read = snapshot.history().group_lines(&devices, &ask.names, times, grid).await?;
    let mut lines = Vec::new();
    for (place, key) in keys.into_iter().enumerate() {
        for name in &ask.names {
            let Some(buckets) = read.remove(&(place, name.clone())) else { continue };
            lines.push(line(name, &key, buckets));
        }
    }
    Ok(GroupSeries { lines, bucket_ms: width_ms, devices: matching, devices_left_out, lines_left_out })
}

/// Devices that make one line of each name.
struct Key {
    key: String,
    label: String,
    devices: Vec<DeviceId>,
}

fn line(name: &str, key: &Key, buckets: Vec<Bucket>) -> GroupLine {
    GroupLine {
        name: name.to_owned(),
        key: key.key.clone(),
        label: key.label.clone(),
        devices: key.devices.len() as i64,
        buckets,
    }
}

/// The devices by what they have in common, in the order in which lines are shown.
async fn keyed(snapshot: &Snapshot, members: Vec<GroupMember>, by: &By) -> Result<Vec<Key>> {
    let place = match by {
        By::Together => {
            let devices = members.into_iter().map(|member| member.id).collect();
            return Ok(vec![Key { key: String::new(), label: String::new(), devices }]);
        }
        By::Device => {
            let one = |member: GroupMember| Key {
                key: member.external_id,
                label: member.name,
                devices: vec![member.id],
            };
            return Ok(members.into_iter().map(one).collect());
        }
        By::Property(place) => Some(place),
        By::Template | By::Organization => None,
    };
    let mut values = match place {
        Some(place) => {
            let ids: Vec<DeviceId> = members.iter().map(|member| member.id).collect();
            snapshot.device_groups().properties(&ids, place).await?
        }
        None => Default::default(),
    };
    // What has no value comes last.
    let mut found = BTreeMap::<(bool, String, String), Vec<DeviceId>>::new();
    for member in members {
        let (key, label) = match by {
            By::Template => match member.template {
                Some((id, name)) => (id.to_string(), name),
                None => (String::new(), "No template".to_owned()),
            },
            By::Organization => (member.organization.0.to_string(), member.organization.1),
            _ => match values.remove(&member.id) {
                Some(value) => (text(&value), text(&value)),
                None => (String::new(), "Not known".to_owned()),
            },
        };
        found.entry((key.is_empty(), label, key)).or_default().push(member.id);
    }
    Ok(found.into_iter().map(|((_, label, key), devices)| Key { key, label, devices }).collect())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
