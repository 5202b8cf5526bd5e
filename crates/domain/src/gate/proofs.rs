//! Numbers for what devices may prove themselves with at this moment: whoever was let in by another one would be
//! refused today.

use crate::error::Result;
use crate::homeport::Homeport;
use crate::provisioning::of_authority;
use model::certificate::Thumbprint;
use model::{DeviceId, WorkspaceId};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use store::{KnownGroup, Own, Standing};

/// Those of this device: of its key first, then of its certificates and of the group by which it has come. None where
/// nobody is called that, or the device or its workspace is shut out.
///
/// # Errors
/// The database's.
pub async fn proofs(homeport: &Homeport, scope: &str, external_id: &str) -> Result<Vec<u64>> {
    let known = homeport.store().lookup().scope(scope).await?;
    let Some(known) = known.filter(|known| known.scope == scope && !known.disabled) else {
        return Ok(Vec::new());
    };
    let mut standing = standing(homeport, known.workspace, vec![external_id.to_owned()]).await?;
    Ok(standing.remove(external_id).unwrap_or_default())
}

/// The same for many devices of an open workspace at once; who may not connect at all is left out.
///
/// # Errors
/// The database's.
pub async fn standing(
    homeport: &Homeport,
    workspace: WorkspaceId,
    external_ids: Vec<String>,
) -> Result<HashMap<String, Vec<u64>>> {
    let scope = homeport.store().workspace(workspace).await?;
    if scope.settings().get().await?.is_none_or(|workspace| workspace.disabled) {
        return Ok(HashMap::new());
    }
    let standing = scope.device_enrolments().standing(external_ids).await?;
    let groups = match standing.iter().any(|device| device.group.is_some()) {
        true => scope.enrolment_groups().known(None).await?,
        false => Vec::new(),
    };
    let groups: HashMap<i32, KnownGroup> = groups.into_iter().map(|group| (group.number, group)).collect();
    let numbers = |device: Standing| {
        let numbers = of(&device, device.group.and_then(|number| groups.get(&number)));
        let numbers = numbers.iter().map(|bytes| number(workspace, device.device, bytes)).collect();
        (device.external_id, numbers)
    };
    Ok(standing.into_iter().map(numbers).collect())
}

/// The bytes that stand for each thing that counts.
fn of(device: &Standing, group: Option<&KnownGroup>) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    if device.own != Some(Own::X509) {
        all.push(device.key_encrypted.clone());
        all.extend(device.secondary_key_encrypted.clone());
    }
    all.extend(device.certificates.iter().map(|bytes| Thumbprint(*bytes).to_string().into_bytes()));
    if let Some(group) = group.filter(|group| group.enabled && device.own.is_none()) {
        all.extend(group.keys.iter().flat_map(|keys| [keys.primary.clone(), keys.secondary.clone()]));
        all.extend(group.authorities.iter().map(of_authority));
    }
    all
}

/// Never told to anybody. A key is sealed differently each time, so that the number changes with it.
pub(super) fn number(workspace: WorkspaceId, device: DeviceId, proof: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (workspace.0, device.0, proof).hash(&mut hasher);
    hasher.finish()
}
