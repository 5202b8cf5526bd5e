//! What a bench has found: lines of a table, or one line of JSON.

use crate::terminal;
use serde_json::{Map, Value};

/// Figures with their names, in the order in which they are shown.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<(&'static str, &'static str, Value)>,
}

impl Report {
    /// Adds a figure: its key in JSON, and how a table calls it.
    pub(super) fn add(&mut self, key: &'static str, words: &'static str, value: impl Into<Value>) {
        self.rows.push((key, words, value.into()));
    }

    /// Adds a measured number, with three digits that count.
    pub(super) fn measured(&mut self, key: &'static str, words: &'static str, value: f64) {
        let digits = if value.abs() >= 100.0 { 1.0 } else { 1000.0 };
        self.add(key, words, (value * digits).round() / digits);
    }

    /// Shows it.
    pub(super) fn show(&self, title: &str, json: bool) {
        if json {
            let object: Map<_, _> =
                self.rows.iter().map(|(key, _, value)| ((*key).to_owned(), value.clone())).collect();
            terminal::answer(&Value::Object(object).to_string());
            return;
        }
        terminal::answer(title);
        let wide = self.rows.iter().map(|(_, words, _)| words.chars().count()).max().unwrap_or(0);
        for (_, words, value) in &self.rows {
            let shown = match value {
                Value::Null => "not measured".into(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            terminal::answer(&format!("  {words:wide$}  {shown:>12}"));
        }
    }
}
