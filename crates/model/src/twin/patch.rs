//! Merge patches (RFC 7386): null deletes, objects are merged, all else replaces.

use super::{COMPONENT_MARK, Properties};
use serde_json::{Map, Value};

/// Applies a patch.
pub fn merge(target: &mut Properties, patch: &Properties) {
    for (key, value) in patch {
        match value {
            Value::Null => drop(target.remove(key)),
            Value::Object(patch) => {
                let within = target.entry(key.clone()).or_insert(Value::Null);
                if !within.is_object() {
                    *within = Value::Object(Map::new());
                }
                if let Value::Object(within) = within {
                    merge(within, patch);
                }
            }
            value => drop(target.insert(key.clone(), value.clone())),
        }
    }
}

/// The patch that makes `wanted` of `present`: what is not wanted is deleted.
pub fn replacing(present: &Properties, wanted: &Properties) -> Properties {
    let mut patch = Properties::new();
    for key in present.keys().filter(|key| !wanted.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, value) in wanted {
        let value = match (present.get(key), value) {
            (Some(Value::Object(present)), Value::Object(wanted)) => {
                Value::Object(replacing(present, wanted))
            }
            (_, value) => value.clone(),
        };
        patch.insert(key.clone(), value);
    }
    patch
}

/// Whether the value of a property is a component.
pub fn is_component(value: &Value) -> bool {
    value.get(COMPONENT_MARK).and_then(Value::as_str) == Some("c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn object(value: Value) -> Properties {
        let Value::Object(map) = value else { panic!("no object: {value}") };
        map
    }

    #[test]
    fn as_the_rfc_has_it() {
        for (target, patch, wanted) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = object(target.clone());
            merge(&mut merged, &object(patch.clone()));
            assert_eq!(Value::Object(merged), wanted, "{target} {patch}");
        }
    }

    fn value(with_null: bool) -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            1 => Just(if with_null { Value::Null } else { json!(0) }),
            2 => (0..3i32).prop_map(Value::from),
            1 => Just(json!([1, null])),
        ];
        leaf.prop_recursive(3, 20, 3, |inner| {
            prop::collection::btree_map("[a-c]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
        })
    }

    fn properties(with_null: bool) -> impl Strategy<Value = Properties> {
        prop::collection::btree_map("[a-d]", value(with_null), 0..4).prop_map(|map| map.into_iter().collect())
    }

    /// The RFC's own words: a function of any two values.
    fn plain(target: Value, patch: &Value) -> Value {
        let Value::Object(patch) = patch else { return patch.clone() };
        let mut target = match target {
            Value::Object(target) => target,
            _ => Map::new(),
        };
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                let before = target.remove(name).unwrap_or(Value::Null);
                target.insert(name.clone(), plain(before, value));
            }
        }
        Value::Object(target)
    }

    proptest! {
        #[test]
        fn merging_is_what_the_rfc_says(target in properties(false), patch in properties(true)) {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            prop_assert_eq!(Value::Object(merged), plain(Value::Object(target), &Value::Object(patch)));
        }

        #[test]
        fn replacing_leaves_what_is_wanted_and_nothing_else(
            present in properties(false), wanted in properties(false),
        ) {
            let mut merged = present.clone();
            merge(&mut merged, &replacing(&present, &wanted));
            prop_assert_eq!(merged, wanted);
        }

        #[test]
        fn a_patch_that_comes_again_changes_nothing(target in properties(false), patch in properties(true)) {
            let mut once = target;
            merge(&mut once, &patch);
            let mut twice = once.clone();
            merge(&mut twice, &patch);
            prop_assert_eq!(once, twice);
        }
    }
}
