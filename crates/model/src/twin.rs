//! The digital twin of a device: what the cloud wants of it, what it reports, and what only the cloud knows of it.
//!
//! Each section is an object that merge patches change (RFC 7386), with a version that each change counts up and the
//! time of each leaf's last change. The rules are those that devices of Azure know.

mod acknowledged;
mod change;
pub mod form;
mod patch;
mod rules;

pub use acknowledged::{Acknowledgement, State, acknowledgement, state, value};
pub use change::{Change, changes};
pub use patch::{is_component, merge, replacing};
pub use rules::{BYTES_MAX, DEPTH_MAX, KEY_MAX, TEXT_MAX, check, check_size, parse};

use crate::dtdl::{Capability, Component};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An object of properties.
pub type Properties = Map<String, Value>;

/// The key that marks an object as a component, with the value `c`.
pub const COMPONENT_MARK: &str = "__t";
const UPDATED: &str = "$lastUpdated";
const UPDATED_VERSION: &str = "$lastUpdatedVersion";

/// Which section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What the cloud wants of the device.
    Desired,
    /// What the device reports.
    Reported,
    /// What only the cloud knows of it; no device hears of it.
    Cloud,
}

impl Part {
    /// All.
    pub const ALL: [Part; 3] = [Part::Desired, Part::Reported, Part::Cloud];

    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Desired => "desired",
            Part::Reported => "reported",
            Part::Cloud => "cloud",
        }
    }

    /// Reads [`Part::as_str`] back.
    pub fn from_word(word: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Part::Desired => "Desired",
            Part::Reported => "Reported",
            Part::Cloud => "Cloud",
        }
    }
}

/// A section of a twin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The properties.
    pub values: Properties,
    /// Counted up by each change; 0: never changed.
    pub version: i64,
    /// When each leaf was last changed, in the shape of the properties: `$lastUpdated` (RFC 3339) and
    /// `$lastUpdatedVersion` at each.
    pub metadata: Properties,
}

/// A twin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Twin {
    /// What the cloud wants of the device.
    pub desired: Section,
    /// What the device reports.
    pub reported: Section,
    /// What only the cloud knows of it.
    pub cloud: Section,
}

/// A twin with all that its page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TwinView {
    /// The twin.
    pub twin: Twin,
    /// The properties that the template knows, of the device and of its components.
    pub capabilities: Vec<Capability>,
    /// The components that the template knows.
    pub components: Vec<Component>,
    /// Whether the device has a template.
    pub has_template: bool,
    /// What changed lately, newest first.
    pub history: Vec<Change>,
}

impl Section {
    /// The section after a patch at a time, RFC 3339.
    ///
    /// # Errors
    /// It would be too large or too deep; a sentence says so.
    pub fn patched(&self, patch: &Properties, at: &str) -> Result<Section, String> {
        check(patch)?;
        let mut after = self.clone();
        after.version += 1;
        merge(&mut after.values, patch);
        check_size(&after.values)?;
        stamp(&mut after.metadata, patch, at, after.version);
        Ok(after)
    }

    /// The properties with `$version`, as devices read them.
    pub fn for_device(&self) -> Value {
        let mut all = self.values.clone();
        all.insert("$version".into(), self.version.into());
        Value::Object(all)
    }

    /// When the property of this component (empty: the device's own) was last changed, RFC 3339, and by which version.
    pub fn updated(&self, component: &str, name: &str) -> Option<(&str, i64)> {
        let within = match component {
            "" => &self.metadata,
            component => self.metadata.get(component)?.as_object()?,
        };
        let of = within.get(name)?.as_object()?;
        let version = of.get(UPDATED_VERSION).and_then(Value::as_i64).unwrap_or_default();
        Some((of.get(UPDATED)?.as_str()?, version))
    }

    /// When the property was last changed, milliseconds since 1970.
    pub fn updated_ms(&self, component: &str, name: &str) -> Option<i64> {
        let (at, _) = self.updated(component, name)?;
        let time = OffsetDateTime::parse(at, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
    }

    /// The value of a property of this component; empty: the device's own.
    pub fn get(&self, component: &str, name: &str) -> Option<&Value> {
        match component {
            "" => self.values.get(name),
            component => self.values.get(component)?.as_object()?.get(name),
        }
    }
}

impl Twin {
    /// The section.
    pub fn section(&self, part: Part) -> &Section {
        match part {
            Part::Desired => &self.desired,
            Part::Reported => &self.reported,
            Part::Cloud => &self.cloud,
        }
    }

    /// The answer to a device that asks for its properties.
    pub fn for_device(&self) -> Value {
        json!({"desired": self.desired.for_device(), "reported": self.reported.for_device()})
    }
}

/// A patch of desired properties as it goes down: with the version that it made.
pub fn desired_patch(patch: &Properties, version: i64) -> Value {
    let mut all = patch.clone();
    all.insert("$version".into(), version.into());
    Value::Object(all)
}

/// The patch of one component's properties as a patch of the whole; empty: the device's own.
pub fn within(component: &str, mut patch: Properties) -> Properties {
    if component.is_empty() {
        return patch;
    }
    patch.insert(COMPONENT_MARK.into(), "c".into());
    Properties::from_iter([(component.to_owned(), Value::Object(patch))])
}

/// Notes when what a patch touches was changed; takes the notes of what it deletes away.
fn stamp(metadata: &mut Properties, patch: &Properties, at: &str, version: i64) {
    metadata.insert(UPDATED.into(), at.into());
    metadata.insert(UPDATED_VERSION.into(), version.into());
    for (key, value) in patch {
        if value.is_null() {
            metadata.remove(key);
            continue;
        }
        let of = metadata.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(of) = of {
            match value {
                Value::Object(inner) => stamp(of, inner, at, version),
                _ => {
                    *of = Map::new();
                    stamp(of, &Map::new(), at, version);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Properties {
        let Value::Object(map) = value else { panic!("no object: {value}") };
        map
    }

    #[test]
    fn a_patch_counts_the_version_up_and_notes_the_time() {
        let first =
            Section::default().patched(&object(json!({"a": 1, "c": {"__t": "c", "t": 2}})), "t1").unwrap();
        assert_eq!((first.version, first.updated("", "a")), (1, Some(("t1", 1))));
        let second = first.patched(&object(json!({"a": null, "c": {"t": 3}})), "t2").unwrap();
        assert_eq!(second.values, object(json!({"c": {"__t": "c", "t": 3}})));
        assert_eq!((second.updated("", "a"), second.updated("c", "t")), (None, Some(("t2", 2))));
        assert_eq!(second.updated("c", "__t"), Some(("t1", 1)));
        assert_eq!(second.get("c", "t"), Some(&json!(3)));
        assert_eq!(second.for_device(), json!({"c": {"__t": "c", "t": 3}, "$version": 2}));
    }

    #[test]
    fn an_empty_twin_has_both_versions() {
        assert_eq!(
            Twin::default().for_device(),
            json!({"desired": {"$version": 0}, "reported": {"$version": 0}})
        );
    }

    #[test]
    fn a_component_s_patch_is_marked() {
        assert_eq!(within("c", object(json!({"t": 1}))), object(json!({"c": {"__t": "c", "t": 1}})));
        assert_eq!(within("", object(json!({"t": 1}))), object(json!({"t": 1})));
        assert_eq!(desired_patch(&object(json!({"t": null})), 7), json!({"t": null, "$version": 7}));
    }
}
