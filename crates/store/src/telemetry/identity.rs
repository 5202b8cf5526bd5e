//! The number that tells messages of one time apart, and makes a message that comes again the same.
//!
//! With a time of its own, a message is what it says: its id, or else its content. Without one, two equal readings in
//! one millisecond are two readings: there the name counts that the broker gave the packet.

use serde_json::{Number, Value};
use std::io::Write as _;
use xxhash_rust::xxh3::Xxh3;

/// Of a message with an id. `index` is its place where one id was given to a whole batch.
pub fn of_id(id: &str, index: usize) -> i64 {
    let mut hash = Xxh3::new();
    part(&mut hash, b'i', id.as_bytes());
    hash.update(&(index as u64).to_le_bytes());
    signed(&hash)
}

/// Of a message that is known by its content.
pub fn of_content(component: Option<&str>, fields: &[(String, Value)]) -> i64 {
    let mut hash = Xxh3::new();
    part(&mut hash, b'c', component.unwrap_or_default().as_bytes());
    let mut fields: Vec<(&str, &Value)> = fields.iter().map(|(k, v)| (k.as_str(), v)).collect();
    object(&mut hash, &mut fields);
    signed(&hash)
}

/// Of the entry at this place of a packet with this name.
pub fn of_packet(uid: &str, index: usize) -> i64 {
    let mut hash = Xxh3::new();
    part(&mut hash, b'u', uid.as_bytes());
    hash.update(&(index as u64).to_le_bytes());
    signed(&hash)
}

fn signed(hash: &Xxh3) -> i64 {
    hash.digest().cast_signed()
}

/// A piece with its kind and length in front, so that no two sequences of pieces look alike.
fn part(hash: &mut Xxh3, kind: u8, bytes: &[u8]) {
    hash.update(&[kind]);
    hash.update(&(bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// The longest text of a number: a double with its sign, 17 digits, point and exponent.
const NUMBER_MAX: usize = 32;

/// A number by its text, without asking for memory: there are hundreds of thousands a second.
fn number(hash: &mut Xxh3, of: &Number) {
    let mut text = [0; NUMBER_MAX];
    let mut rest = &mut text[..];
    if write!(rest, "{of}").is_err() {
        return part(hash, b'#', of.to_string().as_bytes());
    }
    let len = NUMBER_MAX - rest.len();
    part(hash, b'#', &text[..len]);
}

/// The order of keys means nothing in JSON.
fn object(hash: &mut Xxh3, fields: &mut [(&str, &Value)]) {
    fields.sort_unstable_by_key(|(name, _)| *name);
    part(hash, b'{', &(fields.len() as u64).to_le_bytes());
    for (name, field) in fields {
        part(hash, b'k', name.as_bytes());
        value(hash, field);
    }
}

fn value(hash: &mut Xxh3, of: &Value) {
    match of {
        Value::Null => part(hash, b'n', &[]),
        Value::Bool(b) => part(hash, b'b', &[u8::from(*b)]),
        Value::Number(n) => number(hash, n),
        Value::String(s) => part(hash, b's', s.as_bytes()),
        Value::Array(items) => {
            part(hash, b'[', &(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| value(hash, item));
        }
        Value::Object(map) => object(hash, &mut map.iter().map(|(k, v)| (k.as_str(), v)).collect::<Vec<_>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn content(component: Option<&str>, fields: &Value) -> i64 {
        let fields: Vec<_> =
            fields.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        of_content(component, &fields)
    }

    #[test]
    fn order_means_nothing_and_all_else_does() {
        let base = content(None, &json!({"a": 1, "b": {"x": 1, "y": [1, 2]}}));
        let same: Value = serde_json::from_str(r#"{"b":{"y":[1,2],"x":1},"a":1}"#).unwrap();
        assert_eq!(base, content(None, &same));
        for other in [
            json!({"a": 1, "b": {"x": 1, "y": [2, 1]}}),
            json!({"a": 1.5, "b": {"x": 1, "y": [1, 2]}}),
            json!({"a": 1, "b": {"x": 1}, "y": [1, 2]}),
            json!({"a": "1", "b": {"x": 1, "y": [1, 2]}}),
            json!({"a": null, "b": {"x": 1, "y": [1, 2]}}),
        ] {
            assert_ne!(base, content(None, &other), "{other}");
        }
        assert_ne!(base, content(Some("motor"), &same));
    }

    #[test]
    fn entries_of_a_packet_differ() {
        assert_ne!(of_packet("u", 0), of_packet("u", 1));
        assert_ne!(of_packet("u", 0), of_id("u", 0));
        assert_eq!(of_id("x", 0), of_id("x", 0));
    }
}
