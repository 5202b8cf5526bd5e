//! From DTDL and back.

use super::{EnumSchema, EnumValue, MapSchema, Named, Schema, WORDS};
use crate::dtdl::document::{has_type, one_or_many, text};
use crate::dtdl::json::Json;

/// How deep schemas within schemas are followed; DTDL allows five, and a schema may name itself.
const DEPTH_MAX: usize = 8;

/// The type of a word, also of its full identifier: `dtmi:dtdl:instance:Schema:double;2`.
pub(super) fn word(word: &str) -> Option<Schema> {
    let short = match word.strip_prefix("dtmi:") {
        Some(rest) if word.contains(":schema:") || word.contains(":instance:") => {
            rest.split(';').next()?.rsplit(':').next()?
        }
        _ => word,
    };
    WORDS.iter().find(|(known, _)| *known == short).map(|(_, schema)| schema.clone())
}

impl Schema {
    /// Reads a schema. `named` finds those that are told elsewhere, by their identifier. What isn't known is
    /// [`Schema::Any`].
    pub fn read<'a>(json: &'a Json, named: &dyn Fn(&str) -> Option<&'a Json>) -> Schema {
        read(json, named, 0)
    }

    /// The schema as DTDL writes it. Identifiers, comments and what else stood there is not in it.
    pub fn to_json(&self) -> Json {
        match self {
            Schema::Enum(values) => Json::object([
                ("@type", "Enum".into()),
                ("valueSchema", if values.of_text { "string" } else { "integer" }.into()),
                ("enumValues", Json::Array(values.values.iter().map(enum_value).collect())),
            ]),
            Schema::Object(fields) => Json::object([
                ("@type", "Object".into()),
                ("fields", Json::Array(fields.iter().map(field).collect())),
            ]),
            Schema::Array(element) => {
                Json::object([("@type", "Array".into()), ("elementSchema", element.to_json())])
            }
            Schema::Map(map) => Json::object([
                ("@type", "Map".into()),
                (
                    "mapKey",
                    Json::object([("name", Json::from(map.key.as_str())), ("schema", "string".into())]),
                ),
                (
                    "mapValue",
                    Json::object([
                        ("name", Json::from(map.value_name.as_str())),
                        ("schema", map.value.to_json()),
                    ]),
                ),
            ]),
            simple => simple.word().into(),
        }
    }
}

fn read<'a>(json: &'a Json, named: &dyn Fn(&str) -> Option<&'a Json>, depth: usize) -> Schema {
    if depth > DEPTH_MAX {
        return Schema::Any;
    }
    let inner = |json: Option<&'a Json>| json.map_or(Schema::Any, |json| read(json, named, depth + 1));
    if let Some(name) = json.as_str() {
        return word(name).unwrap_or_else(|| inner(named(name)));
    }
    let name_of = |json: &Json, key: &str| {
        json.key(key).and_then(|j| j.key("name")).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    if has_type(json, "Enum") {
        let values = one_or_many("", json.key("enumValues")).into_iter().map(|(_, value)| EnumValue {
            name: string(value, "name"),
            display_name: value.key("displayName").and_then(text).unwrap_or_default().to_owned(),
            value: value.key("enumValue").cloned().unwrap_or_default(),
        });
        let of_text = json.key("valueSchema").and_then(Json::as_str).and_then(word) != Some(Schema::Integer);
        Schema::Enum(EnumSchema { of_text, values: values.collect() })
    } else if has_type(json, "Object") {
        let fields = one_or_many("", json.key("fields")).into_iter().map(|(_, field)| Named {
            name: string(field, "name"),
            display_name: field.key("displayName").and_then(text).unwrap_or_default().to_owned(),
            schema: inner(field.key("schema")),
        });
        Schema::Object(fields.collect())
    } else if has_type(json, "Array") {
        Schema::Array(Box::new(inner(json.key("elementSchema"))))
    } else if has_type(json, "Map") {
        Schema::Map(Box::new(MapSchema {
            key: name_of(json, "mapKey"),
            value_name: name_of(json, "mapValue"),
            value: inner(json.key("mapValue").and_then(|value| value.key("schema"))),
        }))
    } else {
        // `{"@id": "…"}` names one that is told elsewhere.
        match json.pairs() {
            [(key, Json::String(id))] if key == "@id" => word(id).unwrap_or_else(|| inner(named(id))),
            _ => Schema::Any,
        }
    }
}

fn string(json: &Json, key: &str) -> String {
    json.key(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn enum_value(value: &EnumValue) -> Json {
    let mut json = Json::object([("name", Json::from(value.name.as_str()))]);
    if !value.display_name.is_empty() {
        json.set("displayName", value.display_name.as_str());
    }
    json.set("enumValue", value.value.clone());
    json
}

fn field(field: &Named) -> Json {
    let mut json = Json::object([("name", Json::from(field.name.as_str()))]);
    if !field.display_name.is_empty() {
        json.set("displayName", field.display_name.as_str());
    }
    json.set("schema", field.schema.to_json());
    json
}
