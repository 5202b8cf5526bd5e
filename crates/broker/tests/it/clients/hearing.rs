//! Messages down: what may be subscribed to, and how they come.

use super::Stage;
use rumqttc::v5::mqttbytes::v5::PublishProperties;
use serde_json::json;

pub(super) async fn play(stage: &mut Stage) {
    subscriptions(stage).await;
    messages(stage).await;
    if stage.led.v5 {
        receive_maximum(stage).await;
    }
}

async fn subscriptions(stage: &mut Stage) {
    stage.led.device("hearing", "s/d").await;
    let no = stage.led.code(0x80, 0x87);
    let filters = ["s/d/commands/+/+", "s/e/#", "s/d/messages/+", "#", "$share/g/s/d/#", "s/d/telemetry"];
    let suback = stage.led.subscribe("hearing", &filters).await;
    assert_eq!(suback["codes"], json!([1, no, 1, no, no, no]));
    if stage.led.v5 {
        let reason = suback["properties"]["reasonString"].as_str().unwrap();
        assert!(reason.contains("“s/e/#”") && reason.contains("not under its own prefix"), "{reason}");
    }
}

async fn messages(stage: &mut Stage) {
    let properties = PublishProperties {
        user_properties: vec![("who".into(), "operator".into()), ("hp-arrived".into(), "1".into())],
        message_expiry_interval: Some(60),
        ..PublishProperties::default()
    };
    stage.ingestion.send("s/d/commands/reboot/7", "now", properties).await;
    let message = stage.led.next("hearing", "message").await;
    assert_eq!((&message["topic"], &message["body"]), (&json!("s/d/commands/reboot/7"), &json!("now")));
    assert_eq!(message["qos"], 1);
    if stage.led.v5 {
        assert_eq!(message["properties"]["userProperties"], json!({ "who": "operator" }));
        let left = message["properties"]["messageExpiryInterval"].as_u64().unwrap();
        assert!((59..=60).contains(&left), "{message}");
    }
    // A device answers.
    stage.led.publish("hearing", "s/d/commands/reboot/7/res/200", "done", None).await;
    stage.ingestion.store("done").await;
    // What nobody has subscribed to doesn't come, nor what goes to another.
    for topic in ["s/d/properties/desired", "s/e/messages/1", "t/d/messages/1"] {
        stage.ingestion.send(topic, "not for it", PublishProperties::default()).await;
    }
    stage.ingestion.send("s/d/messages/2", "for it", PublishProperties::default()).await;
    assert_eq!(stage.led.next("hearing", "message").await["body"], "for it");
}

/// A client that takes one message at a time gets the next when it has acknowledged that.
async fn receive_maximum(stage: &mut Stage) {
    let opening = json!({ "user": "s/e", "properties": { "receiveMaximum": 1 } });
    assert_eq!(stage.led.connect("one at a time", opening).await["code"], 0);
    stage.led.tell(json!({ "do": "hold", "of": "one at a time" })).await;
    stage.led.subscribe("one at a time", &["s/e/messages/+"]).await;
    for n in 1..=2 {
        let topic = format!("s/e/messages/{n}");
        stage.ingestion.send(&topic, &n.to_string(), PublishProperties::default()).await;
    }
    // What another device gets after it shows that both have been on their way.
    stage.ingestion.send("s/d/messages/3", "after it", PublishProperties::default()).await;
    assert_eq!(stage.led.next("one at a time", "message").await["body"], "1");
    assert_eq!(stage.led.next("hearing", "message").await["body"], "after it");
    stage.led.subscribe("one at a time", &["s/e/messages/+"]).await;
    stage.led.tell(json!({ "do": "release", "of": "one at a time" })).await;
    assert_eq!(stage.led.next("one at a time", "message").await["body"], "2");
}
