//! What a file seems to be: how it is divided, which column is the time and how it is written, what the others are.
//! A first guess, from its first rows, for people to mend.

use super::cell;
use super::moment::Moments;
use super::reading::titles;
use super::text::{records, text};
use jiff::tz::TimeZone;
use model::import::{Dialect, Found, FoundColumn, Mapping, OfDevice, TimeFormat, ValueColumn, ValueKind};
use model::telemetry::EARLIEST_MS;
use model::template::Telemetry;

/// Rows that are looked at.
const ROWS: usize = 200;
/// Cells of a column that are shown, and how much of each.
const SAMPLES: usize = 3;
const SAMPLE_LENGTH: usize = 60;
/// Columns that our own exports have beside values.
const BESIDE: [&str; 8] = ["arrived", "id", "component", "other", "problems", "refused", "body", "unit"];

/// Guesses by the beginning of a file. `known`: what templates say of values.
pub(super) fn find(beginning: &[u8], whole: bool, known: &[Telemetry]) -> Found {
    let windows_1252 = !is_utf8(beginning, whole);
    let delimiter = delimiter(&text(beginning, windows_1252));
    let mut dialect = Dialect { delimiter, windows_1252, ..Dialect::default() };
    let mut rows: Vec<Vec<String>> =
        records(beginning, &dialect, whole, ROWS).into_iter().map(|record| record.cells).collect();
    let first = rows.first().cloned().unwrap_or_default();
    dialect.header = has_header(&rows);
    if dialect.header && !rows.is_empty() {
        rows.remove(0);
    }
    let titles = titles(&first, dialect.header);
    let column = |at: usize| rows.iter().filter_map(move |row| row.get(at)).filter(|c| !c.trim().is_empty());
    dialect.decimal_comma = decimal_comma(&dialect, &rows);
    let times = titles.iter().enumerate().map(|(at, title)| (at, time_format(title, column(at))));
    // Of several, one that is called so, and the first.
    let best = times
        .filter_map(|(at, found)| Some((at, found?)))
        .max_by_key(|(at, (_, score))| (*score, usize::MAX - at));
    let (time_column, time_format) = best.map_or((0, TimeFormat::Iso), |(at, (format, _))| (at, format));
    let device_column = titles.iter().position(|title| {
        let title = title.to_lowercase().replace(['_', '-'], " ");
        ["device", "device id", "deviceid"].contains(&title.as_str())
    });
    let values = titles.iter().enumerate().filter(|(at, title)| {
        *at != time_column
            && Some(*at) != device_column
            && !BESIDE.contains(&title.as_str())
            && column(*at).next().is_some()
    });
    let values = values.map(|(at, title)| ValueColumn {
        column: at,
        name: value_name(title, known),
        kind: kind(column(at), dialect.decimal_comma),
    });
    let device = device_column.map_or(OfDevice::One(String::new()), OfDevice::Column);
    let mapping =
        Mapping { values: values.collect(), time_column, time_format, zone: String::new(), device, dialect };
    let samples =
        |at| column(at).take(SAMPLES).map(|cell| cell.chars().take(SAMPLE_LENGTH).collect()).collect();
    let columns = titles.iter().enumerate();
    let columns =
        columns.map(|(at, title)| FoundColumn { title: title.clone(), samples: samples(at) }).collect();
    let mut names: Vec<String> = known.iter().map(|field| field.name.clone()).collect();
    names.sort();
    names.dedup();
    Found { columns, mapping, known: names }
}

/// Whether it is UTF-8, as far as it goes: the last sign of a beginning may be cut off.
fn is_utf8(bytes: &[u8], whole: bool) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => !whole && error.error_len().is_none(),
    }
}

/// The sign that divides the first rows into the same number of cells, as many as possible.
fn delimiter(text: &str) -> char {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let count = |sign: char| {
        let counts: Vec<usize> = lines.iter().map(|line| line.matches(sign).count()).collect();
        let first = counts.first().copied().unwrap_or_default();
        let same = counts.iter().filter(|count| **count == first).count();
        (first > 0).then_some((same, first))
    };
    // Commas come in numbers too, so what else divides goes first where it does as well.
    [';', '\t', '|', ','].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(',')
}

/// A header holds no number and no time, and something.
fn has_header(rows: &[Vec<String>]) -> bool {
    let Some(first) = rows.first() else { return true };
    let is_value = |cell: &String| {
        cell::read(cell, ValueKind::Number, false).is_ok_and(|value| value.is_some())
            || cell::read(cell, ValueKind::Number, true).is_ok_and(|value| value.is_some())
            || time_format("", std::iter::once(cell)).is_some()
    };
    !first.iter().any(is_value)
}

fn decimal_comma(dialect: &Dialect, rows: &[Vec<String>]) -> bool {
    if dialect.delimiter == ',' {
        return false;
    }
    let cells = || rows.iter().flatten().filter(|cell| cell.len() < 30);
    let numbers =
        |comma| cells().filter(|c| matches!(cell::read(c, ValueKind::Number, comma), Ok(Some(_)))).count();
    numbers(true) > numbers(false)
}

