//! What the broker counts.

use crate::raw::{Opening, Raw};
use crate::setup::{TestBroker, soon};
use broker::{Figures, Limits, RefusedConnects};
use model::event::EventKind;
use std::time::Duration;

fn struck(figures: &Figures, name: &str) -> u64 {
    figures.limits_struck.iter().find(|(limit, _)| *limit == name).unwrap().1
}

/// The figures as soon as they are as they must be.
async fn figures(broker: &TestBroker, so: impl Fn(&Figures) -> bool) -> Figures {
    soon(async {
        loop {
            let figures = broker.running.handle().figures();
            if so(&figures) {
                return figures;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
}

#[tokio::test]
async fn messages_and_connections_are_counted() {
    let broker = TestBroker::start().await;
    let none = broker.running.handle().figures();
    assert!(none.limits_struck.iter().all(|(_, count)| *count == 0) && none.limits_struck.len() > 10);
    assert_eq!(Figures { limits_struck: Vec::new(), ..none }, Figures::default());

    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.subscribe("s/d/messages/+", 1).await;
    device.publish(0, "s/d/telemetry", b"{}").await;
    for id in 1..=3 {
        device.publish(id, "s/d/telemetry", b"{}").await;
    }
    // What nobody has to acknowledge may overtake.
    for _ in 0..4 {
        let id = consumer.read().await.publish().1;
        if (1..=2).contains(&id) {
            consumer.acknowledge(id).await;
        }
    }
    assert_eq!([device.read().await.id(), device.read().await.id()], [1, 2]);
    consumer.publish(9, "s/d/messages/1", b"x").await;
    assert_eq!(consumer.read().await.id(), 9);
    let id = device.read().await.publish().1;
    device.acknowledge(id).await;
    device.silent().await;
    let now = figures(&broker, |now| now.qos0_bytes == 0).await;
    assert_eq!((now.open, now.devices, now.services), (2, 1, 1));
    assert_eq!((now.devices_connected, now.services_connected), (1, 1));
    assert_eq!((now.received_qos0, now.received_qos1, now.received_from_services), (1, 3, 1));
    assert_eq!((now.acknowledged, now.sent_to_devices, now.dropped_qos0), (2, 1, 0));
    // One message waits, with what is kept beside it.
    assert!((300..1_000).contains(&now.waiting_bytes), "{now:?}");
    assert!((100..1_000).contains(&now.bytes_received), "{now:?}");

    let _successor = Raw::device(&broker, Opening::default()).await;
    device.closed().await;
    let now = figures(&broker, |now| now.open == 2).await;
    assert_eq!((now.taken_over, now.devices, now.devices_connected), (1, 1, 2));
}

#[tokio::test]
async fn refusals_are_counted_by_their_reason() {
    let limits = Limits { connections: 2, connections_per_device: 1, ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let refused = [
        Opening { password: "wrong", ..Opening::default() },
        Opening { user: "s/blocked", ..Opening::default() },
        Opening { will: Some(("s/e/telemetry", "{}")), ..Opening::default() },
    ];
    for opening in refused {
        let mut raw = Raw::hello(&broker, opening).await;
        raw.closed().await;
        drop(raw);
        figures(&broker, |now| now.open == 0).await;
    }
    let mut stranger = Raw::open(&broker).await;
    stranger.send(b"GET / HTTP/1.1\r\n\r\n").await;
    stranger.closed().await;
    figures(&broker, |now| now.open == 0).await;
    let _one = Raw::device(&broker, Opening::default()).await;
    let mut second = Raw::hello(&broker, Opening { client_id: "second", ..Opening::default() }).await;
    second.closed().await;
    drop(second);
    figures(&broker, |now| now.open == 1).await;
    let _other = Raw::device(&broker, Opening { user: "t/d", ..Opening::default() }).await;
    Raw::open(&broker).await.closed().await;
    let now = figures(&broker, |now| now.open == 2).await;
    let expected = RefusedConnects {
        bad_credentials: 1,
        not_authorized: 1,
        unavailable: 0,
        limit: 2,
        not_served: 1,
        unreadable: 1,
    };
    assert_eq!(now.refused, expected);
    assert_eq!((struck(&now, "connections"), struck(&now, "connections-of-a-device")), (1, 1));
}

#[tokio::test]
async fn limits_that_strike_are_counted_by_name() {
    let limits = Limits {
        subscriptions: 1,
        qos0_bytes: 100,
        messages_per_second: 1,
        burst: Duration::from_millis(1500),
        ..Limits::default()
    };
    let broker = TestBroker::limited(limits).await;
    // Nobody takes it, so that it stays on its way, and the next finds no room.
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.subscribe("s/d/messages/+", 1).await;
    assert_eq!(device.subscribe("s/d/commands/+/+", 1).await.rest[2..], [0x80]);
    device.publish(0, "s/d/telemetry", b"{}").await;
    device.publish(0, "s/d/telemetry", b"{}").await;
    let now = figures(&broker, |now| now.received_qos0 == 2).await;
    assert_eq!(now.dropped_qos0, 1);
    let mut other = Raw::device(&broker, Opening { user: "t/d", ..Opening::default() }).await;
    other.publish(1, "t/d/telemetry", &vec![b'x'; 256 * 1024 + 1]).await;
    other.closed().await;
    broker.gate.event("d", EventKind::Disconnected).await;
    let now = figures(&broker, |now| now.devices == 1 && struck(now, "qos-0") == 1).await;
    for name in ["subscriptions", "message-size", "qos-0", "messages-of-a-device"] {
        assert_eq!(struck(&now, name), 1, "{name}");
    }
    assert_eq!(now.limits_struck.iter().map(|(_, count)| count).sum::<u64>(), 4);
}
