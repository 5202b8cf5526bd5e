//! What a device of Azure may not do: each is answered as the contract says, stands in its log, and changes nothing.

use super::{Program, at_hub, logged, message, now_s};
use rumqttc::{EventLoop, QoS};
use serde_json::{Value, json};
use std::time::Duration;
use test_support::TestApp;

async fn ends(mut events: EventLoop) {
    let ended = async { while events.poll().await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_over_its_limits_is_answered_with_400_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump-1").await;
    let soon = now_s() + 600;
    let (client, mut events) =
        at_hub(&app, "pump-1", &device.key, "localhost/devices/pump-1", soon).await.unwrap();
    client.subscribe("$iothub/twin/res/#", QoS::AtLeastOnce).await.unwrap();
    let mut asked = 0;
    let mut report = async |body: String| {
        asked += 1;
        let topic = format!("$iothub/twin/PATCH/properties/reported/?$rid={asked}");
        client.publish(topic, QoS::AtMostOnce, false, body).await.unwrap();
        let (topic, body) = message(&mut events).await;
        let status = topic.strip_prefix("$iothub/twin/res/").unwrap().split('/').next().unwrap().to_owned();
        assert!(topic.contains(&format!("$rid={asked}")), "{topic}");
        (status, body)
    };
    assert_eq!(report(r#"{"fw":"1.2"}"#.into()).await.0, "204");
    let text = "x".repeat(4000);
    let large: Value = (0..9).map(|n| (format!("p{n}"), json!(text))).collect();
    let mut deep = json!(1);
    for _ in 0..11 {
        deep = json!({ "a": deep });
    }
    for (what, body, part) in [
        ("no JSON", "{".to_owned(), "Not JSON"),
        ("no object", "[1]".into(), "a JSON object"),
        ("a key of the server's", r#"{"$version":7}"#.into(), "begins with it is the server's"),
        ("a dot in a key", r#"{"a.b":1}"#.into(), "can't hold"),
        ("a long text", json!({"a": "x".repeat(4097)}).to_string(), "at most 4096 bytes"),
        ("too deep", deep.to_string(), "at most 10 levels"),
        ("too large", large.to_string(), "at most 32768"),
    ] {
        let (status, body) = report(body).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(status, "400", "{what}: {body}");
        assert!(body["message"].as_str().is_some_and(|text| text.contains(part)), "{what}: {body}");
        logged(&ada, "pump-1", "message-refused", part).await;
    }
    let program = Program::new(&app, &ada, "builder").await;
    let twin = program.get("/api/devices/pump-1/twin").await;
    let reported = &twin["properties"]["reported"];
    assert_eq!((&reported["fw"], &reported["$version"]), (&json!("1.2"), &json!(1)), "{twin}");
    assert_eq!((reported.get("a"), reported.get("p0")), (None, None), "{twin}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_may_not_send_ends_its_connection_and_stands_in_its_log() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let bob = app.person("bob@example.com").await;
    let (device, theirs) = (app.device(&ada, "pump-1").await, app.device(&bob, "pump-2").await);
    let soon = now_s() + 600;
    for (topic, qos, kind, part) in [
        ("devices/pump-2/messages/events/", QoS::AtLeastOnce, "topic-refused", "under its own name"),
        ("$iothub/methods/POST/x/?$rid=1", QoS::AtLeastOnce, "topic-refused", "$iothub/methods/POST"),
        ("devices/pump-1/messages/events/", QoS::ExactlyOnce, "disconnected", "QoS 2"),
    ] {
        let (client, events) =
            at_hub(&app, "pump-1", &device.key, "localhost/devices/pump-1", soon).await.unwrap();
        client.publish(topic, qos, false, r#"{"t":1}"#).await.unwrap();
        ends(events).await;
        logged(&ada, "pump-1", kind, part).await;
    }
    // Nothing of it has arrived anywhere.
    for (person, device) in [(&ada, "pump-1"), (&bob, theirs.id.as_str())] {
        let one = json!({"workspace": person.workspace.slug, "device": device});
        assert_eq!(person.call("latest", one).await.body, json!([]), "{device}");
    }
}
