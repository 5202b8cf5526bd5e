//! What watches a server hears: that it lives, that it is ready, what it has done.

use serde_json::json;
use test_support::{TestApp, eventually};

async fn get(app: &TestApp, path: &str) -> (u16, String) {
    let answer = app.client().get(format!("{}{path}", app.url)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The value of a figure; its labels as Prometheus writes them.
async fn figure(app: &TestApp, name: &str) -> f64 {
    let (status, text) = get(app, "/metrics").await;
    assert_eq!(status, 200, "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_says_what_it_does() {
    let app = TestApp::start().await;
    assert_eq!(get(&app, "/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(get(&app, "/readyz").await, (200, "ready\n".to_owned()));

    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "station").await;
    let stored = "homeport_ingest_messages_total{outcome=\"stored\"}";
    let before = figure(&app, stored).await;
    let values = figure(&app, "homeport_ingest_values_total").await;
    device.send(json!({"temperature": 21.5, "humidity": 40}).to_string()).await;
    // Other tests in this process count too: at least ours.
    eventually("the message is counted", async || (figure(&app, stored).await > before).then_some(())).await;
    assert!(figure(&app, "homeport_ingest_values_total").await >= values + 2.0);
    assert!(
        figure(&app, "homeport_broker_connections{kind=\"service\"}").await >= 1.0,
        "the ingestion itself"
    );
    assert!(figure(&app, "homeport_ingest_lag_seconds_count").await >= 1.0);
    assert!(figure(&app, "homeport_web_requests_total{status=\"2xx\"}").await >= 2.0);

    // A proxy on this machine asks for somebody else.
    let asked = app.client().get(format!("{}/metrics", app.url)).header("x-forwarded-for", "10.0.0.1");
    assert_eq!(asked.send().await.unwrap().status(), 403);
}
