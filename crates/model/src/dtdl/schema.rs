//! The types of values, read out of DTDL, and whether a value is of one.

mod check;
mod read;

use super::json::Json;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// The type of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Schema {
    /// A number of 64 bits.
    #[default]
    Double,
    /// A number of 32 bits.
    Float,
    /// A whole number. DTDL says 32 bits; devices count further, so 64 are accepted.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// True or false.
    Boolean,
    /// Text.
    String,
    /// A day, `2026-11-23`.
    Date,
    /// A day and a time, `2026-11-23T05:00:00Z`.
    DateTime,
    /// A time of day, `05:00:00`.
    Time,
    /// A length of time, `PT5M`.
    Duration,
    /// `{"lat":…,"lon":…,"alt":…}`: degrees, degrees, metres; `alt` may be missing.
    GeoPoint,
    /// `{"x":…,"y":…,"z":…}`
    Vector,
    /// GeoJSON.
    Geometry(Geometry),
    /// One of these values.
    Enum(EnumSchema),
    /// Named fields.
    Object(Vec<Named>),
    /// A list of values of one type.
    Array(Box<Schema>),
    /// Values of one type under keys of any name.
    Map(Box<MapSchema>),
    /// A type that we know nothing of: kept, and not checked.
    Any,
}

/// The geospatial schemas of DTDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Geometry {
    /// `point`
    Point,
    /// `multiPoint`
    MultiPoint,
    /// `lineString`
    LineString,
    /// `multiLineString`
    MultiLineString,
    /// `polygon`
    Polygon,
    /// `multiPolygon`
    MultiPolygon,
}

/// The values of an enum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnumSchema {
    /// Whether the values are texts; else they are whole numbers.
    pub of_text: bool,
    /// In their order.
    pub values: Vec<EnumValue>,
}

/// A value of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// Its programming name.
    pub name: String,
    /// What people read; empty: the name.
    pub display_name: String,
    /// What the device sends.
    pub value: Json,
}

/// A type with a name: a field of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// Its programming name.
    pub name: String,
    /// What people read; empty: the name.
    pub display_name: String,
    /// Its type.
    pub schema: Schema,
}

/// The type of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapSchema {
    /// What its keys are called.
    pub key: String,
    /// What its values are called.
    pub value_name: String,
    /// The type of its values.
    pub value: Schema,
}

const WORDS: [(&str, Schema); 18] = [
    ("double", Schema::Double),
    ("float", Schema::Float),
    ("integer", Schema::Integer),
    ("long", Schema::Long),
    ("boolean", Schema::Boolean),
    ("string", Schema::String),
    ("date", Schema::Date),
    ("dateTime", Schema::DateTime),
    ("time", Schema::Time),
    ("duration", Schema::Duration),
    ("geopoint", Schema::GeoPoint),
    ("vector", Schema::Vector),
    ("point", Schema::Geometry(Geometry::Point)),
    ("multiPoint", Schema::Geometry(Geometry::MultiPoint)),
    ("lineString", Schema::Geometry(Geometry::LineString)),
    ("multiLineString", Schema::Geometry(Geometry::MultiLineString)),
    ("polygon", Schema::Geometry(Geometry::Polygon)),
    ("multiPolygon", Schema::Geometry(Geometry::MultiPolygon)),
];

impl Schema {
    /// The words that DTDL has for a type, with what people call them, in the order in which they are offered.
    pub const OFFERED: [(&'static str, &'static str); 22] = [
        ("double", "Number"),
        ("integer", "Whole number"),
        ("boolean", "True or false"),
        ("string", "Text"),
        ("Enum", "One of several values"),
        ("Object", "Object with fields"),
        ("Array", "List"),
        ("Map", "Map of keys"),
        ("geopoint", "Place"),
        ("vector", "Vector"),
        ("dateTime", "Date and time"),
        ("date", "Date"),
        ("time", "Time of day"),
        ("duration", "Duration"),
        ("float", "Number (32 bits)"),
        ("long", "Whole number (64 bits)"),
        ("point", "GeoJSON point"),
        ("multiPoint", "GeoJSON points"),
        ("lineString", "GeoJSON line"),
        ("multiLineString", "GeoJSON lines"),
        ("polygon", "GeoJSON polygon"),
        ("multiPolygon", "GeoJSON polygons"),
    ];

