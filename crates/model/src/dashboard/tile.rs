//! A tile: what it shows, of which devices, and how.

use super::layout::{COLUMNS, HEIGHT_MAX, ROWS_MAX};
use super::special::{CommandOf, Spot};
use crate::alarm::AlarmState;
use crate::check::{self, Check, NAME_MAX};
use crate::group::GroupId;
use crate::rule::Severity;
use serde::{Deserialize, Serialize};

/// Most devices that a tile names one by one.
pub const DEVICES_MAX: usize = 200;
/// Most values that a tile shows of a device.
const CAPABILITIES_MAX: usize = 20;
/// Most thresholds of a tile.
const THRESHOLDS_MAX: usize = 10;
/// Longest text of a tile, in bytes.
pub const TEXT_MAX: usize = 16 * 1024;
/// Longest name of a value, in characters.
pub(super) const CAPABILITY_MAX: usize = 256;

/// A tile in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tile {
    /// Unique on its dashboard.
    pub id: String,
    /// What stands above it; empty: made of what it shows.
    #[serde(default)]
    pub display_name: String,
    /// Its first column, from 0.
    pub x: u16,
    /// Its first row, from 0.
    pub y: u16,
    /// How many columns it takes, of twelve.
    pub width: u16,
    /// How many rows it takes.
    pub height: u16,
    /// What it shows.
    pub configuration: Configuration,
}

/// What a tile shows, of which devices, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// The kind of tile.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Of which devices.
    #[serde(default, skip_serializing_if = "Source::is_all")]
    pub source: Source,
    /// Which of their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// Whether devices are shown together or apart.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub split: Split,
    /// The lower end of the scale; none: by the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// From which values on it changes its colour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// Whether the legend is left out.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub hide_legend: bool,
    /// Its own range of time, a word of [`super::RANGES`]; empty: the dashboard's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub range: String,
    /// Whether it stays as it is, whatever is chosen by the dashboard's variables.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub ignores_variables: bool,
    /// How many bins a histogram has; 0: as many as are usual.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub bins: u16,
    /// Which severities of alarms are shown; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
    /// Which states of alarms are shown; none: those that are not cleared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<AlarmState>,
    /// What a command button runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandOf>,
    /// By what its picture is known; empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub picture: String,
    /// What the picture shows, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// Whether the picture fills the tile, and what is beyond is cut off.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub cover: bool,
    /// The values that stand on a plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spots: Vec<Spot>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

pub(super) fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $label:literal, $width:literal x $height:literal, $needs:ident;)*) => {
        /// The kind of a tile.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Kind {
            /// All there are, in the order in which they are offered.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The word in files and in the programming interface.
            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $word,)* }
            }

            /// What people read.
            pub fn label(self) -> &'static str {
                match self { $(Kind::$name => $label,)* }
            }

            /// The size with which it begins, in columns and rows.
            pub fn size(self) -> (u16, u16) {
                match self { $(Kind::$name => ($width, $height),)* }
            }

            /// What it is nothing without.
            pub fn needs(self) -> Needs {
                match self { $(Kind::$name => Needs::$needs,)* }
            }
        }
    };
}

/// What a kind of tile is nothing without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Values of devices.
    Values,
    /// Devices.
    Devices,
    /// Devices; values where they are wanted.
    Either,
    /// A picture.
    Picture,
    /// A text.
    Text,
}

kinds! {
    /// Lines over time.
    #[default]
    Line = "lineChart", "Line chart", 6 x 6, Values;
    /// Lines over filled areas.
    Area = "areaChart", "Area chart", 6 x 6, Values;
    /// Bars over time.
    Bar = "barChart", "Bar chart", 6 x 6, Values;
    /// Shares of a whole, as a ring.
    Pie = "pieChart", "Pie chart", 4 x 5, Values;
    /// Hours across, days down, the darker the more.
    Heat = "heatMap", "Heat map", 6 x 5, Values;
    /// In which state each device was, and how long.
    States = "stateChart", "State timeline", 6 x 5, Values;
    /// One figure over the range, with its trend and the range before.
    Kpi = "kpi", "Key figure", 3 x 2, Values;
    /// One value against another, a colour a device.
    Scatter = "scatterChart", "Scatter chart", 6 x 6, Values;
    /// How often each value occurs.
    Histogram = "histogram", "Histogram", 6 x 5, Values;
    /// The newest value.
    Last = "lkv", "Last known value", 3 x 2, Values;
    /// The newest value between two bounds.
    Gauge = "gauge", "Gauge", 3 x 4, Values;
    /// A row a device, a column a value.
    Table = "table", "Table", 6 x 6, Values;
    /// Where devices are, and were.
    Map = "map", "Map", 6 x 7, Either;
    /// How many devices there are, and how they stand.
    Count = "deviceCount", "Number of devices", 3 x 2, Devices;
    /// Alarms that stand open.
    Alarms = "alarms", "Alarms", 6 x 5, Devices;
    /// Alarms, events and commands over time.
    Timeline = "eventTimeline", "Event timeline", 6 x 5, Devices;
    /// Properties of a device, to be read and set.
    Property = "property", "Properties", 4 x 5, Either;
    /// A command, run by a button.
    Command = "command", "Command button", 3 x 3, Devices;
    /// A plan, with values that stand on it.
    Plan = "floorPlan", "Floor plan", 6 x 7, Picture;
    /// A picture.
    Image = "image", "Image", 4 x 4, Picture;
    /// A text in Markdown.
    Text = "markdown", "Text", 4 x 3, Text;
}

