//! Retained messages outlive the server, and end with the device.

use serde_json::json;
use std::process::Stdio;
use store::repository::device_retained::RetainedMessage;
use test_support::{TestApp, TestDevice, TestPerson};
use tokio::process::Command;

/// What a device is told that subscribes to all that is its own, by `mosquitto_sub`: within the time that this waits.
async fn told(device: &TestDevice) -> String {
    let mut command = Command::new("mosquitto_sub");
    command.args(["-h", "127.0.0.1", "-p", &device.broker.port().to_string(), "-q", "1", "-v"]);
    command.args(["-u", &device.user_name(), "-P", &device.key, "-t", &device.topic("#"), "-W", "2"]);
    let output = command.stderr(Stdio::piped()).output().await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// As the broker keeps it.
async fn keep(app: &TestApp, ada: &TestPerson, topic: &str) {
    let message = RetainedMessage {
        topic: topic.into(),
        payload: b"kept".to_vec(),
        properties: Vec::new(),
        qos1: true,
        expires_ms: None,
        bytes: 4,
    };
    let (person, slug) = (ada.id, ada.workspace.slug.clone());
    let (workspace, device) = app
        .within(async move |homeport| {
            let context = homeport::domain::workspaces::open(&homeport, person, &slug).await?;
            let device = homeport::domain::devices::get(&context, "pump").await?;
            Ok((context.workspace.id, device.id))
        })
        .await;
    let scope = app.db().store().workspace(workspace).await.unwrap();
    scope.device_retained().put(device, &message).await.unwrap();
    let beside = scope.device_retained().beside(device, "messages/other").await.unwrap();
    assert_eq!((beside.of_device, beside.bytes_of_workspace), (1, 4));
    scope.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn they_outlive_the_server_and_end_with_the_device() {
    let mut app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump").await;
    keep(&app, &ada, "properties/desired").await;
    let expected = format!("{} kept", device.topic("properties/desired"));
    assert_eq!(told(&device).await.trim(), expected);
    app.restart().await;
    assert_eq!(told(&device).await.trim(), expected);

    let asked = json!({"workspace": ada.workspace.slug, "device": "pump"});
    assert_eq!(ada.call("delete_device", asked).await.status, 200);
    let again = app.device(&ada, "pump").await;
    assert_eq!(told(&again).await, "");
}
