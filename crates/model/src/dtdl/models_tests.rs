//! Whole models, and what must hold for any JSON at all.

use super::*;
use crate::template::Telemetry;
use proptest::prelude::*;
use serde_json::{Value, json};

const MODELS: [(&str, &str); 5] = [
    ("thermostat", include_str!("models/thermostat.json")),
    ("controller", include_str!("models/controller.json")),
    ("template", include_str!("models/template.json")),
    ("tracker", include_str!("models/tracker.json")),
    ("sensor_v3", include_str!("models/sensor_v3.json")),
];

fn model(name: &str) -> Document {
    let text = MODELS.iter().find(|(known, _)| *known == name).unwrap().1;
    Document::parse(text).unwrap()
}

#[test]
fn models_come_back_as_they_were_and_have_no_errors() {
    for (name, text) in MODELS {
        let document = Document::parse(text).unwrap();
        let export = document.to_text();
        assert_eq!(
            serde_json::from_str::<Value>(&export).unwrap(),
            serde_json::from_str::<Value>(text).unwrap(),
            "{name}"
        );
        // Also by the letter, but for spaces: keys keep their order.
        let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(squeezed(&export), squeezed(text), "{name}");
        let found = validate(&document);
        assert_eq!(errors(&found).collect::<Vec<_>>(), Vec::<&Issue>::new(), "{name}");
        assert!(compare(&document, &document).is_empty(), "{name}");
        for capability in capabilities(&document) {
            let mut again = document.clone();
            change(&mut again, &capability);
            assert_eq!(again, document, "{name}: what is not changed is not touched ({})", capability.name);
        }
    }
}

#[test]
fn a_controller_is_read() {
    let document = model("controller");
    assert_eq!((document.name().as_str(), document.id()), ("Controller", "dtmi:house:Controller;2"));
    let components = components(&document);
    let names: Vec<(&str, bool)> =
        components.iter().map(|c| (c.name.as_str(), c.interface_at.is_some())).collect();
    assert_eq!(names, [("thermostat1", true), ("thermostat2", true), ("deviceInformation", false)]);
    let all = capabilities(&document);
    let find = |name: &str| all.iter().find(|c| whole_name(&c.component, &c.name) == name).unwrap();
    assert!(find("serialNumber").inherited);
    assert!(find("customer").cloud && !find("interval").cloud);
    assert_eq!(find("interval").initial.as_ref().and_then(Json::as_i64), Some(60));
    assert!(
        find("reboot").queued && find("reboot").request.as_ref().is_some_and(|r| r.schema == Schema::Integer)
    );
    assert!(find("thermostat2.targetTemperature").writable);
    assert_eq!(find("mode").semantic, "State");
    let fields = fields(&document);
    let names: Vec<&str> = fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(
        names,
        ["memory", "moisture", "alarm", "mode", "thermostat1.temperature", "thermostat2.temperature"]
    );
    let (memory, heat) = (&fields[0], &fields[4]);
    assert_eq!(
        (memory.unit.as_str(), memory.shown_unit(), memory.shown.convert(2048.0)),
        ("KiB", "MiB", 2.0)
    );
    assert_eq!(
        (memory.shown.decimals, memory.shown.max, memory.shown.color.as_str()),
        (Some(1), Some(65536.0), "#1f77b4")
    );
    assert_eq!(
        (heat.display_name.as_str(), heat.unit.as_str(), heat.shown_unit()),
        ("First floor · Temperature", "°F", "°C")
    );
    assert!((heat.shown.convert(212.0) - 100.0).abs() < 1e-9);
    let notes: Vec<String> = validate(&document).into_iter().map(|issue| issue.path).collect();
    assert_eq!(notes, ["/0/contents/1/unit", "/0/contents/9/schema"]);
}