impl Kind {
    /// Reads [`Kind::as_str`] back.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// Of which devices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// All that the viewer sees.
    #[default]
    All,
    /// Those of a template, whatever version: its identifier without the version, `dtmi:a:room`.
    Template(String),
    /// Those of a device group.
    Group(GroupId),
    /// These, by what they connect with.
    Devices(Vec<String>),
}

impl Source {
    fn is_all(&self) -> bool {
        *self == Source::All
    }
}

/// Whether devices are shown together or apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Split {
    /// All as one.
    #[default]
    Together,
    /// Each by itself.
    Device,
}

/// A value of devices, and how it is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capability {
    /// Its name, with its component in front.
    pub capability: String,
    /// What is made of many values.
    #[serde(default)]
    pub aggregate_function: Aggregate,
    /// What it is called here; empty: as the template calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// Its unit here; empty: the template's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Digits behind the point; none: as the template says, or as many as it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
}

macro_rules! aggregates {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $label:literal;)*) => {
        /// What is made of many values.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Aggregate {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Aggregate {
            /// All there are.
            pub const ALL: &'static [Aggregate] = &[$(Aggregate::$name,)*];

            /// The word in files and in the programming interface.
            pub fn as_str(self) -> &'static str {
                match self { $(Aggregate::$name => $word,)* }
            }

            /// What people read.
            pub fn label(self) -> &'static str {
                match self { $(Aggregate::$name => $label,)* }
            }

            /// Reads [`Aggregate::as_str`] back.
            pub fn from_word(word: &str) -> Option<Aggregate> {
                Aggregate::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

aggregates! {
    /// Their mean.
    #[default]
    Avg = "avg", "Mean";
    /// The least.
    Min = "min", "Least";
    /// The greatest.
    Max = "max", "Greatest";
    /// Their sum.
    Sum = "sum", "Sum";
    /// How many there are.
    Count = "count", "How many";
    /// The newest.
    Last = "last", "Newest";
    /// How much it has risen: for meters that count on.
    Rise = "rise", "Rise";
}

/// From which value on a tile changes its colour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Threshold {
    /// The least value, as it is shown.
    pub from: f64,
    /// What it means.
    pub mood: Mood,
}

/// What a value means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mood {
    /// Nothing.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// To be looked at.
    Warning,
    /// As it should not be.
    Bad,
}

impl Mood {
    /// All, in the order in which they are offered.
    pub const ALL: [Mood; 4] = [Mood::Plain, Mood::Good, Mood::Warning, Mood::Bad];

    /// The word in files, and in the class of what is coloured.
    pub fn as_str(self) -> &'static str {
        match self {
            Mood::Plain => "plain",
            Mood::Good => "good",
            Mood::Warning => "warning",
            Mood::Bad => "bad",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Mood::Plain => "Plain",
            Mood::Good => "Good",
            Mood::Warning => "Warning",
            Mood::Bad => "Bad",
        }
    }

    /// Reads [`Mood::as_str`] back.
    pub fn from_word(word: &str) -> Option<Mood> {
        Mood::ALL.into_iter().find(|mood| mood.as_str() == word)
    }
}

impl Configuration {
    /// What a value of this tile means: the highest threshold that it reaches says it.
    pub fn mood(&self, value: f64) -> Mood {
        let reached = self.thresholds.iter().filter(|t| value >= t.from);
        reached.max_by(|a, b| a.from.total_cmp(&b.from)).map_or(Mood::Plain, |t| t.mood)
    }
}

