//! How fast a device and a workspace may send.

use crate::raw::{DISCONNECT, Opening, PUBACK, Raw, publish_v5};
use crate::setup::TestBroker;
use broker::Limits;
use model::event::EventKind;
use std::time::{Duration, Instant};

/// Twenty messages a second and a burst of half a second: ten.
fn slow() -> Limits {
    Limits { messages_per_second: 20, burst: Duration::from_millis(500), ..Limits::default() }
}

#[tokio::test]
async fn beyond_the_burst_messages_are_taken_more_slowly() {
    let broker = TestBroker::limited(slow()).await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    let mut neighbour = Raw::device(&broker, Opening { user: "s/e", ..Opening::default() }).await;
    let begin = Instant::now();
    for id in 1..=30 {
        device.publish(id, "s/d/telemetry", b"{}").await;
    }
    for id in 1..=30 {
        let (_, packet_id, _) = consumer.read().await.publish();
        consumer.acknowledge(packet_id).await;
        assert_eq!(device.read().await.id(), id);
        if id == 15 {
            neighbour.silent().await;
        }
    }
    // Ten at once, and eighteen or so at their rate.
    assert!(begin.elapsed() > Duration::from_millis(800), "{:?}", begin.elapsed());
    device.silent().await;
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("“messages of a device” is 20 a second"), "{text}");
}

#[tokio::test]
async fn who_stays_too_fast_is_closed_without_an_acknowledgement() {
    let limits = Limits { pause: Duration::from_secs(1), ..slow() };
    let broker = TestBroker::limited(limits).await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut device = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    for id in 1..=100 {
        device.send(&publish_v5(id, "s/d/telemetry", b"{}")).await;
    }
    tokio::spawn(async move {
        while let Some(packet) = consumer.next().await {
            let id = packet.publish().1;
            consumer.acknowledge(id).await;
        }
    });
    let mut acknowledged = 0;
    let farewell = loop {
        let packet = device.read().await;
        if packet.kind() == DISCONNECT {
            break packet;
        }
        assert_eq!((packet.kind(), packet.id()), (PUBACK, acknowledged + 1));
        acknowledged += 1;
    };
    assert_eq!(farewell.rest[0], 0x96);
    assert!((20..60).contains(&acknowledged), "{acknowledged}");
    let text = broker.gate.event("d", EventKind::Disconnected).await;
    assert!(text.contains("“messages of a device” is 20 a second"), "{text}");
}

#[tokio::test]
async fn a_message_that_can_not_be_paid_back_in_time_closes_the_connection() {
    let limits = Limits {
        bytes_per_second: 1_000,
        burst: Duration::from_secs(1),
        pause: Duration::from_millis(300),
        ..Limits::default()
    };
    let broker = TestBroker::limited(limits).await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let opening = Opening { v5: true, keep_alive: 0, ..Opening::default() };
    let mut device = Raw::device(&broker, opening).await;
    device.send(&publish_v5(1, "s/d/telemetry", &[b'x'; 10_000])).await;
    device.send(&publish_v5(2, "s/d/telemetry", b"{}")).await;
    // The first has been taken; of the second nothing is seen.
    let (_, id, _) = consumer.read().await.publish();
    consumer.acknowledge(id).await;
    assert_eq!(device.read().await.id(), 1);
    let farewell = device.read().await;
    assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x97));
    consumer.silent().await;
}

#[tokio::test]
async fn a_workspace_that_is_too_fast_does_not_slow_down_another() {
    let limits = Limits {
        messages_per_second_per_workspace: 10,
        burst: Duration::from_millis(500),
        ..Limits::default()
    };
    let broker = TestBroker::limited(limits).await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut one = Raw::device(&broker, Opening::default()).await;
    let mut two = Raw::device(&broker, Opening { user: "s/e", ..Opening::default() }).await;
    let mut other = Raw::device(&broker, Opening { user: "t/d", ..Opening::default() }).await;
    let begin = Instant::now();
    for id in 1..=10 {
        one.publish(id, "s/d/telemetry", b"{}").await;
        two.publish(id, "s/e/telemetry", b"{}").await;
    }
    other.publish(1, "t/d/telemetry", b"{}").await;
    let mut others_at = None;
    for _ in 0..21 {
        let (topic, id, _) = consumer.read().await.publish();
        consumer.acknowledge(id).await;
        if topic.starts_with("t/") {
            others_at = Some(begin.elapsed());
        }
    }
    assert!(others_at.unwrap() < Duration::from_millis(700), "{others_at:?}");
    assert!(begin.elapsed() > Duration::from_secs(1), "{:?}", begin.elapsed());
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("“messages of a workspace” is 10 a second"), "{text}");
    for id in 1..=10 {
        assert_eq!(one.read().await.id(), id);
    }
    one.silent().await;
}
