//! Application templates: what a workspace is furnished with, as one file of JSON that knows nothing of any workspace.
//!
//! Things in it speak of each other by names that hold anywhere: templates by the identifiers of their documents, organizations
//! by their keys, groups and dashboards by their ids. Numbers of a workspace's own stand nowhere in it.

mod checked;
mod places;

pub use places::{Name, filter_with, target_with};

use crate::dashboard::Content;
use crate::dtdl::{self, Document};
use crate::group::{Filter, GroupId};
use crate::problem::Problem;
use crate::rule::Severity;
use crate::{Code, simulation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the form of these files.
pub const FORMAT: u32 = 1;
/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 640 * 1024;
/// Most simulated devices of one.
pub const DEVICES_MAX: u32 = 500;
/// Most templates of one.
pub const TEMPLATES_MAX: usize = 100;
/// Most dashboards, groups and rules of one, each.
pub const PARTS_MAX: usize = 100;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 300;
/// The one that holds nothing.
pub const BLANK: &str = "blank";

/// The applications that come with the product: id, name, and what one reads before choosing. Their files lie in
/// `data/applications`.
pub const BUILT_IN: [(&str, &str, &str); 4] = [
    (BLANK, "Blank", "Nothing but the workspace. Devices, templates and dashboards are yours to make."),
    (
        "industrial-equipment",
        "Industrial equipment",
        "Pumps, motors and a compressor of a plant: vibration, temperatures and running hours, with rules for what wears out.",
    ),
    (
        "healthcare-assets",
        "Asset tracking in healthcare",
        "Beds, infusion pumps and medicine refrigerators with tags: where they are, whether they are in use, whether they stay cold.",
    ),
    (
        "office-building",
        "Office building usage",
        "Rooms, desks and meters of an office: who uses what, how good the air is, what it takes of energy and water.",
    ),
];

/// What a workspace is furnished with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    /// The version of its form, [`FORMAT`].
    pub application: u32,
    /// What people call it.
    pub display_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The organizations below that of whoever brings it in, each behind its parent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizations: Vec<OrganizationPart>,
    /// Device templates: documents of DTDL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Document>,
    /// Simulated devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DevicesPart>,
    /// Device groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupPart>,
    /// Dashboards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dashboards: Vec<DashboardPart>,
    /// Rules. Whom they tell stands in no file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RulePart>,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganizationPart {
    /// By what the rest of the file knows it.
    pub key: String,
    /// What people call it.
    pub display_name: String,
    /// The key of the one above it; none: that of whoever brings the file in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// Simulated devices of one kind, numbered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DevicesPart {
    /// The identifier of their template.
    pub template: String,
    /// What their ids begin with: `pump` makes `pump-1`, `pump-2`, … The id itself, where they are not numbered.
    pub prefix: String,
    /// What people call them, a number behind it.
    pub display_name: String,
    /// The number of the first; none: there is one device, without a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// How many there are.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u32,
    /// How often each sends, in milliseconds.
    #[serde(default = "usually")]
    pub every_ms: u32,
    /// The key of their organization; none: that of whoever brings the file in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

fn one() -> u32 {
    1
}

fn is_one(count: &u32) -> bool {
    *count == 1
}

fn usually() -> u32 {
    simulation::EVERY_MS
}

impl DevicesPart {
    /// The id and the name of each.
    pub fn named(&self) -> Vec<(String, String)> {
        let Some(first) = self.first else {
            return vec![(self.prefix.clone(), self.display_name.clone())];
        };
        let numbers = first..first.saturating_add(self.count);
        numbers.map(|n| (format!("{}-{n}", self.prefix), format!("{} {n}", self.display_name))).collect()
    }
}

/// A device group. In its filter, templates stand by their identifiers and organizations by their keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupPart {
    /// Its id.
    pub id: GroupId,
    /// What people call it.
    pub display_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The key of its organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// What holds of its devices.
    pub filter: Filter,
}

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DashboardPart {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub display_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The key of its organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Whether it is what one sees first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// What stands on it.
    pub content: Content,
}

/// A rule. Its target speaks of templates by their identifiers and of organizations by their keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RulePart {
    /// What people call it.
    pub display_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How bad it is.
    #[serde(default)]
    pub severity: Severity,
    /// Whether it is evaluated.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What it watches for, as rules have it.
    pub definition: Value,
}

fn yes() -> bool {
    true
}

impl Application {
    /// One that holds nothing yet.
    pub fn named(display_name: impl Into<String>, description: impl Into<String>) -> Application {
        Application {
            application: FORMAT,
            display_name: display_name.into(),
            description: description.into(),
            ..Application::default()
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Where it is no JSON or has another form, with the line; else as [`Application::checked`].
    pub fn parse(text: &str) -> Result<Application, Problem> {
        if text.len() > FILE_BYTES_MAX {
            let message = format!("An application has at most {} kB.", FILE_BYTES_MAX / 1024);
            return Err(Problem::field(Code::Invalid, "file", message));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read: Result<Application, _> = serde_json::from_str(text);
        read.map_err(|why| Problem::field(Code::Invalid, "file", format!("It can't be read: {why}.")))?
            .checked()
    }

    /// As a file, to be read by [`Application::parse`].
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// How many simulated devices it makes.
    pub fn device_count(&self) -> u32 {
        self.devices.iter().fold(0, |sum, part| sum.saturating_add(part.count))
    }

    /// What it holds, in words: `3 templates, 12 simulated devices, 1 dashboard`.
    pub fn holds(&self) -> String {
        let devices = self.device_count() as usize;
        let counts = [
            (self.organizations.len(), "organization"),
            (self.templates.len(), "template"),
            (devices, "simulated device"),
            (self.groups.len(), "device group"),
            (self.dashboards.len(), "dashboard"),
            (self.rules.len(), "rule"),
        ];
        let said = counts.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> =
            said.map(|(n, word)| format!("{n} {word}{}", if *n == 1 { "" } else { "s" })).collect();
        match said.is_empty() {
            true => "nothing".into(),
            false => said.join(", "),
        }
    }

    /// The identifiers of its templates, without their versions.
    pub fn families(&self) -> Vec<&str> {
        self.templates.iter().map(|document| dtdl::family(document.id())).collect()
    }
}
