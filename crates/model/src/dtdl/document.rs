//! A document: the JSON as somebody wrote it, and the interfaces in it.

use super::dialect::Dialect;
use super::issue::Issue;
use super::json::{Json, join};
use serde::{Deserialize, Serialize};

/// How deep interfaces that stand within each other are looked for.
const INLINE_DEPTH_MAX: usize = 12;

/// A DTDL document: an interface, a list of interfaces, or a device template as IoT Central exports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document {
    root: Json,
}

/// An interface of a document.
#[derive(Clone, Debug)]
pub struct Interface<'a> {
    /// Where it stands.
    pub at: String,
    /// What stands there.
    pub json: &'a Json,
    /// Its identifier; empty where it has none.
    pub id: &'a str,
    /// The version of DTDL that holds there, where its context says one.
    pub dialect: Option<Dialect>,
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// It is no JSON; the sentence says in which line.
    pub fn parse(text: &str) -> Result<Document, Issue> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim().is_empty() {
            return Err(Issue::error(
                "",
                "This is empty. A DTDL document is JSON: an interface, or a list of interfaces.",
            ));
        }
        match serde_json::from_str(text) {
            Ok(root) => Ok(Document { root }),
            Err(e) => Err(Issue::error("", format!("This is no JSON that can be read: {e}."))),
        }
    }

    /// The document of a JSON value.
    pub fn new(root: Json) -> Document {
        Document { root }
    }

    /// The whole.
    pub fn json(&self) -> &Json {
        &self.root
    }

    /// The whole, to change it.
    pub fn json_mut(&mut self) -> &mut Json {
        &mut self.root
    }

    /// The text, as it is exported.
    pub fn to_text(&self) -> String {
        self.root.pretty()
    }

    /// All interfaces: those of the document's list, and those that stand within them.
    pub fn interfaces(&self) -> Vec<Interface<'_>> {
        let mut found = Vec::new();
        match &self.root {
            Json::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    collect(join("", i), item, None, 0, &mut found);
                }
            }
            envelope if envelope.key("capabilityModel").is_some() => {
                let dialect = envelope.key("@context").and_then(Dialect::of_context);
                if let Some(model) = envelope.key("capabilityModel") {
                    collect("/capabilityModel".into(), model, dialect, 0, &mut found);
                }
            }
            root => collect(String::new(), root, None, 0, &mut found),
        }
        // A list says its context at least once; where an interface says nothing, the others speak for it.
        let common = found.iter().find_map(|i| i.dialect);
        found.iter_mut().for_each(|i| i.dialect = i.dialect.or(common));
        found
    }

    /// The interface that the template is about: the first that no other extends or has as a component.
    pub fn main(&self) -> Option<Interface<'_>> {
        let interfaces = self.interfaces();
        let used: Vec<&str> = interfaces.iter().flat_map(|i| references(i.json)).collect();
        let free = interfaces.iter().find(|i| !used.contains(&i.id));
        free.or(interfaces.first()).cloned()
    }

    /// The interface of this identifier.
    pub fn interface(&self, id: &str) -> Option<Interface<'_>> {
        self.interfaces().into_iter().find(|i| i.id == id)
    }

    /// The version of DTDL of the main interface.
    pub fn dialect(&self) -> Option<Dialect> {
        self.main().and_then(|i| i.dialect)
    }

    /// The identifier of the main interface; empty where there is none.
    pub fn id(&self) -> &str {
        self.main().map(|i| i.id).unwrap_or_default()
    }

    /// What people call it: the display name, of an exported template the one around its model, else the last word of the
    /// identifier.
    pub fn name(&self) -> String {
        let Some(main) = self.main() else { return String::new() };
        let around = self.root.key("capabilityModel").and_then(|_| called(&self.root));
        let own = around.or_else(|| called(main.json)).or_else(|| called(&self.root));
        let word = super::dtmi::family(main.id).rsplit(':').next().unwrap_or_default();
        own.unwrap_or(word).to_owned()
    }
}

/// The display name of something, where it has one that says anything.
fn called(json: &Json) -> Option<&str> {
    json.key("displayName").and_then(text).map(str::trim).filter(|name| !name.is_empty())
}

/// A text of DTDL: a string, or one string a language, of which English or the first counts.
pub(super) fn text(value: &Json) -> Option<&str> {
    match value {
        Json::String(text) => Some(text),
        Json::Object(pairs) => value.key("en").or_else(|| pairs.first().map(|(_, first)| first))?.as_str(),
        _ => None,
    }
}

/// The words of `@type`: a word or a list of words.
pub(super) fn types(json: &Json) -> impl Iterator<Item = &str> {
    let kind = json.key("@type");
    kind.into_iter().chain(kind.into_iter().flat_map(Json::items)).filter_map(Json::as_str)
}

/// Whether `@type` has the word.
pub(super) fn has_type(json: &Json, wanted: &str) -> bool {
    types(json).any(|word| word == wanted)
}

/// What stands in `extends`, with its place: one, or a list.
pub(super) fn extended<'a>(at: &str, interface: &'a Json) -> Vec<(String, &'a Json)> {
    one_or_many(&join(at, "extends"), interface.key("extends"))
}

/// What stands in `contents`, with its place: a list, or one alone.
pub(super) fn contents<'a>(at: &str, interface: &'a Json) -> Vec<(String, &'a Json)> {
    one_or_many(&join(at, "contents"), interface.key("contents"))
}

/// A set of JSON-LD: a list, or one alone.
pub(super) fn one_or_many<'a>(at: &str, set: Option<&'a Json>) -> Vec<(String, &'a Json)> {
    match set {
        None => Vec::new(),
        Some(Json::Array(items)) => items.iter().enumerate().map(|(i, item)| (join(at, i), item)).collect(),
        Some(one) => vec![(at.to_owned(), one)],
    }
}

/// The identifier of an interface that is named, or that stands there itself.
pub(super) fn reference(json: &Json) -> Option<&str> {
    json.as_str().or_else(|| json.key("@id")?.as_str())
}

fn references(interface: &Json) -> impl Iterator<Item = &str> {
    let extended = extended("", interface).into_iter().filter_map(|(_, json)| reference(json));
    let components = contents("", interface).into_iter().filter(|(_, json)| has_type(json, "Component"));
    extended.chain(components.filter_map(|(_, json)| reference(json.key("schema")?)))
}

fn collect<'a>(
    at: String,
    json: &'a Json,
    dialect: Option<Dialect>,
    depth: usize,
    found: &mut Vec<Interface<'a>>,
) {
    if !json.is_object() || depth > INLINE_DEPTH_MAX {
        return;
    }
    let dialect = json.key("@context").and_then(Dialect::of_context).or(dialect);
    let id = json.key("@id").and_then(Json::as_str).unwrap_or_default();
    let inner = extended(&at, json).into_iter().chain(
        contents(&at, json)
            .into_iter()
            .filter(|(_, content)| has_type(content, "Component"))
            .filter_map(|(place, content)| Some((join(&place, "schema"), content.key("schema")?))),
    );
    found.push(Interface { at: at.clone(), json, id, dialect });
    for (place, json) in inner {
        collect(place, json, dialect, depth + 1, found);
    }
}
