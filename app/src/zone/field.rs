//! Moments in `<input type="datetime-local">`, in the viewer's zone. Browser only.

use super::{iso, offset_ms};

/// A moment as such a field wants it.
pub(crate) fn field_text(at_ms: i64, zone: &str) -> String {
    iso(at_ms + offset_ms(zone, at_ms)).trim_end_matches('Z').chars().take("2026-11-22T20:30".len()).collect()
}

/// Reads what stands in such a field.
pub(crate) fn field_ms(text: &str, zone: &str) -> Option<i64> {
    let wall = js_sys::Date::parse(&format!("{text}Z"));
    if !wall.is_finite() {
        return None;
    }
    let wall = wall as i64;
    // Twice, because the offset depends on the moment that is looked for.
    let guess = wall - offset_ms(zone, wall);
    Some(wall - offset_ms(zone, guess))
}
