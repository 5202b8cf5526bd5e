//! Values as files have them.

use model::export::unguarded;
use model::import::ValueKind;
use serde_json::Value;

/// Longest text that is kept, in characters.
const TEXT_MAX: usize = 10_000;

/// What a cell holds; nothing where it is empty.
///
/// # Errors
/// What is wrong, and what is allowed.
pub(super) fn read(
    cell: &str,
    kind: ValueKind,
    decimal_comma: bool,
) -> Result<Option<Value>, (String, &'static str)> {
    let trimmed = cell.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let bad =
        |allowed| (format!("“{}” is no such value.", trimmed.chars().take(40).collect::<String>()), allowed);
    match kind {
        ValueKind::Number => number(trimmed, decimal_comma).map(Some).ok_or_else(|| {
            bad(match decimal_comma {
                true => "A number with a decimal comma, such as -1.234,5.",
                false => "A number with a decimal point, such as -1234.5 or 1.5e3.",
            })
        }),
        ValueKind::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Some(Value::Bool(true))),
            "false" | "no" | "off" | "0" => Ok(Some(Value::Bool(false))),
            _ => Err(bad("true or false, yes or no, on or off, 1 or 0.")),
        },
        ValueKind::Text if cell.chars().nth(TEXT_MAX).is_some() => {
            Err((format!("The text is longer than {TEXT_MAX} characters."), "A shorter text."))
        }
        ValueKind::Text => Ok(Some(Value::from(unguarded(cell).replace('\0', "\u{2400}")))),
        ValueKind::Json => match serde_json::from_str::<Value>(trimmed) {
            Ok(Value::Null) => Ok(None),
            Ok(value) if !trimmed.contains("\\u0000") => Ok(Some(value)),
            _ => Err(bad("JSON, such as {\"lat\":48.2,\"lon\":16.4}.")),
        },
    }
}

fn number(text: &str, decimal_comma: bool) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let plain: String;
    let (point, group) = if decimal_comma { (',', '.') } else { ('.', ',') };
    let text = if text.contains(group) || text.contains([' ', '\u{a0}', '\'']) || decimal_comma {
        let (whole, fraction) = match text.split_once(point) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        // What divides thousands stands before three digits each time.
        let mut groups = whole.split([group, ' ', '\u{a0}', '\'']);
        let first = groups.next()?;
        let grouped = groups.clone().next().is_some();
        if grouped && first.trim_start_matches(['-', '+']).len() > 3 {
            return None;
        }
        if !groups.clone().all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit())) {
            return None;
        }
        let whole: String = std::iter::once(first).chain(groups).collect();
        plain = match fraction {
            Some(fraction) => format!("{whole}.{fraction}"),
            None => whole,
        };
        plain.as_str()
    } else {
        text
    };
    // Words such as `inf` and `nan` are numbers to the library.
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    Some(store::telemetry::number(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_with_point_and_comma() {
        let cases = [
            ("21.5", false, Some(json!(21.5))),
            ("-3", false, Some(json!(-3))),
            ("3.0", false, Some(json!(3))),
            ("1e3", false, Some(json!(1000))),
            ("1,234.5", false, Some(json!(1234.5))),
            ("21,5", false, None),
            ("21,5", true, Some(json!(21.5))),
            ("1.234,5", true, Some(json!(1234.5))),
            ("1 234,5", true, Some(json!(1234.5))),
            ("21.5", true, None),
            ("1234.567", true, None),
            ("inf", false, None),
            ("NaN", false, None),
            ("1e999", false, None),
            ("--1", false, None),
            ("9007199254740993", false, Some(json!(9_007_199_254_740_993_i64))),
        ];
        for (text, comma, expected) in cases {
            assert_eq!(read(text, ValueKind::Number, comma).ok().flatten(), expected, "{text}");
        }
    }

    #[test]
    fn other_kinds() {
        let of = |text, kind| read(text, kind, false);
        assert_eq!(of("Yes", ValueKind::Boolean), Ok(Some(json!(true))));
        assert!(of("maybe", ValueKind::Boolean).is_err());
        assert_eq!(of("'=1+1", ValueKind::Text), Ok(Some(json!("=1+1"))));
        assert_eq!(of("  ", ValueKind::Text), Ok(None));
        assert_eq!(of(r#"{"lat":1}"#, ValueKind::Json), Ok(Some(json!({"lat": 1}))));
        assert!(of("{", ValueKind::Json).is_err() && of(r#""\u0000""#, ValueKind::Json).is_err());
        assert!(of(&"x".repeat(TEXT_MAX + 1), ValueKind::Text).is_err());
    }
}