impl Tile {
    /// Trims its texts, and notes what is wrong below this pointer.
    pub(super) fn check(&mut self, check: &mut Check, at: &str) {
        let Tile { display_name, configuration, .. } = self;
        let name = super::id(&self.id);
        check.field(&format!("{at}/id"), name);
        let shown = check.field(&format!("{at}/displayName"), check::line(display_name, NAME_MAX));
        *display_name = shown.unwrap_or_default();
        let fits = (1..=COLUMNS).contains(&self.width) && self.x <= COLUMNS - self.width.min(COLUMNS);
        check.that(fits, &format!("{at}/width"), format!("A tile lies within {COLUMNS} columns."));
        check.that(
            (1..=HEIGHT_MAX).contains(&self.height) && self.y <= ROWS_MAX,
            &format!("{at}/height"),
            format!("From 1 to {HEIGHT_MAX} rows, within the first {ROWS_MAX}."),
        );
        configuration.check(check, &format!("{at}/configuration"));
    }
}

impl Configuration {
    fn check(&mut self, check: &mut Check, at: &str) {
        let field = |name: &str| format!("{at}/{name}");
        for capability in &mut self.capabilities {
            for text in [&mut capability.capability, &mut capability.display_name, &mut capability.unit] {
                *text = text.trim().to_owned();
            }
        }
        let count = self.capabilities.len();
        check.that(
            count <= CAPABILITIES_MAX,
            &field("capabilities"),
            format!("At most {CAPABILITIES_MAX} values; these are {count}."),
        );
        check.that(
            self.kind.needs() != Needs::Values || count > 0,
            &field("capabilities"),
            "Choose at least one value.",
        );
        for (i, capability) in self.capabilities.iter().enumerate() {
            let short = |text: &str, max| text.chars().count() <= max && !text.chars().any(char::is_control);
            check.that(
                !capability.capability.is_empty() && short(&capability.capability, CAPABILITY_MAX),
                &field(&format!("capabilities/{i}/capability")),
                "The name of a value, as devices send it.",
            );
            check.that(
                short(&capability.display_name, NAME_MAX) && short(&capability.unit, 40),
                &field(&format!("capabilities/{i}")),
                "Name and unit are short and have no line breaks.",
            );
            check.that(
                capability.decimals.is_none_or(|digits| digits <= 10),
                &field(&format!("capabilities/{i}/decimals")),
                "At most 10 digits.",
            );
        }
        let sound = match &self.source {
            Source::All => true,
            Source::Group(id) => id.checked().is_ok(),
            Source::Template(dtmi) => dtmi.starts_with("dtmi:") && dtmi.len() <= 2048 && !dtmi.contains('\0'),
            Source::Devices(ids) => {
                (1..=DEVICES_MAX).contains(&ids.len())
                    && ids.iter().all(|id| crate::check::device_id(id).is_ok())
            }
        };
        check.that(
            sound || matches!(self.kind.needs(), Needs::Text | Needs::Picture),
            &field("source"),
            format!("All devices, a template by its identifier, a device group, or 1 to {DEVICES_MAX} devices by their ids."),
        );
        self.check_special(check, at);
        let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
        let ordered = self.min.zip(self.max).is_none_or(|(min, max)| min < max);
        check.that(
            finite(self.min) && finite(self.max) && ordered,
            &field("max"),
            "The upper end lies above the lower one.",
        );
        check.that(
            self.thresholds.len() <= THRESHOLDS_MAX && self.thresholds.iter().all(|t| t.from.is_finite()),
            &field("thresholds"),
            format!("At most {THRESHOLDS_MAX} thresholds, each a number."),
        );
        check.that(
            self.range.is_empty() || super::RANGES.iter().any(|(word, _)| *word == self.range),
            &field("range"),
            "A word of the ranges, or nothing.",
        );
        check.that(
            self.text.len() <= TEXT_MAX && !self.text.contains('\0'),
            &field("text"),
            format!("At most {} kB.", TEXT_MAX / 1024),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.as_str()), Some(*kind));
            let (width, height) = kind.size();
            assert!(width <= COLUMNS && height <= HEIGHT_MAX);
        }
        for one in Aggregate::ALL {
            assert_eq!(Aggregate::from_word(one.as_str()), Some(*one));
        }
        for mood in Mood::ALL {
            assert_eq!(Mood::from_word(mood.as_str()), Some(mood));
        }
    }

    #[test]
    fn the_highest_threshold_that_is_reached_counts() {
        let thresholds = vec![
            Threshold { from: 1000.0, mood: Mood::Bad },
            Threshold { from: 0.0, mood: Mood::Good },
            Threshold { from: 800.0, mood: Mood::Warning },
        ];
        let tile = Configuration { thresholds, ..Configuration::default() };
        for (value, mood) in
            [(-1.0, Mood::Plain), (1.0, Mood::Good), (800.0, Mood::Warning), (2000.0, Mood::Bad)]
        {
            assert_eq!(tile.mood(value), mood, "{value}");
        }
    }
}