/// How all of these cells are written, if they are times, and how sure that is.
fn time_format<'a>(title: &str, cells: impl Iterator<Item = &'a String> + Clone) -> Option<(TimeFormat, u8)> {
    let all = |format: TimeFormat| {
        let mut moments = Moments::new(format, TimeZone::UTC, "");
        let mut any = false;
        let fits = cells.clone().all(|cell| {
            any = true;
            moments.read(cell).is_ok_and(|ms| (EARLIEST_MS..4_102_444_800_000).contains(&ms))
        });
        any && fits
    };
    let title = title.to_lowercase();
    let called = ["time", "date", "timestamp", "ts", "zeit", "datum", "datetime"]
        .iter()
        .any(|word| title.contains(word));
    let formats = [
        TimeFormat::Iso,
        TimeFormat::DayFirst,
        TimeFormat::MonthFirst,
        TimeFormat::UnixMillis,
        TimeFormat::UnixSeconds,
    ];
    let found = formats.into_iter().find(|format| all(*format))?;
    let sure = !matches!(found, TimeFormat::UnixSeconds | TimeFormat::UnixMillis);
    Some((found, u8::from(called) * 2 + u8::from(sure)))
}

/// A template's name for it, where one knows it by name or by what people call it; else the title without its unit.
fn value_name(title: &str, known: &[Telemetry]) -> String {
    let bare = match title.rsplit_once(" (") {
        Some((bare, unit)) if unit.ends_with(')') => bare,
        _ => title,
    };
    let called = |field: &&Telemetry| field.name == bare || field.display_name.eq_ignore_ascii_case(bare);
    known.iter().find(called).map_or_else(|| bare.trim().to_owned(), |field| field.name.clone())
}

fn kind<'a>(cells: impl Iterator<Item = &'a String> + Clone, decimal_comma: bool) -> ValueKind {
    let all = |kind| cells.clone().all(|cell| cell::read(cell, kind, decimal_comma).is_ok());
    let object = cells.clone().all(|cell| cell.trim_start().starts_with(['{', '[']));
    match () {
        () if all(ValueKind::Number) => ValueKind::Number,
        () if all(ValueKind::Boolean) => ValueKind::Boolean,
        () if object && all(ValueKind::Json) => ValueKind::Json,
        () => ValueKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dtdl::Schema;

    fn found(text: &str) -> Found {
        let known = [Telemetry {
            name: "temperature".into(),
            display_name: "Room temperature".into(),
            schema: Schema::Double,
            unit: "°C".into(),
            ..Telemetry::default()
        }];
        find(text.as_bytes(), true, &known)
    }

    #[test]
    fn a_file_of_ours() {
        let found = found(
            "time,device,temperature (°C),on,note,place\n2026-01-01T00:00:00Z,a,1.5,true,hello,\"{\"\"lat\"\":1}\"\n",
        );
        let mapping = found.mapping;
        assert_eq!((mapping.time_column, mapping.time_format), (0, TimeFormat::Iso));
        assert_eq!(mapping.device, OfDevice::Column(1));
        let values: Vec<_> = mapping.values.iter().map(|v| (v.column, v.name.as_str(), v.kind)).collect();
        assert_eq!(
            values,
            [
                (2, "temperature", ValueKind::Number),
                (3, "on", ValueKind::Boolean),
                (4, "note", ValueKind::Text),
                (5, "place", ValueKind::Json)
            ]
        );
    }

    #[test]
    fn a_file_of_a_spreadsheet() {
        let found =
            found("Nr;Datum;Room temperature\r\n1;31.12.2025 23:00;21,5\r\n2;31.12.2025 23:10;1.021,75\r\n");
        let mapping = found.mapping;
        assert_eq!((mapping.dialect.delimiter, mapping.dialect.decimal_comma), (';', true));
        assert_eq!((mapping.time_column, mapping.time_format), (1, TimeFormat::DayFirst));
        assert_eq!(mapping.values[1].name, "temperature");
        assert_eq!(found.columns[2].samples, ["21,5", "1.021,75"]);
    }

    #[test]
    fn files_without_a_header_and_with_odd_times() {
        let one = found("1767225600,21.5\n1767225660,22\n").mapping;
        assert!(!one.dialect.header);
        assert_eq!((one.time_column, one.time_format), (0, TimeFormat::UnixSeconds));
        let two = found("ts\tv\n12/31/2025 11:59 PM\t1\n").mapping;
        assert_eq!((two.dialect.delimiter, two.time_format), ('\t', TimeFormat::MonthFirst));
        let latin = find(b"time;t \xb0C\n2026-01-01;1\n", true, &[]).mapping;
        assert!(latin.dialect.windows_1252);
    }

    #[test]
    fn anything_is_answered() {
        for text in ["", "\n\n", "\"", ",,,\n,,\n", "a", "é;ü\n\u{0}"] {
            assert!(found(text).mapping.values.len() < 10);
        }
    }
}
