//! Queries as the interface sees them: a table of results, or what is wrong with the text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is wrong with the text of a query, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// A sentence: what stands there, and what could.
    pub message: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in the line, in characters, from 1.
    pub column: u32,
    /// Characters before it in the whole text.
    pub offset: u32,
    /// How many characters it has; at least 1.
    pub length: u32,
    /// The line, or a piece of it, and marks beneath: to be shown in letters of one width.
    pub pointer: String,
}

impl Mistake {
    /// The sentence with its place.
    pub fn sentence(&self) -> String {
        match self.line {
            1 => format!("Column {}: {}", self.column, self.message),
            line => format!("Line {line}, column {}: {}", self.column, self.message),
        }
    }
}

/// What running a query came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Rows, perhaps none.
    Table(Table),
    /// The text can't be run.
    Mistake(Mistake),
}

/// The first rows of an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows, a value a column. Times are texts as RFC 3339 writes them.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more than these.
    pub more: bool,
    /// Points that were read for it.
    pub read: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What it was taken to mean where the text leaves it open, in sentences.
    pub notes: Vec<String>,
}
