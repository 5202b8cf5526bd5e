//! From bytes to messages: every form of the native contract, and for what is none of them a sentence that says why.
//!
//! No IO and no clock: what a body means depends on nothing but the body, its properties and when it arrived.

mod entry;
mod json;
mod time;

use crate::properties::Properties;
use model::telemetry::BODY_MAX;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most entries of a batch.
const ENTRIES_MAX: usize = 10_000;

/// What became of one entry of a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    /// It can be kept as telemetry.
    Message(Message),
    /// It can't.
    Refused(Refusal),
}

/// A message as the device meant it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// Its own time; none: that of its arrival counts.
    pub(crate) own_ts: Option<i64>,
    /// The device's id of it.
    pub(crate) id: Option<String>,
    /// Its fields, as they came.
    pub(crate) fields: Vec<(String, Value)>,
    /// What is wrong with a field that is kept all the same.
    pub(crate) problems: BTreeMap<String, String>,
    /// What stood beside the values without being one.
    pub(crate) properties: BTreeMap<String, String>,
    /// Its share of the received bytes.
    pub(crate) size: u32,
}

/// Why an entry can't be kept as telemetry.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// A sentence: what is wrong, where, what is allowed.
    pub(crate) reason: String,
    /// The entry.
    pub(crate) body: Vec<u8>,
}

/// The entries of a body, in their order; never none.
pub(crate) fn decode(body: &[u8], properties: &Properties, arrived_ms: i64) -> Vec<Entry> {
    let outside = entry::Outside { properties, arrived_ms };
    let value = match read(body, properties) {
        Ok(value) => value,
        Err(reason) => return vec![refused(reason, body)],
    };
    match value {
        Value::Array(entries) if entries.is_empty() => {
            vec![refused("The list is empty: a batch holds at least one message.".into(), body)]
        }
        Value::Array(entries) if entries.len() > ENTRIES_MAX => {
            let n = entries.len();
            vec![refused(
                format!("A batch of {n} messages: at most {ENTRIES_MAX} are accepted at once."),
                body,
            )]
        }
        Value::Array(entries) => {
            let sizes = shares(body.len(), entries.len());
            entries.into_iter().zip(sizes).map(|(value, size)| one(value, &outside, size)).collect()
        }
        value => vec![one_alone(value, &outside, body)],
    }
}

/// An entry of a batch. Its own text is written again: where it stood in the body isn't known any more.
fn one(value: Value, outside: &entry::Outside<'_>, size: u32) -> Entry {
    match entry::read(value, outside, size) {
        Ok(message) => Entry::Message(message),
        Err(refusal) => {
            let (reason, value) = *refusal;
            Entry::Refused(Refusal { reason, body: value.to_string().into_bytes() })
        }
    }
}

fn one_alone(value: Value, outside: &entry::Outside<'_>, body: &[u8]) -> Entry {
    match entry::read(value, outside, body.len() as u32) {
        Ok(message) => Entry::Message(message),
        Err(refusal) => refused(refusal.0, body),
    }
}

fn refused(reason: String, body: &[u8]) -> Entry {
    Entry::Refused(Refusal { reason, body: body.to_vec() })
}

/// The body as JSON.
fn read(body: &[u8], properties: &Properties) -> Result<Value, String> {
    if body.len() > BODY_MAX {
        return Err(format!("The body has {} bytes; at most {BODY_MAX} are accepted.", body.len()));
    }
    if let Some(content_type) = properties.content_type.as_deref().filter(|c| !is_json(c)) {
        let shown: String = content_type.chars().take(80).collect();
        return Err(format!("The content type is “{shown}”; telemetry is application/json, in UTF-8."));
    }
    json::parse(body)
}

/// Whether a media type means JSON in UTF-8.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media = parts.next().unwrap_or_default();
    let named = matches!(media.as_str(), "" | "application/json" | "text/json") || media.ends_with("+json");
    named
        && parts.all(|p| {
            p.strip_prefix("charset=").is_none_or(|c| matches!(c.trim_matches('"'), "utf-8" | "utf8"))
        })
}

/// The bytes of a body shared among its entries; the first has what doesn't divide.
fn shares(bytes: usize, entries: usize) -> impl Iterator<Item = u32> {
    let (each, rest) = (bytes / entries, bytes % entries);
    (0..entries).map(move |i| (if i == 0 { each + rest } else { each }) as u32)
}

#[cfg(test)]
mod tests;
