//! What is kept of before and after: only what differs, no secrets, and not more than fits.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Longest before or after, as JSON, in bytes.
const KEPT_MAX: usize = 16 * 1024;
/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";
/// Members that are never written down, whatever they hold: a lock behind the one that callers don't pass them.
const SECRETS: [&str; 10] =
    ["key", "keys", "password", "secret", "token", "hash", "signature", "primarykey", "secondarykey", "totp"];

/// A member that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Its names, joined by dots.
    pub path: String,
    /// What it was; none: it was not there.
    pub before: Option<Value>,
    /// What it is; none: it isn't there any more.
    pub after: Option<Value>,
}

/// Before and after as they are kept: of two objects what differs, at any depth; nothing at all where they are alike.
pub fn kept(before: Option<Value>, after: Option<Value>) -> Option<(Option<Value>, Option<Value>)> {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) if before == after => return None,
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let (before, after) = parted(before, after);
            (Some(Value::Object(before)), Some(Value::Object(after)))
        }
        either => either,
    };
    Some((before.map(bounded), after.map(bounded)))
}

/// The members that differ, by path.
pub fn differences(before: Option<&Value>, after: Option<&Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    collect("", before, after, &mut found);
    found
}

fn collect(path: &str, before: Option<&Value>, after: Option<&Value>, into: &mut Vec<Difference>) {
    let none = Map::new();
    let object = |value: Option<&Value>| value.is_none_or(Value::is_object);
    let members = |value: Option<&Value>| -> Vec<String> {
        value.and_then(Value::as_object).unwrap_or(&none).keys().cloned().collect()
    };
    if before == after {
        return;
    }
    if object(before) && object(after) {
        let mut names = members(before);
        names.extend(members(after).into_iter().filter(|name| before.is_none_or(|b| b.get(name).is_none())));
        if !names.is_empty() {
            for name in names {
                let of = |value: Option<&'_ Value>| value.and_then(|value| value.get(&name)).cloned();
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(&path, of(before).as_ref(), of(after).as_ref(), into);
            }
            return;
        }
    }
    let path = path.to_owned();
    into.push(Difference { path, before: before.cloned(), after: after.cloned() });
}

/// Takes away what both have alike.
fn parted(before: Map<String, Value>, after: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let (mut old, mut new, mut after) = (Map::new(), Map::new(), after);
    for (name, was) in before {
        match (was, after.remove(&name)) {
            (was, Some(is)) if was == is => {}
            (Value::Object(was), Some(Value::Object(is))) => {
                let (was, is) = parted(was, is);
                old.insert(name.clone(), was.into());
                new.insert(name, is.into());
            }
            (was, is) => {
                old.insert(name.clone(), was);
                if let Some(is) = is {
                    new.insert(name, is);
                }
            }
        }
    }
    new.extend(after);
    (old, new)
}

fn bounded(value: Value) -> Value {
    let value = hidden(value);
    let bytes = value.to_string().len();
    if bytes <= KEPT_MAX { value } else { json!({ "too large to be kept": format!("{bytes} bytes") }) }
}

/// Secrets behind a word, and no character that the database refuses.
fn hidden(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let bare: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
                let secret = SECRETS.contains(&bare.as_str()) && !value.is_null();
                let value = if secret { HIDDEN.into() } else { hidden(value) };
                (name.replace('\0', ""), value)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        Value::String(text) => text.replace('\0', "").into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let before = json!({"a": 1, "b": {"c": 1, "d": 2}, "gone": true});
        let after = json!({"a": 1, "b": {"c": 1, "d": 3}, "new": "x"});
        let (old, new) = kept(Some(before.clone()), Some(after.clone())).unwrap();
        assert_eq!(old, Some(json!({"b": {"d": 2}, "gone": true})));
        assert_eq!(new, Some(json!({"b": {"d": 3}, "new": "x"})));
        assert_eq!(kept(Some(before.clone()), Some(before.clone())), None);
        assert_eq!(kept(None, None), Some((None, None)));
        let told = differences(old.as_ref(), new.as_ref());
        let told: Vec<_> =
            told.iter().map(|d| (d.path.as_str(), d.before.clone(), d.after.clone())).collect();
        assert_eq!(
            told,
            [
                ("b.d", Some(json!(2)), Some(json!(3))),
                ("gone", Some(json!(true)), None),
                ("new", None, Some(json!("x"))),
            ]
        );
    }

    #[test]
    fn what_was_made_or_deleted_is_told_member_by_member() {
        let told = differences(None, Some(&json!({"name": "Room", "of": {"x": [1]}})));
        let paths: Vec<_> = told.iter().map(|d| d.path.as_str()).collect();
        assert_eq!(paths, ["name", "of.x"]);
        assert_eq!(differences(Some(&json!(1)), Some(&json!("x")))[0].path, "");
        assert!(differences(None, None).is_empty());
    }

    #[test]
    fn secrets_and_what_is_too_large_are_not_kept() {
        let given = json!({"primaryKey": "abc", "nested": [{"Pass_word": "x", "name": "a\0b"}], "key": null});
        let (_, after) = kept(None, Some(given)).unwrap();
        let expected =
            json!({"primaryKey": HIDDEN, "nested": [{"Pass_word": HIDDEN, "name": "ab"}], "key": null});
        assert_eq!(after, Some(expected));
        let (_, after) = kept(None, Some(json!({"x": "y".repeat(KEPT_MAX)}))).unwrap();
        assert_eq!(after.unwrap()["too large to be kept"], format!("{} bytes", KEPT_MAX + 8));
    }
}
