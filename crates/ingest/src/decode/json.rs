//! A body as JSON, or where and why it is none.

use serde_json::Value;
use serde_json::error::Category;

/// Reads the body. A byte order mark in front is passed over.
///
/// # Errors
/// A sentence that says what is wrong and where.
pub(super) fn parse(body: &[u8]) -> Result<Value, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err("The message is empty; send a JSON object such as {\"temperature\":21.5}.".into());
    }
    let text = std::str::from_utf8(body)
        .map_err(|e| format!("Not UTF-8: the bytes from number {} on are no text.", e.valid_up_to() + 1))?;
    serde_json::from_str(text).map_err(|e| sentence(&e, text))
}

fn sentence(e: &serde_json::Error, text: &str) -> String {
    let at = format!("line {}, column {}", e.line(), e.column());
    let said = e.to_string();
    let what = said.split(" at line ").next().unwrap_or(&said);
    if what.starts_with("recursion limit") {
        return format!("Nested too deeply: at most 127 levels are accepted ({at}).");
    }
    if what.starts_with("number out of range") {
        return format!("A number is larger than a 64-bit floating-point number can be ({at}).");
    }
    if let Some(word) = no_number(text, e.line(), e.column()) {
        return format!("Not JSON: {word} is no number there; leave the field out or send null ({at}).");
    }
    match e.classify() {
        Category::Eof => format!("Not JSON: it ends too early, {what} ({at})."),
        _ => format!("Not JSON: {what} ({at})."),
    }
}

/// The word that programs write where they have no number, if it stands where reading stopped.
fn no_number(text: &str, line: usize, column: usize) -> Option<&'static str> {
    let line = text.lines().nth(line.checked_sub(1)?)?.as_bytes();
    // The reader stops at the word's first letter, or at one soon behind it; the longest word counts.
    (0..=2).rev().filter_map(|back| line.get(column.checked_sub(back + 1)?..)).find_map(|rest| {
        ["NaN", "nan", "Infinity", "-Infinity", "-inf", "inf", "None", "undefined"]
            .into_iter()
            .find(|word| rest.starts_with(word.as_bytes()))
    })
}
