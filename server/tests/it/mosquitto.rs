//! Debian's mosquitto_pub against the whole product: what it sends is seen, and what it sends wrongly is told.

use serde_json::{Value, json};
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::{Command, Output, Stdio};
use test_support::{TestApp, TestDevice, TestPerson, eventually};

struct Given<'a> {
    key: &'a str,
    topic: String,
    body: &'a [u8],
    more: &'a [&'a str],
}

async fn publish(app: &TestApp, device: &TestDevice, given: Given<'_>) -> Output {
    let mut command = Command::new("mosquitto_pub");
    command.args([
        "-h",
        "localhost",
        "-q",
        "1",
        "-u",
        &device.user_name(),
        "-P",
        given.key,
        "-t",
        &given.topic,
        "-s",
    ]);
    if !given.more.contains(&"-p") {
        command.args(["-p", &app.mqtt.port().to_string()]);
    }
    command.args(given.more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let body = given.body.to_vec();
    tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().expect("mosquitto_pub is installed (Debian: mosquitto-clients)");
        child.stdin.take().unwrap().write_all(&body).unwrap();
        child.wait_with_output().unwrap()
    })
    .await
    .unwrap()
}

fn telemetry<'a>(device: &'a TestDevice, body: &'a [u8]) -> Given<'a> {
    Given { key: &device.key, topic: device.topic("telemetry"), body, more: &[] }
}

async fn raw(person: &TestPerson, device: &str) -> Vec<Value> {
    let asked = json!({"workspace": person.workspace.slug, "device": device, "before": null, "limit": 100});
    person.call("raw", asked).await.read::<Value>()["messages"].as_array().unwrap().clone()
}

/// Waits for a line of this kind in the device's log, and gives its text.
async fn logged(person: &TestPerson, device: &str, kind: &str) -> String {
    eventually(&format!("a line “{kind}” in the log of {device}"), async || {
        let asked = json!({"workspace": person.workspace.slug, "device": device});
        let lines = person.call("device_events", asked).await.body;
        let line = lines.as_array()?.iter().find(|line| line["kind"] == kind)?;
        line["text"].as_str().map(str::to_owned)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_arrives_over_tcp_and_tls_and_in_either_version() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "kitchen").await;
    let ca = app.folder().join("ca.pem");
    let fetched = app.client().get(format!("{}/ca.pem", app.url)).send().await.unwrap().text().await.unwrap();
    assert_eq!(fetched, app.ca_pem);
    std::fs::write(&ca, fetched).unwrap();
    let port = app.mqtts.port().to_string();
    let tls = ["-p", &port, "--cafile", ca.to_str().unwrap()];
    for (i, more) in [&[][..], &tls, &["-V", "5"], &["-V", "311"]].into_iter().enumerate() {
        let body = format!(r#"{{"temperature":{i}}}"#);
        let sent = publish(&app, &device, Given { more, ..telemetry(&device, body.as_bytes()) }).await;
        assert!(sent.status.success(), "{more:?}: {}", String::from_utf8_lossy(&sent.stderr));
        // Acknowledged is committed: it is there at once.
        let messages = raw(&ada, "kitchen").await;
        assert_eq!(messages.len(), i + 1, "{more:?}");
        assert_eq!(messages[0]["fields"]["temperature"], i, "{more:?}");
    }
    // A certificate of somebody else's is none of ours.
    let strangers = publish(
        &app,
        &device,
        Given { more: &["-p", &port, "--capath", "/etc/ssl/certs"], ..telemetry(&device, b"{}") },
    )
    .await;
    assert!(!strangers.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_allowed_is_told() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let (device, other) = (app.device(&ada, "kitchen").await, app.device(&ada, "cellar").await);

    let refused = publish(&app, &device, Given { key: &other.key, ..telemetry(&device, b"{}") }).await;
    assert!(!refused.status.success());
    assert!(logged(&ada, "kitchen", "sign-in-refused").await.contains("127.0.0.1"));

    let foreign = Given { topic: other.topic("telemetry"), ..telemetry(&device, br#"{"t":1}"#) };
    assert!(!publish(&app, &device, foreign).await.status.success());
    assert!(logged(&ada, "kitchen", "topic-refused").await.contains("cellar"));
    assert!(raw(&ada, "cellar").await.is_empty() && raw(&ada, "kitchen").await.is_empty());

    let large = vec![b'x'; 10_000_000];
    assert!(!publish(&app, &device, telemetry(&device, &large)).await.status.success());
    logged(&ada, "kitchen", "limit-reached").await;

    // And it goes on as if nothing had been.
    assert!(publish(&app, &device, telemetry(&device, br#"{"t":1}"#)).await.status.success());
    assert_eq!(raw(&ada, "kitchen").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_is_kept_with_its_reason() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "kitchen").await;
    let bodies: [&[u8]; 4] = [
        b"warm",
        br#"{"ts":0,"values":{"t":1}}"#,
        br#"{"ts":"2100-01-01T00:00:00Z","values":{"t":1}}"#,
        &[0xff, 0xfe, 0x00],
    ];
    for (i, body) in bodies.into_iter().enumerate() {
        let sent = publish(&app, &device, telemetry(&device, body)).await;
        // Acknowledged, because it is kept: sending it again would not make it better.
        assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
        let messages = raw(&ada, "kitchen").await;
        assert_eq!(messages.len(), i + 1);
        let refused =
            messages.iter().filter(|m| m["refused"]["reason"].as_str().is_some_and(|r| !r.is_empty()));
        assert_eq!(refused.count(), i + 1, "{messages:?}");
    }
    logged(&ada, "kitchen", "message-refused").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_packet_disturbs_nobody() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "kitchen").await;
    let mut connected = device.connect().await.unwrap();
    // CONNECT of a hundred bytes, of which eight come.
    let mut half = TcpStream::connect(app.mqtt).unwrap();
    half.write_all(&[0x10, 100, 0, 4, b'M', b'Q', b'T', b'T']).unwrap();
    half.shutdown(Shutdown::Write).unwrap();
    // Something that isn't MQTT at all.
    TcpStream::connect(app.mqtt).unwrap().write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    TcpStream::connect(app.mqtts).unwrap().write_all(&[0x16, 0x03, 0x01, 0xff, 0xff, 0x01]).unwrap();
    connected.publish(&device.topic("telemetry"), r#"{"t":1}"#).await.unwrap();
    assert_eq!(raw(&ada, "kitchen").await.len(), 1);
    connected.disconnect().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_and_a_deleted_device_end_the_connection() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let mut device = app.device(&ada, "kitchen").await;
    let one = json!({"workspace": ada.workspace.slug, "device": "kitchen"});
    let mut connected = device.connect().await.unwrap();
    let key = ada.call("rotate_key", one.clone()).await.read::<String>();
    connected.ended().await;
    assert!(device.connect().await.is_err(), "the old key is worth nothing");
    device.key = key;
    device.send(r#"{"t":1}"#).await;

    let mut connected = device.connect().await.unwrap();
    assert_eq!(ada.call("delete_device", one.clone()).await.status, 200);
    connected.ended().await;
    assert!(device.connect().await.is_err());
    assert_eq!(ada.call("get_device", one).await.status, 404);
    // One of the same name begins anew.
    let again = app.device(&ada, "kitchen").await;
    again.send(r#"{"t":2}"#).await;
    assert_eq!(raw(&ada, "kitchen").await.len(), 1);
}
