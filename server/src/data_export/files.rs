//! Files of records: JSON lines or CSV, under names that say when and what, and that are the same each time that a parcel is sent.

use domain::data_exports::{Parcel, Record};
use model::data_export::Shape;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;

/// The name of a parcel's file. What is sent again begins with the same record, so that it lands in the same folder, over what
/// was there.
pub(super) fn name(prefix: &str, shape: Shape, parcel: &Parcel) -> String {
    let at_ms = parcel.records.first().map_or(0, |record| record.at_ms);
    let at =
        OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let ending = match shape {
        Shape::JsonLines => "jsonl",
        Shape::Csv => "csv",
    };
    let (year, month, day, hour) = (at.year(), u8::from(at.month()), at.day(), at.hour());
    let folder = format!("{}/{year:04}/{month:02}/{day:02}/{hour:02}", parcel.source.as_str());
    let name = format!("{folder}/{}-{}.{ending}", parcel.export, parcel.place);
    match prefix.trim_matches('/') {
        "" => name,
        prefix => format!("{prefix}/{name}"),
    }
}

/// What stands in it.
///
/// # Errors
/// A record can't be written.
pub(super) fn body(shape: Shape, records: &[Record]) -> Result<Vec<u8>, csv::Error> {
    let mut body = Vec::new();
    match shape {
        Shape::JsonLines => {
            for record in records {
                body.extend(record.body.to_string().into_bytes());
                body.push(b'\n');
            }
        }
        Shape::Csv => {
            let rows: Vec<BTreeMap<String, String>> =
                records.iter().map(|record| cells(&record.body)).collect();
            let columns: BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
            let mut writer = csv::Writer::from_writer(&mut body);
            writer.write_record(columns.iter().map(|name| name.as_str()))?;
            for row in &rows {
                writer.write_record(columns.iter().map(|name| row.get(*name).map_or("", String::as_str)))?;
            }
            writer.flush()?;
        }
    }
    Ok(body)
}

/// A message as cells: what it holds, and what that holds one step down; deeper it is JSON.
fn cells(message: &Value) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match message {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Object(inner) => {
                        cells.extend(inner.iter().map(|(own, value)| (format!("{name}.{own}"), text(value))));
                    }
                    value => {
                        cells.insert(name.clone(), text(value));
                    }
                }
            }
        }
        other => {
            cells.insert("value".to_owned(), text(other));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::data_export::{Source, Where};
    use serde_json::json;

    fn record(key: &str, body: Value) -> Record {
        Record { key: key.into(), at_ms: 1_700_000_000_000, device: "pump".into(), body }
    }

    #[test]
    fn a_file_has_a_line_a_record_and_a_name_that_stays() {
        let records = vec![
            record("a", json!({"deviceId": "pump", "telemetry": {"t": 1.5, "ok": true}})),
            record("b", json!({"deviceId": "a, \"b\"", "telemetry": {"place": {"lat": 1}}})),
        ];
        let lines = String::from_utf8(body(Shape::JsonLines, &records).unwrap()).unwrap();
        assert_eq!(
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>(),
            [records[0].body.clone(), records[1].body.clone()]
        );
        let csv = String::from_utf8(body(Shape::Csv, &records).unwrap()).unwrap();
        assert_eq!(
            csv,
            "deviceId,telemetry.ok,telemetry.place,telemetry.t\npump,true,,1.5\n\"a, \"\"b\"\"\",,\"{\"\"lat\"\":1}\",\n"
        );
        let mut parcel = Parcel {
            to: Where::default(),
            secret: None,
            export: "7-1".into(),
            place: "0042".into(),
            source: Source::Telemetry,
            records,
        };
        let first = name("/lake/", Shape::Csv, &parcel);
        assert_eq!(first, "lake/telemetry/2023/11/14/22/7-1-0042.csv");
        // More came before it was noted: the same file is written again, with all of it.
        parcel.records.push(record("c", json!({})));
        assert_eq!(name("lake", Shape::Csv, &parcel), first);
    }
}
