//! A document of our own making, from names and types.

use super::dialect::Dialect;
use super::document::Document;
use super::json::Json;
use crate::template::Telemetry;
use crate::unit;

/// An interface of DTDL version 2 with this telemetry.
pub fn new_document(dtmi: &str, name: &str, telemetry: &[Telemetry]) -> Document {
    let contents = telemetry.iter().map(content).collect::<Vec<Json>>();
    let own_unit = contents.iter().any(|content| content.key("displayUnit").is_some());
    let special = telemetry.iter().any(|field| matches!(field.schema.word(), "geopoint" | "vector"));
    let context = if own_unit || special {
        Json::Array(vec![super::edit::IOT_CENTRAL.into(), Dialect::V2.context().into()])
    } else {
        Dialect::V2.context().into()
    };
    Document::new(Json::object([
        ("@context", context),
        ("@id", dtmi.into()),
        ("@type", "Interface".into()),
        ("displayName", name.into()),
        ("contents", Json::Array(contents)),
    ]))
}

/// DTDL allows a unit only beside its semantic type, and only on numbers.
fn content(field: &Telemetry) -> Json {
    let unit = unit::by_symbol(&field.unit).filter(|_| field.schema.is_numeric());
    let semantic = unit.and_then(unit::meant_by);
    let kind = match semantic {
        Some(semantic) => Json::Array(vec!["Telemetry".into(), semantic.name.into()]),
        None => "Telemetry".into(),
    };
    let mut json = Json::object([("@type", kind), ("name", field.name.as_str().into())]);
    if !field.display_name.is_empty() && field.display_name != field.name {
        json.set("displayName", field.display_name.as_str());
    }
    json.set("schema", field.schema.to_json());
    match unit {
        Some(unit) => json.set("unit", unit.name),
        None if !field.unit.is_empty() => json.set("displayUnit", field.unit.as_str()),
        None => {}
    }
    json
}
