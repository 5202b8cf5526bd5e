//! Variables: to which devices tiles are narrowed by what was chosen, and what there is to choose from.

use super::scene::DEVICES_MAX;
use crate::access::{ViewDevices, ViewGroups};
use crate::context::Context;
use crate::error::{Error, Result};
use model::DeviceId;
use model::dashboard::{OFFERED_MAX, Only, Variable, VariableKind};
use model::group::{Condition, Filter, Operator, What};
use serde_json::{Value, json};
use std::collections::HashSet;
use store::{Whose, WorkspaceTx};

/// The devices of which all of this holds; none: nothing was chosen.
pub(super) async fn devices(
    scope: &WorkspaceTx,
    only: &[Only],
    now_ms: i64,
) -> Result<Option<HashSet<DeviceId>>> {
    let mut found: Option<HashSet<DeviceId>> = None;
    for one in only {
        let roster = match filter(scope, one).await? {
            Some(filter) => scope.devices().roster(&Whose::Group(&filter, now_ms), DEVICES_MAX).await?,
            None => Vec::new(),
        };
        let these: HashSet<DeviceId> = roster.into_iter().map(|device| device.id).collect();
        found = Some(match found {
            Some(before) => before.intersection(&these).copied().collect(),
            None => these,
        });
    }
    Ok(found)
}

/// What holds of those devices; nothing where what was chosen isn't there.
async fn filter(scope: &WorkspaceTx, only: &Only) -> Result<Option<Filter>> {
    let is =
        |what: What, values: Vec<Value>| Filter::Is(Condition { what, operator: Operator::Equal, values });
    Ok(match only {
        Only::Device(id) => Some(is(What::Id, vec![json!(id)])),
        Only::Group(id) => match id.checked() {
            Ok(id) => scope.device_groups().get(&id).await?.map(|group| group.filter),
            Err(_) => None,
        },
        Only::Organization(key) => {
            let known = if key.contains('\0') { None } else { scope.organizations().by_key(key).await? };
            known.map(|id| is(What::Organization, vec![json!(id.0)]))
        }
        Only::Property(place, value) => {
            // Addresses hold texts: what reads as a number or a truth may be either.
            let mut values = vec![json!(value)];
            let read = serde_json::from_str::<Value>(value).ok();
            values.extend(read.filter(|read| read.is_number() || read.is_boolean()));
            Some(is(What::Property(place.clone()), values))
        }
    })
}

/// What can be chosen by a variable: values, and what people read; by name, the first [`OFFERED_MAX`].
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn offered(context: &Context, variable: &Variable) -> Result<Vec<(String, String)>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let mut offered: Vec<(String, String)> = match variable.kind {
        VariableKind::Device => {
            let most = u32::try_from(OFFERED_MAX).unwrap_or(u32::MAX);
            let roster = scope.devices().roster(&Whose::All, most).await?;
            roster.into_iter().map(|device| (device.external_id, device.name)).collect()
        }
        VariableKind::Group => {
            context.grant::<ViewGroups>()?;
            let most = i64::try_from(OFFERED_MAX).unwrap_or(i64::MAX);
            let page = scope.device_groups().list("", 0, most).await?;
            page.items.into_iter().map(|group| (group.id.0, group.name)).collect()
        }
        VariableKind::Organization => {
            let tree = scope.organizations().tree().await?.into_iter().take(OFFERED_MAX);
            let name = |depth: usize, name: &str| format!("{}{name}", "\u{2003}".repeat(depth));
            // The tree's order is the one that is read.
            return Ok(tree.map(|node| (node.key, name(node.depth, &node.name))).collect());
        }
        VariableKind::Property => match &variable.property {
            Some(place) => {
                let values = scope.twins().values_of(place, OFFERED_MAX).await?;
                values.into_iter().map(|value| (value.clone(), value)).collect()
            }
            None => return Err(Error::not_found()),
        },
    };
    offered.sort_by_key(|(_, name)| name.to_lowercase());
    Ok(offered)
}
