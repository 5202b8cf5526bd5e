//! Changes to a document, made in place: what is not changed stays as it was written.

use super::capability::{Capability, Kind, Named, Payload, is_semantic, read};
use super::dialect::Dialect;
use super::document::{Document, text, types};
use super::json::{Json, join};
use crate::unit;

/// The context of IoT Central's words: units that are shown, bounds, cloud properties.
pub(super) const IOT_CENTRAL: &str = "dtmi:iotcentral:context;2";
const QUANTITIES: &str = "dtmi:dtdl:extension:quantitativeTypes;1";
const INITIAL: &str = "dtmi:dtdl:extension:initialization;1";

/// Appends a capability to the interface that stands at `interface_at`; tells where it stands now.
pub fn add(document: &mut Document, interface_at: &str, capability: &Capability) -> Option<String> {
    let interface = document.json_mut().at_mut(interface_at).filter(|json| json.is_object())?;
    if interface.key("contents").is_none() {
        interface.set("contents", Vec::new());
    }
    let contents = interface.key_mut("contents")?;
    if !matches!(contents, Json::Array(_)) {
        *contents = Json::Array(vec![contents.clone()]);
    }
    let Json::Array(items) = contents else { return None };
    let at = join(&join(interface_at, "contents"), items.len());
    items.push(Json::object([
        ("@type", Json::from(capability.kind.word())),
        ("name", Json::from(capability.name.as_str())),
    ]));
    change(document, &Capability { at: at.clone(), ..capability.clone() });
    Some(at)
}

/// Writes a capability to where it stands. Only what differs is touched.
pub fn change(document: &mut Document, capability: &Capability) {
    let before = {
        let interfaces = document.interfaces();
        let named = Named::of(&interfaces);
        document.json().at(&capability.at).and_then(|json| read(&capability.at, json, &named))
    };
    let before = before.unwrap_or_default();
    let whose = (capability.component.clone(), capability.interface.clone(), capability.inherited);
    let before = Capability { component: whose.0, interface: whose.1, inherited: whose.2, ..before };
    if before == *capability {
        return;
    }
    let Some(json) = document.json_mut().at_mut(&capability.at) else { return };
    write(json, &before, capability);
    for word in contexts(document, capability) {
        ensure_context(document, &capability.at, word);
    }
}

