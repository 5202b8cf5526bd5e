//! Device templates: what a kind of device sends, as DTDL keeps it and as a form shows it.

mod dtdl;
mod schema;

pub use dtdl::{dtmi_for, read, write};
pub use schema::Schema;

use crate::check::{self, Check};
use crate::id::TemplateId;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;

/// Most telemetry fields of a template: the 300 contents that DTDL version 2 allows.
pub const FIELDS_MAX: usize = 300;
/// Longest name of a field, in characters (DTDL version 2).
pub const FIELD_NAME_MAX: usize = 64;

/// A device template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Internal key.
    pub id: TemplateId,
    /// Its identifier in DTDL: `dtmi:weather_buildings:room_sensor;1`.
    pub dtmi: String,
    /// What people call it.
    pub name: String,
    /// The DTDL interface: the form in which it is kept.
    pub dtdl: Value,
    /// Its telemetry, read out of the DTDL.
    pub telemetry: Vec<Telemetry>,
    /// How many devices are of it.
    pub devices: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_ms: i64,
}

/// One named telemetry value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Telemetry {
    /// The field in the message: a letter, then letters, digits and underscores.
    pub name: String,
    /// What people call it; never empty in what [`read`] gives.
    pub display_name: String,
    /// Its type.
    pub schema: Schema,
    /// The sign of its unit, `°C`; empty: none.
    pub unit: String,
}

/// A template as its form hands it in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TemplateDraft {
    /// What people call it.
    pub name: String,
    /// Its telemetry, in order.
    pub telemetry: Vec<Telemetry>,
}

impl TemplateDraft {
    /// The draft with its texts trimmed and empty display names filled from the names.
    ///
    /// # Errors
    /// Every problem of every field. Fields of a list are called `telemetry.{index}.name`, and so on.
    pub fn checked(&self) -> Result<TemplateDraft, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        check.that(
            self.telemetry.len() <= FIELDS_MAX,
            "telemetry",
            format!("At most {FIELDS_MAX} fields; this has {}.", self.telemetry.len()),
        );
        let mut seen = HashSet::new();
        let mut telemetry = Vec::with_capacity(self.telemetry.len());
        for (i, field) in self.telemetry.iter().enumerate() {
            let at = |part: &str| format!("telemetry.{i}.{part}");
            let field_name = check.field(&at("name"), self::field_name(&field.name)).unwrap_or_default();
            if !field_name.is_empty() {
                check.that(
                    seen.insert(field_name.clone()),
                    &at("name"),
                    format!("“{field_name}” stands here twice."),
                );
            }
            let display_name = field.display_name.trim().to_owned();
            check.that(
                display_name.chars().count() <= check::NAME_MAX,
                &at("display_name"),
                format!("At most {} characters.", check::NAME_MAX),
            );
            let unit = field.unit.trim().to_owned();
            check.that(
                unit.chars().count() <= 20,
                &at("unit"),
                "A unit has at most 20 characters, such as °C or kWh.",
            );
            telemetry.push(Telemetry {
                display_name: if display_name.is_empty() { field_name.clone() } else { display_name },
                name: field_name,
                schema: field.schema,
                unit,
            });
        }
        check.done()?;
        Ok(TemplateDraft { name, telemetry })
    }
}

/// The name of a field as DTDL version 2 allows it.
fn field_name(raw: &str) -> Result<String, String> {
    let name = raw.trim();
    if name.is_empty() {
        return Err("Give the field that the device sends, such as temperature.".into());
    }
    if name.chars().count() > FIELD_NAME_MAX {
        return Err(format!("At most {FIELD_NAME_MAX} characters."));
    }
    let shaped = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.ends_with('_');
    if !shaped {
        return Err("Begin with a letter; then letters, digits and underscores, not at the end.".into());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> Telemetry {
        Telemetry {
            name: name.into(),
            display_name: String::new(),
            schema: Schema::Double,
            unit: String::new(),
        }
    }

    #[test]
    fn a_draft_is_trimmed_and_filled() {
        let draft = TemplateDraft { name: " Room ".into(), telemetry: vec![field(" co2 ")] };
        let checked = draft.checked().unwrap();
        assert_eq!(checked.name, "Room");
        assert_eq!(checked.telemetry[0].name, "co2");
        assert_eq!(checked.telemetry[0].display_name, "co2");
    }

    #[test]
    fn every_bad_field_is_named() {
        let draft = TemplateDraft {
            name: "".into(),
            telemetry: vec![field("1a"), field("ok"), field("ok"), field("a b"), field("end_")],
        };
        let problem = draft.checked().unwrap_err();
        for at in ["name", "telemetry.0.name", "telemetry.2.name", "telemetry.3.name", "telemetry.4.name"] {
            assert!(problem.of_field(at).is_some(), "{at}");
        }
        assert_eq!(problem.fields.len(), 5);
    }
}
