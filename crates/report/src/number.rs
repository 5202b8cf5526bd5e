//! Values as people read them.

use model::dashboard::Word;
use serde_json::Value;

/// A number with so many digits behind the point; without a word on that, with about four that count. Thousands stand apart.
pub(crate) fn number(value: f64, decimals: Option<u8>) -> String {
    let digits = decimals.map_or_else(|| usual(value), usize::from).min(10);
    let text = format!("{:.digits$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut spaced = String::new();
    for (i, sign) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            spaced.push('\u{a0}');
        }
        spaced.push(sign);
    }
    let rest = if decimals.is_none() { rest.trim_end_matches('0') } else { rest };
    let point = if rest.is_empty() { "" } else { "." };
    let is_zero = text.chars().all(|sign| matches!(sign, '0' | '.'));
    let minus = if value < 0.0 && !is_zero { "−" } else { "" };
    format!("{minus}{spaced}{point}{rest}")
}

fn usual(value: f64) -> usize {
    match value.abs() {
        1000.0.. => 0,
        100.0.. => 1,
        1.0.. => 2,
        _ => 4,
    }
}

/// Any value, without its unit.
pub(crate) fn value(value: &Value, word: &Word) -> String {
    match value {
        Value::Number(n) => n.as_f64().map_or_else(|| n.to_string(), |n| number(n, word.decimals)),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => other.to_string(),
    }
}

/// The same with it.
pub(crate) fn with_unit(text: &str, word: &Word) -> String {
    match word.unit.as_str() {
        "" => text.to_owned(),
        unit => format!("{text}\u{a0}{unit}"),
    }
}
