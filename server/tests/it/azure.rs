//! Devices written against Microsoft's SDKs: sign-in at the hub by what their group says, and what their owner reads
//! where they are not let in.

mod bounds;
mod certificates;
mod node;
mod played;
mod python;
mod turned_away;
mod web;

use crate::rest::Program;
use model::sas;
use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS};
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use test_support::{TestApp, TestPerson, eventually};

const GROUP: &str = "/api/enrollmentGroups/SAS-IoT-Devices";

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The key of this device in the workspace's usual group.
async fn derived(program: &Program, id: &str) -> String {
    let group = program.get(GROUP).await;
    sas::derive(group["attestation"]["symmetricKey"]["primaryKey"].as_str().unwrap(), id).unwrap()
}

/// A client that signs in at the broker.
async fn connect(
    broker: SocketAddr,
    client_id: &str,
    user: &str,
    password: &str,
) -> Result<(AsyncClient, EventLoop), ConnectReturnCode> {
    let mut options = MqttOptions::new(client_id, broker.ip().to_string(), broker.port());
    options.set_credentials(user, password).set_max_packet_size(1024 * 1024, 1024 * 1024);
    let (client, mut events) = AsyncClient::new(options, 10);
    match tokio::time::timeout(Duration::from_secs(30), events.poll()).await.unwrap() {
        Ok(Event::Incoming(Packet::ConnAck(_))) => Ok((client, events)),
        Err(ConnectionError::ConnectionRefused(code)) => Err(code),
        other => panic!("the broker answered otherwise: {other:?}"),
    }
}

/// A device at its hub, with a token of this key for this resource.
async fn at_hub(
    app: &TestApp,
    id: &str,
    key: &str,
    resource: &str,
    expires_s: u64,
) -> Result<(AsyncClient, EventLoop), ConnectReturnCode> {
    let token = sas::sign(&sas::key_bytes(key).unwrap(), resource, expires_s);
    connect(app.mqtt, id, &format!("localhost/{id}/?api-version=2019-10-01"), &token).await
}

