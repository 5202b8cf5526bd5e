//! Connecting, being refused, taken over, cut off, and leaving a will.

use crate::raw::{CONNACK, DISCONNECT, Opening, PINGRESP, Raw};
use crate::setup::{TestBroker, soon};
use broker::Limits;
use model::WorkspaceId;
use model::event::EventKind;

#[tokio::test]
async fn refusals_have_their_codes() {
    let broker = TestBroker::start().await;
    let cases = [("s/d", "wrong", 4, 0x86), ("s/nobody", "key", 4, 0x86), ("s/blocked", "key", 5, 0x87)];
    for (user, password, v3, v5) in cases {
        let mut raw = Raw::hello(&broker, Opening { user, password, ..Opening::default() }).await;
        assert_eq!(raw.read().await.rest, [0, v3]);
        raw.closed().await;
        let mut raw = Raw::hello(&broker, Opening { user, password, v5: true, ..Opening::default() }).await;
        let connack = raw.read().await;
        assert_eq!((connack.kind(), connack.rest[1]), (CONNACK, v5));
        // A reason string stands first among its properties.
        assert_eq!(connack.rest[3], 0x1f);
        raw.closed().await;
    }
}

#[tokio::test]
async fn both_versions_are_welcome() {
    let broker = TestBroker::start().await;
    let mut old = Raw::device(&broker, Opening::default()).await;
    let mut new = Raw::device(&broker, Opening { v5: true, client_id: "", ..Opening::default() }).await;
    old.silent().await;
    new.silent().await;
    assert_eq!(broker.running.handle().connections(), 2);
    let text = broker.gate.event("d", EventKind::Connected).await;
    assert!(text.contains("3.1.1 over TCP") && text.contains("raw"), "{text}");
}

#[tokio::test]
async fn what_is_sent_before_the_connack_waits_for_it() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut raw = Raw::hello(&broker, Opening { password: "wrong", ..Opening::default() }).await;
    raw.publish(1, "s/d/telemetry", b"forged").await;
    assert_eq!(raw.read().await.rest, [0, 4]);
    raw.closed().await;
    let mut raw = Raw::hello(&broker, Opening::default()).await;
    raw.publish(1, "s/d/telemetry", b"true").await;
    assert_eq!(raw.read().await.kind(), CONNACK);
    assert_eq!(consumer.read().await.publish().2, b"true");
}

#[tokio::test]
async fn the_newest_connection_with_a_client_id_takes_over() {
    let broker = TestBroker::start().await;
    let mut first = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    let mut elsewhere = Raw::device(&broker, Opening { user: "t/d", ..Opening::default() }).await;
    let mut other_id = Raw::device(&broker, Opening { client_id: "other", ..Opening::default() }).await;
    let mut second = Raw::device(&broker, Opening::default()).await;
    let farewell = first.read().await;
    assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x8e));
    first.closed().await;
    for raw in [&mut elsewhere, &mut other_id, &mut second] {
        raw.silent().await;
    }
    assert!(broker.gate.event("d", EventKind::Disconnected).await.contains("took over"));
}

