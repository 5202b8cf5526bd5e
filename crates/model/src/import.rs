//! Imports of history or of devices from CSV files: how a file is read, what becomes of its columns, and how far an import
//! is.

mod devices;

pub use devices::{DeviceMapping, DevicePreview, FoundDevices};

use crate::check::{self, Check};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Largest file of an import, in bytes.
pub const FILE_MAX: i64 = 2 << 30;
/// A file is sent in pieces of so many bytes; the last may be shorter.
pub const PIECE: i64 = 512 << 10;
/// Most columns of a file.
pub const COLUMNS_MAX: usize = 500;
/// Longest name of a value, in characters.
pub const VALUE_NAME_MAX: usize = 128;

/// How the text of a file is divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// What stands between the cells of a row: `,`, `;`, a tab or `|`.
    pub delimiter: char,
    /// Whether the first row holds the names of the columns.
    pub header: bool,
    /// Whether numbers have a comma before their decimals.
    pub decimal_comma: bool,
    /// Whether the text is Windows-1252 rather than UTF-8.
    pub windows_1252: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect { delimiter: ',', header: true, decimal_comma: false, windows_1252: false }
    }
}

/// How a time is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// `2026-05-01T12:00:00Z`, also with a space, without seconds, with an offset or without.
    #[default]
    Iso,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
    /// `31.12.2026 23:59`, also with `/` or `-`.
    DayFirst,
    /// `12/31/2026 11:59 PM`, also with `.` or `-`.
    MonthFirst,
}

impl TimeFormat {
    /// All, with what people read.
    pub const ALL: [(TimeFormat, &'static str); 5] = [
        (TimeFormat::Iso, "2026-12-31 23:59:59 (ISO 8601)"),
        (TimeFormat::DayFirst, "31.12.2026 23:59 (day first)"),
        (TimeFormat::MonthFirst, "12/31/2026 11:59 PM (month first)"),
        (TimeFormat::UnixSeconds, "Seconds since 1970"),
        (TimeFormat::UnixMillis, "Milliseconds since 1970"),
    ];

    /// The word in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            TimeFormat::Iso => "iso",
            TimeFormat::UnixSeconds => "unix-seconds",
            TimeFormat::UnixMillis => "unix-millis",
            TimeFormat::DayFirst => "day-first",
            TimeFormat::MonthFirst => "month-first",
        }
    }

    /// Reads [`TimeFormat::as_str`] back.
    pub fn from_word(word: &str) -> Option<TimeFormat> {
        TimeFormat::ALL.into_iter().map(|(format, _)| format).find(|format| format.as_str() == word)
    }
}

/// What a column's cells are read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueKind {
    /// A number.
    #[default]
    Number,
    /// True or false; also yes and no, on and off, 1 and 0.
    Boolean,
    /// Text.
    Text,
    /// JSON: places, objects, lists.
    Json,
}

impl ValueKind {
    /// All, with what people read.
    pub const ALL: [(ValueKind, &'static str); 4] = [
        (ValueKind::Number, "number"),
        (ValueKind::Boolean, "true or false"),
        (ValueKind::Text, "text"),
        (ValueKind::Json, "JSON"),
    ];

    /// The word in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            ValueKind::Number => "number",
            ValueKind::Boolean => "boolean",
            ValueKind::Text => "text",
            ValueKind::Json => "json",
        }
    }

    /// Reads [`ValueKind::as_str`] back.
    pub fn from_word(word: &str) -> Option<ValueKind> {
        ValueKind::ALL.into_iter().map(|(kind, _)| kind).find(|kind| kind.as_str() == word)
    }
}

/// Whose the rows are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfDevice {
    /// All of this device, by its id.
    One(String),
    /// Of the device whose id stands in this column.
    Column(usize),
}

/// A column that becomes a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueColumn {
    /// Which, counted from 0.
    pub column: usize,
    /// The value's name, as devices send it.
    pub name: String,
    /// What its cells are read as.
    pub kind: ValueKind,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// How it is divided.
    pub dialect: Dialect,
    /// The column with the time, counted from 0.
    pub time_column: usize,
    /// How the time is written.
    pub time_format: TimeFormat,
    /// The zone of times that name none: an IANA name; empty: UTC.
    pub zone: String,
    /// Whose the rows are.
    pub device: OfDevice,
    /// The columns that are taken; all others are left out.
    pub values: Vec<ValueColumn>,
}

