//! A sheet with a tile of every kind, drawn and written.

use super::*;
use model::Code;
use serde_json::{Value, json};

/// An hour, in milliseconds.
const HOUR: i64 = 3_600_000;

fn shown(id: &str, kind: &str, (x, y, width, height): (u16, u16, u16, u16), data: Value) -> Shown {
    let tile = json!({
        "id": id, "displayName": format!("The {id}"), "x": x, "y": y, "width": width, "height": height,
        "configuration": {"type": kind, "capabilities": [{"capability": "t"}], "text": "# Read **this**\n- one\n\nand `two`"},
    });
    let outcome = match data {
        Value::Null => Err(Problem::new(Code::NotFound)),
        data => Ok(serde_json::from_value(data).unwrap()),
    };
    Shown { tile: serde_json::from_value(tile).unwrap(), between: (0, 48 * HOUR), outcome }
}

fn line(label: &str, of: impl Fn(f64) -> f64) -> Value {
    let bucket = |i: i64| {
        let value = of(i as f64);
        json!({"ts": i * HOUR, "min": value, "max": value, "avg": value, "last": value, "count": 1})
    };
    json!({
        "word": {"label": label, "unit": "°C"}, "device": label.to_lowercase(), "capability": "t",
        "series": {"name": "t", "bucket_ms": HOUR, "buckets": (0..48).filter(|i| !(20..30).contains(i)).map(bucket).collect::<Vec<_>>()},
    })
}

fn sheet() -> Sheet {
    let both = json!({"is": "lines", "lines": [line("Pump 1", |i| (i / 5.0).sin() * 10.0), line("Pump 2", |i| i / 4.0)], "devices": 2, "left_out": 3});
    let figure = json!({"is": "figures", "figures": [{"word": {"label": "CO₂", "unit": "ppm"}, "value": 1234.5, "before": 1000.0, "trend": [[0, 1.0], [1, 3.0], [2, 2.0]], "bounds": [0.0, 2000.0]}], "devices": 1});
    let rows: Vec<Value> = (0..40)
        .map(|i| json!({"device": format!("pump-{i}"), "name": format!("Pumpe {i} ÄÖÜ Ωж"), "last_seen_ms": null, "values": [i, "on", true, null]}))
        .collect();
    let column = |label: &str| json!({"word": {"label": label, "unit": "m³"}, "number": true});
    let table = json!({"is": "rows", "columns": [column("Flow"), column("State"), column("Open"), column("None")], "rows": rows, "left_out": 0});
    let lane = |name: &str| {
        json!({"label": name, "device": name, "stays": [
        {"from_ms": 0, "to_ms": 20 * HOUR, "state": "running"}, {"from_ms": 20 * HOUR, "to_ms": 48 * HOUR, "state": "=idle"}]})
    };
    let lanes = json!({"is": "states", "lanes": [lane("a"), lane("b")], "left_out": 0});
    let shares = json!({"is": "shares", "shares": [{"label": "a", "value": 3.0}, {"label": "b", "value": 1.0}], "word": {"label": "E", "unit": "kWh"}});
    let counted = json!({"is": "count", "all": 1200, "live": 1000, "silent": 150, "never": 50});
    let tiles = vec![
        shown("figure", "kpi", (0, 0, 3, 2), figure.clone()),
        shown("gauge", "gauge", (3, 0, 3, 4), figure),
        shown("count", "deviceCount", (6, 0, 3, 2), counted),
        shown("gone", "lkv", (9, 0, 3, 2), Value::Null),
        shown("line", "lineChart", (0, 4, 6, 6), both.clone()),
        shown("area", "areaChart", (6, 4, 6, 6), both.clone()),
        shown("bar", "barChart", (0, 10, 6, 6), both.clone()),
        shown("heat", "heatMap", (6, 10, 6, 6), both),
        shown("table", "table", (0, 16, 12, 8), table),
        shown("states", "stateChart", (0, 24, 8, 5), lanes),
        shown("shares", "pieChart", (8, 24, 4, 5), shares),
        shown("text", "markdown", (0, 29, 12, 4), json!({"is": "nothing"})),
    ];
    Sheet {
        title: "Plant overview".into(),
        description: "All of it".into(),
        workspace: "Plant".into(),
        brand: "Homeport".into(),
        accent: (11, 107, 88),
        range: "Last 48 h".into(),
        made: "1970-01-03 00:00".into(),
        from_ms: 0,
        to_ms: 48 * HOUR,
        offset_ms: |_, _| HOUR,
        zone: "Europe/Berlin".into(),
        tiles,
    }
}

#[test]
fn every_tile_is_drawn_and_the_text_can_be_selected() {
    let file = pdf(&sheet()).unwrap();
    if let Ok(folder) = std::env::var("REPORT_SAMPLES") {
        std::fs::write(format!("{folder}/report.pdf"), &file).unwrap();
    }
    assert!(file.starts_with(b"%PDF-"), "it is a PDF");
    let within = |what: &[u8]| file.windows(what.len()).filter(|window| *window == what).count();
    // Letters that are embedded, with what says which signs they are.
    assert!(within(b"/ToUnicode") >= 2 && within(b"/FontFile") >= 2, "fonts are embedded");
    assert!(crate::pdf::pages(&sheet().tiles).len() >= 2, "several pages");
    assert!(file.len() < 400_000, "{} bytes", file.len());
    assert_eq!(file, pdf(&sheet()).unwrap(), "the same sheet is the same file");
}

#[test]
fn an_empty_dashboard_is_a_page_all_the_same() {
    let file =
        pdf(&Sheet { tiles: Vec::new(), title: "A \u{7} title that is far too long ".repeat(20), ..sheet() })
            .unwrap();
    assert!(file.starts_with(b"%PDF-"));
}

#[test]
fn a_table_has_every_value_and_no_formula() {
    let text = String::from_utf8(csv(&sheet())).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "tile,value,device,from,to,shown,unit");
    assert!(lines.contains(&"The figure,CO₂,,1970-01-01 01:00,1970-01-03 01:00,1234.5,ppm"), "{lines:#?}");
    assert!(lines.contains(&"The line,Pump 2,pump 2,1970-01-01 05:00,1970-01-01 06:00,1,°C"), "{lines:#?}");
    assert!(lines.contains(&"The table,Flow,pump-39,,,39,m³"));
    assert!(lines.contains(&"The states,,b,1970-01-01 21:00,1970-01-03 01:00,'=idle,"), "no formula");
    assert!(lines.contains(&"The count,live,,,,1000,"));
    let said = Problem::new(Code::NotFound);
    assert!(
        lines.iter().any(|line| line.starts_with("The gone,") && line.contains(said.sentence())),
        "{lines:#?}"
    );
}

#[test]
fn numbers_are_as_people_read_them() {
    for (value, decimals, said) in [
        (1_234_567.891, None, "1\u{a0}234\u{a0}568"),
        (12.5, None, "12.5"),
        (-0.04, Some(1), "0.0"),
        (-12.345, Some(2), "−12.35"),
        (0.000_123, None, "0.0001"),
        (100.0, None, "100"),
    ] {
        assert_eq!(number::number(value, decimals), said, "{value}");
    }
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (days, expected) in
        [(0, (1970, 1, 1)), (-1, (1969, 12, 31)), (19_782, (2024, 2, 29)), (20_781, (2026, 11, 24))]
    {
        assert_eq!(date(days), expected);
    }
    assert_eq!(moment(90_060_000), "1970-01-02 01:01");
}