#[tokio::test]
async fn a_will_is_published_when_the_connection_breaks_and_not_on_goodbye() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let opening = || Opening { will: Some(("s/d/telemetry", r#"{"gone":true}"#)), ..Opening::default() };
    let mut polite = Raw::device(&broker, opening()).await;
    polite.send(&[0xe0, 0]).await;
    polite.closed().await;
    consumer.silent().await;
    let rude = Raw::device(&broker, opening()).await;
    drop(rude);
    let (topic, id, body) = consumer.read().await.publish();
    assert_eq!((topic.as_str(), &body[..]), ("s/d/telemetry", &br#"{"gone":true}"#[..]));
    assert_ne!(id, 0);
}

#[tokio::test]
async fn a_will_stands_under_the_same_rules() {
    let broker = TestBroker::start().await;
    let opening = |v5| Opening { will: Some(("s/e/telemetry", "{}")), v5, ..Opening::default() };
    assert_eq!(Raw::hello(&broker, opening(false)).await.read().await.rest, [0, 5]);
    assert_eq!(Raw::hello(&broker, opening(true)).await.read().await.rest[1], 0x87);
    let text = broker.gate.event("d", EventKind::TopicRefused).await;
    assert!(text.contains("will") && text.contains("s/e/telemetry"), "{text}");
}

#[tokio::test]
async fn a_device_can_be_cut_off() {
    let broker = TestBroker::start().await;
    let mut one = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    let mut two = Raw::device(&broker, Opening { client_id: "two", ..Opening::default() }).await;
    let mut neighbour = Raw::device(&broker, Opening { user: "t/d", ..Opening::default() }).await;
    assert_eq!(broker.running.cut_off(WorkspaceId(1), "d"), 2);
    assert_eq!(one.read().await.rest[0], 0x98);
    one.closed().await;
    two.closed().await;
    neighbour.silent().await;
    assert_eq!(broker.running.cut_off(WorkspaceId(1), "d"), 0);
}

#[tokio::test]
async fn a_workspace_can_be_cut_off() {
    let broker = TestBroker::start().await;
    let mut one = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    let mut other = Raw::device(&broker, Opening { user: "s/e", client_id: "e", ..Opening::default() }).await;
    let mut neighbour = Raw::device(&broker, Opening { user: "t/d", ..Opening::default() }).await;
    let mut late =
        Raw::hello(&broker, Opening { password: "old key", client_id: "l", ..Opening::default() }).await;
    soon(broker.gate.asked.notified()).await;
    assert_eq!(broker.running.cut_off_workspace(WorkspaceId(1)), 2);
    assert_eq!(one.read().await.rest[0], 0x98);
    one.closed().await;
    other.closed().await;
    neighbour.silent().await;
    // Who was being let in at that moment is asked about again.
    broker.gate.answer.notify_one();
    assert_eq!(late.read().await.rest, [0, 4], "bad user name or password");
    assert_eq!(broker.running.cut_off_workspace(WorkspaceId(1)), 0);
}

#[tokio::test]
async fn a_key_that_is_replaced_during_the_handshake_is_worth_nothing() {
    let broker = TestBroker::start().await;
    let mut raw = Raw::hello(&broker, Opening { password: "old key", ..Opening::default() }).await;
    soon(broker.gate.asked.notified()).await;
    assert_eq!(broker.running.cut_off(WorkspaceId(1), "d"), 0, "it isn't in yet");
    broker.gate.answer.notify_one();
    assert_eq!(raw.read().await.rest, [0, 4], "bad user name or password");
    raw.closed().await;
}

#[tokio::test]
async fn connections_of_a_device_are_limited() {
    let broker = TestBroker::limited(Limits { connections_per_device: 1, ..Limits::default() }).await;
    let _first = Raw::device(&broker, Opening::default()).await;
    // The same client id takes over; another one is one too many.
    let mut same = Raw::device(&broker, Opening::default()).await;
    let mut other = Raw::hello(&broker, Opening { client_id: "other", ..Opening::default() }).await;
    assert_eq!(other.read().await.rest, [0, 5]);
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("connections of a device") && text.contains('1'), "{text}");
    same.silent().await;
}

#[tokio::test]
async fn a_client_that_falls_silent_is_disconnected() {
    let broker = TestBroker::start().await;
    let mut raw = Raw::device(&broker, Opening { keep_alive: 1, v5: true, ..Opening::default() }).await;
    let farewell = raw.read().await;
    assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x8d));
    assert!(broker.gate.event("d", EventKind::Disconnected).await.contains("keep-alive of 1 s"));
}

#[tokio::test]
async fn a_stop_says_goodbye_and_ends_everything() {
    let broker = TestBroker::start().await;
    let mut new = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    let mut old = Raw::device(&broker, Opening { client_id: "old", ..Opening::default() }).await;
    let _stranger = Raw::open(&broker).await;
    new.send(&[0xc0, 0]).await;
    assert_eq!(new.read().await.kind(), PINGRESP);
    broker.cancel.cancel();
    assert_eq!(new.read().await.rest[0], 0x8b);
    old.closed().await;
    drop((new, old));
    let TestBroker { running, .. } = &broker;
    soon(running.joined()).await;
}
