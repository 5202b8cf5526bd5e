//! What a bench has found: lines of a table, or one line of JSON.

use crate::terminal;
use serde_json::{Map, Value};

/// Figures with their names, in the order in which they are shown.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<(&'static str, &'static str, Value)>,
    /// What the table says otherwise.
    only_json: Vec<(&'static str, Value)>,
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

    /// Adds a line of the table that JSON has otherwise.
    pub(super) fn words(&mut self, words: &'static str, value: String) {
        self.rows.push(("", words, Value::String(value)));
    }

    /// Adds what the table says otherwise.
    pub(super) fn only_json(&mut self, key: &'static str, value: impl Into<Value>) {
        self.only_json.push((key, value.into()));
    }

    /// Shows it.
    pub(super) fn show(&self, title: &str, json: bool) {
        if json {
            let rows = self.rows.iter().filter(|row| !row.0.is_empty()).map(|(key, _, value)| (key, value));
            let all = rows.chain(self.only_json.iter().map(|(key, value)| (key, value)));
            let object: Map<_, _> = all.map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
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
