//! A device's session at the embedded broker outlives the server, and ends with the device.

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use serde_json::json;
use std::time::Duration;
use test_support::{TestApp, TestDevice};

const PATIENCE: Duration = Duration::from_secs(30);

/// Connects a client that wants to find its session again; whether there was one.
async fn come_back(device: &TestDevice, client_id: &str, clean: bool) -> (bool, AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(client_id, device.broker.ip().to_string(), device.broker.port());
    options.set_credentials(device.user_name(), &device.key).set_clean_session(clean);
    let (client, mut events) = AsyncClient::new(options, 10);
    match tokio::time::timeout(PATIENCE, events.poll()).await.unwrap().unwrap() {
        Event::Incoming(Packet::ConnAck(answer)) => (answer.session_present, client, events),
        other => panic!("{other:?}"),
    }
}

async fn subscribe(device: &TestDevice, client: &AsyncClient, events: &mut EventLoop) {
    client.subscribe(device.topic("properties/desired"), QoS::AtLeastOnce).await.unwrap();
    let answered = async {
        loop {
            if let Event::Incoming(Packet::SubAck(answer)) = events.poll().await.unwrap() {
                return answer;
            }
        }
    };
    let answer = tokio::time::timeout(PATIENCE, answered).await.unwrap();
    assert!(matches!(answer.return_codes[0], rumqttc::SubscribeReasonCode::Success(_)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_outlives_the_server() {
    let mut app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump").await;
    let (present, client, mut events) = come_back(&device, "main", false).await;
    assert!(!present, "the first time");
    subscribe(&device, &client, &mut events).await;
    drop((client, events));

    app.restart().await;
    let (present, ..) = come_back(&device, "main", false).await;
    assert!(present, "after a restart");
    let (present, ..) = come_back(&device, "other", false).await;
    assert!(!present, "another client id");

    // Beginning anew forgets it.
    let (present, ..) = come_back(&device, "main", true).await;
    assert!(!present);
    let (present, ..) = come_back(&device, "main", false).await;
    assert!(!present, "forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_the_device() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump").await;
    let (_, client, mut events) = come_back(&device, "main", false).await;
    subscribe(&device, &client, &mut events).await;
    let slug = &ada.workspace.slug;
    let gone = ada.call("delete_device", json!({"workspace": slug, "device": "pump"})).await;
    assert_eq!(gone.status, 200, "{}", gone.body);

    // One of the same name is another device.
    let again = app.device(&ada, "pump").await;
    let (present, ..) = come_back(&again, "main", false).await;
    assert!(!present);
}
