//! What a change of a document means for the devices that live by it.
//!
//! What devices do stays possible by an *additive* change: it applies in place. A *breaking* one takes something away or
//! gives it another meaning: it makes a new version, to which devices are migrated.

use super::capability::{Capability, Kind, Payload, capabilities};
use super::document::Document;
use super::dtmi::family;
use super::fields::whole_name;
use super::schema::{Named, Schema};
use serde::{Deserialize, Serialize};

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another meaning for devices.
    Altered,
    /// It is shown in another way.
    Presented,
}

/// One difference between two documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What happened.
    pub change: Change,
    /// Whether devices may break by it.
    pub breaking: bool,
    /// What it is about: `thermostat1.targetTemperature`; empty: the whole.
    pub name: String,
    /// A sentence.
    pub text: String,
}

/// The differences, those that break first.
pub fn compare(old: &Document, new: &Document) -> Vec<Difference> {
    let mut found = Vec::new();
    let (before, after) = (capabilities(old), capabilities(new));
    let same = |a: &Capability, b: &Capability| a.component == b.component && a.name == b.name;
    for was in &before {
        match after.iter().find(|is| same(was, is)) {
            None => {
                found.push(difference(Change::Removed, was, format!("The {} is removed.", noun(was.kind))))
            }
            Some(is) => differences(was, is, &mut found),
        }
    }
    for is in after.iter().filter(|is| !before.iter().any(|was| same(was, is))) {
        found.push(difference(Change::Added, is, format!("The {} is new.", noun(is.kind))));
    }
    let whole = |change, breaking, text: String| Difference { change, breaking, name: String::new(), text };
    if family(old.id()) != family(new.id()) {
        found.push(whole(Change::Altered, true, format!("The identifier becomes {}.", new.id())));
    }
    if old.name() != new.name() {
        found.push(whole(Change::Presented, false, format!("It is called “{}”.", new.name())));
    }
    if found.is_empty() && old != new {
        found.push(whole(Change::Presented, false, "Comments, descriptions or other remarks.".into()));
    }
    found.sort_by_key(|difference| !difference.breaking);
    found
}

/// Whether one of them breaks.
pub fn is_breaking(differences: &[Difference]) -> bool {
    differences.iter().any(|difference| difference.breaking)
}

fn differences(was: &Capability, is: &Capability, found: &mut Vec<Difference>) {
    let mut say = |change, text: String| found.push(difference(change, is, text));
    if was.kind != is.kind {
        return say(Change::Altered, format!("It was a {} and becomes a {}.", noun(was.kind), noun(is.kind)));
    }
    match widened(&was.schema, &is.schema) {
        Widened::Same => {}
        Widened::By(text) => say(Change::Added, text),
        Widened::No => say(
            Change::Altered,
            format!("Its type changes: {} becomes {}.", was.schema.label(), is.schema.label()),
        ),
    }
    if was.writable != is.writable {
        let way = if is.writable {
            "can be written from the cloud now"
        } else {
            "can't be written from the cloud any more"
        };
        say(Change::Altered, format!("It {way}."));
    }
    if was.cloud != is.cloud {
        let place = if is.cloud { "lives in the cloud only" } else { "becomes the device's" };
        say(Change::Altered, format!("It {place}."));
    }
    for (word, was, is) in [("request", &was.request, &is.request), ("response", &was.response, &is.response)]
    {
        if let Some(text) = payloads(word, was.as_ref(), is.as_ref()) {
            say(Change::Altered, text);
        }
    }
    let shown = [
        ("display name", was.display_name != is.display_name),
        ("description", was.description != is.description),
        ("unit", was.unit != is.unit),
        ("unit it is shown in", was.display_unit != is.display_unit),
        ("semantic type", was.semantic != is.semantic),
        ("decimals", was.decimals != is.decimals),
        ("bounds", was.min != is.min || was.max != is.max),
        ("colour", was.color != is.color),
        ("initial value", was.initial != is.initial),
        ("waiting for a device that is away", was.queued != is.queued),
    ];
    let words: Vec<&str> = shown.into_iter().filter(|(_, changed)| *changed).map(|(word, _)| word).collect();
    if !words.is_empty() {
        say(Change::Presented, format!("Changed: {}.", words.join(", ")));
    }
}

enum Widened {
    Same,
    By(String),
    No,
}

/// Whether every value of the old type is one of the new.
fn widened(was: &Schema, is: &Schema) -> Widened {
    if bare(was) == bare(is) {
        return Widened::Same;
    }
    match (was, is) {
        (Schema::Enum(a), Schema::Enum(b)) if a.of_text == b.of_text => {
            let kept = a
                .values
                .iter()
                .all(|old| b.values.iter().any(|new| new.name == old.name && new.value == old.value));
            let more = b.values.len().saturating_sub(a.values.len());
            if kept { Widened::By(format!("It may have {more} more values.")) } else { Widened::No }
        }
        (Schema::Object(a), Schema::Object(b)) => {
            let kept = a.iter().all(|old| {
                b.iter().any(|new| new.name == old.name && bare(&new.schema) == bare(&old.schema))
            });
            let more = b.len().saturating_sub(a.len());
            if kept { Widened::By(format!("It may have {more} more fields.")) } else { Widened::No }
        }
        _ => Widened::No,
    }
}

