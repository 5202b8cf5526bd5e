//! Messages up: acknowledged when they are stored, and what may not be published.

use super::ingestion::user_properties;
use super::led::Program;
use super::{BODY, PACKET, Stage, WINDOW};
use serde_json::{Value, json};

pub(super) async fn play(stage: &mut Stage) {
    acknowledged_when_stored(stage).await;
    if stage.led.v5 {
        properties(stage).await;
        alias(stage).await;
    }
    too_many(stage).await;
    foreign_topic(stage).await;
    quality_2(stage).await;
    too_large(stage).await;
}

async fn acknowledged_when_stored(stage: &mut Stage) {
    stage.led.device("stored", "s/d").await;
    stage.led.publish("stored", "s/d/telemetry", "best effort", None).await;
    stage.ingestion.store("best effort").await;
    for n in 1..=2 {
        stage.led.publish("stored", "s/d/telemetry/motor", &n.to_string(), Some(n)).await;
    }
    let (first, second) = (stage.ingestion.next().await, stage.ingestion.next().await);
    assert_eq!((&first.payload[..], &second.payload[..]), (&b"1"[..], &b"2"[..]));
    // Both are in the ingestion's hands. Its word on the second alone doesn't let the broker say anything.
    stage.ingestion.acknowledge(&second).await;
    stage.led.subscribe("stored", &["s/d/#"]).await;
    stage.ingestion.acknowledge(&first).await;
    for n in 1..=2 {
        let puback = stage.led.next("stored", "puback").await;
        assert_eq!((&puback["n"], &puback["code"]), (&json!(n), &json!(0)));
    }
}

async fn properties(stage: &mut Stage) {
    let user = json!({ "site": "roof", "ts": "1790000000000", "hp-uid": "forged" });
    let given =
        json!({ "userProperties": user, "contentType": "application/json", "messageExpiryInterval": 60 });
    let mut command = publication("stored", "s/d/telemetry", "{}");
    command["properties"] = given;
    stage.led.tell(command).await;
    let publish = stage.ingestion.next().await;
    let had = user_properties(&publish);
    assert_eq!((had["site"].as_str(), had["ts"].as_str()), ("roof", "1790000000000"));
    assert_ne!(had["hp-uid"], "forged");
    let had = publish.properties.as_ref().unwrap();
    assert_eq!(had.content_type.as_deref(), Some("application/json"));
    assert!((59..=60).contains(&had.message_expiry_interval.unwrap()), "{had:?}");
    stage.ingestion.acknowledge(&publish).await;
    stage.led.next("stored", "puback").await;
}

/// The CONNACK offers none, so the npm client refuses by itself, and who uses one is told.
async fn alias(stage: &mut Stage) {
    stage.led.device("alias", "s/d").await;
    let mut command = publication("alias", "s/d/telemetry", "{}");
    command["properties"] = json!({ "topicAlias": 1 });
    // Of one with QoS 1 that it refuses, the npm client says nothing.
    command["qos"] = json!(0);
    stage.led.tell(command).await;
    match stage.led.program {
        Program::Paho => stage.led.closed("alias", 0x94).await,
        Program::Npm => assert!(stage.led.next("alias", "impossible").await["why"].is_string()),
    }
}

/// Neither client holds back by itself. Of MQTT 3.1.1 no more is read; MQTT 5 was told and is ended.
async fn too_many(stage: &mut Stage) {
    stage.led.device("too many", "s/e").await;
    for n in 1..=WINDOW + 3 {
        stage.led.publish("too many", "s/e/telemetry", &n.to_string(), Some(n)).await;
    }
    if stage.led.v5 {
        stage.led.closed("too many", 0x93).await;
        for n in 1..=WINDOW {
            stage.ingestion.store(&n.to_string()).await;
        }
        return;
    }
    for n in 1..=WINDOW + 3 {
        stage.ingestion.store(&n.to_string()).await;
        assert_eq!(stage.led.next("too many", "puback").await["n"], n);
    }
}

async fn foreign_topic(stage: &mut Stage) {
    stage.led.device("foreign", "s/d").await;
    stage.led.publish("foreign", "s/e/telemetry", "forged", Some(1)).await;
    if stage.led.v5 {
        let puback = stage.led.next("foreign", "puback").await;
        assert_eq!(puback["code"], 0x87);
        let reason = puback["properties"]["reasonString"].as_str().unwrap();
        assert!(
            reason.contains("“s/e/telemetry”") && reason.contains("not under its own prefix"),
            "{reason}"
        );
        // And goes on.
        stage.led.publish("foreign", "s/d/telemetry", "own", Some(2)).await;
        stage.ingestion.store("own").await;
        assert_eq!(stage.led.next("foreign", "puback").await["n"], 2);
    } else {
        stage.led.closed("foreign", 0).await;
    }
}

async fn quality_2(stage: &mut Stage) {
    stage.led.device("quality 2", "s/d").await;
    let mut command = publication("quality 2", "s/d/telemetry", "twice");
    command["qos"] = json!(2);
    stage.led.tell(command).await;
    stage.led.closed("quality 2", 0x9b).await;
}

async fn too_large(stage: &mut Stage) {
    stage.led.device("just right", "s/d").await;
    let body = "x".repeat(BODY);
    stage.led.publish("just right", "s/d/telemetry", &body, Some(1)).await;
    stage.ingestion.store(&body).await;
    stage.led.next("just right", "puback").await;
    // A body over its limit in a packet within its own, and a packet over that.
    for (of, size) in [("large body", BODY + 1), ("large packet", PACKET)] {
        stage.led.device(of, "s/d").await;
        stage.led.publish(of, "s/d/telemetry", &"x".repeat(size), Some(1)).await;
        stage.led.closed(of, 0x95).await;
    }
}

fn publication(of: &str, topic: &str, body: &str) -> Value {
    json!({ "do": "publish", "of": of, "topic": topic, "body": body, "qos": 1, "n": 1 })
}