/// Until a line of this kind with this text in it stands in the device's log.
async fn logged(owner: &TestPerson, device: &str, kind: &str, part: &str) {
    eventually(&format!("{kind} with “{part}” in the log of {device}"), async || {
        let asked = json!({"workspace": owner.workspace.slug, "device": device});
        let lines = owner.call("device_events", asked).await.body;
        let found = lines.as_array()?.iter().any(|line| {
            line["kind"] == kind && line["text"].as_str().is_some_and(|text| text.contains(part))
        });
        found.then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_registers_and_sends_to_its_hub() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let (id, scope) = ("sn-007", ada.workspace.scope.clone());
    let key = derived(&program, id).await;

    let user = format!("{scope}/registrations/{id}/api-version=2019-03-31&ClientVersion=test");
    let token =
        sas::sign(&sas::key_bytes(&key).unwrap(), &format!("{scope}/registrations/{id}"), now_s() + 60);
    let (client, mut events) = connect(app.mqtt, id, &user, &token).await.unwrap();
    client.subscribe("$dps/registrations/res/#", QoS::AtLeastOnce).await.unwrap();
    let ask = "$dps/registrations/PUT/iotdps-register/?$rid=1";
    client.publish(ask, QoS::AtLeastOnce, false, format!(r#"{{"registrationId":"{id}"}}"#)).await.unwrap();
    let answer = message(&mut events).await;
    assert_eq!(answer.0, "$dps/registrations/res/200/?$rid=1");
    let body: serde_json::Value = serde_json::from_slice(&answer.1).unwrap();
    assert_eq!(body["registrationState"]["assignedHub"], "localhost", "{body}");

    let (client, mut events) =
        at_hub(&app, id, &key, &format!("localhost/devices/{id}"), now_s() + 60).await.unwrap();
    client.subscribe("$iothub/twin/res/#", QoS::AtMostOnce).await.unwrap();
    client.publish("$iothub/twin/GET/?$rid=a", QoS::AtMostOnce, false, " ").await.unwrap();
    let (topic, body) = message(&mut events).await;
    assert_eq!(topic, "$iothub/twin/res/200/?$rid=a");
    let twin: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(twin, json!({"desired": {"$version": 0}, "reported": {"$version": 0}}));
    let bag = "devices/sn-007/messages/events/%24.ct=application%2Fjson&%24.sub=motor&level=hi%20%2B";
    client.publish(bag, QoS::AtLeastOnce, false, r#"{"temperature":21.5}"#).await.unwrap();
    while !matches!(events.poll().await.unwrap(), Event::Incoming(Packet::PubAck(_))) {}
    let raw = json!({"workspace": ada.workspace.slug, "device": id, "before": null, "limit": 50});
    let raw = ada.call("raw", raw).await.body.to_string();
    assert!(raw.contains("motor") && raw.contains("hi +"), "{raw}");
    logged(&ada, id, "connected", "Azure dialect").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_that_it_connects_with_becomes_its_template() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    crate::simulations::template(&ada).await;
    let program = Program::new(&app, &ada, "builder").await;
    for (id, model) in [("sn-1", "dtmi%3Atest%3APump%3B1"), ("sn-2", "dtmi%3Atest%3ANone%3B1")] {
        app.device(&ada, id).await;
        let key = program.get(&format!("/api/devices/{id}/credentials")).await;
        let key = sas::key_bytes(key["symmetricKey"]["primaryKey"].as_str().unwrap()).unwrap();
        let token = sas::sign(&key, &format!("localhost/devices/{id}"), now_s() + 60);
        let user = format!("localhost/{id}/?api-version=2021-04-12&model-id={model}");
        connect(app.mqtt, id, &user, &token).await.unwrap();
    }
    assert_eq!(program.get("/api/devices/sn-1").await["template"], "dtmi:test:Pump;1");
    assert_eq!(program.get("/api/devices/sn-2").await.get("template"), None);
    logged(&ada, "sn-2", "provisioned", "which no published template is").await;
}

async fn message(events: &mut EventLoop) -> (String, Vec<u8>) {
    let came = async {
        loop {
            if let Event::Incoming(Packet::Publish(publish)) = events.poll().await.unwrap() {
                return (publish.topic, publish.payload.to_vec());
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), came).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_proves_nothing_is_answered_with_five_and_stands_in_the_log() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let bob = app.person("bob@example.com").await;
    let device = app.device(&ada, "pump-1").await;
    let (key, own, soon) = (device.key.as_str(), "localhost/devices/pump-1", now_s() + 60);
    assert!(at_hub(&app, "pump-1", key, own, soon).await.is_ok());
    let no = ConnectReturnCode::NotAuthorized;
    for (key, resource, expires_s, part) in [
        ("b3RoZXI=", own, soon, "another key"),
        (key, own, now_s() - 10, "ran out"),
        (key, "localhost/devices/pump-2", soon, "not for this device"),
        (key, "example.com/devices/pump-1", soon, "not for this device"),
    ] {
        assert_eq!(at_hub(&app, "pump-1", key, resource, expires_s).await.err(), Some(no), "{part}");
        let part = if part == "another key" { "wrong" } else { part };
        logged(&ada, "pump-1", "sign-in-refused", part).await;
    }
    let token = sas::sign(&sas::key_bytes(key).unwrap(), own, soon);
    for (client_id, user, part) in [
        ("pump-1", "x.azure-devices.net/pump-1/?api-version=2019-10-01", "no name of this server"),
        ("other", "localhost/pump-1/?api-version=2019-10-01", "client id is “other”"),
    ] {
        assert_eq!(connect(app.mqtt, client_id, user, &token).await.err(), Some(no), "{user}");
        logged(&ada, "pump-1", "sign-in-refused", part).await;
    }
    // A device of the same id in another workspace: each is let in by its own key, and neither by the other's.
    let theirs = app.device(&bob, "pump-1").await;
    assert!(at_hub(&app, "pump-1", &theirs.key, own, soon).await.is_ok());
    logged(&bob, "pump-1", "connected", "Azure dialect").await;
    let scoped = |scope: &str| format!("{}.localhost/pump-1/?api-version=2019-10-01", scope.to_lowercase());
    let token = sas::sign(&sas::key_bytes(&theirs.key).unwrap(), own, soon);
    assert!(connect(app.mqtt, "pump-1", &scoped(&theirs.scope), &token).await.is_ok());
    assert_eq!(connect(app.mqtt, "pump-1", &scoped(&device.scope), &token).await.err(), Some(no));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_device_may_come_by_a_token() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump-1").await;
    let resource = format!("{}/devices/pump-1", device.scope);
    let token = sas::sign(&sas::key_bytes(&device.key).unwrap(), &resource, now_s() + 3);
    let (_, mut events) = connect(app.mqtt, "any", &device.user_name(), &token).await.unwrap();
    // It ends with its token.
    let ended = async { while events.poll().await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap();
    logged(&ada, "pump-1", "disconnected", "token").await;
}
