//! Last wills: published when a connection breaks, not when its client says goodbye.

use super::Stage;
use model::event::EventKind;
use serde_json::json;

pub(super) async fn play(stage: &mut Stage) {
    goodbye(stage).await;
    the_line_breaks(stage).await;
    a_foreign_will(stage).await;
}

async fn goodbye(stage: &mut Stage) {
    // The only one of its name, so that what the log says of it is said of this connection.
    let will = json!({ "topic": "s/f/telemetry", "body": "polite", "qos": 1 });
    let connack = stage.led.connect("polite", json!({ "user": "s/f", "will": will })).await;
    assert_eq!(connack["code"], 0);
    stage.led.tell(json!({ "do": "disconnect", "of": "polite" })).await;
    stage.led.next("polite", "closed").await;
    let text = stage.broker.gate.event("f", EventKind::Disconnected).await;
    assert!(text.contains("by itself"), "{text}");
}

async fn the_line_breaks(stage: &mut Stage) {
    let will = json!({ "topic": "s/f/telemetry", "body": "rude", "qos": 1 });
    let connack = stage.led.connect("rude", json!({ "user": "s/f", "will": will })).await;
    assert_eq!(connack["code"], 0);
    stage.led.tell(json!({ "do": "drop", "of": "rude" })).await;
    let publish = stage.ingestion.next().await;
    assert_eq!((&publish.topic[..], &publish.payload[..]), (&b"s/f/telemetry"[..], &b"rude"[..]));
    stage.ingestion.acknowledge(&publish).await;
}

async fn a_foreign_will(stage: &mut Stage) {
    let will = json!({ "topic": "s/e/telemetry", "body": "forged", "qos": 0 });
    let connack = stage.led.connect("forger", json!({ "will": will })).await;
    assert_eq!(connack["code"], stage.led.code(5, 0x87));
    if stage.led.v5 {
        let reason = connack["properties"]["reasonString"].as_str().unwrap();
        assert!(reason.contains("last will") && reason.contains("s/e/telemetry"), "{reason}");
    }
}
