//! Values as conditions compare them: numbers by what they are, all else by what it says.

use serde_json::Value;

/// The number, where it is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|n| n.is_finite())
}

/// Whether two values are the same: 1 and 1.0 are.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// As people read it; short.
pub(super) fn text(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = match value {
        Value::String(text) => format!("“{text}”"),
        Value::Bool(true) => "true".to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(n) => plain(n),
            None => number.to_string(),
        },
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A number with at most six digits behind the point, and none that say nothing.
pub(super) fn plain(n: f64) -> String {
    if n != 0.0 && n.abs() < 1e-4 || n.abs() >= 1e15 {
        return format!("{n:e}");
    }
    let text = format!("{n:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A span of time in words: `90 seconds`, `5 minutes`, `2 hours`.
pub(super) fn span(ms: i64) -> String {
    let units = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second")];
    let (size, unit) =
        units.into_iter().find(|(size, _)| ms >= *size && ms % size == 0).unwrap_or((1, "millisecond"));
    let count = ms / size;
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_read_well() {
        for (value, said) in [
            (json!(21), "21"),
            (json!(21.500), "21.5"),
            (json!(-0.0), "0"),
            (json!(1e300), "1e300"),
            (json!("on"), "“on”"),
            (json!(true), "true"),
            (json!({"lat": 1}), r#"{"lat":1}"#),
        ] {
            assert_eq!(text(&value), said);
        }
        assert_eq!(span(90_000), "90 seconds");
        assert_eq!(span(3_600_000), "1 hour");
        assert!(same(&json!(1), &json!(1.0)) && !same(&json!("1"), &json!(1)));
    }
}
