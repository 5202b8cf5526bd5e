//! Files by HTTP: one is imported piece by piece, and exports come out of it.

use serde_json::{Value, json};
use std::fmt::Write;
use test_support::{TestApp, TestPerson, eventually};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const ROWS: usize = 12_000;
const HOUR: time::Duration = time::Duration::HOUR;

/// Sends a file as the page does, and starts its import for the device; the import, once it is over.
async fn import(app: &TestApp, owner: &TestPerson, text: &str) -> Value {
    let slug = &owner.workspace.slug;
    let new = json!({"name": "old readings.csv", "bytes": text.len()});
    let made = owner.call("create_import", json!({"workspace": slug, "new": new})).await;
    let id = made.body["id"].as_i64().unwrap();
    for (i, piece) in text.as_bytes().chunks(100_000).enumerate() {
        let address = format!("{}/w/{slug}/imports/{id}/file?at={}", app.url, i * 100_000);
        let sent = owner.client().put(address).body(piece.to_vec()).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }
    let one = json!({"workspace": slug, "import": id});
    let found = owner.call("inspect_import", one.clone()).await;
    let mut mapping = found.body["mapping"].clone();
    mapping["device"] = json!({"one": "old"});
    let started = json!({"workspace": slug, "import": id, "mapping": mapping});
    let preview = owner.call("preview_import", started.clone()).await;
    assert_eq!((preview.status, preview.body.as_array().unwrap().len()), (200, 20));
    assert_eq!(owner.call("start_import", started.clone()).await.body["state"], "queued");
    assert_eq!(owner.call("start_import", started).await.status, 422, "it was started already");
    eventually("the import is over", async || {
        let now = owner.call("get_import", one.clone()).await.body;
        (now["state"] == "done").then_some(now)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_in_and_comes_out() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    app.device(&ada, "old").await;
    let begin: OffsetDateTime = OffsetDateTime::now_utc().replace_time(time::Time::MIDNIGHT) - 24 * 30 * HOUR;
    let mut text = "when,temperature,mode\n".to_owned();
    for row in 0..ROWS {
        let at = (begin + time::Duration::seconds(row as i64 * 60)).format(&Rfc3339).unwrap();
        writeln!(text, "{at},{},{}", row as f64 / 4.0, ["auto", "=off"][row % 2]).unwrap();
    }
    text.push_str("yesterday,1,auto\n");
    let done = import(&app, &ada, &text).await;
    assert_eq!(done["counts"], json!({"rows": ROWS + 1, "stored": ROWS, "repeated": 0, "refused": 1}));
    let again = import(&app, &ada, &text).await;
    assert_eq!(again["counts"], json!({"rows": ROWS + 1, "stored": 0, "repeated": ROWS, "refused": 1}));
    let errors = ada.get(&format!("/w/{}/imports/{}/errors.csv", ada.workspace.slug, done["id"])).await;
    assert_eq!(errors.headers()["content-disposition"], "attachment; filename=\"old readings errors.csv\"");
    assert!(errors.text().await.unwrap().lines().nth(1).unwrap().starts_with("12002,when,“yesterday”"));

    let (slug, from) = (&ada.workspace.slug, begin.unix_timestamp() * 1000);
    let all = ada.get(&format!("/w/{slug}/export.csv?device=old&from={from}")).await;
    assert!(
        all.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"old ")
    );
    assert_eq!(all.headers()["content-type"], "text/csv; charset=utf-8");
    let all = all.text().await.unwrap();
    assert_eq!((all.lines().next(), all.lines().count()), (Some("time,temperature"), ROWS + 1));
    let to = from + 2 * 3_600_000;
    let hours = format!(
        "/w/{slug}/export.csv?device=old&from={from}&to={to}&interval=1h&function=max&function=count"
    );
    let hours = ada.get(&hours).await.text().await.unwrap();
    assert_eq!(
        hours.lines().map(|l| l.split_once(',').unwrap().1).collect::<Vec<_>>(),
        ["temperature max,temperature count", "14.75,60", "29.75,60"]
    );
    let raw =
        ada.get(&format!("/w/{slug}/devices/old/raw.csv?from={from}&to={to}")).await.text().await.unwrap();
    assert_eq!(raw.lines().count(), 121);
    assert!(raw.contains(",0.25,'=off,") || raw.contains("'=off"), "{}", raw.lines().nth(2).unwrap());

    let estimate = json!({
        "devices": ["old"], "names": [], "from_ms": from, "to_ms": to, "aggregation": null, "layout": "wide", "zone": "",
    });
    let estimate = ada.call("estimate_export", json!({"workspace": slug, "ask": estimate})).await.body;
    assert_eq!(estimate, json!({"points": 120, "rows": 120}));
    for (path, field) in [
        ("export.csv?device=old&interval=1y", "interval"),
        ("export.csv?device=old&from=now", "from"),
        ("export.csv", "device"),
        ("export.csv?device=old&zone=Mars", "zone"),
        ("devices/old/raw.csv?from=5000000000000&to=1", "to"),
    ] {
        let refused = ada.get(&format!("/w/{slug}/{path}")).await;
        assert_eq!(refused.status(), 422, "{path}");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["fields"][0]["field"], field, "{path}: {problem}");
    }
    // The device was not heard, and shows what it knows.
    let latest = ada.call("latest", json!({"workspace": slug, "device": "old"})).await.body;
    assert_eq!(latest[1]["value"], json!((ROWS - 1) as f64 / 4.0), "{latest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_packed_for_who_takes_it_and_ends_with_who_goes() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    app.device(&ada, "old").await;
    let begin: OffsetDateTime = OffsetDateTime::now_utc() - 24 * 9 * HOUR;
    let mut text = "when,a\n".to_owned();
    for row in 0..ROWS {
        let at = (begin + time::Duration::seconds(row as i64 * 60)).format(&Rfc3339).unwrap();
        writeln!(text, "{at},{row}").unwrap();
    }
    import(&app, &ada, &text).await;
    let address = format!("{}/w/{}/export.csv?device=old", app.url, ada.workspace.slug);
    let packed = ada.client().get(&address).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let bytes = packed.bytes().await.unwrap().len();
    assert!(bytes > 1000 && bytes < text.len() / 2, "{bytes} bytes");
    // Gone after the first bytes: the server has its connections for others.
    for _ in 0..40 {
        let mut answer = ada.client().get(&address).send().await.unwrap();
        assert!(answer.chunk().await.unwrap().is_some());
    }
    let whole = ada.client().get(&address).send().await.unwrap().text().await.unwrap();
    assert_eq!(whole.lines().count(), ROWS + 1);
}