impl Mapping {
    /// The mapping, trimmed.
    ///
    /// # Errors
    /// Every problem by field: `values.3.name` is the name of column 3.
    pub fn checked(mut self) -> Result<Mapping, Problem> {
        let mut check = Check::default();
        let known = [',', ';', '\t', '|'].contains(&self.dialect.delimiter);
        check.that(known, "delimiter", "Cells are divided by a comma, a semicolon, a tab or a bar.");
        check.that(self.time_column < COLUMNS_MAX, "time_column", "Choose the column with the time.");
        match &mut self.device {
            OfDevice::One(id) => {
                *id = id.trim().to_owned();
                check.that(!id.is_empty(), "device", "Choose the device that the rows are of.");
            }
            OfDevice::Column(column) => {
                let free = *column != self.time_column && *column < COLUMNS_MAX;
                check.that(free, "device", "Choose the column with the ids of devices.");
            }
        }
        check.that(!self.values.is_empty(), "values", "Choose at least one column that becomes a value.");
        check.that(self.values.len() <= COLUMNS_MAX, "values", format!("At most {COLUMNS_MAX} columns."));
        let mut names = BTreeSet::new();
        for value in &mut self.values {
            let at = format!("values.{}.name", value.column);
            value.name = value.name.trim().to_owned();
            let length = value.name.chars().count();
            let printable = !value.name.chars().any(char::is_control);
            check.that(
                (1..=VALUE_NAME_MAX).contains(&length) && printable,
                &at,
                format!("A name has 1 to {VALUE_NAME_MAX} characters and no line breaks."),
            );
            check.that(names.insert(value.name.clone()), &at, "Another column has this name already.");
            check.that(value.column != self.time_column, &at, "This column is the time.");
        }
        check.done()?;
        Ok(self)
    }
}

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    /// Values of devices that are there.
    #[default]
    History,
    /// Devices.
    Devices,
}

impl ImportKind {
    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportKind::History => "history",
            ImportKind::Devices => "devices",
        }
    }

    /// Reads [`ImportKind::as_str`] back.
    pub fn from_word(word: &str) -> Option<ImportKind> {
        [ImportKind::History, ImportKind::Devices].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What a new import is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewImport {
    /// The file's name.
    pub name: String,
    /// Its size, in bytes.
    pub bytes: i64,
    /// What its rows are.
    #[serde(default)]
    pub kind: ImportKind,
}

impl NewImport {
    /// The file, its name trimmed.
    ///
    /// # Errors
    /// The field `file`: it is empty or too large.
    pub fn checked(self) -> Result<NewImport, Problem> {
        let mut check = Check::default();
        check.that(self.bytes > 0, "file", "The file is empty.");
        check.that(
            self.bytes <= FILE_MAX,
            "file",
            format!("At most {} GB at once; divide the file.", FILE_MAX >> 30),
        );
        let short: String = self.name.chars().filter(|c| !c.is_control()).take(check::NAME_MAX).collect();
        check.done()?;
        let name = if short.trim().is_empty() { "import.csv".into() } else { short.trim().to_owned() };
        Ok(NewImport { name, ..self })
    }
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// The file is on its way.
    Uploading,
    /// The file is here; what becomes of it is being chosen.
    Ready,
    /// It waits for a worker.
    Queued,
    /// A worker is at it.
    Running,
    /// All rows are read.
    Done,
    /// It can't go on.
    Failed,
    /// Somebody ended it; what was stored before stays.
    Cancelled,
}

impl ImportState {
    /// All.
    pub const ALL: [ImportState; 7] = [
        ImportState::Uploading,
        ImportState::Ready,
        ImportState::Queued,
        ImportState::Running,
        ImportState::Done,
        ImportState::Failed,
        ImportState::Cancelled,
    ];

    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportState::Uploading => "uploading",
            ImportState::Ready => "ready",
            ImportState::Queued => "queued",
            ImportState::Running => "running",
            ImportState::Done => "done",
            ImportState::Failed => "failed",
            ImportState::Cancelled => "cancelled",
        }
    }

    /// Reads [`ImportState::as_str`] back.
    pub fn from_word(word: &str) -> Option<ImportState> {
        ImportState::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a worker is at it, or will be.
    pub fn is_at_work(self) -> bool {
        matches!(self, ImportState::Queued | ImportState::Running)
    }

    /// Whether nothing more will happen to it.
    pub fn is_over(self) -> bool {
        matches!(self, ImportState::Done | ImportState::Failed | ImportState::Cancelled)
    }
}

