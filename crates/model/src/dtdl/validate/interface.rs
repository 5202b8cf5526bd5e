//! An interface: its identifier, its context, what it extends, and how much it holds.

use super::{Rules, Walk};
use crate::dtdl::Dialect;
use crate::dtdl::dialect::{EXTENDS_DEPTH_MAX, INTERFACE_ID_MAX};
use crate::dtdl::document::{Interface, contents, extended, has_type, one_or_many, reference};
use crate::dtdl::json::{Json, join};
use std::collections::{HashMap, HashSet};

/// Most interfaces whose contents are compared, so that a tangle of inheritance ends.
const LINEAGE_MAX: usize = 1024;

impl<'a> Walk<'a> {
    /// Two interfaces can't have the same identifier.
    pub(super) fn repeated_ids(&mut self) {
        let mut seen = HashSet::new();
        for interface in self.interfaces.clone() {
            if !interface.id.is_empty() && !seen.insert(interface.id) {
                self.error(
                    join(&interface.at, "@id"),
                    format!(
                        "{} stands in this document twice. Each interface has an identifier of its own.",
                        interface.id
                    ),
                );
            }
        }
    }

    pub(super) fn interface(&mut self, interface: &Interface<'a>) {
        let (at, json) = (interface.at.as_str(), interface.json);
        if !has_type(json, "Interface") {
            self.error(join(at, "@type"), "An interface has the @type “Interface”.");
        }
        let id = join(at, "@id");
        match interface.id.chars().count() {
            0 if json.key("@id").is_none() => {
                self.error(id, "An interface needs an identifier, such as dtmi:com:example:Thermostat;1.");
            }
            length if length > INTERFACE_ID_MAX => {
                self.error(id, format!("The identifier of an interface has at most {INTERFACE_ID_MAX} characters; this has {length}."));
            }
            _ => {}
        }
        self.texts(at, json);
        let Some(dialect) = interface.dialect else {
            return self.error(
                join(at, "@context"),
                format!(
                    "The @context says which DTDL this is: “{}” or “{}”, alone or in a list.",
                    Dialect::V2.context(),
                    Dialect::V3.context()
                ),
            );
        };
        let rules = Rules { dialect };
        self.size(at, json, rules);
        self.extends(interface, rules);
        for (place, schema) in one_or_many(&join(at, "schemas"), json.key("schemas")) {
            self.named_schema(&place, schema, rules);
        }
        match json.key("contents") {
            None | Some(Json::Array(_) | Json::Object(_)) => {}
            Some(_) => self.error(
                join(at, "contents"),
                "The contents are a list of telemetry, properties, commands, components and relationships.",
            ),
        }
        for (place, content) in contents(at, json) {
            self.content(&place, content, rules);
        }
        self.unique_names(interface, rules);
    }

    fn size(&mut self, at: &str, json: &Json, rules: Rules) {
        let max = rules.dialect.interface_bytes_max();
        if max < usize::MAX {
            let bytes = serde_json::to_vec(json).map(|text| text.len()).unwrap_or_default();
            if bytes > max {
                self.error(at, format!("An interface has at most {max} bytes; this has {bytes}."));
            }
        }
    }

    fn extends(&mut self, interface: &Interface<'a>, rules: Rules) {
        let parents = extended(&interface.at, interface.json);
        let max = rules.dialect.extends_max();
        if parents.len() > max {
            self.error(
                join(&interface.at, "extends"),
                format!(
                    "At most {max} interfaces can be extended in version {}; these are {}.",
                    rules.dialect.number(),
                    parents.len()
                ),
            );
        }
        for (place, parent) in parents {
            match reference(parent) {
                None => self.error(place, "What is extended is named by its identifier, or is an interface."),
                Some(id) if self.find(id).is_none() => self.missing(&place, id),
                Some(id) if self.reaches(id, interface.id, &mut HashSet::new()) => {
                    self.error(
                        place,
                        format!("{id} extends this interface in turn. Inheritance can't go in a circle."),
                    );
                }
                Some(_) => {}
            }
        }
        if self.depth(interface.id, 0) > EXTENDS_DEPTH_MAX {
            self.error(
                join(&interface.at, "extends"),
                format!("Inheritance has at most {EXTENDS_DEPTH_MAX} levels."),
            );
        }
    }

