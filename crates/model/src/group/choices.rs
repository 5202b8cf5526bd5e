//! What can be chosen when a filter is built by clicking: everything that the templates of a workspace know.

use super::What;
use crate::dtdl::{self, Document, EnumValue, Kind as CapabilityKind, Schema, whole_name};
use crate::id::{OrganizationId, TemplateId};
use crate::template::Telemetry;
use crate::twin::Part;
use crate::unit;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the values of something are, for whoever asks for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Numbers.
    Number,
    /// Texts.
    #[default]
    Text,
    /// True and false.
    Bool,
    /// One of a few.
    Choice,
    /// Objects and lists: whether it is there can be asked, and parts of it.
    Other,
}

/// One of a few values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// The value itself.
    pub value: Value,
    /// What people read.
    pub label: String,
}

/// Something that a condition can look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// It.
    pub what: What,
    /// What people read.
    pub label: String,
    /// What its values are.
    pub kind: Kind,
    /// The values that there are, where they are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChoiceOption>,
    /// The sign of the unit in which it is sent; empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How it is shown, where it is telemetry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Telemetry>,
    /// The templates that have it.
    pub templates: Vec<TemplateId>,
}

/// Everything that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// Templates, by name.
    pub templates: Vec<(TemplateId, String)>,
    /// Organizations that whoever asks sees, each behind its parent, with how deep it lies.
    pub organizations: Vec<(OrganizationId, String, usize)>,
    /// Properties and telemetry of all templates, each once, by label.
    pub values: Vec<Choice>,
}

/// The properties and telemetry of a template's document.
pub fn of_document(template: TemplateId, document: &Document) -> Vec<Choice> {
    let mut fields: Vec<Telemetry> = dtdl::fields(document);
    let capabilities = dtdl::capabilities(document).into_iter();
    let all = capabilities.filter_map(|capability| {
        let path = whole_name(&capability.component, &capability.name);
        let place = fields.iter().position(|field| field.name == path);
        let what = match (capability.kind, capability.cloud) {
            (CapabilityKind::Telemetry, _) => What::telemetry(path),
            (CapabilityKind::Property, true) => What::property(Part::Cloud, path),
            (CapabilityKind::Property, false) => What::property(Part::Reported, path),
            (CapabilityKind::Command | CapabilityKind::Relationship, _) => return None,
        };
        let label = match capability.component.as_str() {
            "" => capability.label().to_owned(),
            component => format!("{component} · {}", capability.label()),
        };
        let (kind, options) = kind(&capability.schema);
        let unit =
            unit::by_name(&capability.unit).map_or(capability.unit.as_str(), |unit| unit.symbol).to_owned();
        let field = match capability.kind {
            CapabilityKind::Telemetry => place.map(|place| fields.swap_remove(place)),
            _ => None,
        };
        Some(Choice { what, label, kind, options, unit, field, templates: vec![template] })
    });
    all.collect()
}

fn kind(schema: &Schema) -> (Kind, Vec<ChoiceOption>) {
    match schema {
        Schema::Double | Schema::Float | Schema::Integer | Schema::Long => (Kind::Number, Vec::new()),
        Schema::Boolean => (Kind::Bool, Vec::new()),
        Schema::String | Schema::Date | Schema::DateTime | Schema::Time | Schema::Duration | Schema::Any => {
            (Kind::Text, Vec::new())
        }
        Schema::Enum(values) => {
            let option = |value: &EnumValue| ChoiceOption {
                value: value.value.to_value(),
                label: match value.display_name.as_str() {
                    "" => value.name.clone(),
                    name => name.to_owned(),
                },
            };
            (Kind::Choice, values.values.iter().map(option).collect())
        }
        _ => (Kind::Other, Vec::new()),
    }
}

impl Choices {
    /// Takes these in; what is there already has one more template.
    pub fn add(&mut self, choices: Vec<Choice>) {
        for choice in choices {
            match self.values.iter_mut().find(|known| known.what == choice.what) {
                Some(known) => known.templates.extend(choice.templates),
                None => self.values.push(choice),
            }
        }
    }

    /// What is known of something.
    pub fn of(&self, what: &What) -> Option<&Choice> {
        self.values.iter().find(|choice| choice.what == *what)
    }
}
