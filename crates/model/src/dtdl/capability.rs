//! What a template's devices can do: telemetry, properties, commands, relationships, each read out with its place.

use super::document::{Document, Interface, contents, extended, has_type, reference, text, types};
use super::json::{Json, join};
use super::schema::Schema;
use crate::unit;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// What a capability is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// What the device sends.
    #[default]
    Telemetry,
    /// A state that device and cloud keep in step.
    Property,
    /// What the device can be asked to do.
    Command,
    /// A link to another device.
    Relationship,
}

/// One capability.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capability {
    /// Where it stands in the document.
    pub at: String,
    /// What it is.
    pub kind: Kind,
    /// The component that has it; empty: the device itself.
    pub component: String,
    /// The identifier of the interface that declares it.
    pub interface: String,
    /// Whether the interface has it from one that it extends.
    pub inherited: bool,
    /// Its programming name.
    pub name: String,
    /// What people read; empty: the name.
    pub display_name: String,
    /// What it means.
    pub description: String,
    /// The type of its values; of no meaning for commands and relationships.
    pub schema: Schema,
    /// What is measured, as DTDL names it; empty: nothing is said.
    pub semantic: String,
    /// The unit in which it is sent, as DTDL names it; empty: none.
    pub unit: String,
    /// The unit in which it is shown, a sign or a name; empty: as it is sent.
    pub display_unit: String,
    /// Digits behind the point where it is shown.
    pub decimals: Option<u8>,
    /// The least value to expect.
    pub min: Option<f64>,
    /// The greatest value to expect.
    pub max: Option<f64>,
    /// The colour of its line, `#1f77b4`; empty: chosen for it.
    pub color: String,
    /// Whether the cloud may change it.
    pub writable: bool,
    /// Whether it lives in the cloud only and no device hears of it.
    pub cloud: bool,
    /// What it is before anyone sets it.
    pub initial: Option<Json>,
    /// Whether it waits for a device that is away.
    pub queued: bool,
    /// What a command is given.
    pub request: Option<Payload>,
    /// What a command answers.
    pub response: Option<Payload>,
}

/// What a command is given, or answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Payload {
    /// Its programming name.
    pub name: String,
    /// What people read; empty: the name.
    pub display_name: String,
    /// Its type.
    pub schema: Schema,
}

/// A component: an interface that is a part of the device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Where it stands.
    pub at: String,
    /// Its programming name, which its messages carry.
    pub name: String,
    /// What people read; the name where nothing is said.
    pub display_name: String,
    /// The identifier of its interface.
    pub interface: String,
    /// Where its interface stands, if it is part of the document.
    pub interface_at: Option<String>,
}

/// The schemas of a document that are told once and named elsewhere.
pub(super) struct Named<'a>(HashMap<&'a str, &'a Json>);

impl<'a> Named<'a> {
    pub(super) fn of(interfaces: &[Interface<'a>]) -> Named<'a> {
        let told = interfaces.iter().flat_map(|i| super::document::one_or_many("", i.json.key("schemas")));
        Named(told.filter_map(|(_, schema)| Some((schema.key("@id")?.as_str()?, schema))).collect())
    }

    pub(super) fn get(&self, id: &str) -> Option<&'a Json> {
        self.0.get(id).copied()
    }

    pub(super) fn read(&self, json: Option<&'a Json>) -> Schema {
        json.map_or(Schema::Any, |json| Schema::read(json, &|id| self.get(id)))
    }
}

/// All capabilities: the device's own, those that it inherits, then those of each component, each in their order.
pub fn capabilities(document: &Document) -> Vec<Capability> {
    let interfaces = document.interfaces();
    let Some(main) = document.main() else { return Vec::new() };
    let named = Named::of(&interfaces);
    let mut all = Vec::new();
    of_interface(&interfaces, &named, &main, "", &mut all);
    for component in components(document) {
        if let Some(interface) = interfaces.iter().find(|i| i.id == component.interface) {
            of_interface(&interfaces, &named, interface, &component.name, &mut all);
        }
    }
    all
}

/// The components of the device, its own and those that it inherits.
pub fn components(document: &Document) -> Vec<Component> {
    let interfaces = document.interfaces();
    let Some(main) = document.main() else { return Vec::new() };
    let mut found = Vec::new();
    for interface in lineage(&interfaces, &main) {
        for (at, content) in contents(&interface.at, interface.json) {
            let (Some(name), true) =
                (content.key("name").and_then(Json::as_str), has_type(content, "Component"))
            else {
                continue;
            };
            let of = content.key("schema").and_then(reference).unwrap_or_default();
            found.push(Component {
                at,
                name: name.to_owned(),
                display_name: content
                    .key("displayName")
                    .and_then(text)
                    .filter(|d| !d.is_empty())
                    .unwrap_or(name)
                    .to_owned(),
                interface: of.to_owned(),
                interface_at: interfaces.iter().find(|i| i.id == of).map(|i| i.at.clone()),
            });
        }
    }
    found
}

/// An interface and all that it extends, the nearest first, each once.
pub(super) fn lineage<'a>(interfaces: &[Interface<'a>], start: &Interface<'a>) -> Vec<Interface<'a>> {
    let mut line = vec![start.clone()];
    let mut seen: HashSet<&str> = [start.id].into();
    let mut next = 0;
    while next < line.len() {
        for (_, parent) in extended("", line[next].json) {
            if let Some(id) = reference(parent)
                && seen.insert(id)
                && let Some(interface) = interfaces.iter().find(|i| i.id == id)
            {
                line.push(interface.clone());
            }
        }
        next += 1;
    }
    line
}

