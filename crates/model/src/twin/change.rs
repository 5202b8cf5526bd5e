//! What a patch changes, leaf by leaf, for the history.

use super::{COMPONENT_MARK, Part, Properties};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most changes that are told of one patch.
const CHANGES_MAX: usize = 100;
/// Longest text of a value, in characters.
const VALUE_MAX: usize = 500;

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// Of which section.
    pub part: Part,
    /// The version that it made.
    pub version: i64,
    /// Who: a person or a token; empty: the device.
    pub who: String,
    /// Which property, with its component and object in front: `thermostat1.targetTemperature`.
    pub path: String,
    /// What it was, JSON, cut where it is long; none: there was nothing.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
}

/// What differs between two sections that a patch leads from and to: path, before, after.
pub fn changes(before: &Properties, after: &Properties) -> Vec<(String, Option<String>, Option<String>)> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found.truncate(CHANGES_MAX);
    found
}

fn compare(
    prefix: &str,
    before: &Properties,
    after: &Properties,
    found: &mut Vec<(String, Option<String>, Option<String>)>,
) {
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    for key in after.keys().chain(gone).filter(|key| *key != COMPONENT_MARK) {
        if found.len() > CHANGES_MAX {
            return;
        }
        let (old, new) = (before.get(key), after.get(key));
        if old == new {
            continue;
        }
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        let empty = Properties::new();
        // What an acknowledgement says belongs together.
        let parts = |value: Option<&Value>| value.is_some_and(|v| v.is_object() && v.get("ac").is_none());
        match (old, new) {
            (None, Some(Value::Object(new_fields))) if parts(new) && !new_fields.is_empty() => {
                compare(&path, &empty, new_fields, found);
            }
            (Some(Value::Object(old_fields)), None) if parts(old) && !old_fields.is_empty() => {
                compare(&path, old_fields, &empty, found);
            }
            (Some(Value::Object(old_fields)), Some(Value::Object(new_fields)))
                if parts(old) && parts(new) =>
            {
                compare(&path, old_fields, new_fields, found);
            }
            _ => found.push((path, old.map(text), new.map(text))),
        }
    }
}

/// A value as it stands in the history.
fn text(value: &Value) -> String {
    let whole = value.to_string();
    match whole.char_indices().nth(VALUE_MAX) {
        Some((at, _)) => format!("{}…", &whole[..at]),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(before: Value, after: Value) -> Vec<(String, Option<String>, Option<String>)> {
        changes(before.as_object().unwrap(), after.as_object().unwrap())
    }

    #[test]
    fn leaves_are_told() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(
                json!({"a": 1, "b": 2, "c": {"__t": "c", "t": 1}}),
                json!({"a": 1, "b": "x", "c": {"__t": "c", "t": 2}, "d": [1]})
            ),
            [
                ("b".to_owned(), some("2"), some("\"x\"")),
                ("c.t".to_owned(), some("1"), some("2")),
                ("d".to_owned(), None, some("[1]")),
            ]
        );
        assert_eq!(told(json!({"a": {"b": 1, "c": 2}}), json!({})).len(), 2);
        let answered = json!({"t": {"ac": 200, "av": 1, "value": 1}});
        assert_eq!(
            told(json!({}), answered),
            [("t".to_owned(), None, some(r#"{"ac":200,"av":1,"value":1}"#))]
        );
        assert_eq!(told(json!({"a": 1}), json!({"a": 1})), []);
    }

    #[test]
    fn there_are_bounds() {
        let many: Properties = (0..500).map(|i| (format!("k{i}"), json!("x".repeat(1000)))).collect();
        let told = changes(&Properties::new(), &many);
        assert_eq!(told.len(), CHANGES_MAX);
        assert!(told.iter().all(|(_, _, new)| new.as_ref().unwrap().chars().count() <= VALUE_MAX + 1));
    }
}
