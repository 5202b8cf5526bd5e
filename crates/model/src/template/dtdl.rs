//! Reading telemetry out of a DTDL interface, and writing a form's changes back into it.
//!
//! DTDL versions 2 and 3 (github.com/Azure/opendigitaltwins-dtdl). What the form doesn't know stays as it was.

use super::{Schema, Telemetry, TemplateDraft};
use crate::unit;
use serde_json::{Map, Value, json};

const CONTEXT: &str = "dtmi:dtdl:context;2";
/// Where the sign of a unit stands that DTDL has no name for.
const OWN_UNIT: &str = "displayUnit";

/// The telemetry of an interface, in its order.
pub fn read(dtdl: &Value) -> Vec<Telemetry> {
    contents(dtdl).filter(|c| has_type(c, "Telemetry")).filter_map(read_telemetry).collect()
}

/// The interface with the draft's name and telemetry in it; all else of `before` is kept.
///
/// A field that keeps its name keeps what else DTDL says of it (comment, description, other types).
pub fn write(dtmi: &str, draft: &TemplateDraft, before: Option<&Value>) -> Value {
    let mut interface = before.and_then(Value::as_object).cloned().unwrap_or_default();
    interface.entry("@context").or_insert_with(|| json!(CONTEXT));
    interface.insert("@id".into(), json!(dtmi));
    interface.insert("@type".into(), json!("Interface"));
    interface.insert("displayName".into(), json!(draft.name));
    let old: Vec<Value> = before.map(|d| contents(d).cloned().collect()).unwrap_or_default();
    let mut contents: Vec<Value> = draft
        .telemetry
        .iter()
        .map(|field| {
            let same = old.iter().find(|c| has_type(c, "Telemetry") && c["name"] == field.name.as_str());
            write_telemetry(field, same)
        })
        .collect();
    contents.extend(old.into_iter().filter(|c| !has_type(c, "Telemetry")));
    interface.insert("contents".into(), Value::Array(contents));
    Value::Object(interface)
}

/// A digital twin model identifier made from names: `dtmi:{workspace}:{template};1`.
pub fn dtmi_for(workspace_slug: &str, name: &str, attempt: u32) -> String {
    let mut segment = part(name);
    if attempt > 1 {
        segment.push_str(&format!("_{attempt}"));
    }
    format!("dtmi:{}:{};1", part(workspace_slug), segment)
}

/// A path segment of an identifier: begins with a letter, then letters, digits, underscores; not one at the end.
fn part(name: &str) -> String {
    let slug = crate::check::slug(name).replace('-', "_");
    match slug.chars().next() {
        None => "t".into(),
        Some(c) if c.is_ascii_digit() => format!("t{slug}"),
        Some(_) => slug,
    }
}

fn contents(dtdl: &Value) -> impl Iterator<Item = &Value> {
    dtdl.get("contents").and_then(Value::as_array).into_iter().flatten()
}

/// `@type` is a word or a list of words.
fn has_type(content: &Value, wanted: &str) -> bool {
    match &content["@type"] {
        Value::String(word) => word == wanted,
        Value::Array(words) => words.iter().any(|w| w == wanted),
        _ => false,
    }
}

fn read_telemetry(content: &Value) -> Option<Telemetry> {
    let name = content["name"].as_str()?;
    let display_name = text(&content["displayName"]).filter(|d| !d.is_empty()).unwrap_or(name);
    let unit = match content["unit"].as_str() {
        Some(dtdl_name) => unit::by_name(dtdl_name).map_or(dtdl_name, |u| u.symbol),
        None => content[OWN_UNIT].as_str().unwrap_or_default(),
    };
    Some(Telemetry {
        name: name.into(),
        display_name: display_name.into(),
        schema: content["schema"].as_str().map_or(Schema::Any, Schema::from_word),
        unit: unit.into(),
    })
}

/// A text of DTDL: a string, or one string a language, of which English or the first counts.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(s) => Some(s),
        Value::Object(languages) => languages.get("en").or_else(|| languages.values().next())?.as_str(),
        _ => None,
    }
}

fn write_telemetry(field: &Telemetry, before: Option<&Value>) -> Value {
    let mut content: Map<String, Value> = before.and_then(Value::as_object).cloned().unwrap_or_default();
    let was = before.and_then(read_telemetry);
    if was.as_ref().is_none_or(|w| w.unit != field.unit || w.schema != field.schema) {
        write_unit(&mut content, field);
    }
    content.insert("name".into(), json!(field.name));
    if was.as_ref().is_none_or(|w| w.display_name != field.display_name) {
        content.insert("displayName".into(), json!(field.display_name));
    }
    // A schema that the form doesn't know stands in `before` and stays.
    if was.is_none_or(|w| w.schema != field.schema) && field.schema != Schema::Any {
        content.insert("schema".into(), json!(field.schema.as_str()));
    }
    Value::Object(content)
}

/// DTDL allows a unit only beside its semantic type, and only on numbers.
fn write_unit(content: &mut Map<String, Value>, field: &Telemetry) {
    content.remove("unit");
    content.remove(OWN_UNIT);
    let known = unit::by_symbol(&field.unit).filter(|_| field.schema.is_numeric());
    content.insert(
        "@type".into(),
        match known {
            Some(u) => json!(["Telemetry", u.semantic_type]),
            None => json!("Telemetry"),
        },
    );
    match known {
        Some(u) => content.insert("unit".into(), json!(u.name)),
        None if !field.unit.is_empty() => content.insert(OWN_UNIT.into(), json!(field.unit)),
        None => None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> TemplateDraft {
        let field = |name: &str, schema, unit: &str| Telemetry {
            name: name.into(),
            display_name: name.to_uppercase(),
            schema,
            unit: unit.into(),
        };
        TemplateDraft {
            name: "Room".into(),
            telemetry: vec![
                field("temperature", Schema::Double, "°C"),
                field("co2", Schema::Integer, "ppm"),
                field("where", Schema::GeoPoint, ""),
            ],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let dtdl = write("dtmi:a:room;1", &draft(), None);
        assert_eq!(read(&dtdl), draft().telemetry);
        assert_eq!(dtdl["contents"][0]["@type"], json!(["Telemetry", "Temperature"]));
        assert_eq!(dtdl["contents"][0]["unit"], "degreeCelsius");
        assert_eq!(dtdl["contents"][1]["displayUnit"], "ppm");
    }

    #[test]
    fn what_the_form_does_not_know_stays() {
        let mut before = write("dtmi:a:room;1", &draft(), None);
        before["description"] = json!("kept");
        before["contents"][0]["comment"] = json!("kept");
        before["contents"].as_array_mut().unwrap().push(json!({"@type": "Property", "name": "limit"}));
        let mut changed = draft();
        changed.telemetry[0].display_name = "Warmth".into();
        changed.telemetry.remove(2);
        let after = write("dtmi:a:room;1", &changed, Some(&before));
        assert_eq!(after["description"], "kept");
        assert_eq!(after["contents"][0]["comment"], "kept");
        assert_eq!(after["contents"][0]["displayName"], "Warmth");
        assert_eq!(after["contents"].as_array().unwrap().len(), 3);
        assert_eq!(after["contents"][2]["name"], "limit");
        assert_eq!(write("dtmi:a:room;1", &changed, Some(&after)), after);
    }

    #[test]
    fn identifiers_are_valid() {
        assert_eq!(dtmi_for("weather-buildings", "Room sensor", 1), "dtmi:weather_buildings:room_sensor;1");
        assert_eq!(dtmi_for("1st", "日本", 2), "dtmi:t1st:t_2;1");
    }
}
