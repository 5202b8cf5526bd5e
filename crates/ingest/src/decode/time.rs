//! The time that a message carries.

use model::telemetry::{AHEAD_MS, EARLIEST_MS};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time in a body: milliseconds since 1970, or an RFC 3339 string.
///
/// # Errors
/// A sentence.
pub(super) fn of_value(value: &Value, arrived_ms: i64) -> Result<i64, String> {
    let ms = match value {
        Value::Number(n) => {
            n.as_i64().or_else(|| n.as_f64().filter(|f| f.abs() < 1e18).map(|f| f.floor() as i64))
        }
        Value::String(text) => rfc3339(text),
        _ => None,
    };
    let ms = ms.ok_or_else(|| {
        let shown: String = value.to_string().chars().take(60).collect();
        format!("“ts” is {shown}: it is milliseconds since 1970, or a time such as \"2026-05-01T12:00:00Z\".")
    })?;
    within(ms, arrived_ms)
}

/// A time in a property, where everything is text.
///
/// # Errors
/// A sentence.
pub(super) fn of_text(text: &str, arrived_ms: i64) -> Result<i64, String> {
    match text.trim().parse::<i64>() {
        Ok(ms) => within(ms, arrived_ms),
        Err(_) => of_value(&Value::from(text.trim()), arrived_ms),
    }
}

fn rfc3339(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

fn within(ms: i64, arrived_ms: i64) -> Result<i64, String> {
    if ms < EARLIEST_MS {
        let hint = match ms.checked_mul(1000) {
            Some(meant) if (EARLIEST_MS..=arrived_ms + AHEAD_MS).contains(&meant) => {
                " It looks like seconds; milliseconds are expected."
            }
            _ => "",
        };
        return Err(format!(
            "The time {} lies before 2000-01-01, the earliest that is accepted.{hint}",
            shown(ms)
        ));
    }
    if ms > arrived_ms.saturating_add(AHEAD_MS) {
        return Err(format!("The time {} lies more than 24 hours ahead.", shown(ms)));
    }
    Ok(ms)
}

/// A time as people read it; the number itself where no calendar reaches.
fn shown(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{ms} ms"))
}
