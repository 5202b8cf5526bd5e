//! Sessions that are kept: a client that comes back finds its subscriptions.

use crate::raw::{DISCONNECT, Opening, Raw, UNSUBACK, packet, unsubscribe};
use crate::setup::{TestBroker, soon};
use broker::{Config, Limits, SessionsInMemory};
use model::event::EventKind;
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn old() -> Opening<'static> {
    Opening { clean: false, ..Opening::default() }
}

pub(crate) fn new(clean: bool, expiry_s: u32) -> Opening<'static> {
    Opening { v5: true, clean, expiry_s: Some(expiry_s), ..Opening::default() }
}

/// Connects; whether there was a session.
pub(crate) async fn back(broker: &TestBroker, opening: Opening<'_>) -> (Raw, bool) {
    let mut raw = Raw::hello(broker, opening).await;
    let present = raw.read().await.session_present();
    (raw, present)
}

/// Says goodbye; with MQTT 5 perhaps with another time for the session.
async fn leave(mut raw: Raw, expiry_s: Option<u32>) {
    match expiry_s {
        None => raw.send(&[0xe0, 0]).await,
        Some(expiry_s) => {
            let mut rest = vec![0, 5, 0x11];
            rest.extend(expiry_s.to_be_bytes());
            raw.send(&packet(0xe0, &rest)).await;
        }
    }
    raw.closed().await;
}

/// Whether a message from a service comes through, without a SUBSCRIBE on this connection.
pub(crate) async fn hears(broker: &TestBroker, raw: &mut Raw, topic: &str) -> bool {
    let opening = Opening { user: "service", password: "secret", client_id: "app", ..Opening::default() };
    let mut service = Raw::device(broker, opening).await;
    service.publish(1, topic, b"x").await;
    assert_eq!(service.read().await.id(), 1);
    raw.send(&[0xc0, 0]).await;
    let packet = raw.read().await;
    if packet.kind() == crate::raw::PINGRESP {
        return false;
    }
    raw.read().await;
    true
}

#[tokio::test]
async fn a_client_that_comes_back_finds_its_subscriptions() {
    let broker = TestBroker::start().await;
    let (mut raw, present) = back(&broker, old()).await;
    assert!(!present);
    assert_eq!(raw.subscribe("s/d/messages/+", 1).await.rest[2..], [1]);
    assert_eq!(raw.subscribe("s/d/commands/+/+", 1).await.rest[2..], [1]);
    raw.send(&unsubscribe("s/d/commands/+/+")).await;
    assert_eq!(raw.read().await.kind(), UNSUBACK);
    drop(raw);
    // Both versions are served by the same session; other client ids and devices have their own.
    for opening in [old(), new(false, 100), old()] {
        let (mut raw, present) = back(&broker, opening).await;
        assert!(present);
        assert!(hears(&broker, &mut raw, "s/d/messages/1").await);
        assert!(!hears(&broker, &mut raw, "s/d/commands/a/1").await);
        leave(raw, None).await;
    }
    assert!(!back(&broker, Opening { client_id: "other", ..old() }).await.1);
    assert!(!back(&broker, Opening { user: "t/d", ..old() }).await.1);
    // Who begins anew finds nothing, then or later.
    let (mut raw, present) = back(&broker, Opening::default()).await;
    assert!(!present && !hears(&broker, &mut raw, "s/d/messages/1").await);
    leave(raw, None).await;
    assert!(!back(&broker, old()).await.1);
}

#[tokio::test]
async fn version_5_says_how_long_a_session_is_kept() {
    let broker = TestBroker::start().await;
    // Not at all.
    leave(back(&broker, new(false, 0)).await.0, None).await;
    assert!(!back(&broker, new(false, 0)).await.1);
    // For a second after it has gone, and not a second after it has come.
    let (raw, _) = back(&broker, new(true, 1)).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    leave(raw, None).await;
    let (raw, present) = back(&broker, new(false, 1)).await;
    assert!(present);
    leave(raw, None).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let (raw, present) = back(&broker, new(false, 100)).await;
    assert!(!present);
    // It goes, and says that nothing has to be kept.
    leave(raw, Some(0)).await;
    let (raw, present) = back(&broker, new(false, 1)).await;
    assert!(!present);
    // Or for longer than it first said.
    leave(raw, Some(100)).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    // A session that goes on and isn't to be kept any more ends with its connection.
    let (raw, present) = back(&broker, new(false, 0)).await;
    assert!(present);
    leave(raw, None).await;
    assert!(!back(&broker, new(false, 0)).await.1);
}

#[tokio::test]
async fn a_session_can_not_be_kept_as_an_afterthought() {
    let broker = TestBroker::start().await;
    let (mut raw, _) = back(&broker, new(true, 0)).await;
    raw.send(&packet(0xe0, &[0, 5, 0x11, 0, 0, 0, 100])).await;
    let farewell = raw.read().await;
    assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x82));
    raw.closed().await;
    assert!(!back(&broker, new(false, 100)).await.1);
}

#[tokio::test]
async fn the_time_and_the_number_of_sessions_are_limited() {
    let limits =
        Limits { session_expiry: Duration::from_secs(60), sessions_per_device: 1, ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let mut raw = Raw::hello(&broker, new(true, 61)).await;
    assert_eq!(raw.read().await.session_expiry_s(), Some(60));
    leave(raw, None).await;
    let mut raw = Raw::hello(&broker, new(false, 60)).await;
    assert_eq!(raw.read().await.session_expiry_s(), None);
    leave(raw, None).await;
    // Another client id of the same device is served, and not kept.
    let mut raw = Raw::hello(&broker, Opening { client_id: "other", ..new(true, 60) }).await;
    assert_eq!(raw.read().await.session_expiry_s(), Some(0));
    leave(raw, None).await;
    assert!(!back(&broker, Opening { client_id: "other", ..new(false, 60) }).await.1);
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("“sessions of a device” is 1"), "{text}");
    assert!(back(&broker, new(false, 60)).await.1);
}

#[tokio::test]
async fn who_takes_over_takes_the_session_over() {
    let broker = TestBroker::start().await;
    let (mut first, _) = back(&broker, old()).await;
    first.subscribe("s/d/messages/+", 1).await;
    let (mut second, present) = back(&broker, old()).await;
    assert!(present);
    first.closed().await;
    second.subscribe("s/d/commands/+/+", 1).await;
    let (mut third, present) = back(&broker, old()).await;
    assert!(present);
    for topic in ["s/d/messages/1", "s/d/commands/a/1"] {
        assert!(hears(&broker, &mut third, topic).await);
    }
    // One that begins anew takes over as well, and leaves nothing.
    let (_fourth, present) = back(&broker, Opening::default()).await;
    assert!(!present);
    third.closed().await;
    assert!(!back(&broker, old()).await.1);
}

#[tokio::test]
async fn a_session_outlives_the_broker_in_its_store() {
    let store = Arc::new(SessionsInMemory::default());
    let config = || Config { sessions: Some(store.clone()), ..Config::default() };
    let broker = TestBroker::with(config()).await;
    let (mut raw, _) = back(&broker, old()).await;
    raw.subscribe("s/d/messages/+", 1).await;
    broker.cancel.cancel();
    raw.closed().await;
    drop(raw);
    soon(broker.running.joined()).await;
    let broker = TestBroker::with(config()).await;
    let (mut raw, present) = back(&broker, old()).await;
    assert!(present);
    assert!(hears(&broker, &mut raw, "s/d/messages/1").await);
    // Without a store nothing is left.
    let other = TestBroker::start().await;
    assert!(!back(&other, old()).await.1);
}
