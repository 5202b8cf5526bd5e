//! A value of any type as fields of a form, and back: what a page shows is made of the template alone.

use crate::dtdl::Schema;
use serde_json::{Map, Value};

/// A field of one line, or of several where a list or a map is written as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Where in the value it stands; empty: it is the value.
    pub path: Vec<String>,
    /// What people read; empty: as the whole is called.
    pub label: String,
    /// Its type.
    pub schema: Schema,
}

impl Leaf {
    /// Whether it is written as JSON.
    pub fn is_json(&self) -> bool {
        matches!(
            self.schema,
            Schema::Array(_) | Schema::Map(_) | Schema::Geometry(_) | Schema::Any | Schema::Object(_)
        )
    }
}

/// The fields of a type.
pub fn leaves(schema: &Schema) -> Vec<Leaf> {
    let mut found = Vec::new();
    gather(&[], "", schema, &mut found);
    found
}

fn gather(path: &[String], label: &str, schema: &Schema, found: &mut Vec<Leaf>) {
    let mut inner = |name: &str, text: &str, schema: &Schema| {
        let path: Vec<String> = path.iter().cloned().chain([name.to_owned()]).collect();
        let text = if text.is_empty() { name } else { text };
        let label = if label.is_empty() { text.to_owned() } else { format!("{label} › {text}") };
        gather(&path, &label, schema, found);
    };
    match schema {
        Schema::Object(fields) if !fields.is_empty() => {
            for field in fields {
                inner(&field.name, &field.display_name, &field.schema);
            }
        }
        Schema::GeoPoint => {
            for (name, text) in [("lat", "Latitude"), ("lon", "Longitude"), ("alt", "Altitude")] {
                inner(name, text, &Schema::Double);
            }
        }
        Schema::Vector => ["x", "y", "z"].iter().for_each(|name| inner(name, name, &Schema::Double)),
        schema => {
            found.push(Leaf { path: path.to_vec(), label: label.to_owned(), schema: schema.clone() });
        }
    }
}

/// The text of each field of a value.
pub fn texts(leaves: &[Leaf], value: Option<&Value>) -> Vec<String> {
    let text = |leaf: &Leaf| {
        let found = leaf.path.iter().try_fold(value?, |value, step| value.get(step))?;
        Some(match (found, leaf.is_json()) {
            (Value::Null, _) => String::new(),
            (Value::String(text), false) if !matches!(leaf.schema, Schema::Enum(_)) => text.clone(),
            (value, true) => serde_json::to_string_pretty(value).unwrap_or_default(),
            (value, false) => value.to_string(),
        })
    };
    leaves.iter().map(|leaf| text(leaf).unwrap_or_default()).collect()
}

/// The value that the texts of the fields come to; nothing where all are empty.
///
/// # Errors
/// By field, what is wrong.
pub fn read(
    schema: &Schema,
    leaves: &[Leaf],
    texts: &[String],
) -> Result<Option<Value>, Vec<(usize, String)>> {
    let (mut whole, mut wrong) = (None, Vec::new());
    for (i, (leaf, text)) in leaves.iter().zip(texts).enumerate() {
        match read_one(leaf, text) {
            Ok(None) => {}
            Ok(Some(value)) => put(&mut whole, &leaf.path, value),
            Err(why) => wrong.push((i, why)),
        }
    }
    if let (true, Some(Err(why))) = (wrong.is_empty(), whole.as_ref().map(|value| schema.check(value))) {
        wrong.push((0, sentence(&why)));
    }
    if wrong.is_empty() { Ok(whole) } else { Err(wrong) }
}

/// The value that one text says.
///
/// # Errors
/// A sentence.
pub fn read_one(leaf: &Leaf, text: &str) -> Result<Option<Value>, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let value = match &leaf.schema {
        Schema::Double | Schema::Float => {
            let number = trimmed.parse::<f64>().ok().filter(|number| number.is_finite());
            let whole = trimmed.parse::<i64>().ok().map(Value::from);
            whole.or_else(|| number.map(Value::from)).ok_or("A number is expected, such as 21.5.")?
        }
        Schema::Integer | Schema::Long => {
            Value::from(trimmed.parse::<i64>().map_err(|_| "A whole number is expected, such as 42.")?)
        }
        Schema::Boolean => Value::from(trimmed.parse::<bool>().map_err(|_| "True or false is expected.")?),
        Schema::String => Value::from(text),
        Schema::Date | Schema::DateTime | Schema::Time | Schema::Duration => Value::from(trimmed),
        _ => serde_json::from_str(trimmed).map_err(|e| format!("This is no JSON that can be read: {e}."))?,
    };
    leaf.schema.check(&value).map_err(|why| sentence(&why))?;
    Ok(Some(value))
}

fn put(whole: &mut Option<Value>, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *whole = Some(value);
        return;
    };
    let fields = whole.get_or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(fields) = fields {
        let mut inner = fields.remove(first);
        put(&mut inner, rest, value);
        fields.insert(first.clone(), inner.unwrap_or_default());
    }
}

/// `expected a number, got …` as a sentence.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_shown_can_be_read_back() {
        for (word, _) in Schema::OFFERED {
            let schema = match word {
                "Object" => serde_json::from_value(json!({"@type": "Object", "fields": [
                    {"name": "a", "schema": "integer"},
                    {"name": "b", "displayName": "Bee", "schema": {"@type": "Object", "fields": [
                        {"name": "c", "schema": "geopoint"}]}}]}))
                .unwrap(),
                "Enum" => serde_json::from_value(json!({"@type": "Enum", "valueSchema": "string",
                    "enumValues": [{"name": "on", "enumValue": "ON"}]}))
                .unwrap(),
                word => Schema::from_word(word),
            };
            let (fields, value) = (leaves(&schema), schema.example());
            let shown = texts(&fields, Some(&value));
            assert_eq!(read(&schema, &fields, &shown), Ok(Some(value)), "{word} {shown:?}");
            assert_eq!(read(&schema, &fields, &texts(&fields, None)), Ok(None), "{word}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_by_field() {
        let said = |word: &str, texts: &[&str]| {
            let schema = Schema::from_word(word);
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            read(&schema, &leaves(&schema), &texts).unwrap_err()
        };
        assert_eq!(said("double", &["warm"]), [(0, "A number is expected, such as 21.5.".to_owned())]);
        assert_eq!(said("integer", &["1.5"])[0].1, "A whole number is expected, such as 42.");
        assert_eq!(said("geopoint", &["1", "x", ""])[0].0, 1);
        assert!(said("geopoint", &["1", "", ""])[0].1.starts_with("Expected a place"));
        assert!(said("geopoint", &["100", "1", ""])[0].1.starts_with("A place has lat"));
        assert!(said("date", &["tomorrow"])[0].1.starts_with("Expected a date"));
        assert!(said("Array", &["[1"])[0].1.starts_with("This is no JSON"));
        assert!(said("Map", &[r#"{"a": "x"}"#])[0].1.starts_with("In “a”"));
    }

    #[test]
    fn labels_lead_to_the_field() {
        let schema = serde_json::from_value(json!({"@type": "Object", "fields": [
            {"name": "limits", "displayName": "Limits", "schema": {"@type": "Object", "fields": [
                {"name": "low", "schema": "double"}]}}]}))
        .unwrap();
        let [leaf] = leaves(&schema).try_into().unwrap();
        assert_eq!(
            (leaf.label.as_str(), leaf.path),
            ("Limits › low", vec!["limits".to_owned(), "low".into()])
        );
    }
}
