//! Being welcome or not, staying, and being taken over.

use super::{PACKET, Stage, WINDOW};
use serde_json::json;

pub(super) async fn play(stage: &mut Stage) {
    welcome(stage).await;
    not_welcome(stage).await;
    without_an_id(stage).await;
    staying(stage).await;
    taken_over(stage).await;
}

async fn welcome(stage: &mut Stage) {
    // No topic aliases, please: what some clients say always.
    let connack = stage.led.connect("welcome", json!({ "properties": { "topicAliasMaximum": 0 } })).await;
    assert_eq!((&connack["code"], &connack["session"]), (&json!(0), &json!(false)));
    if stage.led.v5 {
        let told = &connack["properties"];
        assert_eq!(told["receiveMaximum"], WINDOW, "{connack}");
        assert_eq!(told["maximumPacketSize"], PACKET, "{connack}");
        assert_eq!(told["maximumQoS"], 1, "{connack}");
    }
}

async fn not_welcome(stage: &mut Stage) {
    let cases = [
        ("wrong key", json!({ "password": "wrong" }), 4, 0x86, "{scope}/{device}"),
        ("unknown", json!({ "user": "s/nobody" }), 4, 0x86, "{scope}/{device}"),
        ("blocked", json!({ "user": "s/blocked" }), 5, 0x87, "may not connect"),
    ];
    for (of, opening, v3, v5, words) in cases {
        let connack = stage.led.connect(of, opening).await;
        assert_eq!(connack["code"], stage.led.code(v3, v5), "{of}");
        if stage.led.v5 {
            let reason = connack["properties"]["reasonString"].as_str().unwrap();
            assert!(reason.contains(words), "{connack}");
        }
    }
}

async fn without_an_id(stage: &mut Stage) {
    let connack = stage.led.connect("nameless", json!({ "id": "" })).await;
    assert_eq!(connack["code"], 0);
    if stage.led.v5 {
        let id = connack["properties"]["assignedClientIdentifier"].as_str().unwrap();
        assert!(id.starts_with("auto-"), "{connack}");
    }
    stage.led.publish("nameless", "s/d/telemetry", "nameless", Some(1)).await;
    stage.ingestion.store("nameless").await;
    assert_eq!(stage.led.next("nameless", "puback").await["n"], 1);
}

/// Its own pings keep a connection alive beyond one and a half times its keep-alive.
async fn staying(stage: &mut Stage) {
    stage.led.connect("staying", json!({ "user": "s/e", "keepalive": 1 })).await;
    for _ in 0..2 {
        stage.led.next("staying", "pong").await;
    }
    stage.led.publish("staying", "s/e/telemetry", "still here", None).await;
    stage.ingestion.store("still here").await;
    // Otherwise its pings would stand between what is told of others.
    stage.led.tell(json!({ "do": "disconnect", "of": "staying" })).await;
}

async fn taken_over(stage: &mut Stage) {
    stage.led.connect("older", json!({ "id": "same" })).await;
    stage.led.connect("newer", json!({ "id": "same" })).await;
    stage.led.closed("older", 0x8e).await;
    let suback = stage.led.subscribe("newer", &["s/d/#"]).await;
    assert_eq!(suback["codes"], json!([1]));
}