/// The type without what people call its parts.
fn bare(schema: &Schema) -> Schema {
    let mut bare_schema = schema.clone();
    match &mut bare_schema {
        Schema::Enum(of) => of.values.iter_mut().for_each(|value| value.display_name.clear()),
        Schema::Object(fields) => {
            *fields = fields
                .iter()
                .map(|f| Named { name: f.name.clone(), display_name: String::new(), schema: bare(&f.schema) })
                .collect();
        }
        Schema::Array(element) => **element = bare(element),
        Schema::Map(map) => {
            map.value = bare(&map.value);
            map.key.clear();
            map.value_name.clear();
        }
        _ => {}
    }
    bare_schema
}

fn payloads(word: &str, was: Option<&Payload>, is: Option<&Payload>) -> Option<String> {
    match (was, is) {
        (None, None) => None,
        (None, Some(_)) => Some(format!("It has a {word} now.")),
        (Some(_), None) => Some(format!("It has no {word} any more.")),
        (Some(was), Some(is)) => {
            (bare(&was.schema) != bare(&is.schema)).then(|| format!("The type of its {word} changes."))
        }
    }
}

fn difference(change: Change, of: &Capability, text: String) -> Difference {
    let breaking = matches!(change, Change::Removed | Change::Altered);
    Difference { change, breaking, name: whole_name(&of.component, &of.name), text }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Telemetry => "telemetry",
        Kind::Property => "property",
        Kind::Command => "command",
        Kind::Relationship => "relationship",
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, compare};
    use crate::dtdl::Json;
    use serde_json::{Value, json};

    type Change = Box<dyn FnOnce(&mut Value)>;

    fn base() -> Value {
        json!({"@context": "dtmi:dtdl:context;2", "@id": "dtmi:a:b;1", "@type": "Interface", "displayName": "B", "contents": [
            {"@type": ["Telemetry", "Temperature"], "name": "t", "schema": "double", "unit": "degreeCelsius"},
            {"@type": "Property", "name": "mode", "writable": true, "schema": {"@type": "Enum", "valueSchema": "string",
                "enumValues": [{"name": "on", "enumValue": "on"}]}},
            {"@type": "Command", "name": "go", "request": {"name": "far", "schema": "integer"}}]})
    }

    fn told(change: impl FnOnce(&mut Value)) -> Vec<(String, bool)> {
        let mut new = base();
        change(&mut new);
        let (old, new) = (Document::new(Json::from(base())), Document::new(Json::from(new)));
        compare(&old, &new).into_iter().map(|d| (format!("{} {}", d.name, d.text), d.breaking)).collect()
    }

    #[test]
    fn additive_changes_apply_in_place() {
        assert_eq!(told(|_| {}), []);
        let cases: Vec<(&str, Change)> = vec![
            (
                "x The telemetry is new.",
                Box::new(|d| {
                    d["contents"]
                        .as_array_mut()
                        .unwrap()
                        .push(json!({"@type": "Telemetry", "name": "x", "schema": "double"}))
                }),
            ),
            (
                "t Changed: display name, unit.",
                Box::new(|d| {
                    d["contents"][0]["displayName"] = json!("T");
                    d["contents"][0]["unit"] = json!("kelvin");
                }),
            ),
            (
                "t Changed: decimals, bounds.",
                Box::new(|d| {
                    d["contents"][0]["decimalPlaces"] = json!(1);
                    d["contents"][0]["minValue"] = json!(-1.5);
                }),
            ),
            (
                "mode It may have 1 more values.",
                Box::new(|d| {
                    d["contents"][1]["schema"]["enumValues"]
                        .as_array_mut()
                        .unwrap()
                        .push(json!({"name": "off", "enumValue": "off"}))
                }),
            ),
            (" It is called “C”.", Box::new(|d| d["displayName"] = json!("C"))),
            (" Comments, descriptions or other remarks.", Box::new(|d| d["comment"] = json!("C"))),
            (" Comments, descriptions or other remarks.", Box::new(|d| d["@id"] = json!("dtmi:a:b;2"))),
        ];
        for (wanted, change) in cases {
            assert_eq!(told(change), [(wanted.to_owned(), false)]);
        }
    }

    #[test]
    fn breaking_changes_are_told_apart() {
        let cases: Vec<(&str, Change)> = vec![
            (
                "t The telemetry is removed.",
                Box::new(|d| drop(d["contents"].as_array_mut().unwrap().remove(0))),
            ),
            (
                "t Its type changes: Number becomes Whole number.",
                Box::new(|d| d["contents"][0]["schema"] = json!("integer")),
            ),
            (
                "t It was a telemetry and becomes a property.",
                Box::new(|d| d["contents"][0]["@type"] = json!("Property")),
            ),
            (
                "mode It can't be written from the cloud any more.",
                Box::new(|d| d["contents"][1]["writable"] = json!(false)),
            ),
            (
                "mode Its type changes: One of several values becomes One of several values.",
                Box::new(|d| d["contents"][1]["schema"]["enumValues"][0]["enumValue"] = json!("x")),
            ),
            (
                "go The type of its request changes.",
                Box::new(|d| d["contents"][2]["request"]["schema"] = json!("string")),
            ),
            (
                "go It has a response now.",
                Box::new(|d| d["contents"][2]["response"] = json!({"name": "r", "schema": "string"})),
            ),
            (" The identifier becomes dtmi:a:c;1.", Box::new(|d| d["@id"] = json!("dtmi:a:c;1"))),
        ];
        for (wanted, change) in cases {
            let told = told(change);
            assert_eq!(told[0], (wanted.to_owned(), true));
        }
        let renamed = told(|d| d["contents"][0]["name"] = json!("temp"));
        assert_eq!(
            renamed,
            [("t The telemetry is removed.".into(), true), ("temp The telemetry is new.".into(), false)]
        );
    }
}
