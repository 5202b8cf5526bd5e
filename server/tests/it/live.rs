//! The live stream: what a device sends is on the page of whoever may see it, and of nobody else.

use model::live::LiveEvent;
use serde_json::json;
use test_support::{TestApp, TestPerson, eventually};

/// A stream that is open, as a tab has it.
struct Tab {
    response: reqwest::Response,
    text: String,
}

impl Tab {
    async fn open(person: &TestPerson, path: &str) -> Tab {
        let response = person.get(path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Tab { response, text: String::new() }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.text = rest.to_owned();
                if let Some(data) = data {
                    return Some(serde_json::from_str(&data).unwrap());
                }
            }
            let piece = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    /// The next values, of which device and what.
    async fn values(&mut self) -> (String, Vec<(String, serde_json::Value)>) {
        loop {
            if let LiveEvent::Values { device, points, .. } = self.next().await.expect("the stream goes on") {
                return (device, points.into_iter().map(|point| (point.name, point.value)).collect());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_seen() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let (one, two) = (app.device(&ada, "one").await, app.device(&ada, "two").await);
    let foreign = app.device(&eve, "one").await;
    let path = format!("/w/{}/live", ada.workspace.slug);
    let mut all = Tab::open(&ada, &path).await;
    let mut only_two = Tab::open(&ada, &format!("{path}?device=two&device=three")).await;

    foreign.send(r#"{"t":666}"#).await;
    one.send(r#"{"t":1.5}"#).await;
    assert_eq!(all.values().await, ("one".into(), vec![("t".into(), json!(1.5))]));
    two.send(r#"{"on":true}"#).await;
    assert_eq!(all.values().await, ("two".into(), vec![("on".into(), json!(true))]));
    assert_eq!(only_two.values().await, ("two".into(), vec![("on".into(), json!(true))]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_in_the_log_is_told() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let mut device = app.device(&ada, "one").await;
    let mut tab = Tab::open(&ada, &format!("/w/{}/live?device=one", ada.workspace.slug)).await;
    device.key = "wrong".into();
    assert!(device.connect().await.is_err());
    assert_eq!(tab.next().await, Some(LiveEvent::Logged { device: "one".into() }));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_elsewhere_ends_the_stream() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let mut tab = Tab::open(&ada, &format!("/w/{}/live", ada.workspace.slug)).await;
    assert_eq!(ada.call("sign_out", json!({})).await.status, 200);
    let told = tokio::time::timeout(std::time::Duration::from_secs(60), tab.next()).await.unwrap();
    assert_eq!(told, Some(LiveEvent::Revoked));
    assert_eq!(tab.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_put_together() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "one").await;
    let mut tab = Tab::open(&ada, &format!("/w/{}/live", ada.workspace.slug)).await;
    let mut connected = device.connect().await.unwrap();
    for i in 0..300 {
        connected.publish(&device.topic("telemetry"), format!(r#"{{"t":{i}}}"#)).await.unwrap();
    }
    connected.disconnect().await;
    let (mut events, mut messages) = (0, 0);
    while messages < 300 {
        match tab.next().await.unwrap() {
            LiveEvent::Values { messages: more, .. } => (events, messages) = (events + 1, messages + more),
            LiveEvent::Gap => break,
            _ => {}
        }
    }
    assert!(events < 150, "{events} events for {messages} messages");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_raw_messages_as_a_file() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "one").await;
    // More than one page of them, and one that is refused.
    let entries: Vec<_> =
        (0..700).map(|i| json!({"ts": 1_790_000_000_000_i64 + i * 1000, "values": {"t": i}})).collect();
    for batch in entries.chunks(350) {
        device.send(serde_json::to_vec(batch).unwrap()).await;
    }
    device.send("not JSON").await;
    let path = format!("/w/{}/devices/one/raw.csv", ada.workspace.slug);
    let text = eventually("all lines of the file", async || {
        let answer = ada.get(&path).await;
        assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("one raw 2000-01-01 to "));
        let text = answer.text().await.unwrap();
        (text.lines().count() == 702).then_some(text)
    })
    .await;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "time,arrived,id,component,t,other,problems,refused,body");
    assert!(
        lines.iter().any(|line| line.starts_with("2026-09-21T14:24:59Z,") && line.contains(",699,")),
        "{}",
        lines[1]
    );
    assert!(lines.iter().any(|line| line.ends_with(",not JSON")), "{}", lines[1]);
    assert_eq!(ada.get(&format!("/w/{}/devices/nobody/raw.csv", ada.workspace.slug)).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_follows_what_its_person_sees() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let (here, there) = (app.device(&ada, "here").await, app.device(&ada, "there").await);
    let slug = ada.workspace.slug.clone();
    let make = async |name: &str| {
        let new = json!({"workspace": slug, "new": {"name": name, "parent": null}});
        ada.call("create_organization", new).await.read::<serde_json::Value>()["id"].as_i64().unwrap()
    };
    let (north, south) = (make("North").await, make("South").await);
    let moves = async |device: &str, to: i64| {
        let arguments = json!({"workspace": slug, "devices": [device], "organization": to});
        assert_eq!(ada.call("move_devices", arguments).await.body, json!(1));
    };
    moves("here", north).await;
    moves("there", south).await;
    let noor = app.member(&ada, "noor@example.com", "viewer", north).await;
    let mut tab = Tab::open(&noor, &format!("/w/{slug}/live")).await;
    there.send(r#"{"secret":1}"#).await;
    here.send(r#"{"t":1}"#).await;
    assert_eq!(tab.values().await, ("here".into(), vec![("t".into(), json!(1))]));
    // What is moved to where one sees it is seen at once, and what goes away no more.
    moves("there", north).await;
    moves("here", south).await;
    while tab.next().await.expect("the stream goes on") != LiveEvent::Access {}
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    here.send(r#"{"secret":2}"#).await;
    there.send(r#"{"t":2}"#).await;
    assert_eq!(tab.values().await, ("there".into(), vec![("t".into(), json!(2))]));
}
