//! What a tile shows, as a table of numbers for other programs.

use crate::zone::iso;
use model::dashboard::{Figure, LineOf, TileData, Word};
use serde_json::Value;
use std::collections::BTreeMap;

/// The table; nothing where a tile has no numbers. Times are in UTC.
pub(super) fn of(data: &TileData) -> Option<String> {
    let rows = match data {
        TileData::Lines { lines, .. } => lines_of(lines),
        TileData::Figures { figures, .. } => figures_of(figures),
        TileData::Rows { columns, rows, .. } => {
            let mut head = vec!["device".to_owned(), "name".to_owned(), "last seen".to_owned()];
            head.extend(columns.iter().map(|column| headed(&column.word)));
            let row = |row: &model::dashboard::Row| {
                let seen = row.last_seen_ms.map(iso).unwrap_or_default();
                let mut fields = vec![row.device.clone(), row.name.clone(), seen];
                fields.extend(row.values.iter().map(|value| value.as_ref().map(plain).unwrap_or_default()));
                fields
            };
            [vec![head], rows.iter().map(row).collect()].concat()
        }
        TileData::States { lanes, .. } => {
            let stay = |lane: &model::dashboard::Lane| {
                let row = |stay: &model::dashboard::Stay| {
                    let (from, to) = (iso(stay.from_ms), iso(stay.to_ms));
                    vec![lane.device.clone(), lane.label.clone(), from, to, stay.state.clone()]
                };
                lane.stays.iter().map(row).collect::<Vec<_>>()
            };
            let head = ["device", "name", "from", "to", "state"].map(str::to_owned).to_vec();
            [vec![head], lanes.iter().flat_map(stay).collect()].concat()
        }
        TileData::Shares { shares, word } => {
            let head = vec!["of".to_owned(), headed(word)];
            let row = |share: &model::dashboard::Share| vec![share.label.clone(), share.value.to_string()];
            [vec![head], shares.iter().map(row).collect()].concat()
        }
        TileData::Count(counted) => {
            let counts = [counted.all, counted.live, counted.silent, counted.never];
            let head = ["all", "live", "silent", "never connected"].map(str::to_owned).to_vec();
            vec![head, counts.map(|count| count.to_string()).to_vec()]
        }
        _ => return None,
    };
    let line = |fields: Vec<String>| fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",");
    Some(rows.into_iter().map(|fields| line(fields) + "\r\n").collect())
}

/// A row a time, a column a line.
fn lines_of(lines: &[LineOf]) -> Vec<Vec<String>> {
    let mut head = vec!["time".to_owned()];
    head.extend(lines.iter().map(|line| headed(&line.word)));
    let mut times: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        for bucket in line.series.buckets.iter().filter(|bucket| bucket.avg.is_finite()) {
            let row = times.entry(bucket.ts).or_insert_with(|| vec![String::new(); lines.len()]);
            row[place] = bucket.avg.to_string();
        }
    }
    let row = |(at, values): (i64, Vec<String>)| [vec![iso(at)], values].concat();
    [vec![head], times.into_iter().map(row).collect()].concat()
}

fn figures_of(figures: &[Figure]) -> Vec<Vec<String>> {
    let head = ["value", "unit", "now", "at", "before"].map(str::to_owned).to_vec();
    let row = |figure: &Figure| {
        vec![
            figure.word.label.clone(),
            figure.word.unit.clone(),
            figure.value.as_ref().map(plain).unwrap_or_default(),
            figure.at_ms.map(iso).unwrap_or_default(),
            figure.before.map(|before| before.to_string()).unwrap_or_default(),
        ]
    };
    [vec![head], figures.iter().map(row).collect()].concat()
}

fn headed(word: &Word) -> String {
    match word.unit.as_str() {
        "" => word.label.clone(),
        unit => format!("{} ({unit})", word.label),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A field as RFC 4180 has it. What a table would take for a formula is a text.
fn quoted(field: &str) -> String {
    let number = field.parse::<f64>().is_ok();
    let formula = !number && field.starts_with(['=', '+', '-', '@', '\t']);
    let field = if formula { format!("'{field}") } else { field.to_owned() };
    match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dashboard::{Counted, Share};
    use model::telemetry::{Bucket, Series};

    fn line(label: &str, points: &[(i64, f64)]) -> LineOf {
        let bucket = |&(ts, v): &(i64, f64)| Bucket { ts, min: v, max: v, avg: v, last: v, count: 1 };
        let series =
            Series { name: label.into(), bucket_ms: 0, buckets: points.iter().map(bucket).collect() };
        let word = Word { label: label.into(), unit: "°C".into(), decimals: None };
        LineOf { word, device: None, capability: "t".into(), before: false, series }
    }

    #[test]
    fn lines_stand_side_by_side() {
        let lines = vec![line("a", &[(0, 1.5), (1000, 2.0)]), line("b, c", &[(1000, -3.0)])];
        let text = of(&TileData::Lines { lines, devices: 1, left_out: 0 }).unwrap();
        assert_eq!(
            text,
            "time,a (°C),\"b, c (°C)\"\r\n1970-01-01T00:00:00Z,1.5,\r\n1970-01-01T00:00:01Z,2,-3\r\n"
        );
    }

    #[test]
    fn no_field_becomes_a_formula() {
        let share = |label: &str| Share { label: label.into(), value: -1.0 };
        let data = TileData::Shares { shares: vec![share("=1+1"), share("-x\"y")], word: Word::default() };
        assert_eq!(of(&data).unwrap(), "of,\r\n'=1+1,-1\r\n\"'-x\"\"y\",-1\r\n");
        assert!(of(&TileData::Count(Counted::default())).unwrap().ends_with("0,0,0,0\r\n"));
        assert_eq!(of(&TileData::Nothing), None);
    }
}
