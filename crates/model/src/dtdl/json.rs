//! JSON that keeps the order of its keys, so that what somebody wrote comes back as they wrote it.
//!
//! `serde_json` can do that by a feature, but a feature holds for the whole program: every map of every message would
//! carry an order that nobody reads. A tree of our own costs the templates alone.

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};
use std::fmt;

/// A JSON value. Two objects are equal only when their keys stand in the same order.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// Keys with their values, in the order in which they were written; no key stands twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An object of these keys.
    pub fn object<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Json)>) -> Json {
        Json::Object(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// The value of a key; nothing where this is no object or has no such key.
    pub fn key(&self, key: &str) -> Option<&Json> {
        self.pairs().iter().find(|(k, _)| k == key).map(|(_, value)| value)
    }

    /// The same, to change it.
    pub fn key_mut(&mut self, key: &str) -> Option<&mut Json> {
        match self {
            Json::Object(pairs) => pairs.iter_mut().find(|(k, _)| k == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Sets a key where it stands, or at the end; does nothing where this is no object.
    pub fn set(&mut self, key: &str, value: impl Into<Json>) {
        let Json::Object(pairs) = self else { return };
        match pairs.iter_mut().find(|(k, _)| k == key) {
            Some((_, old)) => *old = value.into(),
            None => pairs.push((key.to_owned(), value.into())),
        }
    }

    /// Sets a key, or takes it out where there is no value.
    pub fn set_or_remove(&mut self, key: &str, value: Option<Json>) {
        match value {
            Some(value) => self.set(key, value),
            None => self.remove(key),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) {
        if let Json::Object(pairs) = self {
            pairs.retain(|(k, _)| k != key);
        }
    }

    /// Changes it by a merge patch (RFC 7386): objects are merged key by key, null takes a key out, all else replaces.
    pub fn merge(&mut self, patch: Json) {
        let Json::Object(changes) = patch else {
            *self = patch;
            return;
        };
        if !self.is_object() {
            *self = Json::Object(Vec::new());
        }
        for (key, change) in changes {
            match (change, self.key_mut(&key)) {
                (Json::Null, _) => self.remove(&key),
                (change, Some(here)) => here.merge(change),
                (change, None) => {
                    let mut fresh = Json::Null;
                    fresh.merge(change);
                    self.set(&key, fresh);
                }
            }
        }
    }

    /// The keys with their values; none where this is no object.
    pub fn pairs(&self) -> &[(String, Json)] {
        match self {
            Json::Object(pairs) => pairs,
            _ => &[],
        }
    }

    /// The values of a list; none where this is no list.
    pub fn items(&self) -> &[Json] {
        match self {
            Json::Array(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Json::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// The whole number, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        *self == Json::Bool(true)
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Json::Object(_))
    }

    /// The value at a JSON pointer (RFC 6901): `/contents/0/name`; the empty pointer is the whole.
    pub fn at(&self, pointer: &str) -> Option<&Json> {
        steps(pointer).try_fold(self, |here, step| match here {
            Json::Object(_) => here.key(&step),
            Json::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The same, to change it.
    pub fn at_mut(&mut self, pointer: &str) -> Option<&mut Json> {
        steps(pointer).try_fold(self, |here, step| match here {
            Json::Object(_) => here.key_mut(&step),
            Json::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The text with two spaces a level, as it is exported.
    pub fn pretty(&self) -> String {
        // A tree of texts and finite numbers can't fail to be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The same as `serde_json` holds it; the order of keys is lost.
    pub fn to_value(&self) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => items.iter().map(Json::to_value).collect(),
            Json::Object(pairs) => pairs.iter().map(|(key, value)| (key.clone(), value.to_value())).collect(),
        }
    }
}

/// A step of a pointer after another: `~1` and `~0` stand for `/` and `~`.
pub fn join(pointer: &str, step: impl fmt::Display) -> String {
    let step = step.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{step}")
}

fn steps(pointer: &str) -> impl Iterator<Item = String> + '_ {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

impl From<Value> for Json {
    fn from(value: Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(bool) => Json::Bool(bool),
            Value::Number(number) => Json::Number(number),
            Value::String(text) => Json::String(text),
            Value::Array(items) => Json::Array(items.into_iter().map(Json::from).collect()),
            Value::Object(map) => Json::object(map.into_iter().map(|(key, value)| (key, Json::from(value)))),
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(bool: bool) -> Json {
        Json::Bool(bool)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Json {
        Json::Number(number.into())
    }
}

/// A whole number is written without a point; what isn't finite is `null`.
impl From<f64> for Json {
    fn from(number: f64) -> Json {
        if number.fract() == 0.0 && number.abs() < 9e15 {
            return Json::from(number as i64);
        }
        Number::from_f64(number).map_or(Json::Null, Json::Number)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Json {
        Json::Array(items)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => to.serialize_unit(),
            Json::Bool(bool) => to.serialize_bool(*bool),
            Json::Number(number) => number.serialize(to),
            Json::String(text) => to.serialize_str(text),
            Json::Array(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Json::Object(pairs) => {
                let mut map = to.serialize_map(Some(pairs.len()))?;
                pairs.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Json, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Json, E> {
        Ok(Json::Bool(bool))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut pairs: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("“{key}” stands twice in the same object")));
            }
            pairs.push((key, map.next_value()?));
        }
        Ok(Json::Object(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_does_what_the_rfc_says() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let read = |text: &str| serde_json::from_str::<Json>(text).unwrap();
            let mut json = read(target);
            json.merge(read(patch));
            assert_eq!(json, read(result), "{target} {patch}");
        }
    }

    #[test]
    fn keys_keep_their_order() {
        let text = r#"{"z":1,"a":[true,null,{"y":1.5,"b":"ü"}],"m":{}}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), text);
        let twice = serde_json::from_str::<Json>(r#"{"a":1,"a":2}"#).unwrap_err().to_string();
        assert!(twice.starts_with("“a” stands twice in the same object at line 1"), "{twice}");
    }

    #[test]
    fn pointers_lead_to_their_places() {
        let mut json = Json::from(serde_json::json!({"a/b": [{"~": 7}], "c": 1}));
        let pointer = join(&join(&join("", "a/b"), 0), "~");
        assert_eq!(pointer, "/a~1b/0/~0");
        assert_eq!(json.at(&pointer).and_then(Json::as_i64), Some(7));
        assert_eq!(json.at("/a~1b/7"), None);
        assert!(json.at("").is_some_and(Json::is_object));
        *json.at_mut("/c").unwrap() = Json::from("x");
        json.set("d", true);
        json.remove("a/b");
        assert_eq!(json.to_value(), serde_json::json!({"c": "x", "d": true}));
    }
}
