//! An acknowledgement means that the group has the message, and order holds.

use crate::raw::{Opening, PUBACK, PUBLISH, Raw, UNSUBACK, publish, unsubscribe};
use crate::setup::TestBroker;
use broker::Limits;
use model::event::EventKind;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn a_puback_waits_for_the_consumer() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.publish(5, "s/d/telemetry", b"{}").await;
    let (topic, id, body) = consumer.read().await.publish();
    assert_eq!((topic.as_str(), &body[..]), ("s/d/telemetry", &b"{}"[..]));
    device.silent().await;
    consumer.acknowledge(id).await;
    let puback = device.read().await;
    assert_eq!((puback.kind(), puback.id()), (PUBACK, 5));
}

#[tokio::test]
async fn without_a_consumer_pubacks_wait_for_one() {
    let broker = TestBroker::start().await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    for id in 1..=3 {
        device.publish(id, "s/d/telemetry", &[b'0' + u8::try_from(id).unwrap()]).await;
    }
    device.silent().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    for id in 1..=3u16 {
        let (_, packet_id, body) = consumer.read().await.publish();
        assert_eq!(body, [b'0' + u8::try_from(id).unwrap()]);
        consumer.acknowledge(packet_id).await;
        assert_eq!(device.read().await.id(), id);
    }
    // The group remains when its member has gone.
    drop(consumer);
    device.publish(4, "s/d/telemetry", b"4").await;
    let mut consumer = Raw::consumer(&broker, "c2").await;
    let (_, packet_id, body) = consumer.read().await.publish();
    assert_eq!(body, b"4");
    consumer.acknowledge(packet_id).await;
    assert_eq!(device.read().await.id(), 4);
}

#[tokio::test]
async fn what_a_consumer_leaves_goes_to_the_next_in_order() {
    let broker = TestBroker::start().await;
    let mut first = Raw::consumer(&broker, "c1").await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    for id in 1..=5 {
        device.publish(id, "s/d/telemetry", &[u8::try_from(id).unwrap()]).await;
    }
    for expected in 1..=5 {
        assert_eq!(first.read().await.publish().2, [expected]);
    }
    first.acknowledge(1).await;
    assert_eq!(device.read().await.id(), 1);
    let mut second = Raw::consumer(&broker, "c2").await;
    drop(first);
    for expected in 2..=5u16 {
        let (_, id, body) = second.read().await.publish();
        assert_eq!(body, [u8::try_from(expected).unwrap()]);
        device.silent().await;
        second.acknowledge(id).await;
        assert_eq!(device.read().await.id(), expected);
    }
}

#[tokio::test]
async fn pubacks_keep_the_order_of_the_messages() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.publish(1, "s/d/telemetry", b"a").await;
    device.publish(2, "s/d/telemetry", b"b").await;
    let first = consumer.read().await.publish().1;
    let second = consumer.read().await.publish().1;
    consumer.acknowledge(second).await;
    consumer.silent().await;
    device.silent().await;
    consumer.acknowledge(first).await;
    assert_eq!(device.read().await.id(), 1);
    assert_eq!(device.read().await.id(), 2);
}

#[tokio::test]
async fn all_of_a_device_goes_to_one_member() {
    let broker = TestBroker::start().await;
    let mut members = [Raw::consumer(&broker, "c1").await, Raw::consumer(&broker, "c2").await];
    let mut device = Raw::device(&broker, Opening::default()).await;
    for id in 1..=50 {
        device.publish(id, "s/d/telemetry", &[u8::try_from(id).unwrap()]).await;
    }
    let [one, two] = &mut members;
    let (busy, first) = tokio::select! {
        packet = one.read() => (one, packet),
        packet = two.read() => (two, packet),
    };
    assert_eq!(first.publish().2, [1]);
    for expected in 2..=50 {
        assert_eq!(busy.read().await.publish().2, [expected]);
    }
}

