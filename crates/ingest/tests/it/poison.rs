//! Bad input is kept with its reason, is told in the log, and disturbs nobody.

use crate::scene::{Scene, until};
use model::event::EventKind;
use serde_json::json;

#[tokio::test]
async fn poison_is_kept_and_blocks_no_neighbour() {
    let scene = Scene::new().await;
    let _ingestion = scene.ingest().await;
    let mut room = scene.room();
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
    let deep = "[".repeat(100_000);
    let poison: [(&str, &[u8]); 9] = [
        ("telemetry", b"hello"),
        ("telemetry", b"\xff\xfe\x00"),
        ("telemetry", b""),
        ("telemetry", b"{\"a\":NaN}"),
        ("telemetry", large.as_bytes()),
        ("telemetry", deep.as_bytes()),
        ("telemetry", b"{\"ts\":1,\"values\":{\"a\":1}}"),
        ("telemetry", b"{\"ts\":\"2100-01-01T00:00:00Z\",\"values\":{\"a\":1}}"),
        ("properties/reported", b"{\"limit\":5}"),
    ];
    for (i, (topic, body)) in poison.iter().enumerate() {
        room.publish(topic, *body, &[]).await;
        room.send(format!("{{\"temperature\":{i}}}")).await;
    }
    scene.acknowledges(18).await;
    let messages = scene.raw().await;
    let (refused, good): (Vec<_>, Vec<_>) = messages.into_iter().partition(|m| m.refused.is_some());
    assert_eq!((refused.len(), good.len()), (9, 9));
    let reasons: Vec<_> = refused.iter().rev().map(|m| m.refused.clone().unwrap()).collect();
    for (said, words) in [
        (0, "Not JSON: expected value (line 1, column 1)."),
        (1, "Not UTF-8"),
        (2, "The message is empty"),
        (3, "NaN is no number"),
        (4, "The body has 300008 bytes"),
        (5, "Nested too deeply"),
        (6, "before 2000-01-01"),
        (7, "more than 24 hours ahead"),
        (8, "Only telemetry is kept here."),
    ] {
        assert!(reasons.iter().any(|r| r.reason.contains(words)), "{said}: {words}: {reasons:?}");
    }
    assert!(reasons.iter().any(|r| r.body == "hello"));
    assert!(reasons.iter().all(|r| r.body.chars().count() <= 4_000));
    let log = scene.log.clone();
    until("the log tells", async || {
        log.lock().unwrap().iter().find(|l| l.kind == EventKind::MessageRefused).map(|l| l.text.clone())
    })
    .await;
}

#[tokio::test]
async fn a_field_that_breaks_the_template_leaves_the_others_alone() {
    let scene = Scene::new().await;
    let ingestion = scene.ingest().await;
    let mut room = scene.room();
    room.send(r#"{"temperature":"warm","count":1.5,"on":false,"where":{"lat":95,"lon":1},"unknown":7}"#)
        .await;
    scene.kept(1).await;
    let [message] = scene.raw().await.try_into().unwrap();
    assert_eq!(message.fields["temperature"], json!("warm"));
    assert_eq!((&message.fields["on"], &message.fields["unknown"]), (&json!(false), &json!(7)));
    assert_eq!(message.problems.keys().collect::<Vec<_>>(), ["count", "temperature", "where"]);
    assert_eq!(message.problems["temperature"], "expected a number, got the text “warm”");
    ingestion.end().await;
    // Only readings are the latest.
    let latest: Vec<_> = scene.latest().await.into_iter().map(|l| l.name).collect();
    assert_eq!(latest, ["on", "unknown"]);
    let log = scene.log.lock().unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].kind, EventKind::FieldMismatch);
    assert!(log[0].text.contains("“temperature”: expected a number"), "{}", log[0].text);
}

#[tokio::test]
async fn a_flood_of_bad_messages_is_no_flood_in_the_log() {
    let scene = Scene::new().await;
    let ingestion = scene.ingest().await;
    let mut room = scene.room();
    for i in 0..500 {
        room.send(format!("no json {i}")).await;
    }
    scene.acknowledges(500).await;
    assert_eq!(scene.count().await, 500);
    ingestion.end().await;
    let log = scene.log.lock().unwrap();
    assert!(log.len() < 50, "{} lines", log.len());
    assert_eq!(log.iter().map(|l| l.count).sum::<u32>(), 500);
}

#[tokio::test]
async fn a_device_that_invents_names_loses_nothing_and_stops_nobody() {
    let scene = Scene::new().await;
    let _ingestion = scene.ingest().await;
    let mut room = scene.room();
    // More names than a workspace can have numbers for.
    for message in 0..22 {
        let fields: Vec<String> = (0..1_000).map(|i| format!("\"n{message}x{i}\":{i}")).collect();
        room.send(format!("{{{}}}", fields.join(","))).await;
    }
    room.send(r#"{"n0x7":5.5}"#).await;
    scene.acknowledges(23).await;
    let messages = scene.raw().await;
    assert_eq!(messages.len(), 23);
    let (known, invented): (Vec<_>, Vec<_>) = messages.iter().partition(|m| m.fields.len() == 1);
    assert_eq!(known[0].fields["n0x7"], json!(5.5));
    assert_eq!(invented.len(), 22);
    for message in invented {
        assert_eq!(message.fields.len(), 1_000);
        assert!(message.fields.iter().all(|(name, value)| name.ends_with(&format!("x{value}"))));
    }
}
