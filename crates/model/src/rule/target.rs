//! Of which devices a rule is.

use crate::check::Check;
use crate::group::GroupId;
use crate::{OrganizationId, TemplateId};
use serde::{Deserialize, Serialize};

/// Most devices that are chosen one by one.
pub const DEVICES_MAX: usize = 500;

/// Of which devices a rule is. What comes into it later counts too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Target {
    /// All of the workspace.
    All,
    /// All of a template, whatever its version.
    Template {
        /// Which.
        template: TemplateId,
    },
    /// All of an organization and of those below it.
    Organization {
        /// Which.
        organization: OrganizationId,
    },
    /// All of a device group, whoever is in it at the time.
    Group {
        /// Which.
        group: GroupId,
    },
    /// These.
    Devices {
        /// The ids that they connect with.
        devices: Vec<String>,
    },
}

impl Target {
    pub(crate) fn check(&self, check: &mut Check) {
        if let Target::Devices { devices } = self {
            check.that(!devices.is_empty(), "target.devices", "Choose one device at least.");
            let few = devices.len() <= DEVICES_MAX;
            let text = format!("At most {DEVICES_MAX}; a template or an organization holds any number.");
            check.that(few, "target.devices", text);
        }
    }
}
