//! What tiles ask for, and what they are answered: one question for all tiles of a page.

use super::tile::Tile;
use super::variable::Only;
use crate::alarm::Alarm;
use crate::problem::Problem;
use crate::rule::Severity;
use crate::telemetry::Series;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most buckets of a line.
pub const POINTS_MAX: u32 = 1_000;

/// A question for what these tiles show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TilesAsk {
    /// The tiles as they are on the page, drafts among them; each with its range where it has one of its own.
    pub tiles: Vec<(Tile, Option<(i64, i64)>)>,
    /// From, inclusive, milliseconds since 1970.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// At most so many buckets a line.
    pub points: u32,
    /// Whether all is to be as it was at the end of the range, and not as it is now.
    #[serde(default)]
    pub past: bool,
    /// Whether lines of the time before are wanted too, as long as the range.
    #[serde(default)]
    pub compare: bool,
    /// To which devices tiles are narrowed: those of which all of this holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Only>,
}

/// What one tile shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TileAnswer {
    /// The tile.
    pub id: String,
    /// What it shows, or why it can't.
    pub outcome: Result<TileData, Problem>,
}

/// How a value is called and measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// What people read.
    pub label: String,
    /// The sign of the unit in which the values are given; empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Digits behind the point; none: as many as it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
}

/// What a tile shows. Values are converted to the unit in which they are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum TileData {
    /// Lines over time.
    Lines {
        /// The lines.
        lines: Vec<LineOf>,
        /// How many devices there are.
        devices: usize,
        /// How many of them have no line, since there are too many.
        left_out: usize,
    },
    /// Figures, one a value.
    Figures {
        /// The figures, in the order of the tile's values.
        figures: Vec<Figure>,
        /// How many devices there are.
        devices: usize,
    },
    /// Rows, one a device.
    Rows {
        /// The columns.
        columns: Vec<Column>,
        /// The rows, by the devices' names.
        rows: Vec<Row>,
        /// How many devices have no row, since there are too many.
        left_out: usize,
    },
    /// States over time, a lane a device.
    States {
        /// The lanes.
        lanes: Vec<Lane>,
        /// How many devices have no lane, since there are too many.
        left_out: usize,
    },
    /// Shares of a whole, the largest first.
    Shares {
        /// The shares.
        shares: Vec<Share>,
        /// How they are measured.
        word: Word,
    },
    /// Where devices are.
    Places {
        /// The places, by the devices' names.
        places: Vec<Place>,
        /// How the values beside each place are called and measured.
        words: Vec<Word>,
        /// How many devices have told no place.
        nowhere: usize,
    },
    /// One value against another.
    Clouds {
        /// How the value across is called and measured.
        x: Word,
        /// And the one up.
        y: Word,
        /// A cloud of points a device.
        clouds: Vec<Cloud>,
        /// How many devices have none, since there are too many.
        left_out: usize,
    },
    /// How often values lie in each bin.
    Bins {
        /// How the value is called and measured.
        word: Word,
        /// The edges of the bins, one more than there are; none: there are no values.
        edges: Vec<f64>,
        /// How many lie in each.
        bars: Vec<Bars>,
        /// How many devices have none, since there are too many.
        left_out: usize,
    },
    /// Alarms.
    Alarms {
        /// The newest.
        alarms: Vec<Alarm>,
        /// How many there are of each severity, the worst first.
        counts: Vec<(Severity, i64)>,
    },
    /// What has happened, the newest first.
    Happenings {
        /// What.
        happenings: Vec<Happening>,
        /// How many older ones are left out.
        left_out: usize,
    },
    /// The devices of a tile that reads or runs something by itself: what each connects with, and its name.
    Devices {
        /// The first of them, by name.
        devices: Vec<(String, String)>,
        /// How many more there are.
        left_out: usize,
    },
    /// The values that stand on a plan, in its order.
    Spots {
        /// The values.
        spots: Vec<Spotted>,
    },
    /// How many devices there are.
    Count(Counted),
    /// What it shows stands in the tile itself.
    Nothing,
}

/// A line over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineOf {
    /// How it is called and measured.
    pub word: Word,
    /// The device, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The value's name.
    pub capability: String,
    /// Whether it is of the time before, moved onto the range.
    #[serde(default)]
    pub before: bool,
    /// Its points. `avg` is what the tile wants of each bucket.
    pub series: Series,
}

/// A figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// How it is called and measured.
    pub word: Word,
    /// The value; none: there is none.
    pub value: Option<Value>,
    /// Its time, milliseconds since 1970, where it is a newest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
    /// The same of the time before, as long as the range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Where it goes: times and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<(i64, f64)>,
    /// The least and the greatest value to expect, as the template says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<(f64, f64)>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// How it is called and measured.
    pub word: Word,
    /// Whether its values are numbers.
    pub number: bool,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What the device connects with.
    pub device: String,
    /// What people call it.
    pub name: String,
    /// When its newest message arrived, milliseconds since 1970.
    pub last_seen_ms: Option<i64>,
    /// A value a column; none: it has none.
    pub values: Vec<Option<Value>>,
    /// A small line a column, of mean values in order; empty: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trends: Vec<Vec<(i64, f64)>>,
}

/// A device's states over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// What people call the device.
    pub label: String,
    /// What it connects with.
    pub device: String,
    /// Its states, the oldest first.
    pub stays: Vec<Stay>,
}

/// How long something was in one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stay {
    /// From, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// The state.
    pub state: String,
}

/// The points of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cloud {
    /// What it connects with.
    pub device: String,
    /// What people call it.
    pub label: String,
    /// Across and up.
    pub points: Vec<(f64, f64)>,
}

/// How many values lie in each bin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// Of what.
    pub label: String,
    /// A number a bin.
    pub counts: Vec<u64>,
}

/// What kind of thing has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HappeningKind {
    /// A rule raised an alarm.
    Alarm,
    /// A command was run, or answered.
    Command,
    /// Something else that stands in the device's log.
    Event,
}

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// What kind of thing.
    pub kind: HappeningKind,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// When it was over; none: it was a moment, or is not over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
    /// What the device connects with.
    pub device: String,
    /// What people call it.
    pub device_name: String,
    /// What happened.
    pub text: String,
    /// How bad an alarm is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The number of an alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<i64>,
}

/// A value that stands on a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spotted {
    /// What people call the device; none: it isn't there, or not seen.
    pub name: Option<String>,
    /// How the value is called and measured.
    pub word: Word,
    /// The newest value; none: there is none.
    pub value: Option<Value>,
    /// Its time, milliseconds since 1970.
    pub at_ms: Option<i64>,
}

/// Where a device is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// What it connects with.
    pub device: String,
    /// What people call it.
    pub name: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// When it said so, milliseconds since 1970; none: a property says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
    /// Its newest values, in the order of the words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Option<Value>>,
    /// Where it was over the range, the oldest first: degrees north and east.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub track: Vec<(f64, f64)>,
}

/// A share of a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Whose.
    pub label: String,
    /// How much.
    pub value: f64,
}

/// How many devices there are, and how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// All.
    pub all: usize,
    /// Those that have sent lately.
    pub live: usize,
    /// Those that have sent before.
    pub silent: usize,
    /// Those that have never sent.
    pub never: usize,
}
