//! Reports: a dashboard as a file, mailed once by whichever worker makes it.

use crate::rest::Program;
use serde_json::{Value, json};
use test_support::{SmtpServer, TestApp, TestPerson, eventually};

/// A report as a page wants it.
pub(crate) fn wanted(name: &str) -> Value {
    json!({
        "name": name, "format": "pdf", "range": "24h", "recipients": ["ada@example.com"],
        "when": {"on": {"every": "week", "day": 1}, "minute": 420, "zone": "Europe/Berlin"},
    })
}

/// A dashboard of what one device has sent.
async fn dashboard(app: &TestApp, ada: &TestPerson) -> Program {
    app.device(ada, "pump").await.send(r#"{"t":21.5}"#).await;
    let program = Program::new(app, ada, "builder").await;
    let board = json!({"displayName": "Hall", "tiles": [
        {"id": "now", "displayName": "Warmth now", "x": 0, "y": 0, "width": 3, "height": 2,
         "configuration": {"type": "lkv", "capabilities": [{"capability": "t", "unit": "°C"}]}},
        {"id": "line", "displayName": "Warmth", "x": 0, "y": 2, "width": 12, "height": 6,
         "configuration": {"type": "lineChart", "capabilities": [{"capability": "t"}]}},
    ]});
    assert_eq!(program.ask("PUT", "/api/dashboards/hall", Some(board)).await.0, 200);
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_is_a_file_and_goes_by_mail() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    let program = dashboard(&app, &ada).await;
    let slug = ada.workspace.slug.clone();
    let path = format!("/w/{slug}/dashboards/hall/file");
    let table = eventually("the value is in the table", async || {
        let answer = ada.get(&format!("{path}?format=csv&range=1h&zone=Europe/Berlin")).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].clone()),
            (200, "text/csv".parse().unwrap())
        );
        let text = answer.text().await.unwrap();
        text.contains("Warmth now,t,,").then_some(text).filter(|text| text.contains(",21.5,"))
    })
    .await;
    assert!(table.contains("tile,value,device,from,to,shown,unit"), "{table}");
    let answer = ada.get(&format!("{path}?format=pdf")).await;
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(name.contains("filename=\"hall-") && name.ends_with(".pdf\""), "{name}");
    assert!(answer.bytes().await.unwrap().starts_with(b"%PDF-"));
    assert_eq!(ada.get(&format!("{path}?zone=Europe/Atlantis")).await.status(), 422);
    assert_eq!(ada.get(&format!("{path}?range=fortnight")).await.status(), 422);
    assert_eq!(ada.get(&format!("{path}?format=png")).await.status(), 422);

    // Sent now, to each address once, with the file in it.
    let mut new = wanted("Weekly");
    new["recipients"] = json!(["ada@example.com", "Bob@example.com "]);
    let made = ada.call("create_report", json!({"workspace": slug, "dashboard": "hall", "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.body["id"].clone();
    assert!(made.body["next_ms"].is_i64() && made.body["last"].is_null(), "{}", made.body);
    let sent = ada.call("send_report", json!({"workspace": slug, "report": id})).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    for to in ["ada@example.com", "bob@example.com"] {
        let mail = smtp.mail(to, "Weekly").await;
        assert!(mail.raw.contains("application/pdf") && mail.raw.contains("hall-"), "{}", mail.raw);
        assert!(mail.raw.contains("JVBERi0"), "a PDF begins so in base64");
        assert!(mail.text().contains("every Monday at 07:00 (Europe/Berlin)"), "{}", mail.text());
    }
    let runs = eventually("it stands in the history", async || {
        let runs = ada.call("list_report_runs", json!({"workspace": slug, "report": id})).await;
        (!runs.body[0].is_null()).then_some(runs.body)
    })
    .await;
    assert_eq!((&runs[0]["mails"], &runs[0]["error"]), (&json!(2), &Value::Null), "{runs}");
    assert!(runs[0]["bytes"].as_i64().unwrap() > 1000 && runs[1].is_null(), "{runs}");

    // Over REST the same; an answer may be sent back, and pauses it.
    let path = format!("/api/reports/{id}");
    let (status, mut report) = program.ask("GET", &path, None).await;
    assert_eq!((status.as_u16(), &report["displayName"]), (200, &json!("Weekly")), "{report}");
    report["paused"] = json!(true);
    let (status, paused) = program.ask("PUT", &path, Some(report)).await;
    assert_eq!((status.as_u16(), &paused["paused"]), (200, &json!(true)), "{paused}");
    assert!(paused.get("nextMs").is_none(), "{paused}");
    let wrong = json!({"displayName": "", "recipients": [], "when": {"on": {"every": "day"}, "minute": 1, "zone": "Nowhere"}});
    let (status, refused) = program.ask("POST", "/api/dashboards/hall/reports", Some(wrong)).await;
    assert_eq!(status, 422, "{refused}");
    assert_eq!(program.ask("DELETE", &path, None).await.0, 204);
    assert_eq!(program.ask("GET", &path, None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_shows_what_its_maker_sees_and_is_none_of_others() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    dashboard(&app, &ada).await;
    let slug = ada.workspace.slug.clone();
    let viewer = app.member(&ada, "vic@example.com", "viewer", 1).await;
    let list = json!({"workspace": slug, "dashboard": "hall"});
    assert_eq!(viewer.call("list_reports", list.clone()).await.status, 403, "addresses are no viewer's");
    let builder = app.member(&ada, "bea@example.com", "builder", 1).await;
    let new = json!({"workspace": slug, "dashboard": "hall", "new": wanted("Bea's")});
    let made = builder.call("create_report", new).await;
    assert_eq!((made.status, &made.body["maker"]), (200, &made.body["maker"]), "{}", made.body);
    let id = made.body["id"].clone();
    // Who has left sees nothing any more, and their report says so.
    let gone = ada.call("remove_person", json!({"workspace": slug, "person": builder.id})).await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    assert_eq!(ada.call("send_report", json!({"workspace": slug, "report": id})).await.status, 200);
    let runs = eventually("it has failed", async || {
        let runs = ada.call("list_report_runs", json!({"workspace": slug, "report": id})).await;
        (!runs.body[0].is_null()).then_some(runs.body)
    })
    .await;
    let why = runs[0]["error"].as_str().unwrap_or_default();
    assert!(why.contains("doesn't belong to the workspace any more"), "{runs}");
    assert!(smtp.mails().iter().all(|mail| !mail.raw.contains("application/pdf")), "nothing was sent");
}
