//! Whether a value is of a type.

use super::{Geometry, Schema};
use serde_json::Value;

impl Schema {
    /// Whether the value is of this type.
    ///
    /// # Errors
    /// A sentence that says what was expected and what came. `null` is always accepted: no reading.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let fits = match self {
            _ if value.is_null() => true,
            Schema::Any => true,
            Schema::Double | Schema::Float => value.is_number(),
            Schema::Integer | Schema::Long => is_whole(value),
            Schema::Boolean => value.is_boolean(),
            Schema::String => value.is_string(),
            Schema::Date => value.as_str().is_some_and(is_date),
            Schema::DateTime => value.as_str().is_some_and(is_date_time),
            Schema::Time => value.as_str().is_some_and(is_time),
            Schema::Duration => value.as_str().is_some_and(is_duration),
            Schema::GeoPoint => return geopoint(value),
            Schema::Vector => {
                ["x", "y", "z"].iter().all(|part| value.get(part).is_some_and(Value::is_number))
            }
            Schema::Geometry(geometry) => is_geometry(*geometry, value),
            Schema::Enum(values) => values.values.iter().any(|known| known.value.to_value() == *value),
            Schema::Object(fields) => {
                let Some(map) = value.as_object() else { return Err(self.mismatch(value)) };
                return fields.iter().try_for_each(|field| match map.get(&field.name) {
                    Some(inner) => {
                        field.schema.check(inner).map_err(|why| format!("in “{}”: {why}", field.name))
                    }
                    None => Ok(()),
                });
            }
            Schema::Array(element) => {
                let Some(items) = value.as_array() else { return Err(self.mismatch(value)) };
                return items.iter().enumerate().try_for_each(|(i, item)| {
                    element.check(item).map_err(|why| format!("in place {i} of the list: {why}"))
                });
            }
            Schema::Map(map) => {
                let Some(pairs) = value.as_object() else { return Err(self.mismatch(value)) };
                return pairs.iter().try_for_each(|(key, inner)| {
                    map.value.check(inner).map_err(|why| format!("in “{key}”: {why}"))
                });
            }
        };
        if fits { Ok(()) } else { Err(self.mismatch(value)) }
    }

    fn mismatch(&self, value: &Value) -> String {
        format!("expected {}, got {}", self.article(), kind(value))
    }

    fn article(&self) -> String {
        match self {
            Schema::Double | Schema::Float => "a number",
            Schema::Integer | Schema::Long => "a whole number",
            Schema::Boolean => "true or false",
            Schema::String => "text",
            Schema::Date => "a date, 2026-11-23",
            Schema::DateTime => "a date and time, 2026-11-23T05:00:00Z",
            Schema::Time => "a time of day, 05:00:00",
            Schema::Duration => "a duration, PT5M",
            Schema::GeoPoint => "a place, {\"lat\":…,\"lon\":…}",
            Schema::Vector => "a vector, {\"x\":…,\"y\":…,\"z\":…}",
            Schema::Geometry(geometry) => return format!("GeoJSON of the type {}", geometry.geojson()),
            Schema::Enum(values) => {
                let known: Vec<String> =
                    values.values.iter().take(6).map(|v| v.value.to_value().to_string()).collect();
                let more = if values.values.len() > known.len() { " …" } else { "" };
                return format!("one of {}{more}", known.join(", "));
            }
            Schema::Object(_) | Schema::Map(_) => "an object",
            Schema::Array(_) => "a list",
            Schema::Any => "anything",
        }
        .to_owned()
    }
}

fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|f| f.fract() == 0.0)
}

/// Digits where `pattern` has a 0, and the pattern's own signs elsewhere.
fn shaped(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(t, p)| if p == b'0' { t.is_ascii_digit() } else { t == p })
}

fn is_date(text: &str) -> bool {
    shaped(text, "0000-00-00")
}

fn is_time(text: &str) -> bool {
    let (clock, rest) = text.split_at_checked(8).unwrap_or((text, ""));
    shaped(clock, "00:00:00") && rest.bytes().all(|b| b.is_ascii_digit() || b".:+-Zz".contains(&b))
        || shaped(text, "00:00")
}

fn is_date_time(text: &str) -> bool {
    text.split_at_checked(10)
        .is_some_and(|(date, rest)| is_date(date) && rest.strip_prefix(['T', 't', ' ']).is_some_and(is_time))
}

fn is_duration(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    body.strip_prefix('P').is_some_and(|rest| {
        rest.ends_with(|c: char| c.is_ascii_alphabetic() && c != 'T')
            && rest.chars().all(|c| c.is_ascii_digit() || "YMWDTHS.,".contains(c))
    })
}

