//! Values as people read them.

use serde_json::Value;

/// A telemetry value with its unit: `1,318 ppm`, `21.5 °C`, `On`, `48.2082° N, 16.3738° E`.
pub fn format_value(value: &Value, unit: &str) -> String {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => with_unit(count(whole), unit),
            None => number.as_f64().map_or_else(|| number.to_string(), |n| format_number(n, unit)),
        },
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::String(text) => with_unit(text.clone(), unit),
        Value::Null => "–".into(),
        Value::Object(_) => place(value).unwrap_or_else(|| value.to_string()),
        Value::Array(_) => value.to_string(),
    }
}

/// A number with its unit; thousands apart, at most four digits after the point that mean something.
pub fn format_number(number: f64, unit: &str) -> String {
    with_unit(decimal(number), unit)
}

/// A number without a unit, as in [`format_number`].
pub fn decimal(number: f64) -> String {
    if !number.is_finite() {
        return "–".into();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{number:.3e}");
    }
    // Small numbers need more places to say as much: 0.0123, 1.234, 123.45, 12,345.6.
    let places = match size {
        s if s < 1.0 => 4,
        s if s < 100.0 => 3,
        s if s < 10_000.0 => 2,
        _ => 1,
    };
    let text = fixed(number, places);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number with exactly so many digits after the point.
pub(crate) fn fixed(number: f64, places: usize) -> String {
    let text = format!("{:.places$}", number.abs());
    // What rounds to nothing has no sign.
    let sign = if number < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "-" } else { "" };
    match text.split_once('.') {
        Some((whole, part)) => format!("{sign}{}.{part}", thousands(whole)),
        None => format!("{sign}{}", thousands(&text)),
    }
}

/// A whole number with its thousands apart: `1,204`.
pub fn count(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", thousands(&number.unsigned_abs().to_string()))
}

/// Bytes as people read them, in steps of 1,000.
pub fn bytes(count: i64) -> String {
    let mut size = count.max(0) as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 1000.0 {
            return if unit == "bytes" || size >= 100.0 {
                format!("{size:.0} {unit}")
            } else {
                format!("{size:.1} {unit}")
            };
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number's text with its unit behind it.
pub(crate) fn with_unit(text: String, unit: &str) -> String {
    match unit {
        "" => text,
        // The sign of an angle stands close to its number; other units don't.
        "°" => format!("{text}°"),
        unit => format!("{text}\u{a0}{unit}"),
    }
}

/// A place on earth.
fn place(value: &Value) -> Option<String> {
    let lat = value.get("lat")?.as_f64()?;
    let lon = value.get("lon")?.as_f64()?;
    let (ns, ew) = (if lat < 0.0 { 'S' } else { 'N' }, if lon < 0.0 { 'W' } else { 'E' });
    let mut text = format!("{:.4}° {ns}, {:.4}° {ew}", lat.abs(), lon.abs());
    if let Some(alt) = value.get("alt").and_then(Value::as_f64) {
        text.push_str(&format!(", {}", format_number(alt, "m")));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_have_their_unit() {
        let cases = [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1500, "1.5 kB"),
            (250_000_000, "250 MB"),
            (7_250_000_000_000, "7.2 TB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn numbers() {
        let cases = [
            (0.0, "0"),
            (-0.00000001, "-1.000e-8"),
            (21.5, "21.5"),
            (0.01234567, "0.0123"),
            (1234.5678, "1,234.57"),
            (-1234567.0, "-1,234,567"),
            (99.9999, "100"),
            (1e20, "1.000e20"),
            (f64::NAN, "–"),
        ];
        for (number, text) in cases {
            assert_eq!(decimal(number), text);
        }
    }

    #[test]
    fn values() {
        let cases = [
            (json!(1318), "ppm", "1,318\u{a0}ppm"),
            (json!(21.5), "°C", "21.5\u{a0}°C"),
            (json!(true), "", "True"),
            (json!("open"), "", "open"),
            (json!(null), "V", "–"),
            (json!({"lat": -1.5, "lon": 2, "alt": 1200}), "", "1.5000° S, 2.0000° E, 1,200\u{a0}m"),
            (json!([1, 2]), "", "[1,2]"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(format_value(&value, unit), text);
        }
    }
}
