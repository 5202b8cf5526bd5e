//! Commands and messages, between a real device over MQTT and programs over REST.

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use std::time::Duration;
use test_support::{Connected, TestApp, TestDevice, TestPerson, eventually};

async fn scene(app: &TestApp) -> (TestPerson, TestDevice, Program) {
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "room-1").await;
    let program = Program::new(app, &ada, "operator").await;
    (ada, device, program)
}

/// Takes the next command; its topic and what it is given.
async fn command(room: &mut Connected) -> (String, Value) {
    let (topic, body) = room.message().await;
    (topic, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_and_stands_in_the_history() {
    let app = TestApp::start().await;
    let (ada, device, program) = scene(&app).await;
    let path = "/api/devices/room-1/commands/reboot";

    // Nobody there: said at once, and kept.
    let away = program.ask("POST", path, Some(json!({"request": {"delay": 1}}))).await;
    assert_eq!(away.0, 404, "{}", away.1);

    let mut room = device.connect().await.unwrap();
    room.subscribe(&device.topic("commands/#")).await;
    let answering = tokio::spawn(async move {
        let (topic, given) = command(&mut room).await;
        assert_eq!(given, json!({"delay": 5}));
        room.publish(&format!("{topic}/res/200"), r#"{"done": true}"#).await.unwrap();
        // Again, and otherwise: the first counts, the second is refused, and neither ends the connection.
        room.publish(&format!("{topic}/res/200"), r#"{"done": true}"#).await.unwrap();
        room.publish(&format!("{topic}/res/500"), "no").await.unwrap();
        (room, topic)
    });
    let (status, run) = program.ask("POST", path, Some(json!({"request": {"delay": 5}}))).await;
    assert_eq!(status, 201, "{run}");
    assert_eq!((&run["responseCode"], &run["response"]), (&json!(200), &json!({"done": true})), "{run}");
    let (mut room, topic) = answering.await.unwrap();
    room.publish(&device.topic("commands/reboot/999999/res/200"), "").await.unwrap();
    room.publish(&format!("{}/res/200", topic.replace("reboot", "other")), "").await.unwrap();

    let listed = program.get(path).await;
    let states: Vec<_> = listed["value"].as_array().unwrap().iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["answered", "not-connected"], "{listed}");
    assert_eq!(listed["value"][0]["responseCode"], 200);

    // A component's, whose result comes later.
    let component = "/api/devices/room-1/components/motor/commands/turn";
    let answering = tokio::spawn({
        let device = device.clone();
        async move {
            let (topic, _) = command(&mut room).await;
            assert!(topic.starts_with(&device.topic("commands/motor*turn/")), "{topic}");
            room.publish(&format!("{topic}/res/202"), "").await.unwrap();
            let result = r#"{"motor": {"__t": "c", "turn": {"rounds": 3}}}"#;
            room.publish(&device.topic("properties/reported"), result).await.unwrap();
            room
        }
    });
    let (status, run) = program.ask("POST", component, Some(json!({}))).await;
    assert_eq!((status.as_u16(), &run["responseCode"]), (201, &json!(202)), "{run}");
    let mut room = answering.await.unwrap();
    let listed = program.get(component).await;
    assert_eq!(listed["value"][0]["result"], json!({"rounds": 3}), "{listed}");

    // Nobody answers in time; what comes later is kept as late.
    refused(&program.ask("POST", path, Some(json!({"responseTimeout": 5}))).await, 504, "GatewayTimeout");
    let (topic, _) = command(&mut room).await;
    room.publish(&format!("{topic}/res/200"), r#""at last""#).await.unwrap();
    let listed = program.get(path).await;
    let late = &listed["value"][0];
    assert_eq!(
        (&late["state"], &late["late"], &late["response"]),
        (&json!("timed-out"), &json!(true), &json!("at last"))
    );

    for (bad, field) in [
        (json!({"responseTimeout": 4}), "timeout"),
        (json!({"request": "x".repeat(129 * 1024)}), "request"),
        (json!({"queueFor": 200_000}), "queue"),
    ] {
        let answer = program.ask("POST", path, Some(bad)).await;
        refused(&answer, 422, "UnprocessableEntity");
        assert_eq!(answer.1["fields"][0]["field"], field, "{}", answer.1);
    }
    let raw = json!({"workspace": ada.workspace.slug, "device": "room-1", "before": null, "limit": 50});
    let raw = ada.call("raw", raw).await.read::<Value>();
    let refused = raw["messages"].as_array().unwrap().iter().filter(|m| !m["refused"].is_null()).count();
    assert_eq!(refused, 3, "{raw}");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_wait_for_their_device_and_come_in_order() {
    let mut app = TestApp::start().await;
    let (_ada, device, program) = scene(&app).await;
    let path = "/api/devices/room-1/messages";
    for body in ["one", "two"] {
        let (status, sent) = program.ask("POST", path, Some(json!({"body": body, "ack": "full"}))).await;
        assert_eq!((status.as_u16(), &sent["state"]), (202, &json!("waiting")), "{sent}");
    }
    let queued = json!({"request": {"delay": 1}, "queueFor": 600});
    let (status, run) = program.ask("POST", "/api/devices/room-1/commands/reboot", Some(queued)).await;
    assert_eq!((status.as_u16(), &run["state"]), (202, &json!("waiting")), "{run}");
    app.restart().await;

    let mut room = device.connect().await.unwrap();
    room.subscribe(&device.topic("messages/#")).await;
    let mut bodies = Vec::new();
    for _ in 0..3 {
        let (topic, body) = room.message().await;
        assert!(topic.starts_with(&device.topic("messages/")), "{topic}");
        bodies.push(String::from_utf8(body).unwrap());
    }
    assert_eq!(bodies, ["one", "two", r#"{"delay":1}"#]);
    // The client acknowledges while it polls: a publication makes it poll on.
    room.publish(&device.topic("telemetry"), "{}").await.unwrap();
    eventually("all are delivered", async || {
        let listed = program.get(path).await;
        let all = listed["value"].as_array().unwrap();
        all.iter().all(|m| m["state"] == "delivered").then_some(())
    })
    .await;
    let runs = program.get("/api/devices/room-1/commands/reboot").await;
    assert_eq!(runs["value"][0]["state"], "delivered", "{runs}");
    room.disconnect().await;

    // The bounds, and taking back.
    for n in 0..50 {
        let (status, _) =
            program.ask("POST", path, Some(json!({"id": format!("m{n}"), "body": {"n": n}}))).await;
        assert_eq!(status, 202);
    }
    let full = program.ask("POST", path, Some(json!({"body": "one more"}))).await;
    refused(&full, 429, "TooManyRequests");
    let (status, purged) = program.ask("DELETE", path, None).await;
    assert_eq!((status.as_u16(), &purged["totalMessagesPurged"]), (200, &json!(50)));
    let large = program.ask("POST", path, Some(json!({"body": "x".repeat(65_537)}))).await;
    refused(&large, 422, "UnprocessableEntity");

    // What is over is not delivered.
    let (status, _) =
        program.ask("POST", path, Some(json!({"id": "old", "body": "late", "expiry": 1}))).await;
    assert_eq!(status, 202);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    eventually("it has expired", async || {
        let listed = program.get(path).await;
        (listed["value"][0]["state"] == "expired").then_some(())
    })
    .await;
}
