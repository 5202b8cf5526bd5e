//! What a device sends is kept, shown live, and is the latest.

use crate::scene::{ROOM, Scene, until};
use model::live::LiveEvent;
use model::telemetry::SeriesQuery;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_message_is_kept_shown_and_the_latest() {
    let scene = Scene::new().await;
    let _ingestion = scene.ingest().await;
    let mut live = scene.hub.subscribe(scene.workspace.id);
    let mut room = scene.room();
    room.send(r#"{"temperature":21.5,"on":true,"where":{"lat":48.2,"lon":16.4},"free":"x"}"#).await;
    let event = tokio::time::timeout(Duration::from_secs(30), live.recv()).await.unwrap();
    let LiveEvent::Values { device, messages, points, arrived_ms, .. } = event else { panic!("{event:?}") };
    assert_eq!((device.as_str(), messages, points.len()), (ROOM, 1, 4));
    // Who hears of it can read it.
    let [message] = scene.raw().await.try_into().unwrap();
    assert_eq!((message.ts, message.arrived_ms), (arrived_ms, Some(arrived_ms)));
    let sent = json!({"temperature": 21.5, "on": true, "where": {"lat": 48.2, "lon": 16.4}, "free": "x"});
    assert_eq!(json!(message.fields), sent);
    scene.acknowledges(1).await;
    let latest =
        until("the latest values are written", async || Some(scene.latest().await).filter(|l| l.len() == 4));
    assert_eq!(latest.await.iter().find(|l| l.name == "temperature").unwrap().value, json!(21.5));
}

#[tokio::test]
async fn every_form_comes_through() {
    let scene = Scene::new().await;
    let _ingestion = scene.ingest_trusting().await;
    let mut room = scene.room();
    room.send(r#"{"ts":1700000000000,"values":{"temperature":1}}"#).await;
    room.send(r#"[{"ts":1700000001000,"values":{"temperature":2}},{"ts":"2023-11-14T22:13:22Z","values":{"temperature":3}}]"#)
        .await;
    room.publish(
        "telemetry",
        r#"{"temperature":4}"#,
        &[("ts", "1700000003000"), ("id", "m-4"), ("room", "2.14")],
    )
    .await;
    room.publish("telemetry/motor", r#"{"ts":1700000004000,"values":{"speed":5}}"#, &[]).await;
    room.publish("telemetry", r#"{"speed":6}"#, &[("ts", "1700000005000"), ("hp-component", "motor")]).await;
    room.send_carelessly(r#"{"ts":1700000006000,"values":{"temperature":7}}"#).await;
    scene.kept(7).await;
    let snapshot = scene.db.store().snapshot(scene.workspace.id).await.unwrap();
    let query =
        SeriesQuery { names: vec![], from_ms: 1_700_000_000_000, to_ms: 1_700_000_010_000, points: 100 };
    let lines = snapshot.history().series(scene.device, &query).await.unwrap();
    let points = |name: &str| -> Vec<(i64, f64)> {
        let line = lines.iter().find(|l| l.name == name).unwrap();
        line.buckets.iter().map(|b| (b.ts - 1_700_000_000_000, b.last)).collect()
    };
    assert_eq!(points("temperature"), [(0, 1.0), (1_000, 2.0), (2_000, 3.0), (3_000, 4.0), (6_000, 7.0)]);
    assert_eq!(points("motor.speed"), [(4_000, 5.0), (5_000, 6.0)]);
    let messages = scene.raw().await;
    let named = messages.iter().find(|m| m.id.as_deref() == Some("m-4")).unwrap();
    assert_eq!(named.properties.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>(), ["room=2.14"]);
    assert!(messages.iter().all(|m| m.refused.is_none()));
}

#[tokio::test]
async fn what_is_sent_again_is_kept_once() {
    let scene = Scene::new().await;
    let _ingestion = scene.ingest_trusting().await;
    let mut room = scene.room();
    for _ in 0..3 {
        // With its own time: by content, in any order of fields; by id, whatever it says.
        room.send(r#"{"ts":1700000000000,"values":{"temperature":1,"count":2}}"#).await;
        room.send(r#"{"values":{"count":2,"temperature":1},"ts":1700000000000}"#).await;
        room.send(r#"{"id":"a","ts":1700000000000,"values":{"temperature":8}}"#).await;
        // Delivered again by the broker.
        let packet = [("hp-uid", "u-1"), ("hp-arrived", "1700000009000")];
        room.publish("telemetry", r#"{"temperature":2}"#, &packet).await;
        room.publish("telemetry", "no json", &packet).await;
        room.acknowledged().await;
    }
    // Two equal readings without a time are two.
    room.send(r#"{"temperature":5}"#).await;
    room.send(r#"{"temperature":5}"#).await;
    scene.acknowledges(17).await;
    assert_eq!(scene.count().await, 1 + 1 + 1 + 1 + 2);
}

#[tokio::test]
async fn messages_of_nobody_are_dropped_and_block_no_one() {
    let scene = Scene::new().await;
    let _ingestion = scene.ingest().await;
    let mut ghost = crate::device::Device::connect(scene.broker.port, &scene.workspace.scope, "ghost");
    ghost.send(r#"{"temperature":1}"#).await;
    let mut stranger = crate::device::Device::connect(scene.broker.port, "nowhere", ROOM);
    stranger.send(r#"{"temperature":1}"#).await;
    let mut room = scene.room();
    room.send(r#"{"temperature":1}"#).await;
    scene.acknowledges(3).await;
    assert_eq!(scene.count().await, 1);
}
