//! Types: words, enums, objects, lists, maps.

use super::{Rules, Walk};
use crate::dtdl::dialect::SCHEMA_DEPTH_MAX;
use crate::dtdl::document::{one_or_many, types};
use crate::dtdl::dtmi;
use crate::dtdl::json::{Json, join};
use crate::dtdl::schema::Schema;
use std::collections::HashSet;

const COMPLEX: [&str; 4] = ["Array", "Enum", "Map", "Object"];

impl<'a> Walk<'a> {
    /// A schema of an interface's `schemas`: it has an identifier, by which others name it.
    pub(super) fn named_schema(&mut self, at: &str, json: &'a Json, rules: Rules) {
        if json.key("@id").is_none() {
            self.error(
                join(at, "@id"),
                "A schema that is told here needs an identifier, by which it is named elsewhere.",
            );
        }
        match json.is_object() {
            true => self.schema(at, json, rules, 0),
            false => self.error(at, "Here stand enums, objects, lists and maps, each an object with @type."),
        }
    }

    pub(super) fn schema(&mut self, at: &str, json: &'a Json, rules: Rules, depth: usize) {
        if let Some(word) = json.as_str() {
            return self.word(at, word, depth);
        }
        if !json.is_object() {
            return self.error(at, "A type is a word such as double, or an object with @type.");
        }
        let kinds: Vec<&str> = types(json).filter(|word| COMPLEX.contains(word)).collect();
        let [kind] = kinds[..] else {
            if let (Some(id), true) = (json.key("@id").and_then(Json::as_str), json.key("@type").is_none()) {
                return self.word(&join(at, "@id"), id, depth);
            }
            return self.error(join(at, "@type"), format!("One of {} is needed here.", COMPLEX.join(", ")));
        };
        if depth >= SCHEMA_DEPTH_MAX {
            return self.error(
                at,
                format!(
                    "Types can stand within each other {SCHEMA_DEPTH_MAX} levels deep; this is one more."
                ),
            );
        }
        self.texts(at, json);
        match kind {
            "Array" => self.part(at, json, "elementSchema", rules, depth),
            "Enum" => self.enumeration(at, json, rules),
            "Map" => self.map(at, json, rules, depth),
            _ => self.object(at, json, rules, depth),
        }
    }

    fn word(&mut self, at: &str, word: &str, depth: usize) {
        if Schema::from_word(word) != Schema::Any && !COMPLEX.contains(&word) {
            return;
        }
        if !word.starts_with("dtmi:") {
            let words: Vec<&str> =
                Schema::OFFERED.iter().map(|(word, _)| *word).filter(|w| !COMPLEX.contains(w)).collect();
            return self.error(
                at,
                format!(
                    "“{word}” is no type. Allowed: {}; or an object with @type {}.",
                    words.join(", "),
                    COMPLEX.join(", ")
                ),
            );
        }
        if let Err(why) = dtmi::check(word) {
            return self.error(at, why);
        }
        match self.named.get(word) {
            None => self
                .error(at, format!("{word} is not told in the “schemas” of any interface of this document.")),
            // It is checked where it is told; here only its depth counts.
            Some(schema) => {
                if depth + levels(schema, &self.named, 0) > SCHEMA_DEPTH_MAX {
                    self.error(at, format!("Types can stand within each other {SCHEMA_DEPTH_MAX} levels deep; with {word} they are more."));
                }
            }
        }
    }

    fn part(&mut self, at: &str, json: &'a Json, key: &str, rules: Rules, depth: usize) {
        match json.key(key) {
            Some(inner) => self.schema(&join(at, key), inner, rules, depth + 1),
            None => self.error(join(at, key), "A type is missing here."),
        }
    }

