//! The types of telemetry values, and whether a value is of one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type of a telemetry value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schema {
    /// A number.
    #[default]
    Double,
    /// A whole number of 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Text.
    String,
    /// `{"lat":…,"lon":…,"alt":…}`: degrees, degrees, metres; `alt` may be missing.
    GeoPoint,
    /// Any other schema of DTDL: kept, and not checked.
    Any,
}

impl Schema {
    /// Those that the form offers.
    pub const OFFERED: [Schema; 5] =
        [Schema::Double, Schema::Integer, Schema::Boolean, Schema::String, Schema::GeoPoint];

    /// The name in DTDL.
    pub fn as_str(self) -> &'static str {
        match self {
            Schema::Double => "double",
            Schema::Integer => "integer",
            Schema::Boolean => "boolean",
            Schema::String => "string",
            Schema::GeoPoint => "geopoint",
            Schema::Any => "any",
        }
    }

    /// Reads a schema's name in DTDL; what is not one of ours is [`Schema::Any`].
    pub fn from_word(word: &str) -> Schema {
        match word {
            "double" | "float" => Schema::Double,
            "integer" | "long" => Schema::Integer,
            "boolean" => Schema::Boolean,
            "string" => Schema::String,
            "geopoint" => Schema::GeoPoint,
            _ => Schema::Any,
        }
    }

    /// Whether a line can be drawn of it.
    pub fn is_numeric(self) -> bool {
        matches!(self, Schema::Double | Schema::Integer)
    }

    /// A value of this type, for commands to copy.
    pub fn example(self) -> Value {
        match self {
            Schema::Double | Schema::Any => serde_json::json!(21.5),
            Schema::Integer => serde_json::json!(42),
            Schema::Boolean => serde_json::json!(true),
            Schema::String => serde_json::json!("on"),
            Schema::GeoPoint => serde_json::json!({"lat": 48.2, "lon": 16.37}),
        }
    }

    /// Whether the value is of this type.
    ///
    /// # Errors
    /// A sentence that says what was expected and what came. `null` is always accepted: no reading.
    pub fn check(self, value: &Value) -> Result<(), String> {
        let fits = match self {
            _ if value.is_null() => true,
            Schema::Any => true,
            Schema::Double => value.is_number(),
            Schema::Integer => {
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|f| f.fract() == 0.0)
            }
            Schema::Boolean => value.is_boolean(),
            Schema::String => value.is_string(),
            Schema::GeoPoint => return geopoint(value),
        };
        if fits { Ok(()) } else { Err(format!("expected {}, got {}", self.article(), kind(value))) }
    }

    fn article(self) -> &'static str {
        match self {
            Schema::Double => "a number",
            Schema::Integer => "a whole number",
            Schema::Boolean => "true or false",
            Schema::String => "text",
            Schema::GeoPoint => "a place, {\"lat\":…,\"lon\":…}",
            Schema::Any => "anything",
        }
    }
}

fn geopoint(value: &Value) -> Result<(), String> {
    let part = |name: &str| value.get(name).and_then(Value::as_f64);
    match (part("lat"), part("lon")) {
        (Some(lat), Some(lon)) if lat.abs() <= 90.0 && lon.abs() <= 180.0 => Ok(()),
        (Some(_), Some(_)) => Err("a place has lat between -90 and 90 and lon between -180 and 180".into()),
        _ => Err(format!("expected {}, got {}", Schema::GeoPoint.article(), kind(value))),
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

    #[test]
    fn values_and_their_types() {
        let good = [
            (Schema::Double, json!(1)),
            (Schema::Double, json!(1.5)),
            (Schema::Integer, json!(3.0)),
            (Schema::Integer, json!(u64::MAX)),
            (Schema::Boolean, json!(false)),
            (Schema::String, json!("")),
            (Schema::GeoPoint, json!({"lat": 1, "lon": 2})),
            (Schema::GeoPoint, json!({"lat": 1, "lon": 2, "alt": 3})),
            (Schema::Double, json!(null)),
            (Schema::Any, json!([1])),
        ];
        for (schema, value) in good {
            assert_eq!(schema.check(&value), Ok(()), "{schema:?} {value}");
        }
        let bad = [
            (Schema::Double, json!("21")),
            (Schema::Integer, json!(1.5)),
            (Schema::Boolean, json!(1)),
            (Schema::String, json!(1)),
            (Schema::GeoPoint, json!({"lat": 100, "lon": 2})),
            (Schema::GeoPoint, json!({"lat": 1})),
            (Schema::GeoPoint, json!([1, 2])),
        ];
        for (schema, value) in bad {
            assert!(schema.check(&value).is_err(), "{schema:?} {value}");
        }
    }

    #[test]
    fn examples_fit() {
        for schema in Schema::OFFERED {
            assert_eq!(schema.check(&schema.example()), Ok(()));
        }
    }
}
