//! One entry of a body: which form it has, its time, its id, its fields.

use super::{Message, time};
use crate::properties::Properties;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most fields of a message.
const FIELDS_MAX: usize = 1000;
/// Longest name of a field, in characters.
const NAME_MAX: usize = 128;
/// Longest message id, in characters.
const ID_MAX: usize = 128;

/// What is known of the packet that holds the entry.
pub(super) struct Outside<'a> {
    pub(super) properties: &'a Properties,
    pub(super) arrived_ms: i64,
}

/// The message, or why it is none and what it was.
pub(super) fn read(value: Value, outside: &Outside<'_>, size: u32) -> Result<Message, Box<(String, Value)>> {
    let Value::Object(object) = value else {
        return Err(Box::new((not_an_object(&value), value)));
    };
    match check(&object, outside) {
        Ok(head) => Ok(message(object, head, outside, size)),
        Err(reason) => Err(Box::new((reason, Value::Object(object)))),
    }
}

/// What stands around the values.
struct Head {
    /// Whether the object is `{ts, values}` rather than the values themselves.
    framed: bool,
    own_ts: Option<i64>,
    id: Option<String>,
}

fn check(object: &Map<String, Value>, outside: &Outside<'_>) -> Result<Head, String> {
    let framed = object.contains_key("ts") && object.contains_key("values");
    let own_ts = match object.get("ts").filter(|_| framed) {
        Some(ts) => Some(time::of_value(ts, outside.arrived_ms)?),
        None => {
            outside.properties.ts.as_deref().map(|ts| time::of_text(ts, outside.arrived_ms)).transpose()?
        }
    };
    let id = match object.get("id").filter(|_| framed) {
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(_) => return Err(format!("“id” is text of up to {ID_MAX} characters.")),
        None => outside.properties.id.clone(),
    };
    if let Some(length) = id.as_ref().map(|id| id.chars().count()).filter(|length| *length > ID_MAX) {
        return Err(format!("The message id has {length} characters; at most {ID_MAX} are accepted."));
    }
    let values = match object.get("values").filter(|_| framed) {
        None => object,
        Some(Value::Object(values)) => values,
        Some(other) => return Err(format!("“values” is {}; it holds an object of fields.", kind(other))),
    };
    fields(values)?;
    Ok(Head { framed, own_ts, id })
}

fn fields(values: &Map<String, Value>) -> Result<(), String> {
    if values.is_empty() {
        return Err("There are no values in it.".into());
    }
    if values.len() > FIELDS_MAX {
        return Err(format!("{} fields; at most {FIELDS_MAX} are accepted.", values.len()));
    }
    for name in values.keys() {
        let length = name.chars().count();
        if length == 0 || length > NAME_MAX {
            return Err(format!(
                "The name of a field has {length} characters; 1 to {NAME_MAX} are accepted."
            ));
        }
    }
    Ok(())
}

fn message(mut object: Map<String, Value>, head: Head, outside: &Outside<'_>, size: u32) -> Message {
    let mut properties: BTreeMap<String, String> =
        outside.properties.others.iter().map(|(k, v)| (without_nul(k), without_nul(v))).collect();
    let values = match head.framed {
        true => {
            let values = object.remove("values");
            // What else stands beside the values is no value of the device, but not lost either.
            object.retain(|name, _| name != "ts" && name != "id");
            properties.extend(object.into_iter().map(|(name, value)| (without_nul(&name), text(value))));
            match values {
                Some(Value::Object(values)) => values,
                _ => Map::new(),
            }
        }
        false => object,
    };
    let mut problems = BTreeMap::new();
    let fields = values.into_iter().map(|(name, value)| printable(name, value, &mut problems)).collect();
    Message {
        own_ts: head.own_ts,
        id: head.id.map(|id| without_nul(&id)),
        fields,
        problems,
        properties,
        size,
    }
}

/// Postgres can't hold the character 0, and nobody can read it: its picture stands for it, with a note.
fn printable(mut name: String, mut value: Value, problems: &mut BTreeMap<String, String>) -> (String, Value) {
    let named = name.contains('\0');
    if named {
        name = without_nul(&name);
    }
    if replace_nul(&mut value) || named {
        problems.insert(name.clone(), "the character U+0000 in it is shown as ␀".into());
    }
    (name, value)
}

fn replace_nul(value: &mut Value) -> bool {
    match value {
        Value::String(text) if text.contains('\0') => {
            *text = without_nul(text);
            true
        }
        Value::Array(items) => items.iter_mut().map(replace_nul).fold(false, |all, one| all | one),
        Value::Object(map) => {
            let mut found = map.values_mut().map(replace_nul).fold(false, |all, one| all | one);
            if map.keys().any(|key| key.contains('\0')) {
                *map = std::mem::take(map).into_iter().map(|(key, item)| (without_nul(&key), item)).collect();
                found = true;
            }
            found
        }
        _ => false,
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => without_nul(&text),
        mut other => {
            replace_nul(&mut other);
            other.to_string()
        }
    }
}

fn not_an_object(value: &Value) -> String {
    format!(
        "A message is a JSON object of fields, such as {{\"temperature\":21.5}}; this is {}.",
        kind(value)
    )
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
