//! A dashboard as a table for spreadsheets: one line a value, whatever tile shows it.

use crate::{Sheet, Shown, moment};
use model::dashboard::{Kind, TileData};
use serde_json::Value;

/// What stands in the first line.
const TITLES: [&str; 7] = ["tile", "value", "device", "from", "to", "shown", "unit"];

/// All that the tiles show, with a line of titles. Times are those of the sheet's zone. Tiles of text say nothing here.
pub fn csv(sheet: &Sheet) -> Vec<u8> {
    // Spreadsheets know by the mark that the letters are those of UTF-8.
    let mut text = String::from("\u{feff}");
    line(&mut text, TITLES.map(str::to_owned));
    for shown in &sheet.tiles {
        tile(&mut text, sheet, shown);
    }
    text.into_bytes()
}

fn tile(text: &mut String, sheet: &Sheet, shown: &Shown) {
    let title = shown.title();
    let at = |ms: i64| moment(sheet.local(ms));
    let (from, to) = (at(shown.between.0), at(shown.between.1));
    let mut row = |value: &str, device: &str, from: &str, to: &str, shown: String, unit: &str| {
        let cells = [&title, value, device, from, to].map(safe);
        let [title, value, device, from, to] = cells;
        line(text, [title, value, device, from, to, shown, safe(unit)]);
    };
    let data = match &shown.outcome {
        Ok(data) => data,
        Err(problem) => return row("", "", &from, &to, safe(problem.sentence()), ""),
    };
    match data {
        TileData::Lines { lines, .. } => {
            for one in lines {
                let label = match one.before {
                    true => format!("{} (before)", one.word.label),
                    false => one.word.label.clone(),
                };
                let device = one.device.clone().unwrap_or_default();
                for bucket in &one.series.buckets {
                    let (from, to) = (at(bucket.ts), at(bucket.ts + one.series.bucket_ms));
                    row(&label, &device, &from, &to, bucket.avg.to_string(), &one.word.unit);
                }
            }
        }
        TileData::Figures { figures, .. } => {
            for one in figures {
                let when = one.at_ms.map(at);
                let from = if when.is_some() { "" } else { from.as_str() };
                let to = when.as_deref().unwrap_or(&to);
                row(&one.word.label, "", from, to, plain(one.value.as_ref()), &one.word.unit);
            }
        }
        TileData::Rows { columns, rows, .. } => {
            for one in rows {
                for (column, value) in columns.iter().zip(&one.values) {
                    row(&column.word.label, &one.device, "", "", plain(value.as_ref()), &column.word.unit);
                }
            }
        }
        TileData::States { lanes, .. } => {
            for lane in lanes {
                for stay in &lane.stays {
                    row("", &lane.device, &at(stay.from_ms), &at(stay.to_ms), safe(&stay.state), "");
                }
            }
        }
        TileData::Shares { shares, word } => {
            for share in shares {
                row(&share.label, "", &from, &to, share.value.to_string(), &word.unit);
            }
        }
        TileData::Count(counted) => {
            let all = [("all", counted.all), ("live", counted.live), ("silent", counted.silent)];
            for (label, count) in all.into_iter().chain([("never connected", counted.never)]) {
                row(label, "", "", "", count.to_string(), "");
            }
        }
        // What is no table is no line: texts, and what is drawn only.
        _ if shown.tile.configuration.kind == Kind::Text => {}
        _ => row("", "", &from, &to, "Shown in the dashboard only.".into(), ""),
    }
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => safe(text),
        Some(other) => other.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula.
fn safe(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

fn line(text: &mut String, cells: [String; 7]) {
    let cells = cells.map(|cell| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    });
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}