/// Rows of an import by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that were read, without the header.
    pub rows: i64,
    /// Rows that brought something new.
    pub stored: i64,
    /// Rows of which everything was there already.
    pub repeated: i64,
    /// Rows that were refused; they stand in the error file.
    pub refused: i64,
}

impl Counts {
    /// Adds what another part of the file came to.
    pub fn add(&mut self, more: Counts) {
        self.rows += more.rows;
        self.stored += more.stored;
        self.repeated += more.repeated;
        self.refused += more.refused;
    }
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its number in the workspace.
    pub id: i32,
    /// The file's name.
    pub name: String,
    /// The file's size, in bytes.
    pub bytes: i64,
    /// How much of it is here, in bytes.
    pub received: i64,
    /// Where it stands.
    pub state: ImportState,
    /// What its rows are.
    pub kind: ImportKind,
    /// What becomes of a file of history, once that was chosen.
    pub mapping: Option<Mapping>,
    /// What becomes of a file of devices, once that was chosen.
    pub devices: Option<DeviceMapping>,
    /// How much of it is read, in bytes.
    pub read: i64,
    /// What became of the rows so far.
    pub counts: Counts,
    /// Why it failed, in a sentence.
    pub why: Option<String>,
    /// Who began it; empty: somebody who is gone.
    pub by: String,
    /// When it was begun, milliseconds since 1970.
    pub created_ms: i64,
    /// When its rows began to be read.
    pub started_ms: Option<i64>,
    /// When it was over.
    pub ended_ms: Option<i64>,
}

/// A column of a file, and what it seems to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundColumn {
    /// Its name in the header, or `Column 3`.
    pub title: String,
    /// Its first cells that aren't empty.
    pub samples: Vec<String>,
}

/// What a file seems to be: a first mapping, for people to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its columns.
    pub columns: Vec<FoundColumn>,
    /// What seems right. Its device may be empty.
    pub mapping: Mapping,
    /// Names of values that the workspace's templates know.
    pub known: Vec<String>,
}

/// A row as it would be stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreviewRow {
    /// Its number in the file; the header is row 1.
    pub row: i64,
    /// Its device.
    pub device: String,
    /// Its time, milliseconds since 1970.
    pub ts: Option<i64>,
    /// Its values, in the order of the mapping; none: an empty cell.
    pub values: Vec<Option<serde_json::Value>>,
    /// What is wrong with it; empty: nothing.
    pub problems: Vec<RowProblem>,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The column at fault.
    pub column: String,
    /// What is wrong, in a sentence.
    pub problem: String,
    /// What is allowed.
    pub allowed: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        Mapping {
            dialect: Dialect::default(),
            time_column: 0,
            time_format: TimeFormat::Iso,
            zone: String::new(),
            device: OfDevice::One(" d ".into()),
            values: vec![ValueColumn { column: 1, name: " t ".into(), kind: ValueKind::Number }],
        }
    }

    #[test]
    fn a_mapping_is_trimmed_and_every_problem_is_named() {
        let good = mapping().checked().unwrap();
        assert_eq!((good.device, good.values[0].name.as_str()), (OfDevice::One("d".into()), "t"));
        let mut bad = mapping();
        bad.dialect.delimiter = 'x';
        bad.device = OfDevice::One(String::new());
        bad.values.push(ValueColumn { column: 2, name: "t".into(), kind: ValueKind::Text });
        bad.values.push(ValueColumn { column: 0, name: String::new(), kind: ValueKind::Text });
        let problem = bad.checked().unwrap_err();
        for at in ["delimiter", "device", "values.2.name", "values.0.name"] {
            assert!(problem.of_field(at).is_some(), "{at}: {problem:?}");
        }
    }

    #[test]
    fn files_have_a_size() {
        let of = |bytes| NewImport { name: "a.csv".into(), bytes, kind: ImportKind::History }.checked();
        assert!(of(0).is_err() && of(FILE_MAX + 1).is_err() && of(FILE_MAX).is_ok());
        let nameless = NewImport { name: " \n".into(), bytes: 1, kind: ImportKind::Devices };
        assert_eq!(nameless.checked().unwrap().name, "import.csv");
    }

    #[test]
    fn words_round_trip() {
        for state in ImportState::ALL {
            assert_eq!(ImportState::from_word(state.as_str()), Some(state));
        }
        for (format, _) in TimeFormat::ALL {
            assert_eq!(TimeFormat::from_word(format.as_str()), Some(format));
        }
        for (kind, _) in ValueKind::ALL {
            assert_eq!(ValueKind::from_word(kind.as_str()), Some(kind));
        }
    }
}
