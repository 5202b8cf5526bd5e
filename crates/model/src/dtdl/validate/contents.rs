//! What an interface holds: telemetry, properties, commands, components, relationships.

use super::{Rules, Walk};
use crate::dtdl::Dialect;
use crate::dtdl::capability::{SPECIAL, is_semantic};
use crate::dtdl::document::{contents, has_type, one_or_many, reference, types};
use crate::dtdl::dtmi;
use crate::dtdl::json::{Json, join};
use crate::dtdl::schema::Schema;
use crate::unit;

const KINDS: [&str; 5] = ["Telemetry", "Property", "Command", "Component", "Relationship"];

impl<'a> Walk<'a> {
    pub(super) fn content(&mut self, at: &str, json: &'a Json, rules: Rules) {
        if !json.is_object() {
            return self.error(at, "A content is an object with @type and name.");
        }
        let kinds: Vec<&str> = types(json).filter(|word| KINDS.contains(word)).collect();
        let [kind] = kinds[..] else {
            let said: Vec<&str> = types(json).collect();
            return self.error(
                join(at, "@type"),
                format!("One of {} is needed here; this says “{}”.", KINDS.join(", "), said.join(", ")),
            );
        };
        self.name(at, json, rules);
        self.texts(at, json);
        match kind {
            "Telemetry" => self.values(at, json, true, rules),
            "Property" => {
                self.flag(at, json, "writable");
                self.values(at, json, rules.dialect == Dialect::V3, rules);
            }
            "Command" => self.command(at, json, rules),
            "Component" => self.component(at, json),
            _ => self.relationship(at, json, rules),
        }
    }

    /// Telemetry or a property: its type, what it measures, and how it is shown.
    fn values(&mut self, at: &str, json: &'a Json, arrays: bool, rules: Rules) {
        let path = join(at, "schema");
        let Some(schema) = json.key("schema") else {
            return self
                .error(path, "A type is missing here: a word such as double, or an object with @type.");
        };
        self.schema(&path, schema, rules, 0);
        let schema = self.named.read(Some(schema));
        if !arrays && holds_array(&schema) {
            self.error(path, "A property of DTDL version 2 can't hold a list. Use an object, or version 3.");
        }
        self.semantics(at, json, &schema);
        self.display(at, json, &schema);
    }

    fn semantics(&mut self, at: &str, json: &Json, schema: &Schema) {
        let quantities: Vec<&str> = types(json).filter(|word| unit::semantic_type(word).is_some()).collect();
        if let [first, second, ..] = quantities[..] {
            self.error(
                join(at, "@type"),
                format!("It is either {first} or {second}: one semantic type at most."),
            );
        }
        let known = !matches!(schema, Schema::Any);
        for word in types(json).filter(|word| is_semantic(word)) {
            let allowed = match word {
                "State" => (matches!(schema, Schema::Enum(_)), "an Enum"),
                "Event" => (schema.is_numeric() || *schema == Schema::String, "a number or a string"),
                "Location" => {
                    (matches!(schema, Schema::GeoPoint | Schema::Geometry(_)), "a geopoint or a GeoJSON type")
                }
                "VelocityVector" | "AccelerationVector" => (*schema == Schema::Vector, "a vector"),
                _ => (schema.is_numeric(), "double, float, integer or long"),
            };
            if known && !allowed.0 {
                self.error(
                    join(at, "schema"),
                    format!("What is a {word} has the type {}; this has {}.", allowed.1, schema.word()),
                );
            }
        }
        match (json.key("unit"), quantities.first()) {
            (None, Some(semantic)) => {
                self.note(join(at, "unit"), format!("The unit of the {semantic} is missing."))
            }
            (Some(Json::String(name)), Some(semantic))
                if unit::units_of(semantic).all(|unit| unit.name != name) =>
            {
                let units: Vec<&str> = unit::units_of(semantic).map(|unit| unit.name).take(20).collect();
                self.error(
                    join(at, "unit"),
                    format!("“{name}” is no unit of {semantic}. Allowed: {}.", units.join(", ")),
                );
            }
            (Some(Json::String(_)), None) if types(json).all(|word| !SPECIAL.contains(&word)) => {
                self.note(
                    join(at, "unit"),
                    "DTDL knows a unit only beside its semantic type, such as Temperature.",
                );
            }
            (Some(Json::String(_)) | None, _) => {}
            (Some(_), _) => self.error(join(at, "unit"), "A unit is a word, such as degreeCelsius."),
        }
    }