    /// The word in DTDL: `double`, or `Enum`, `Object`, `Array`, `Map` for those with parts.
    pub fn word(&self) -> &'static str {
        match self {
            Schema::Enum(_) => "Enum",
            Schema::Object(_) => "Object",
            Schema::Array(_) => "Array",
            Schema::Map(_) => "Map",
            Schema::Any => "any",
            simple => WORDS.iter().find(|(_, schema)| schema == simple).map_or("any", |(word, _)| word),
        }
    }

    /// What people call it.
    pub fn label(&self) -> &'static str {
        Schema::OFFERED.iter().find(|(word, _)| *word == self.word()).map_or("Anything", |(_, label)| label)
    }

    /// The type of this word, an empty one for those with parts.
    pub fn from_word(word: &str) -> Schema {
        match word {
            "Enum" => Schema::Enum(EnumSchema { of_text: true, values: Vec::new() }),
            "Object" => Schema::Object(Vec::new()),
            "Array" => Schema::Array(Box::default()),
            "Map" => Schema::Map(Box::new(MapSchema {
                key: "key".into(),
                value_name: "value".into(),
                value: Schema::Double,
            })),
            _ => read::word(word).unwrap_or(Schema::Any),
        }
    }

    /// Whether a line can be drawn of it.
    pub fn is_numeric(&self) -> bool {
        matches!(self, Schema::Double | Schema::Float | Schema::Integer | Schema::Long)
    }

    /// A value of this type, for commands to copy.
    pub fn example(&self) -> Value {
        match self {
            Schema::Double | Schema::Float | Schema::Any => json!(21.5),
            Schema::Integer | Schema::Long => json!(42),
            Schema::Boolean => json!(true),
            Schema::String => json!("on"),
            Schema::Date => json!("2026-11-23"),
            Schema::DateTime => json!("2026-11-23T05:00:00Z"),
            Schema::Time => json!("05:00:00"),
            Schema::Duration => json!("PT5M"),
            Schema::GeoPoint => json!({"lat": 48.2, "lon": 16.37}),
            Schema::Vector => json!({"x": 0.1, "y": 0.2, "z": 9.8}),
            Schema::Geometry(geometry) => geometry.example(),
            Schema::Enum(values) => values.values.first().map_or(Value::Null, |v| v.value.to_value()),
            Schema::Object(fields) => {
                fields.iter().map(|field| (field.name.clone(), field.schema.example())).collect()
            }
            Schema::Array(element) => json!([element.example()]),
            Schema::Map(map) => Value::Object([("a".to_owned(), map.value.example())].into_iter().collect()),
        }
    }
}

impl Geometry {
    /// The word in GeoJSON.
    pub fn geojson(self) -> &'static str {
        match self {
            Geometry::Point => "Point",
            Geometry::MultiPoint => "MultiPoint",
            Geometry::LineString => "LineString",
            Geometry::MultiLineString => "MultiLineString",
            Geometry::Polygon => "Polygon",
            Geometry::MultiPolygon => "MultiPolygon",
        }
    }

    fn example(self) -> Value {
        let (a, ring) =
            (json!([16.37, 48.2]), json!([[16.3, 48.1], [16.4, 48.1], [16.4, 48.2], [16.3, 48.1]]));
        let coordinates = match self {
            Geometry::Point => a,
            Geometry::MultiPoint | Geometry::LineString => ring,
            Geometry::MultiLineString | Geometry::Polygon => json!([ring]),
            Geometry::MultiPolygon => json!([[ring]]),
        };
        json!({"type": self.geojson(), "coordinates": coordinates})
    }
}

/// As DTDL writes it, so that what is derived from a document reads like one.
impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Schema, D::Error> {
        Ok(Schema::read(&Json::deserialize(from)?, &|_| None))
    }
}
