//! Values over time, as the interface sees them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The oldest time that a message may carry: 2000-01-01, in milliseconds since 1970.
pub const EARLIEST_MS: i64 = 946_684_800_000;
/// How far ahead of its arrival a message's time may lie, in milliseconds.
pub const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;
/// Largest body of a telemetry message, in bytes.
pub const BODY_MAX: usize = 256 * 1024;

/// The newest value of one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latest {
    /// The field's path: `temperature`, or `component.temperature`.
    pub name: String,
    /// The value: number, boolean, string, or an object.
    pub value: Value,
    /// Its time, in milliseconds since 1970.
    pub ts: i64,
}

/// One bucket of a line: what happened between two neighbouring pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Time of the bucket's first point, milliseconds since 1970.
    pub ts: i64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Mean value.
    pub avg: f64,
    /// Newest value.
    pub last: f64,
    /// How many points.
    pub count: u32,
}

/// A line of one metric, already reduced to what can be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The field's path.
    pub name: String,
    /// Width of a bucket, in milliseconds; 0: the points as they are.
    pub bucket_ms: i64,
    /// Buckets with values, oldest first; an empty bucket is left out.
    pub buckets: Vec<Bucket>,
}

/// What a chart asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesQuery {
    /// Field paths; empty: every number that the device has sent.
    pub names: Vec<String>,
    /// From, inclusive, milliseconds since 1970.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// At most so many buckets a line; 1 to 4,000.
    pub points: u32,
}

/// A message as it was kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawMessage {
    /// Its own time, or that of its arrival, milliseconds since 1970.
    pub ts: i64,
    /// When it arrived; none: the message is so old that only times and values are kept.
    pub arrived_ms: Option<i64>,
    /// The device's id of the message, where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The component that sent it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Every field, by its path.
    pub fields: BTreeMap<String, Value>,
    /// Fields that break the template, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub problems: BTreeMap<String, String>,
    /// Message properties.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// Where the message was refused as a whole: why, and its beginning as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// An entry that could not be taken as telemetry. It is kept, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// A sentence: what was wrong, where, what is allowed.
    pub reason: String,
    /// The body as text, shortened to its first 4,000 characters.
    pub body: String,
}

/// One page of raw messages, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RawPage {
    /// The messages.
    pub messages: Vec<RawMessage>,
    /// Ask with this for the next page; none: there is no more.
    pub before: Option<RawCursor>,
}

/// Where a page of raw messages ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawCursor {
    /// Arrival of the last message of the page; where it is settled, its own time.
    pub arrived_ms: i64,
    /// Its sequence hash, to tell messages of one millisecond apart.
    pub seq: i64,
    /// Whether only its times and values are kept: behind it come no others.
    #[serde(default)]
    pub settled: bool,
}

/// A place on earth: the schema `geopoint`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeoPoint {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres above sea level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<f64>,
}