#[tokio::test]
async fn a_workspace_over_its_budget_is_not_read_from() {
    let limits = Limits { waiting_bytes_per_workspace: 4_000, ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    let body = [b'x'; 1_000];
    for id in 1..=10 {
        device.publish(id, "s/d/telemetry", &body).await;
    }
    // Two find room, with what is kept beside them. Of the third nothing is seen before one is acknowledged.
    let mut held = vec![consumer.read().await.publish().1, consumer.read().await.publish().1];
    consumer.silent().await;
    // Another workspace is not disturbed.
    let opening = Opening { user: "t/d", ..Opening::default() };
    let mut other = Raw::device(&broker, opening).await;
    other.publish(1, "t/d/telemetry", b"free").await;
    let (_, id, payload) = consumer.read().await.publish();
    assert_eq!(payload, b"free");
    consumer.acknowledge(id).await;
    assert_eq!(other.read().await.id(), 1);
    for expected in 1..=10 {
        consumer.acknowledge(held.remove(0)).await;
        assert_eq!(device.read().await.id(), expected);
        if expected <= 8 {
            held.push(consumer.read().await.publish().1);
        }
    }
    device.silent().await;
}

#[tokio::test]
async fn a_pause_lasts_half_a_keep_alive_at_most() {
    let limits = Limits { waiting_bytes_per_workspace: 2_000, ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let mut device = Raw::device(&broker, Opening { keep_alive: 1, ..Opening::default() }).await;
    for id in 1..=5 {
        device.publish(id, "s/d/telemetry", &[b'x'; 1_000]).await;
    }
    device.closed().await;
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("waiting messages") && text.contains("2000 bytes"), "{text}");
}

#[tokio::test]
async fn a_device_of_version_3_may_not_exceed_its_window() {
    let broker = TestBroker::limited(Limits { device_window: 3, ..Limits::default() }).await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    let packets: Vec<u8> = (1..=5).flat_map(|id| publish(id, "s/d/telemetry", b"{}")).collect();
    device.send(&packets).await;
    let held: Vec<u16> = [consumer.read().await, consumer.read().await, consumer.read().await]
        .iter()
        .map(|packet| packet.publish().1)
        .collect();
    consumer.silent().await;
    consumer.acknowledge(held[0]).await;
    assert_eq!(device.read().await.id(), 1);
    assert_eq!(consumer.read().await.kind(), PUBLISH);
}

#[tokio::test]
async fn messages_of_qos_0_go_unacknowledged_and_are_dropped_when_there_are_too_many() {
    let limits = Limits { qos0_bytes_per_workspace: 2_000, ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    for _ in 0..5 {
        device.publish(0, "s/d/telemetry", &[b'x'; 1_000]).await;
    }
    device.silent().await;
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("QoS 0") && text.contains("2000 bytes"), "{text}");
    let mut consumer = Raw::consumer(&broker, "c").await;
    let (topic, id, _) = consumer.read().await.publish();
    assert_eq!((topic.as_str(), id), ("s/d/telemetry", 0));
    consumer.silent().await;
}

#[tokio::test]
async fn two_groups_both_have_to_acknowledge() {
    let broker = TestBroker::start().await;
    let mut ingest = Raw::consumer(&broker, "c").await;
    let opening = Opening { user: "service", password: "secret", client_id: "archive", ..Opening::default() };
    let mut archive = Raw::device(&broker, opening).await;
    archive.subscribe("$share/archive/s/+/telemetry", 1).await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.publish(1, "s/d/telemetry", b"{}").await;
    let (one, two) = (ingest.read().await.publish().1, archive.read().await.publish().1);
    ingest.acknowledge(one).await;
    ingest.silent().await;
    device.silent().await;
    archive.acknowledge(two).await;
    assert_eq!(device.read().await.id(), 1);
}

#[tokio::test]
async fn a_group_that_gives_up_a_filter_leaves_its_messages_to_others() {
    let broker = TestBroker::start().await;
    let opening = Opening { user: "service", password: "secret", client_id: "trial", ..Opening::default() };
    let mut trial = Raw::device(&broker, opening).await;
    trial.subscribe("$share/trial/+/+/telemetry", 1).await;
    trial.send(&unsubscribe("$share/trial/+/+/telemetry")).await;
    assert_eq!(trial.read().await.kind(), UNSUBACK);
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.publish(1, "s/d/telemetry", b"{}").await;
    device.silent().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let id = consumer.read().await.publish().1;
    consumer.acknowledge(id).await;
    assert_eq!(device.read().await.id(), 1);
    trial.silent().await;
}

#[tokio::test]
async fn no_acknowledged_message_is_lost_while_consumers_come_and_go() {
    const EACH: u16 = 150;
    let broker = Arc::new(TestBroker::start().await);
    let stored = Arc::new(Mutex::new(HashSet::new()));
    let devices: Vec<_> = ["s/d", "t/d", "s/e", "s/f"]
        .into_iter()
        .map(|user| {
            let broker = broker.clone();
            let stored = stored.clone();
            tokio::spawn(async move {
                let mut device = Raw::device(&broker, Opening { user, ..Opening::default() }).await;
                let topic = format!("{user}/telemetry");
                let body = |id: u16| format!("{user} {id}").into_bytes();
                for id in 1..=10 {
                    device.publish(id, &topic, &body(id)).await;
                }
                for id in 1..=EACH {
                    assert_eq!(device.read().await.id(), id);
                    assert!(
                        stored.lock().unwrap().contains(&body(id)),
                        "{user} {id} is acknowledged, not stored"
                    );
                    if id + 10 <= EACH {
                        device.publish(id + 10, &topic, &body(id + 10)).await;
                    }
                }
            })
        })
        .collect();
    // Each stores some, acknowledges fewer, and dies.
    let consume = async {
        for turn in 0.. {
            let mut consumer = Raw::consumer(&broker, &format!("c{turn}")).await;
            for n in 0..40 {
                let (_, id, body) = consumer.read().await.publish();
                stored.lock().unwrap().insert(body);
                if n < 30 {
                    consumer.acknowledge(id).await;
                }
            }
        }
    };
    let all = async {
        for device in devices {
            device.await.unwrap();
        }
    };
    tokio::select! {
        () = consume => {}
        () = all => {}
    }
    assert_eq!(stored.lock().unwrap().len(), 4 * usize::from(EACH));
}
