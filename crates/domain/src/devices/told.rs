//! What the audit log tells of devices.

use crate::audit::Act;
use model::audit::{Action, Subject};
use model::device::Device;
use serde_json::{Value, json};

/// Something that is done to a device.
pub(crate) fn act(action: Action, device: &Device) -> Act {
    Act::new(action, Subject::Device, &device.external_id, &device.name)
}

/// What of a device people decide.
pub(crate) fn told(device: &Device) -> Value {
    json!({
        "name": device.name,
        "template": device.template.as_ref().map(|(_, name)| name),
        "template version": device.template_version,
        "organization": device.organization.name,
        "simulated": device.simulated,
        "blocked": device.blocked,
        "approved": device.approved,
    })
}