    /// An interface that is named and lies elsewhere: not wrong, but nothing is known of what it holds.
    pub(super) fn missing(&mut self, place: &str, id: &str) {
        self.note(
            place,
            format!("{id} is not part of this document, so what it holds isn't known here. Add the interface to the document to have it."),
        );
    }

    /// Whether by `extends` one comes from `from` to `to`.
    fn reaches(&self, from: &str, to: &str, seen: &mut HashSet<String>) -> bool {
        if from == to {
            return true;
        }
        if !seen.insert(from.to_owned()) {
            return false;
        }
        let Some(interface) = self.find(from) else { return false };
        extended("", interface.json)
            .into_iter()
            .filter_map(|(_, parent)| reference(parent))
            .any(|id| self.reaches(id, to, seen))
    }

    /// Levels of inheritance above an interface; a circle counts as one too many.
    fn depth(&self, id: &str, level: usize) -> usize {
        if level > EXTENDS_DEPTH_MAX {
            return level;
        }
        let Some(interface) = self.find(id) else { return level };
        let mut deepest = level;
        // A wide tangle must not be walked by every one of its paths: the first that is too deep is enough.
        for (_, parent) in extended("", interface.json).into_iter().take(LINEAGE_MAX) {
            if let Some(id) = reference(parent) {
                deepest = deepest.max(self.depth(id, level + 1));
            }
            if deepest > EXTENDS_DEPTH_MAX {
                break;
            }
        }
        deepest
    }

    /// Names are unique among an interface's contents with those that it inherits, which are counted too.
    fn unique_names(&mut self, interface: &Interface<'a>, rules: Rules) {
        let line = crate::dtdl::capability::lineage(&self.interfaces, interface);
        let mut names: HashMap<&str, &str> = HashMap::new();
        let mut count = 0;
        for of in line.iter().take(LINEAGE_MAX) {
            for (place, content) in contents(&of.at, of.json) {
                count += elements(content, rules);
                let Some(name) = content.key("name").and_then(Json::as_str) else { continue };
                let before = names.insert(name, of.id);
                let Some(before) = before else { continue };
                let message = if before == of.id && of.at == interface.at {
                    format!("“{name}” stands here twice. Names are unique within an interface.")
                } else if of.at != interface.at && before == interface.id {
                    format!("“{name}” is inherited from {} as well. A name can't stand in both.", of.id)
                } else {
                    continue;
                };
                let own = contents(&interface.at, interface.json)
                    .into_iter()
                    .find(|(_, own)| own.key("name").and_then(Json::as_str) == Some(name));
                let place = if of.at == interface.at { place } else { own.map_or(place, |(at, _)| at) };
                self.error(join(&place, "name"), message);
            }
        }
        let max = rules.dialect.contents_max();
        if count > max {
            let what = if rules.dialect == Dialect::V2 { "contents" } else { "elements" };
            self.error(
                join(&interface.at, "contents"),
                format!("At most {max} {what} with those that are inherited; these are {count}."),
            );
        }
    }
}

/// What a content counts for: one in version 2, with all that stands in it in version 3.
fn elements(content: &Json, rules: Rules) -> usize {
    match rules.dialect {
        Dialect::V2 => 1,
        Dialect::V3 => objects(content),
    }
}

fn objects(json: &Json) -> usize {
    match json {
        Json::Object(pairs) => 1 + pairs.iter().map(|(_, value)| objects(value)).sum::<usize>(),
        Json::Array(items) => items.iter().map(objects).sum(),
        _ => 0,
    }
}