    fn enumeration(&mut self, at: &str, json: &'a Json, rules: Rules) {
        let of = json.key("valueSchema").and_then(Json::as_str).map(Schema::from_word);
        let of_text = match of {
            Some(Schema::String) => true,
            Some(Schema::Integer) => false,
            _ => {
                return self.error(
                    join(at, "valueSchema"),
                    "The values of an enum are of the type integer or string.",
                );
            }
        };
        let values = one_or_many(&join(at, "enumValues"), json.key("enumValues"));
        if json.key("enumValues").is_none() {
            self.error(
                join(at, "enumValues"),
                "A list of the values is missing: [{\"name\": \"on\", \"enumValue\": 1}].",
            );
        }
        let max = rules.dialect.enum_values_max();
        if values.len() > max {
            self.error(
                join(at, "enumValues"),
                format!(
                    "At most {max} values in version {}; these are {}.",
                    rules.dialect.number(),
                    values.len()
                ),
            );
        }
        let (mut names, mut told) = (HashSet::new(), HashSet::new());
        for (place, value) in values {
            if let Some(name) = self.name(&place, value, rules)
                && !names.insert(name)
            {
                self.error(join(&place, "name"), format!("“{name}” stands here twice."));
            }
            self.texts(&place, value);
            let path = join(&place, "enumValue");
            match value.key("enumValue") {
                Some(Json::String(_)) if of_text => {}
                Some(Json::Number(number)) if !of_text && number.as_i64().is_some() => {}
                None => self.error(path.as_str(), "The value that the device sends is missing."),
                Some(_) => {
                    let kind = if of_text { "a text" } else { "a whole number" };
                    self.error(
                        path.as_str(),
                        format!("The values of this enum are {kind} each, as valueSchema says."),
                    );
                }
            }
            if let Some(value) = value.key("enumValue")
                && !told.insert(value.to_value().to_string())
            {
                self.error(path, "Another name has this value already.");
            }
        }
    }

    fn object(&mut self, at: &str, json: &'a Json, rules: Rules, depth: usize) {
        let fields = one_or_many(&join(at, "fields"), json.key("fields"));
        let max = rules.dialect.fields_max();
        if fields.len() > max {
            self.error(
                join(at, "fields"),
                format!(
                    "At most {max} fields in version {}; these are {}.",
                    rules.dialect.number(),
                    fields.len()
                ),
            );
        }
        let mut names = HashSet::new();
        for (place, field) in fields {
            if let Some(name) = self.name(&place, field, rules)
                && !names.insert(name)
            {
                self.error(join(&place, "name"), format!("“{name}” stands here twice."));
            }
            self.texts(&place, field);
            self.part(&place, field, "schema", rules, depth);
        }
    }

    fn map(&mut self, at: &str, json: &'a Json, rules: Rules, depth: usize) {
        let key = join(at, "mapKey");
        match json.key("mapKey") {
            None => {
                self.error(key, "The key of the map is missing: {\"name\": \"key\", \"schema\": \"string\"}.")
            }
            Some(told) => {
                self.name(&key, told, rules);
                self.texts(&key, told);
                if told.key("schema").and_then(Json::as_str).map(Schema::from_word) != Some(Schema::String) {
                    self.error(join(&key, "schema"), "The keys of a map are of the type string.");
                }
            }
        }
        let value = join(at, "mapValue");
        match json.key("mapValue") {
            None => self.error(
                value,
                "The value of the map is missing: {\"name\": \"value\", \"schema\": \"double\"}.",
            ),
            Some(told) => {
                self.name(&value, told, rules);
                self.texts(&value, told);
                self.part(&value, told, "schema", rules, depth);
            }
        }
    }
}

/// How deep the types within a type go; one that names itself is too deep.
fn levels(json: &Json, named: &crate::dtdl::capability::Named<'_>, depth: usize) -> usize {
    if depth > SCHEMA_DEPTH_MAX {
        return depth;
    }
    if let Some(id) = json.as_str() {
        return named.get(id).map_or(0, |told| levels(told, named, depth));
    }
    let inner = |json: Option<&Json>| json.map_or(0, |json| levels(json, named, depth + 1));
    let fields = one_or_many("", json.key("fields"));
    let deepest = fields.into_iter().map(|(_, field)| inner(field.key("schema"))).max().unwrap_or(0);
    let others =
        inner(json.key("elementSchema")).max(inner(json.key("mapValue").and_then(|v| v.key("schema"))));
    1 + deepest.max(others)
}
