//! The values that a query computes with.

use serde_json::Value as Json;
use std::cmp::Ordering;
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A value. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// None: the message did not say.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// Milliseconds since 1970.
    Time(i64),
    /// An object, a list, or a whole number that a double can't hold.
    Json(Arc<Json>),
}

impl Value {
    /// A text.
    pub fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    /// What a device sent.
    pub fn of(json: Json) -> Value {
        const EXACT: u64 = 1 << 53;
        match json {
            Json::Null => Value::Null,
            Json::Bool(said) => Value::Bool(said),
            Json::String(text) => Value::Text(text.into()),
            Json::Number(number) => {
                let exact = number.is_f64()
                    || number.as_i64().is_some_and(|n| n.unsigned_abs() <= EXACT)
                    || number.as_u64().is_some_and(|n| n <= EXACT);
                match number.as_f64() {
                    Some(double) if exact => Value::Number(double),
                    _ => Value::Json(Arc::new(Json::Number(number))),
                }
            }
            other => Value::Json(Arc::new(other)),
        }
    }

    /// The number that it is, the nearest double to it.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Json(json) => json.as_f64(),
            _ => None,
        }
    }

    /// A part of an object.
    pub fn part(&self, path: &[String]) -> Value {
        let Value::Json(json) = self else { return Value::Null };
        let found = path.iter().try_fold(&**json, |inner, name| inner.get(name));
        found.map_or(Value::Null, |json| Value::of(json.clone()))
    }

    /// As JSON. Whole numbers have no point, times are written as RFC 3339 does.
    pub fn json(&self) -> Json {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self {
            Value::Null => Json::Null,
            Value::Bool(said) => Json::Bool(*said),
            Value::Number(n) if n.fract() == 0.0 && n.abs() <= EXACT => Json::from(*n as i64),
            Value::Number(n) => Json::from(*n),
            Value::Text(text) => Json::from(&**text),
            Value::Time(ms) => Json::from(rfc3339(*ms)),
            Value::Json(json) => (**json).clone(),
        }
    }

    /// How two values of one kind lie to each other; nothing of different kinds, or where one is null.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
            (Value::Json(a), Value::Json(b)) if a == b => Some(Ordering::Equal),
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }

    /// An order of all values, for sorting: kinds apart, nulls last.
    pub fn order(&self, other: &Value) -> Ordering {
        if let (Value::Json(a), Value::Json(b)) = (self, other)
            && (self.number().is_none() || other.number().is_none())
        {
            return a.to_string().cmp(&b.to_string());
        }
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => self.rank().cmp(&other.rank()).then_with(|| self.compare(other).unwrap_or(Ordering::Equal)),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            _ if self.number().is_some() => 0,
            Value::Time(_) => 1,
            Value::Text(_) => 2,
            Value::Bool(_) => 3,
            Value::Null => 5,
            _ => 4,
        }
    }
}

/// A time as text, to the millisecond.
pub fn rfc3339(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| ms.to_string())
}

/// Reads a time: `2024-05-01T12:00:00Z`, with less than that left out at the end, or with an offset; in milliseconds since 1970.
pub fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    let zoned = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{}:00Z", text.replace(' ', "T")),
        17 if text.ends_with(['Z', 'z']) => format!("{}:00Z", text[..16].replace(' ', "T")),
        19 => format!("{}Z", text.replace(' ', "T")),
        _ => text.replacen(' ', "T", 1),
    };
    let time = OffsetDateTime::parse(&zoned, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Reads a length of time as ISO 8601 writes it, in milliseconds: weeks, days, hours, minutes, seconds.
///
/// # Errors
/// How one is written.
pub fn duration(text: &str) -> Result<i64, &'static str> {
    const SHAPE: &str = "A length of time is written like P1D, PT10M or P1DT12H: days and weeks behind the P, hours, \
                         minutes and seconds behind the T.";
    let upper = text.to_ascii_uppercase();
    let rest = upper.strip_prefix('P').ok_or(SHAPE)?;
    let (days, times) = rest.split_once('T').map_or((rest, None), |(days, times)| (days, Some(times)));
    if times == Some("") || (days.is_empty() && times.is_none()) {
        return Err(SHAPE);
    }
    if days.contains(['Y', 'M']) {
        return Err(
            "Years and months differ in length: say it in days, such as P30D. Minutes stand behind a T: PT10M.",
        );
    }
    let total = parts(days, &[('W', 604_800_000), ('D', 86_400_000)])
        .zip(parts(times.unwrap_or_default(), &[('H', 3_600_000), ('M', 60_000), ('S', 1000)]))
        .and_then(|(days, times)| days.checked_add(times))
        .ok_or(SHAPE)?;
    if total > 0 { Ok(total) } else { Err("A length of time of nothing holds nothing.") }
}

/// Numbers and their letters, in this order, each at most once.
fn parts(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0i64;
    for (letter, ms) in units {
        if let Some((number, rest)) = text.split_once(*letter) {
            let number = number.parse::<u32>().ok()?;
            total = total.checked_add(i64::from(number).checked_mul(*ms)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lengths_of_time() {
        for (text, ms) in [
            ("P1D", 86_400_000),
            ("PT10M", 600_000),
            ("P1DT12H", 129_600_000),
            ("p2w", 1_209_600_000),
            ("PT1H30M5S", 5_405_000),
        ] {
            assert_eq!(duration(text), Ok(ms), "{text}");
        }
        for text in
            ["", "P", "PT", "1D", "P1", "P1M", "P1Y", "PT0S", "P1H", "PT5M1H", "P1D2", "PT99999999999M", "PÄ"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, back) in [
            ("2024-05-01T12:00:00.25Z", "2024-05-01T12:00:00.25Z"),
            ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z"),
            ("2024-05-01T12:00:00", "2024-05-01T12:00:00Z"),
            ("2024-05-01 12:00", "2024-05-01T12:00:00Z"),
            ("2024-05-01T12:00Z", "2024-05-01T12:00:00Z"),
            ("2024-05-01", "2024-05-01T00:00:00Z"),
            ("2024-05", "2024-05-01T00:00:00Z"),
        ] {
            assert_eq!(time(text).map(rfc3339).as_deref(), Some(back), "{text}");
        }
        for text in ["", "yesterday", "2024-13-01", "12:00", "ääääääää", "aaaaaaaaaaaaaaaéZ"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn values_come_as_they_were_sent() {
        for json in [
            json!(null),
            json!(true),
            json!("x"),
            json!(21),
            json!(-0.5),
            json!(u64::MAX),
            json!([1]),
            json!({"a": 1}),
        ] {
            assert_eq!(Value::of(json.clone()).json(), json);
        }
        assert_eq!(Value::of(json!({"a": {"b": 2}})).part(&["a".into(), "b".into()]), Value::Number(2.0));
    }

    #[test]
    fn kinds_are_not_compared_and_yet_sorted() {
        let (one, text) = (Value::Number(1.0), Value::text("1"));
        assert_eq!(one.compare(&text), None);
        let mut all = [Value::Null, Value::Bool(true), text, Value::Time(5), one, Value::Number(-1.0)];
        all.sort_by(Value::order);
        let ranks: Vec<u8> = all.iter().map(Value::rank).collect();
        assert_eq!(ranks, [0, 0, 1, 2, 3, 5]);
        assert_eq!(all[0], Value::Number(-1.0));
    }
}
