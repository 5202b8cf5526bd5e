//! Cells of an export: times, numbers, names with their units.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::export::guarded;
use model::template::Telemetry;
use std::io::Write;

/// A writer of rows into memory, as RFC 4180 wants them.
pub(super) type Rows = csv::Writer<Vec<u8>>;

pub(super) fn rows() -> Rows {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new())
}

/// What was written so far.
pub(super) fn finish(rows: Rows) -> Vec<u8> {
    // Writing to memory doesn't fail.
    rows.into_inner().unwrap_or_default()
}

/// The time as ISO 8601, in this zone; milliseconds only where there are some.
pub(super) fn time(ms: i64, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_millisecond(ms) else { return String::new() };
    let offset = zone.to_offset(at);
    let civil = offset.to_datetime(at);
    let mut text = Vec::with_capacity(30);
    let (date, clock) = (civil.date(), civil.time());
    let _ = write!(
        text,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    if clock.millisecond() != 0 {
        let _ = write!(text, ".{:03}", clock.millisecond());
    }
    if *zone == TimeZone::UTC {
        text.push(b'Z');
    } else {
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let _ = write!(text, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
    }
    String::from_utf8(text).unwrap_or_default()
}

/// A number without loss; whole ones without a point.
pub(super) fn number(value: f64) -> String {
    store::telemetry::number(value).to_string()
}

/// A column's name with its unit: `temperature (°C)`. A component's field is found by its last part.
pub(super) fn heading(name: &str, what: &str, fields: &[Telemetry]) -> String {
    let unit = unit(name, fields);
    let name = if what.is_empty() { name.to_owned() } else { format!("{name} {what}") };
    guarded(&if unit.is_empty() { name } else { format!("{name} ({unit})") })
}

/// The unit of a name, where a template knows it.
pub(super) fn unit<'a>(name: &str, fields: &'a [Telemetry]) -> &'a str {
    let last = name.rsplit('.').next().unwrap_or(name);
    let found = fields.iter().find(|f| f.name == name).or_else(|| fields.iter().find(|f| f.name == last));
    found.map_or("", |field| field.unit.as_str())
}

/// A name of a file that every system takes.
pub(super) fn file_name(of: &str, from: &str, to: &str) -> String {
    let sound = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || " -_.".contains(c) { c } else { '-' }).collect()
    };
    let date = |text: &str| text.get(..10).unwrap_or("all").to_owned();
    format!("{} {} to {}.csv", sound(of), date(from), date(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_zones() {
        let vienna = TimeZone::get("Europe/Vienna").unwrap();
        assert_eq!(time(1_782_907_200_000, &TimeZone::UTC), "2026-07-01T12:00:00Z");
        assert_eq!(time(1_782_907_200_250, &vienna), "2026-07-01T14:00:00.250+02:00");
        let west = TimeZone::get("America/St_Johns").unwrap();
        assert_eq!(time(1_782_907_200_000, &west), "2026-07-01T09:30:00-02:30");
    }
}
