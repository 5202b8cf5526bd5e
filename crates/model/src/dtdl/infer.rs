//! A template from what a device has sent.

use super::dialect::SCHEMA_DEPTH_MAX;
use super::document::Document;
use super::json::Json;
use super::new::new_document;
use super::schema::{Named, Schema};
use super::validate::check_name;
use super::{Dialect, edit};
use crate::template::Telemetry;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// With fewer values, whole numbers may be chance: a number with a point would not fit later.
const WHOLE_MIN: usize = 10;
/// Most fields that are modelled: the 300 contents that DTDL version 2 allows.
const FIELDS_MAX: usize = 300;

/// The values of one field, any number of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The component that sent it; empty: the device itself.
    pub component: String,
    /// The field's name.
    pub name: String,
    /// What came.
    pub values: Vec<Value>,
}

/// A document that fits all that was seen, and the names that can't stand in one.
///
/// Components become components with interfaces of their own, beside the main one.
pub fn infer(dtmi: &str, name: &str, seen: &[Seen]) -> (Document, Vec<String>) {
    let mut parts: BTreeMap<&str, Vec<Telemetry>> = BTreeMap::from([("", Vec::new())]);
    let mut left_out = Vec::new();
    for field in seen {
        let fits = check_name(&field.name, Dialect::V2).is_ok()
            && (field.component.is_empty() || check_name(&field.component, Dialect::V2).is_ok());
        let Some(schema) = schema_of(&field.values.iter().collect::<Vec<_>>(), 0) else { continue };
        let part = parts.entry(field.component.as_str()).or_default();
        if !fits || part.len() >= FIELDS_MAX {
            left_out.push(super::whole_name(&field.component, &field.name));
            continue;
        }
        part.push(Telemetry { name: field.name.clone(), schema, ..Telemetry::default() });
    }
    let main = parts.remove("").unwrap_or_default();
    parts.retain(|_, fields| !fields.is_empty());
    let mut document = new_document(dtmi, name, &main);
    if parts.is_empty() {
        return (document, left_out);
    }
    let (family, version) = dtmi.rsplit_once(';').unwrap_or((dtmi, "1"));
    let mut interfaces = Vec::new();
    for (component, fields) in parts {
        let id = format!("{family}:{component};{version}");
        if let Some(Json::Array(contents)) = document.json_mut().key_mut("contents") {
            contents.push(Json::object([
                ("@type", Json::from("Component")),
                ("name", component.into()),
                ("schema", id.as_str().into()),
            ]));
        }
        interfaces.push(new_document(&id, component, &fields).json().clone());
    }
    interfaces.insert(0, document.json().clone());
    let mut document = Document::new(Json::Array(interfaces));
    edit::rename(&mut document, name);
    (document, left_out)
}

/// The narrowest type that all values are of; nothing where there is no value but null.
fn schema_of(values: &[&Value], depth: usize) -> Option<Schema> {
    let values = values.iter().copied().filter(|value| !value.is_null());
    let count = values.clone().count();
    let all = |is: fn(&Value) -> bool| values.clone().all(is);
    if count == 0 {
        None
    } else if all(Value::is_boolean) {
        Some(Schema::Boolean)
    } else if all(Value::is_number) {
        let whole = count >= WHOLE_MIN && values.clone().all(|value| Schema::Integer.check(value).is_ok());
        Some(if whole { Schema::Integer } else { Schema::Double })
    } else if all(Value::is_string) {
        let fits = |schema: &Schema| values.clone().all(|value| schema.check(value).is_ok());
        Some([Schema::DateTime, Schema::Date].into_iter().find(fits).unwrap_or(Schema::String))
    } else if depth >= SCHEMA_DEPTH_MAX {
        // DTDL allows no deeper nesting.
        None
    } else if all(Value::is_object) {
        let fits = |schema: &Schema| values.clone().all(|value| schema.check(value).is_ok());
        let known = [Schema::GeoPoint, Schema::Vector].into_iter().find(fits);
        Some(known.unwrap_or_else(|| {
            object_of(&values.filter_map(Value::as_object).collect::<Vec<_>>(), depth + 1)
        }))
    } else if all(Value::is_array) {
        let items: Vec<&Value> = values.filter_map(Value::as_array).flatten().collect();
        // An empty list says nothing of its elements, and elements of several kinds have no type.
        let element = if items.is_empty() { Some(Schema::String) } else { schema_of(&items, depth + 1) };
        element.map(|element| Schema::Array(Box::new(element)))
    } else {
        // Of several kinds: nothing that DTDL has a type for.
        None
    }
}

fn object_of(maps: &[&Map<String, Value>], depth: usize) -> Schema {
    let mut fields: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (key, value) in maps.iter().copied().flatten() {
        fields.entry(key.as_str()).or_default().push(value);
    }
    let fields = fields.into_iter().filter(|(name, _)| check_name(name, Dialect::V2).is_ok()).take(30);
    let named = fields.filter_map(|(name, values)| {
        let schema = schema_of(&values, depth)?;
        Some(Named { name: name.to_owned(), display_name: String::new(), schema })
    });
    Schema::Object(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtdl::{errors, fields, validate};
    use serde_json::json;

    fn seen(component: &str, name: &str, values: Vec<Value>) -> Seen {
        Seen { component: component.into(), name: name.into(), values }
    }

    #[test]
    fn what_was_seen_fits() {
        let whole: Vec<Value> = (0..12).map(|n| json!(n)).collect();
        let all = [
            seen("", "temperature", vec![json!(21), json!(21.5)]),
            seen("", "few", vec![json!(1), json!(2)]),
            seen("", "count", whole),
            seen("", "on", vec![json!(true), Value::Null]),
            seen("", "mode", vec![json!("auto")]),
            seen("", "at", vec![json!("2026-11-23T05:00:00Z")]),
            seen("", "place", vec![json!({"lat": 1, "lon": 2})]),
            seen("", "nested", vec![json!({"a": 1, "b": {"c": "x"}}), json!({"d": [1.5, 2]})]),
            seen("", "mixed", vec![json!(1), json!("x")]),
            seen("", "nothing", vec![Value::Null]),
            seen("", "not-a-name", vec![json!(1)]),
            seen("motor", "speed", vec![json!(1.5)]),
        ];
        let (document, left_out) = infer("dtmi:w:pump;1", "Pump", &all);
        assert_eq!(left_out, ["not-a-name"]);
        assert_eq!(errors(&validate(&document)).collect::<Vec<_>>(), Vec::<&crate::dtdl::Issue>::new());
        let fields = fields(&document);
        let words: Vec<(&str, &str)> = fields.iter().map(|f| (f.name.as_str(), f.schema.word())).collect();
        assert_eq!(
            words,
            [
                ("temperature", "double"),
                ("few", "double"),
                ("count", "integer"),
                ("on", "boolean"),
                ("mode", "string"),
                ("at", "dateTime"),
                ("place", "geopoint"),
                ("nested", "Object"),
                ("motor.speed", "double"),
            ]
        );
        for field in &fields {
            let (component, name) = field.name.split_once('.').unwrap_or(("", &field.name));
            let of = all.iter().find(|s| s.component == component && s.name == name).unwrap();
            for value in &of.values {
                assert_eq!(field.schema.check(value), Ok(()), "{}", field.name);
            }
        }
        assert_eq!(document.name(), "Pump");
        assert_eq!(document.id(), "dtmi:w:pump;1");
    }
}