/// Takes out what stands at `at`, which must be an item of a list; gives it back for [`restore`].
pub fn remove(document: &mut Document, at: &str) -> Option<Json> {
    let (list, index) = at.rsplit_once('/')?;
    match document.json_mut().at_mut(list)? {
        Json::Array(items) => {
            let index = index.parse::<usize>().ok().filter(|i| *i < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}

/// Puts back what was taken out, where it was or at the end where that place is gone.
pub fn restore(document: &mut Document, at: &str, json: Json) {
    let Some((list, index)) = at.rsplit_once('/') else { return };
    if let Some(Json::Array(items)) = document.json_mut().at_mut(list) {
        let index = index.parse::<usize>().unwrap_or(items.len()).min(items.len());
        items.insert(index, json);
    }
}

/// Gives the main interface another display name.
pub fn rename(document: &mut Document, name: &str) {
    let Some(at) = document.main().map(|main| main.at) else { return };
    if let Some(main) = document.json_mut().at_mut(&at) {
        set_text(main, "displayName", name);
    }
    // The envelope of an exported template has the name as well.
    if document.json().key("capabilityModel").is_some() && document.json().key("displayName").is_some() {
        document.json_mut().set("displayName", name);
    }
}

/// Gives the main interface another identifier.
pub fn set_version(document: &mut Document, dtmi: &str) {
    let Some(at) = document.main().map(|main| main.at) else { return };
    if let Some(main) = document.json_mut().at_mut(&at) {
        main.set("@id", dtmi);
    }
}

fn write(json: &mut Json, before: &Capability, after: &Capability) {
    if before.name != after.name {
        json.set("name", after.name.as_str());
    }
    if before.display_name != after.display_name {
        set_text(json, "displayName", &after.display_name);
    }
    if before.description != after.description {
        set_text(json, "description", &after.description);
    }
    write_types(json, before, after);
    let has_values = matches!(after.kind, Kind::Telemetry | Kind::Property);
    if has_values && (before.schema != after.schema || json.key("schema").is_none()) {
        json.set("schema", after.schema.to_json());
    }
    let words = [
        ("unit", &before.unit, &after.unit),
        ("displayUnit", &before.display_unit, &after.display_unit),
        ("color", &before.color, &after.color),
    ];
    for (key, _, is) in words.into_iter().filter(|(_, was, is)| was != is) {
        json.set_or_remove(key, (!is.is_empty()).then(|| is.as_str().into()));
    }
    if before.decimals != after.decimals {
        json.set_or_remove("decimalPlaces", after.decimals.map(|n| Json::from(i64::from(n))));
    }
    for (key, was, is) in [("minValue", before.min, after.min), ("maxValue", before.max, after.max)] {
        if was != is {
            json.set_or_remove(key, is.map(Json::from));
        }
    }
    if before.writable != after.writable {
        json.set_or_remove("writable", after.writable.then_some(Json::Bool(true)));
    }
    if before.queued != after.queued {
        json.set_or_remove("durable", after.queued.then_some(Json::Bool(true)));
    }
    if before.initial != after.initial {
        json.set_or_remove("initialValue", after.initial.clone());
    }
    write_payload(json, "request", before.request.as_ref(), after.request.as_ref());
    write_payload(json, "response", before.response.as_ref(), after.response.as_ref());
}

fn write_payload(json: &mut Json, key: &str, before: Option<&Payload>, after: Option<&Payload>) {
    let Some(after) = after else {
        if before.is_some() {
            json.remove(key);
        }
        return;
    };
    if before == Some(after) {
        return;
    }
    if json.key(key).is_none() {
        json.set(key, Json::Object(Vec::new()));
    }
    let Some(payload) = json.key_mut(key) else { return };
    payload.set("name", after.name.as_str());
    if before.map(|b| &b.display_name) != Some(&after.display_name) {
        set_text(payload, "displayName", &after.display_name);
    }
    if before.is_none_or(|b| b.schema != after.schema) {
        payload.set("schema", after.schema.to_json());
    }
}

/// The words of `@type`: the kind first, what is measured, then all others that stood there.
fn write_types(json: &mut Json, before: &Capability, after: &Capability) {
    let now: Vec<String> = types(json).map(str::to_owned).collect();
    let mut words = vec![after.kind.word().to_owned()];
    if !after.semantic.is_empty() {
        words.push(after.semantic.clone());
    }
    if after.cloud {
        words.push(now.iter().find(|w| *w == "CloudProperty").cloned().unwrap_or_else(|| "Cloud".into()));
    }
    if after.initial.is_some() && (before.initial.is_none() || now.iter().any(|w| w == "Initialized")) {
        words.push("Initialized".into());
    }
    let ours = |word: &str| {
        Kind::from_word(word).is_some()
            || is_semantic(word)
            || ["Cloud", "CloudProperty", "Initialized"].contains(&word)
    };
    words.extend(now.iter().filter(|word| !ours(word)).cloned());
    let same = now.len() == words.len() && now.iter().all(|word| words.contains(word));
    if same {
        return;
    }
    let kind = match &words[..] {
        [one] => Json::from(one.as_str()),
        many => Json::Array(many.iter().map(|word| word.as_str().into()).collect()),
    };
    json.set("@type", kind);
}

/// A text in its place: of several languages, the English one is changed.
fn set_text(json: &mut Json, key: &str, value: &str) {
    if value.is_empty() {
        return json.remove(key);
    }
    match json.key_mut(key) {
        Some(languages) if languages.is_object() => {
            let one = match languages.pairs() {
                [(only, _)] => only.clone(),
                _ => "en".to_owned(),
            };
            languages.set(&one, value);
        }
        Some(old) if text(old) == Some(value) => {}
        _ => json.set(key, value),
    }
}

/// The contexts without which a reader would not know the words of this capability.
fn contexts(document: &Document, capability: &Capability) -> Vec<&'static str> {
    let third = document.dialect() == Some(Dialect::V3);
    let mut needed = Vec::new();
    let special = capability.decimals.is_some()
        || capability.min.is_some()
        || capability.max.is_some()
        || !capability.display_unit.is_empty()
        || !capability.color.is_empty()
        || capability.cloud
        || capability.queued
        || matches!(capability.schema.word(), "geopoint" | "vector")
        || (!capability.semantic.is_empty() && unit::semantic_type(&capability.semantic).is_none());
    if special || (!third && capability.initial.is_some()) {
        needed.push(IOT_CENTRAL);
    }
    if third && unit::semantic_type(&capability.semantic).is_some() {
        needed.push(QUANTITIES);
    }
    if third && capability.initial.is_some() {
        needed.push(INITIAL);
    }
    needed
}

/// Adds a context to the nearest interface around `at` that says one, unless it is there.
fn ensure_context(document: &mut Document, at: &str, word: &str) {
    let interfaces = document.interfaces();
    let around = interfaces
        .iter()
        .filter(|i| at.starts_with(&i.at) && i.json.key("@context").is_some())
        .max_by_key(|i| i.at.len())
        .map(|i| i.at.clone());
    let place = around.unwrap_or_default();
    let Some(holder) = document.json_mut().at_mut(&place) else { return };
    match holder.key_mut("@context") {
        Some(Json::Array(words)) if !words.iter().any(|known| known.as_str() == Some(word)) => {
            words.push(word.into());
        }
        Some(Json::String(only)) if only != word => {
            let both = vec![Json::from(only.as_str()), Json::from(word)];
            holder.set("@context", both);
        }
        _ => {}
    }
}
