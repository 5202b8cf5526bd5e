//! Ids of all the signs that Azure IoT allows, wherever a device is named: topics, addresses of pages, REST, Azure's dialect.

use crate::rest::Program;
use model::{external_id, percent, sas};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use serde_json::json;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use test_support::{TestApp, TestDevice, eventually};

const IDS: [&str; 4] = ["a+b#1", "100%?x=1", "$it's(*)!,%2B", "AA:BB@c_d-e.f"];
const PATIENCE: Duration = Duration::from_secs(30);

/// A device that was made over REST, with its key.
async fn made(app: &TestApp, program: &Program, scope: &str, id: &str) -> TestDevice {
    let path = format!("/api/devices/{}", percent::encode(id));
    let (status, made) = program.ask("PUT", &path, Some(json!({"displayName": "Odd"}))).await;
    assert_eq!((status.as_u16(), made["id"].as_str()), (200, Some(id)), "{made}");
    assert_eq!(program.get(&path).await["id"], id);
    let credentials = program.get(&format!("{path}/credentials")).await;
    let key = credentials["symmetricKey"]["primaryKey"].as_str().unwrap().to_owned();
    TestDevice { scope: scope.to_owned(), id: id.to_owned(), key, broker: app.mqtt }
}

/// Newest values are written a moment after the messages themselves.
pub(crate) async fn has_sent(program: &Program, device: &str, temperature: f64) {
    eventually(&format!("the temperature of {device}"), async || {
        let (_, body) = program.ask("GET", &format!("{device}/telemetry/temperature"), None).await;
        (body["value"] == temperature).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_any_sign_there_may_be() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    for id in IDS {
        let device = made(&app, &program, &ada.workspace.scope, id).await;
        let api = format!("/api/devices/{}", percent::encode(id));
        let mut connected = device.connect().await.unwrap_or_else(|code| panic!("{id}: {code:?}"));
        connected.subscribe(&device.topic("#")).await;
        connected.publish(&device.topic("telemetry"), r#"{"temperature":21.5}"#).await.unwrap();
        has_sent(&program, &api, 21.5).await;

        let (status, said) =
            program.ask("PATCH", &format!("{api}/properties"), Some(json!({"target": 1}))).await;
        assert_eq!(status, 200, "{id}: {said}");
        assert_eq!(connected.message().await.0, device.topic("properties/desired"), "{id}");
        let letter = json!({"body": "hello"});
        let (status, said) = program.ask("POST", &format!("{api}/messages"), Some(letter)).await;
        assert!(status.is_success(), "{id}: {said}");
        let (topic, body) = connected.message().await;
        assert!(topic.starts_with(&device.topic("messages/")) && body == b"hello", "{id}: {topic}");
        let wish = device.topic("properties/get/1");
        connected.publish(&wish, "").await.unwrap();
        assert_eq!(connected.message().await.0, device.topic("properties/res/1"), "{id}");

        // The topics of another are refused, and its own log says so.
        let _ = connected.publish(&device.topic("nothing"), "{}").await;
        eventually("the refusal in the log", async || {
            let asked = json!({"workspace": ada.workspace.slug, "device": id});
            let lines = ada.call("device_events", asked).await.body.to_string();
            lines.contains("not a topic that devices send on").then_some(())
        })
        .await;

        let page = format!("/w/{}/devices/{}", ada.workspace.slug, external_id::in_address(id));
        for tab in ["", "/connect", "/raw"] {
            let answer = ada.get(&format!("{page}{tab}")).await;
            assert_eq!(answer.status(), 200, "{page}{tab}");
            assert!(answer.text().await.unwrap().contains("Odd"), "{page}{tab}");
        }
        let file = ada.get(&format!("{page}/raw.csv")).await;
        assert_eq!(file.status(), 200, "{id}");
        assert!(file.text().await.unwrap().contains("21.5"), "{id}");
    }
    let list = ada.get(&format!("/w/{}/devices", ada.workspace.slug)).await.text().await.unwrap();
    for id in IDS {
        let page = format!("/w/{}/devices/{}", ada.workspace.slug, external_id::in_address(id));
        assert!(list.contains(&page), "{page}");
    }
}

/// At its hub, in a session that is kept.
async fn at_hub(device: &TestDevice) -> (AsyncClient, EventLoop) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let resource = format!("localhost/devices/{}", device.id);
    let token = sas::sign(&sas::key_bytes(&device.key).unwrap(), &resource, now + 600);
    let mut options = MqttOptions::new(&device.id, device.broker.ip().to_string(), device.broker.port());
    options.set_credentials(format!("localhost/{}/?api-version=2019-10-01", device.id), token);
    options.set_clean_session(false);
    let (client, mut events) = AsyncClient::new(options, 10);
    match tokio::time::timeout(PATIENCE, events.poll()).await.unwrap() {
        Ok(Event::Incoming(Packet::ConnAck(_))) => (client, events),
        other => panic!("{}: {other:?}", device.id),
    }
}

async fn next(events: &mut EventLoop, wanted: impl Fn(&Packet) -> bool) -> Packet {
    let came = async {
        loop {
            if let Event::Incoming(packet) = events.poll().await.unwrap()
                && wanted(&packet)
            {
                return packet;
            }
        }
    };
    tokio::time::timeout(PATIENCE, came).await.unwrap()
}

/// One of the SDKs writes an id into topics as it is, another percent-encoded: each is answered as it speaks, also when it
/// has come back without a word.
#[tokio::test(flavor = "multi_thread")]
async fn of_devices_of_azure_are_answered_as_they_speak() {
    let mut app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let scope = ada.workspace.scope.clone();
    let cases: Vec<(&str, String)> = IDS
        .iter()
        .map(|id| (*id, percent::encode(id)))
        .chain([("plain:id%", "plain:id%".to_owned())])
        .collect();
    let mut devices = Vec::new();
    for (id, named) in &cases {
        let device = made(&app, &program, &scope, id).await;
        let (client, mut events) = at_hub(&device).await;
        let filter = format!("devices/{named}/messages/devicebound/#");
        client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        next(&mut events, |packet| matches!(packet, Packet::SubAck(_))).await;
        let topic = format!("devices/{named}/messages/events/%24.ct=application%2Fjson");
        client.publish(topic, QoS::AtLeastOnce, false, r#"{"temperature":20.5}"#).await.unwrap();
        next(&mut events, |packet| matches!(packet, Packet::PubAck(_))).await;
        let api = format!("/api/devices/{}", percent::encode(id));
        has_sent(&program, &api, 20.5).await;
        hears(&program, &mut events, id, named).await;
        devices.push(device);
    }
    app.restart().await;
    for ((id, named), device) in cases.iter().zip(&devices) {
        let (_client, mut events) = at_hub(device).await;
        hears(&program, &mut events, id, named).await;
    }
}

async fn hears(program: &Program, events: &mut EventLoop, id: &str, named: &str) {
    let path = format!("/api/devices/{}/messages", percent::encode(id));
    let (status, said) = program.ask("POST", &path, Some(json!({"body": "hello"}))).await;
    assert!(status.is_success(), "{id}: {said}");
    let came = next(events, |packet| matches!(packet, Packet::Publish(_))).await;
    let Packet::Publish(publish) = came else { unreachable!() };
    let expected = format!("devices/{named}/messages/devicebound/");
    assert!(publish.topic.starts_with(&expected), "{id}: {}", publish.topic);
}