fn of_interface<'a>(
    interfaces: &[Interface<'a>],
    named: &Named<'a>,
    start: &Interface<'a>,
    component: &str,
    all: &mut Vec<Capability>,
) {
    for interface in lineage(interfaces, start) {
        for (at, content) in contents(&interface.at, interface.json) {
            if let Some(capability) = read(&at, content, named) {
                all.push(Capability {
                    component: component.to_owned(),
                    interface: interface.id.to_owned(),
                    inherited: interface.at != start.at,
                    ..capability
                });
            }
        }
    }
}

/// The capability that stands there; nothing where it is none, or has no name.
pub(super) fn read<'a>(at: &str, content: &'a Json, named: &Named<'a>) -> Option<Capability> {
    let kind = [Kind::Telemetry, Kind::Property, Kind::Command, Kind::Relationship]
        .into_iter()
        .find(|kind| has_type(content, kind.word()))?;
    let string = |key: &str| content.key(key).and_then(text).unwrap_or_default().to_owned();
    Some(Capability {
        at: at.to_owned(),
        kind,
        name: content.key("name")?.as_str()?.to_owned(),
        display_name: string("displayName"),
        description: string("description"),
        schema: named.read(content.key("schema")),
        semantic: types(content).find(|word| is_semantic(word)).unwrap_or_default().to_owned(),
        unit: string("unit"),
        display_unit: string("displayUnit"),
        decimals: content.key("decimalPlaces").and_then(Json::as_i64).and_then(|n| u8::try_from(n).ok()),
        min: content.key("minValue").and_then(Json::as_f64),
        max: content.key("maxValue").and_then(Json::as_f64),
        color: string("color"),
        writable: content.key("writable").is_some_and(Json::is_true),
        cloud: has_type(content, "Cloud") || has_type(content, "CloudProperty"),
        initial: content.key("initialValue").cloned(),
        queued: content.key("durable").is_some_and(Json::is_true),
        request: content.key("request").and_then(|json| payload(json, named)),
        response: content.key("response").and_then(|json| payload(json, named)),
        ..Capability::default()
    })
}

/// Whether a word of `@type` says what is measured: a quantity, or one of IoT Central's.
pub(super) fn is_semantic(word: &str) -> bool {
    unit::semantic_type(word).is_some() || SPECIAL.contains(&word)
}

/// The semantic types of IoT Central, which have no unit of their own.
pub(super) const SPECIAL: [&str; 5] = ["State", "Event", "Location", "VelocityVector", "AccelerationVector"];

fn payload<'a>(json: &'a Json, named: &Named<'a>) -> Option<Payload> {
    Some(Payload {
        name: json.key("name")?.as_str()?.to_owned(),
        display_name: json.key("displayName").and_then(text).unwrap_or_default().to_owned(),
        schema: named.read(json.key("schema")),
    })
}

impl Kind {
    /// The word in DTDL.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Telemetry => "Telemetry",
            Kind::Property => "Property",
            Kind::Command => "Command",
            Kind::Relationship => "Relationship",
        }
    }

    /// Reads [`Kind::word`] back.
    pub fn from_word(word: &str) -> Option<Kind> {
        [Kind::Telemetry, Kind::Property, Kind::Command, Kind::Relationship]
            .into_iter()
            .find(|k| k.word() == word)
    }
}

impl Capability {
    /// What people read.
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }

    /// Where the contents of its interface stand.
    pub fn contents_at(&self) -> String {
        self.at.rsplit_once('/').map(|(list, _)| list.to_owned()).unwrap_or_else(|| join("", "contents"))
    }
}
