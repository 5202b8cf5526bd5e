//! Moments as the programming interface writes them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970 as RFC 3339 writes them, in UTC.
pub(super) fn time_text(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// Reads RFC 3339 back: milliseconds since 1970.
///
/// # Errors
/// What is wrong, beside the field of this name.
pub(super) fn moment(text: &str, field: &str) -> Result<i64, super::Fault> {
    let read = OffsetDateTime::parse(text.trim(), &Rfc3339);
    let read = read
        .map_err(|_| super::Fault::field(field, "A moment as RFC 3339 writes it: 2026-11-24T06:00:00Z."))?;
    Ok((read.unix_timestamp_nanos() / 1_000_000) as i64)
}