#[test]
fn envelopes_vendors_and_version_3_are_read() {
    let names = |name: &str| {
        fields(&model(name))
            .into_iter()
            .map(|f| format!("{} {}", f.name, f.schema.word()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names("template"), ["pressure double", "burner.flame boolean"]);
    assert_eq!(names("tracker"), ["Shock vector", "Position geopoint", "Cells Map"]);
    assert_eq!(names("sensor_v3"), ["temperature double", "confidence double", "place point"]);
    assert_eq!(model("sensor_v3").dialect(), Some(Dialect::V3));
    assert_eq!(model("template").name(), "Boiler");
}

/// The thermostat, after this is done to it.
fn broken(change: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let mut json = model("thermostat").json().to_value();
    change(&mut json);
    let found = validate(&Document::new(Json::from(json)));
    errors(&found).map(|issue| (issue.path.clone(), issue.message.clone())).collect()
}

#[test]
fn errors_stand_at_their_places() {
    type Change = Box<dyn FnOnce(&mut Value)>;
    let set = |pointer: &'static str, value: Value| -> Change {
        Box::new(move |json| *json.pointer_mut(pointer).unwrap() = value)
    };
    let put = |pointer: &'static str, key: &'static str, value: Value| -> Change {
        Box::new(move |json| {
            drop(json.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert(key.into(), value))
        })
    };
    let deep = (0..6).fold(json!("double"), |inner, _| json!({"@type": "Array", "elementSchema": inner}));
    let many =
        |n: usize| (0..n).map(|i| json!({"name": format!("n{i}"), "enumValue": i})).collect::<Vec<_>>();
    let fields =
        |n: usize| (0..n).map(|i| json!({"name": format!("n{i}"), "schema": "double"})).collect::<Vec<_>>();
    let contents = |n: usize| {
        (0..n)
            .map(|i| json!({"@type": "Telemetry", "name": format!("n{i}"), "schema": "double"}))
            .collect::<Vec<_>>()
    };
    let cases: Vec<(Change, &str, &str)> = vec![
        (set("/@id", json!("thermostat")), "/@id", "doesn't begin with “dtmi:”"),
        (set("/@id", json!(format!("dtmi:{};1", "x".repeat(130)))), "/@id", "at most 128 characters"),
        (set("/@type", json!("Face")), "/@type", "“Interface”"),
        (set("/@context", json!("dtmi:dtdl:context;9")), "/@context", "dtmi:dtdl:context;3"),
        (set("/displayName", json!("x".repeat(65))), "/displayName", "At most 64 characters; this has 65."),
        (set("/displayName", json!(7)), "/displayName", "This is a text"),
        (put("", "comment", json!("x".repeat(513))), "/comment", "At most 512"),
        (put("", "contents", json!("x")), "/contents", "The contents are a list"),
        (set("/contents/0/name", json!("a b")), "/contents/0/name", "begins with a letter"),
        (set("/contents/0/name", json!("lastBoot")), "/contents/2/name", "stands here twice"),
        (set("/contents/0/@type", json!("Telemetries")), "/contents/0/@type", "One of Telemetry, Property"),
        (
            set("/contents/0/schema", json!("decimal")),
            "/contents/0/schema",
            "“decimal” is no type. Allowed: double",
        ),
        (
            set("/contents/0/schema", json!("string")),
            "/contents/0/schema",
            "What is a Temperature has the type double",
        ),
        (
            set("/contents/0/schema", json!("dtmi:a:b;1")),
            "/contents/0/schema",
            "is not told in the “schemas”",
        ),
        (
            set("/contents/0/unit", json!("bananas")),
            "/contents/0/unit",
            "“bananas” is no unit of Temperature. Allowed: degreeCelsius",
        ),
        (put("/contents/0", "minValue", json!("x")), "/contents/0/minValue", "This is a number."),
        (put("/contents/0", "decimalPlaces", json!(1.5)), "/contents/0/decimalPlaces", "0 to 20"),
        (put("/contents/1", "initialValue", json!("warm")), "/contents/1/initialValue", "expected a number"),
        (set("/contents/1/writable", json!("yes")), "/contents/1/writable", "true or false"),
        (
            put("/contents/2", "schema", json!({"@type": "Array", "elementSchema": "double"})),
            "/contents/2/schema",
            "can't hold a list",
        ),
        (
            put("/contents/0", "schema", deep),
            "/contents/0/schema/elementSchema/elementSchema/elementSchema/elementSchema/elementSchema",
            "5 levels deep",
        ),
        (
            put("/contents/2", "schema", json!({"@type": "Enum", "valueSchema": "double", "enumValues": []})),
            "/contents/2/schema/valueSchema",
            "integer or string",
        ),
        (
            put(
                "/contents/2",
                "schema",
                json!({"@type": "Enum", "valueSchema": "integer", "enumValues": many(101)}),
            ),
            "/contents/2/schema/enumValues",
            "At most 100 values",
        ),
        (
            put(
                "/contents/2",
                "schema",
                json!({"@type": "Enum", "valueSchema": "string", "enumValues": [{"name": "a", "enumValue": 1}]}),
            ),
            "/contents/2/schema/enumValues/0/enumValue",
            "a text each",
        ),
        (
            put(
                "/contents/2",
                "schema",
                json!({"@type": "Enum", "valueSchema": "integer", "enumValues": [{"name": "a", "enumValue": 1}, {"name": "b", "enumValue": 1}]}),
            ),
            "/contents/2/schema/enumValues/1/enumValue",
            "Another name has this value",
        ),
        (
            put("/contents/2", "schema", json!({"@type": "Object", "fields": fields(31)})),
            "/contents/2/schema/fields",
            "At most 30 fields",
        ),
        (
            put(
                "/contents/2",
                "schema",
                json!({"@type": "Map", "mapKey": {"name": "k", "schema": "integer"}, "mapValue": {"name": "v", "schema": "double"}}),
            ),
            "/contents/2/schema/mapKey/schema",
            "of the type string",
        ),
        (put("", "contents", json!(contents(301))), "/contents", "At most 300 contents"),
        (
            set("/contents/3/request", json!({"schema": "double"})),
            "/contents/3/request/name",
            "A name is missing",
        ),
        (
            put("", "extends", json!(["dtmi:a:a;1", "dtmi:a:b;1", "dtmi:a:c;1"])),
            "/extends",
            "At most 2 interfaces",
        ),
        (put("", "extends", json!("dtmi:house:Thermostat;1")), "/extends", "circle"),
        (
            set("/contents/2", json!({"@type": "Component", "name": "c", "schema": "x"})),
            "/contents/2/schema",
            "dtmi:",
        ),
        (
            set("/contents/2", json!({"@type": "Relationship", "name": "c", "maxMultiplicity": 501})),
            "/contents/2/maxMultiplicity",
            "1 to 500",
        ),
        (
            set("/contents/2", json!({"@type": ["Telemetry", "State"], "name": "c", "schema": "double"})),
            "/contents/2/schema",
            "has the type an Enum",
        ),
    ];
    for (change, path, message) in cases {
        let found = broken(change);
        assert!(
            found.iter().any(|(at, said)| at == path && said.contains(message)),
            "{path} {message}: {found:?}"
        );
    }
}

#[test]
fn interfaces_are_seen_together() {
    let errors_of = |json: Value| {
        let found = validate(&Document::new(Json::from(json)));
        errors(&found).map(|issue| format!("{} {}", issue.path, issue.message)).collect::<Vec<_>>()
    };
    let interface = |id: &str, extends: Value, contents: Value| json!({"@context": "dtmi:dtdl:context;2", "@type": "Interface", "@id": id, "extends": extends, "contents": contents});
    let field = json!([{"@type": "Telemetry", "name": "t", "schema": "double"}]);
    let twice = errors_of(json!([
        interface("dtmi:a:a;1", json!("dtmi:a:b;1"), field.clone()),
        interface("dtmi:a:b;1", json!([]), field.clone())
    ]));
    assert_eq!(
        twice,
        ["/0/contents/0/name “t” is inherited from dtmi:a:b;1 as well. A name can't stand in both."]
    );
    let nested = errors_of(json!([
        interface(
            "dtmi:a:a;1",
            json!([]),
            json!([{"@type": "Component", "name": "b", "schema": "dtmi:a:b;1"}])
        ),
        interface(
            "dtmi:a:b;1",
            json!([]),
            json!([{"@type": "Component", "name": "c", "schema": "dtmi:a:c;1"}])
        ),
        interface("dtmi:a:c;1", json!([]), json!([])),
    ]));
    assert_eq!(
        nested,
        ["/0/contents/0/schema dtmi:a:b;1 has components itself. A component can't hold another."]
    );
    let same = errors_of(json!([
        interface("dtmi:a:a;1", json!([]), json!([])),
        interface("dtmi:a:a;1", json!([]), json!([]))
    ]));
    assert!(same[0].starts_with("/1/@id "), "{same:?}");
    let chain: Vec<Value> = (0..13)
        .map(|n| interface(&format!("dtmi:a:i{n};1"), json!(format!("dtmi:a:i{};1", n + 1)), json!([])))
        .collect();
    assert!(errors_of(json!(chain)).iter().any(|e| e == "/0/extends Inheritance has at most 10 levels."));
    assert_eq!(errors_of(json!(7)).len(), 1);
    assert_eq!(errors_of(json!([])).len(), 1);
    // A schema that names itself ends.
    let mut own = interface(
        "dtmi:a:a;1",
        json!([]),
        json!([{"@type": "Telemetry", "name": "t", "schema": "dtmi:a:s;1"}]),
    );
    own["schemas"] = json!([{"@id": "dtmi:a:s;1", "@type": "Array", "elementSchema": "dtmi:a:s;1"}]);
    assert!(!errors_of(own).is_empty());
}

#[test]
fn what_is_no_json_says_where() {
    assert!(Document::parse("").unwrap_err().message.starts_with("This is empty"));
    assert!(Document::parse("{\n\"a\": }").unwrap_err().message.contains("line 2"));
    assert!(Document::parse("{\"a\":1,\"a\":2}").unwrap_err().message.contains("“a” stands twice"));
    assert!(Document::parse("\u{feff}{}").is_ok());
}

#[test]
fn changes_touch_only_what_they_say() {
    let mut document = model("controller");
    let memory = capabilities(&document).remove(0);
    change(
        &mut document,
        &Capability {
            display_name: "RAM".into(),
            decimals: None,
            max: Some(2.5),
            semantic: String::new(),
            unit: String::new(),
            ..memory.clone()
        },
    );
    let json = document.json().at("/0/contents/0").unwrap();
    assert_eq!(json.at("/displayName/en").and_then(Json::as_str), Some("RAM"));
    assert_eq!(json.to_value()["@type"], json!(["Telemetry", "NumberValue"]));
    assert_eq!(
        (json.key("decimalPlaces"), json.key("unit"), json.key("maxValue").and_then(Json::as_f64)),
        (None, None, Some(2.5))
    );
    change(&mut document, &memory);
    assert_eq!(document.json().to_value(), {
        let mut wanted = model("controller").json().to_value();
        wanted[0]["contents"][0]["@type"] = json!(["Telemetry", "DataSize", "NumberValue"]);
        wanted
    });
    rename(&mut document, "Ruler");
    assert_eq!(
        document.json().at("/0/displayName").unwrap().to_value(),
        json!({"en": "Ruler", "de": "Regler"})
    );
    set_version(&mut document, "dtmi:house:Controller;3");
    assert_eq!(document.id(), "dtmi:house:Controller;3");
}

#[test]
fn capabilities_are_added_taken_out_and_put_back() {
    let mut document = new_document("dtmi:a:b;1", "B", &[]);
    let wanted = Capability {
        kind: Kind::Property,
        name: "customer".into(),
        schema: Schema::String,
        cloud: true,
        writable: true,
        initial: Some("nobody".into()),
        ..Capability::default()
    };
    let at = add(&mut document, "", &wanted).unwrap();
    assert_eq!(at, "/contents/0");
    assert_eq!(
        document.json().to_value()["@context"],
        json!(["dtmi:dtdl:context;2", "dtmi:iotcentral:context;2"])
    );
    assert_eq!(errors(&validate(&document)).count(), 0);
    let read = capabilities(&document).remove(0);
    assert_eq!(Capability { at: String::new(), interface: String::new(), ..read }, wanted);
    let command = Capability {
        kind: Kind::Command,
        name: "go".into(),
        queued: true,
        request: Some(Payload { name: "far".into(), display_name: "Far".into(), schema: Schema::Integer }),
        ..Capability::default()
    };
    add(&mut document, "", &command).unwrap();
    let full = document.clone();
    let gone = remove(&mut document, &at).unwrap();
    assert_eq!(capabilities(&document).len(), 1);
    restore(&mut document, &at, gone);
    assert_eq!(document, full);
    assert_eq!(remove(&mut document, "/contents/7"), None);
    assert_eq!(add(&mut document, "/nowhere", &wanted), None);
}

#[test]
fn what_is_made_is_read_back() {
    let field = |name: &str, schema, unit: &str| Telemetry {
        name: name.into(),
        display_name: name.to_uppercase(),
        schema,
        unit: unit.into(),
        ..Telemetry::default()
    };
    let telemetry = [
        field("temperature", Schema::Double, "°C"),
        field("co2", Schema::Integer, "mg/dL"),
        field("where", Schema::GeoPoint, ""),
    ];
    let document = new_document("dtmi:a:room;1", "Room", &telemetry);
    assert_eq!(fields(&document), telemetry);
    assert_eq!(errors(&validate(&document)).count(), 0);
    let json = document.json().to_value();
    assert_eq!(
        (&json["contents"][0]["@type"], &json["contents"][1]["displayUnit"]),
        (&json!(["Telemetry", "Temperature"]), &json!("mg/dL"))
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        "[ -~äß—]{0,12}",
        proptest::sample::select(vec![
            "@type",
            "@id",
            "name",
            "schema",
            "contents",
            "Interface",
            "Telemetry",
            "Property",
            "Component",
            "Enum",
            "Object",
            "extends",
            "dtmi:a:b;1",
            "dtmi:dtdl:context;2",
            "@context",
            "enumValues",
            "fields",
            "unit",
            "double"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Every question that is asked of a document; none may fail, whatever it is.
fn ask_everything(document: &Document) {
    let issues = validate(document);
    assert_eq!(problem(&issues).is_some(), errors(&issues).next().is_some());
    for issue in &issues {
        let parent = issue.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        assert!(document.json().at(parent).is_some(), "{} leads nowhere", issue.path);
    }
    fields(document);
    let mut changed = document.clone();
    for capability in capabilities(document) {
        change(&mut changed, &Capability { name: "other".into(), initial: Some(Json::Null), ..capability });
    }
    compare(document, &changed);
    rename(&mut changed, "Other");
    set_version(&mut changed, "dtmi:a:b;2");
}

proptest! {
    #[test]
    fn any_json_comes_back_and_is_answered(value in any_json()) {
        let document = Document::parse(&value.to_string()).unwrap();
        prop_assert_eq!(document.json().to_value(), value.clone());
        prop_assert_eq!(serde_json::from_str::<Value>(&document.to_text()).unwrap(), value);
        ask_everything(&document);
    }

    #[test]
    fn a_model_with_nonsense_in_it_is_answered(which in 0..MODELS.len(), place in any::<proptest::sample::Index>(), value in any_json()) {
        let mut json = model(MODELS[which].0).json().to_value();
        let mut places = Vec::new();
        gather(&json, String::new(), &mut places);
        *json.pointer_mut(place.get(&places[..]).as_str()).unwrap() = value;
        let document = Document::new(Json::from(json));
        ask_everything(&document);
    }
}

fn gather(json: &Value, at: String, places: &mut Vec<String>) {
    match json {
        Value::Object(map) => map.iter().for_each(|(key, inner)| gather(inner, join(&at, key), places)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, inner)| gather(inner, join(&at, i), places))
        }
        _ => {}
    }
    places.push(at);
}
