//! Device templates: what a kind of device sends and can do. They are kept as documents of [`crate::dtdl`].

use crate::check;
use crate::dtdl::{Document, Geometry, Schema};
use crate::id::TemplateId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Largest document that is taken, in bytes. A real model of hundreds of capabilities has a tenth of it.
pub const DOCUMENT_BYTES_MAX: usize = 900 * 1024;
/// Longest name: the display name of a DTDL interface, in characters.
pub const NAME_MAX: usize = 64;

/// A device template, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Internal key.
    pub id: TemplateId,
    /// The identifier of its newest document: `dtmi:weather_buildings:room_sensor;1`.
    pub dtmi: String,
    /// What people call it.
    pub name: String,
    /// Its newest published version; none: never published, so no device can be of it.
    pub version: Option<i32>,
    /// Whether there are changes that are not published.
    pub has_draft: bool,
    /// The telemetry of its newest published version, or of the draft where nothing is published.
    pub telemetry: Vec<Telemetry>,
    /// How many devices are of it, of any version.
    pub devices: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_ms: i64,
}

/// A template with all that its page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WholeTemplate {
    /// The template.
    pub template: Template,
    /// The document that is worked on: the draft, or the newest published one where nothing is changed.
    pub document: Document,
    /// The newest published document.
    pub published: Option<Document>,
    /// Its published versions, newest first.
    pub versions: Vec<Version>,
}

/// A published version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Its number, from 1.
    pub version: i32,
    /// The identifier of its document.
    pub dtmi: String,
    /// When it was published, or last changed in place, milliseconds since 1970.
    pub published_ms: i64,
    /// How many devices live by it.
    pub devices: i64,
}

/// One named telemetry value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Telemetry {
    /// The field in the message, with its component in front: `thermostat1.temperature`.
    pub name: String,
    /// What people call it; never empty in what [`crate::dtdl::fields`] gives.
    pub display_name: String,
    /// Its type.
    pub schema: Schema,
    /// The sign of the unit in which it is sent, `°C`; empty: none.
    pub unit: String,
    /// How it is shown.
    #[serde(default, skip_serializing_if = "Shown::is_plain")]
    pub shown: Shown,
}

/// How a value is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// The sign of the unit in which it is shown; empty: the one in which it is sent.
    pub unit: String,
    /// What a value is multiplied by to be shown.
    pub factor: f64,
    /// What is added after that.
    pub offset: f64,
    /// Digits behind the point; none: as many as it has.
    pub decimals: Option<u8>,
    /// The least value to expect, as it is sent.
    pub min: Option<f64>,
    /// The greatest value to expect, as it is sent.
    pub max: Option<f64>,
    /// The colour of its line; empty: chosen for it.
    pub color: String,
}

impl Default for Shown {
    fn default() -> Shown {
        Shown {
            unit: String::new(),
            factor: 1.0,
            offset: 0.0,
            decimals: None,
            min: None,
            max: None,
            color: String::new(),
        }
    }
}

impl Shown {
    fn is_plain(&self) -> bool {
        *self == Shown::default()
    }

    /// The number as it is shown.
    pub fn convert(&self, value: f64) -> f64 {
        value * self.factor + self.offset
    }

    /// The value as it is shown: a number converted and rounded, all else as it is.
    pub fn value(&self, value: &Value) -> Value {
        let plain = self.factor == 1.0 && self.offset == 0.0 && self.decimals.is_none();
        let Some(number) = value.as_f64().filter(|_| !plain) else { return value.clone() };
        let converted = self.convert(number);
        // Beyond what a double holds, more digits say nothing; a conversion leaves chance in the last ones.
        let scale = 10f64.powi(i32::from(self.decimals.unwrap_or(6).min(15)));
        Value::from((converted * scale).round() / scale)
    }
}

/// What a template begins with: a name, and the fields that are known already.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TemplateDraft {
    /// What people call it.
    pub name: String,
    /// Its telemetry, in order.
    #[serde(default)]
    pub telemetry: Vec<Telemetry>,
}

impl Telemetry {
    /// The sign of the unit that people read beside it.
    pub fn shown_unit(&self) -> &str {
        if self.shown.unit.is_empty() { &self.unit } else { &self.shown.unit }
    }

    /// Whether its values are places.
    pub fn is_place(&self) -> bool {
        matches!(self.schema, Schema::GeoPoint | Schema::Geometry(Geometry::Point))
    }
}

/// The name of a new template: trimmed, not empty, short enough for DTDL.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn name(raw: &str) -> Result<String, String> {
    let name = check::name(raw)?;
    match name.chars().count() {
        n if n > NAME_MAX => Err(format!("At most {NAME_MAX} characters; this has {n}.")),
        _ => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_in_another_unit() {
        let celsius = Shown { factor: 5.0 / 9.0, offset: -160.0 / 9.0, ..Shown::default() };
        assert_eq!(celsius.value(&json!(212)), json!(100.0));
        assert_eq!(celsius.value(&json!("warm")), json!("warm"));
        assert_eq!(Shown { decimals: Some(1), ..Shown::default() }.value(&json!(21.26)), json!(21.3));
        assert_eq!(Shown::default().value(&json!(21)), json!(21));
    }

    #[test]
    fn names_are_short_enough_for_dtdl() {
        assert_eq!(name(" Room "), Ok("Room".into()));
        assert!(name("").is_err() && name(&"x".repeat(65)).is_err() && name(&"x".repeat(64)).is_ok());
    }
}