    /// The words of IoT Central: bounds, decimals, initial value.
    fn display(&mut self, at: &str, json: &Json, schema: &Schema) {
        let mut bound = |key: &str| match json.key(key) {
            None => None,
            Some(value) => {
                if value.as_f64().is_none() {
                    self.error(join(at, key), "This is a number.");
                }
                value.as_f64()
            }
        };
        if let (Some(min), Some(max)) = (bound("minValue"), bound("maxValue"))
            && min > max
        {
            self.error(
                join(at, "minValue"),
                format!("The least value, {min}, is greater than the greatest, {max}."),
            );
        }
        if let Some(decimals) = json.key("decimalPlaces")
            && !decimals.as_i64().is_some_and(|n| (0..=20).contains(&n))
        {
            self.error(join(at, "decimalPlaces"), "A whole number from 0 to 20.");
        }
        if let Some(initial) = json.key("initialValue")
            && let Err(why) = schema.check(&initial.to_value())
        {
            self.error(join(at, "initialValue"), format!("The initial value doesn't fit: {why}."));
        }
    }

    fn command(&mut self, at: &str, json: &'a Json, rules: Rules) {
        self.flag(at, json, "durable");
        if let Some(kind) = json.key("commandType")
            && !matches!(kind.as_str(), Some("synchronous" | "asynchronous"))
        {
            self.error(
                join(at, "commandType"),
                "synchronous or asynchronous; neither means anything any more.",
            );
        }
        for key in ["request", "response"] {
            let Some(payload) = json.key(key) else { continue };
            let place = join(at, key);
            if !payload.is_object() {
                self.error(place, format!("A {key} is an object with name and schema."));
                continue;
            }
            self.name(&place, payload, rules);
            self.texts(&place, payload);
            match payload.key("schema") {
                Some(schema) => self.schema(&join(&place, "schema"), schema, rules, 0),
                None => self.error(join(&place, "schema"), "A type is missing here."),
            }
        }
    }

    fn component(&mut self, at: &str, json: &'a Json) {
        let place = join(at, "schema");
        let Some(id) = json.key("schema").and_then(reference) else {
            return self.error(
                place,
                "A component has the identifier of its interface as its schema, or the interface itself.",
            );
        };
        if let Err(why) = dtmi::check(id) {
            return self.error(place, why);
        }
        let Some(interface) = self.find(id) else { return self.missing(&place, id) };
        let line = crate::dtdl::capability::lineage(&self.interfaces, &interface);
        let nested = line.iter().any(|i| contents("", i.json).iter().any(|(_, c)| has_type(c, "Component")));
        if nested {
            self.error(place, format!("{id} has components itself. A component can't hold another."));
        }
    }

    fn relationship(&mut self, at: &str, json: &'a Json, rules: Rules) {
        self.flag(at, json, "writable");
        if let Some(target) = json.key("target") {
            match target.as_str() {
                Some(id) => {
                    if let Err(why) = dtmi::check(id) {
                        self.error(join(at, "target"), why);
                    }
                }
                None => self.error(join(at, "target"), "A target is the identifier of an interface."),
            }
        }
        let max = rules.dialect.multiplicity_max();
        if let Some(most) = json.key("maxMultiplicity")
            && !most.as_i64().is_some_and(|n| (1..=max).contains(&n))
        {
            let upper = if max == i64::MAX { String::new() } else { format!(" to {max}") };
            self.error(join(at, "maxMultiplicity"), format!("A whole number from 1{upper}."));
        }
        if let Some(least) = json.key("minMultiplicity")
            && least.as_i64() != Some(0)
        {
            self.error(join(at, "minMultiplicity"), "DTDL allows 0 only.");
        }
        for (place, property) in one_or_many(&join(at, "properties"), json.key("properties")) {
            match has_type(property, "Property") {
                true => self.content(&place, property, rules),
                false => self.error(
                    join(&place, "@type"),
                    "The properties of a relationship have the @type “Property”.",
                ),
            }
        }
    }

    fn flag(&mut self, at: &str, json: &Json, key: &str) {
        if json.key(key).is_some_and(|value| !matches!(value, Json::Bool(_))) {
            self.error(join(at, key), "true or false.");
        }
    }
}

fn holds_array(schema: &Schema) -> bool {
    match schema {
        Schema::Array(_) => true,
        Schema::Object(fields) => fields.iter().any(|field| holds_array(&field.schema)),
        Schema::Map(map) => holds_array(&map.value),
        _ => false,
    }
}