fn is_geometry(geometry: Geometry, value: &Value) -> bool {
    let named = value.get("type").and_then(Value::as_str) == Some(geometry.geojson());
    named && value.get("coordinates").is_some_and(Value::is_array)
}

fn geopoint(value: &Value) -> Result<(), String> {
    let part = |name: &str| value.get(name).and_then(Value::as_f64);
    match (part("lat"), part("lon")) {
        (Some(lat), Some(lon)) if lat.abs() <= 90.0 && lon.abs() <= 180.0 => Ok(()),
        (Some(_), Some(_)) => Err("a place has lat between -90 and 90 and lon between -180 and 180".into()),
        _ => Err(Schema::GeoPoint.mismatch(value)),
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => format!("the number {n}"),
        Value::String(s) => format!("the text “{}”", s.chars().take(40).collect::<String>()),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema(json: Value) -> Schema {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn values_and_their_types() {
        let mode = json!({"@type": "Enum", "valueSchema": "string", "enumValues": [
            {"name": "on", "enumValue": "ON"}, {"name": "off", "enumValue": "OFF"}]});
        let pair = json!({"@type": "Object", "fields": [{"name": "a", "schema": "integer"}]});
        let list = json!({"@type": "Array", "elementSchema": "boolean"});
        let map = json!({"@type": "Map", "mapKey": {"name": "k", "schema": "string"}, "mapValue": {"name": "v", "schema": mode}});
        let good = [
            (json!("double"), json!(1)),
            (json!("double"), json!(1.5)),
            (json!("integer"), json!(3.0)),
            (json!("integer"), json!(u64::MAX)),
            (json!("boolean"), json!(false)),
            (json!("string"), json!("")),
            (json!("geopoint"), json!({"lat": 1, "lon": 2})),
            (json!("geopoint"), json!({"lat": 1, "lon": 2, "alt": 3})),
            (json!("double"), json!(null)),
            (json!("nobody knows"), json!([1])),
            (json!("date"), json!("2026-11-23")),
            (json!("dateTime"), json!("2026-11-23T05:00:00.125+01:00")),
            (json!("time"), json!("05:00")),
            (json!("duration"), json!("-P3DT4.5S")),
            (json!("vector"), json!({"x": 1, "y": 2.5, "z": 0})),
            (json!("point"), json!({"type": "Point", "coordinates": [1, 2]})),
            (mode.clone(), json!("ON")),
            (pair.clone(), json!({"a": 1, "unknown": "x"})),
            (list.clone(), json!([true, false])),
            (map.clone(), json!({"any": "OFF"})),
        ];
        for (of, value) in good {
            assert_eq!(schema(of.clone()).check(&value), Ok(()), "{of} {value}");
        }
        let bad = [
            (json!("double"), json!("21"), "expected a number, got the text “21”"),
            (json!("integer"), json!(1.5), "expected a whole number, got the number 1.5"),
            (json!("boolean"), json!(1), "expected true or false, got the number 1"),
            (json!("string"), json!(1), "expected text, got the number 1"),
            (json!("geopoint"), json!({"lat": 1}), "expected a place"),
            (json!("geopoint"), json!({"lat": 100, "lon": 2}), "a place has lat between"),
            (json!("date"), json!("23.11.2026"), "expected a date"),
            (json!("dateTime"), json!("2026-11-23"), "expected a date and time"),
            (json!("duration"), json!("5 minutes"), "expected a duration"),
            (json!("vector"), json!({"x": 1}), "expected a vector"),
            (
                json!("polygon"),
                json!({"type": "Point", "coordinates": []}),
                "expected GeoJSON of the type Polygon",
            ),
            (mode, json!("AUTO"), "expected one of \"ON\", \"OFF\", got the text “AUTO”"),
            (pair.clone(), json!({"a": "x"}), "in “a”: expected a whole number"),
            (pair, json!([]), "expected an object, got a list"),
            (list, json!([true, 1]), "in place 1 of the list: expected true or false"),
            (map, json!({"k": "no"}), "in “k”: expected one of"),
        ];
        for (of, value, wanted) in bad {
            let why = schema(of.clone()).check(&value).unwrap_err();
            assert!(why.starts_with(wanted), "{of} {value}: {why}");
        }
    }

    #[test]
    fn examples_fit() {
        for (word, _) in Schema::OFFERED {
            let schema = Schema::from_word(word);
            assert_eq!(schema.check(&schema.example()), Ok(()), "{word}");
            assert_eq!(schema.word(), word);
        }
    }
}
