//! The version that services speak, with the client that the ingestion uses, and devices of that version.

use crate::raw::{Opening, PUBACK, Raw, publish_v5};
use crate::setup::{DEADLINE, TestBroker, soon};
use model::event::EventKind;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use std::collections::HashMap;

fn options(broker: &TestBroker, user: &str, password: &str, client_id: &str) -> MqttOptions {
    let mut options = MqttOptions::new(client_id, "127.0.0.1", broker.port);
    options.set_credentials(user, password).set_manual_acks(true).set_max_packet_size(Some(300 * 1024));
    options
}

async fn incoming(events: &mut EventLoop) -> Packet {
    soon(async {
        loop {
            if let Event::Incoming(packet) = events.poll().await.unwrap() {
                return packet;
            }
        }
    })
    .await
}

async fn publication(events: &mut EventLoop) -> Publish {
    loop {
        if let Packet::Publish(publish) = incoming(events).await {
            return publish;
        }
    }
}

fn properties(publish: &Publish) -> HashMap<String, String> {
    publish.properties.as_ref().unwrap().user_properties.iter().cloned().collect()
}

#[tokio::test]
async fn services_get_what_the_broker_knows() {
    let broker = TestBroker::start().await;
    let (service, mut events) = AsyncClient::new(options(&broker, "service", "secret", "ingest"), 10);
    service.subscribe("$share/ingest/+/+/telemetry/#", QoS::AtLeastOnce).await.unwrap();
    while !matches!(incoming(&mut events).await, Packet::SubAck(_)) {}

    let (device, mut device_events) = AsyncClient::new(options(&broker, "s/d", "key", "v5"), 10);
    let own = PublishProperties {
        content_type: Some("application/json".into()),
        user_properties: vec![("site".into(), "roof".into()), ("hp-uid".into(), "forged".into())],
        ..PublishProperties::default()
    };
    for _ in 0..2 {
        let topic = "s/d/telemetry/motor";
        device.publish_with_properties(topic, QoS::AtLeastOnce, false, "{}", own.clone()).await.unwrap();
    }
    let acknowledged = tokio::spawn(async move {
        let mut count = 0;
        while count < 2 {
            if let Packet::PubAck(_) = incoming(&mut device_events).await {
                count += 1;
            }
        }
    });
    let mut uids = Vec::new();
    for _ in 0..2 {
        let publish = publication(&mut events).await;
        let had = properties(&publish);
        assert_eq!(had["site"], "roof");
        assert_eq!(had["hp-component"], "motor");
        assert!(had["hp-arrived"].parse::<i64>().unwrap() > 1_700_000_000_000);
        assert!(!had.contains_key("hp-dup") && had["hp-uid"] != "forged");
        assert_eq!(publish.properties.as_ref().unwrap().content_type.as_deref(), Some("application/json"));
        uids.push(had["hp-uid"].clone());
        service.ack(&publish).await.unwrap();
    }
    assert_ne!(uids[0], uids[1]);
    // The acknowledgements leave with the next turns of the loop.
    tokio::select! {
        joined = acknowledged => joined.unwrap(),
        () = async { loop { events.poll().await.unwrap(); } } => {}
    }

    // The same packet once more, marked as such, by a device of version 3.
    let mut old = Raw::device(&broker, Opening { user: "s/e", ..Opening::default() }).await;
    let mut packet = crate::raw::publish(3, "s/e/telemetry", b"{}");
    packet[0] |= 0b1000;
    old.send(&packet).await;
    let publish = publication(&mut events).await;
    assert_eq!(properties(&publish)["hp-dup"], "1");
}

#[tokio::test]
async fn a_consumer_that_dies_is_replaced() {
    let broker = TestBroker::start().await;
    let (first, mut events) = AsyncClient::new(options(&broker, "service", "secret", "ingest-1"), 10);
    first.subscribe("$share/ingest/+/+/telemetry/#", QoS::AtLeastOnce).await.unwrap();
    while !matches!(incoming(&mut events).await, Packet::SubAck(_)) {}
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.publish(1, "s/d/telemetry", b"{}").await;
    let seen = properties(&publication(&mut events).await)["hp-uid"].clone();
    drop((first, events));
    let (second, mut events) = AsyncClient::new(options(&broker, "service", "secret", "ingest-2"), 10);
    second.subscribe("$share/ingest/+/+/telemetry/#", QoS::AtLeastOnce).await.unwrap();
    let publish = publication(&mut events).await;
    // The same received packet, so that it can be told from a new one.
    assert_eq!(properties(&publish)["hp-uid"], seen);
    second.ack(&publish).await.unwrap();
    tokio::select! {
        puback = device.read() => assert_eq!((puback.kind(), puback.id()), (PUBACK, 1)),
        () = async { loop { events.poll().await.unwrap(); } } => {}
    }
}

#[tokio::test]
async fn a_failing_reason_is_not_a_commit() {
    let broker = TestBroker::start().await;
    let opening =
        Opening { user: "service", password: "secret", client_id: "c", v5: true, ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    let mut subscribe = vec![0, 1, 0];
    let filter = "$share/ingest/+/+/telemetry/#";
    subscribe.extend(u16::try_from(filter.len()).unwrap().to_be_bytes());
    subscribe.extend(filter.as_bytes());
    subscribe.push(1);
    service.send(&crate::raw::packet(0x82, &subscribe)).await;
    assert_eq!(service.read().await.rest.last(), Some(&1));

    let mut new = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    new.send(&publish_v5(1, "s/d/telemetry", b"{}")).await;
    let id = packet_id(&service.read().await.rest);
    service.send(&[0x40, 3, id[0], id[1], 0x97]).await;
    assert_eq!(new.read().await.rest[..3], [0, 1, 0x97]);

    let mut old = Raw::device(&broker, Opening { user: "s/e", ..Opening::default() }).await;
    old.publish(1, "s/e/telemetry", b"{}").await;
    let id = packet_id(&service.read().await.rest);
    service.send(&[0x40, 3, id[0], id[1], 0x97]).await;
    old.closed().await;
    broker.gate.event("e", EventKind::MessageRefused).await;
}

fn packet_id(rest: &[u8]) -> [u8; 2] {
    let topic = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
    [rest[2 + topic], rest[3 + topic]]
}

#[tokio::test]
async fn a_foreign_topic_is_refused_and_the_connection_goes_on() {
    let broker = TestBroker::start().await;
    let mut device = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    device.send(&publish_v5(1, "s/e/telemetry", b"{}")).await;
    let puback = device.read().await;
    assert_eq!((puback.kind(), puback.id(), puback.rest[2]), (PUBACK, 1, 0x87));
    let reason = String::from_utf8_lossy(&puback.rest).into_owned();
    assert!(reason.contains("not under its own prefix"), "{reason}");
    device.silent().await;
}

#[tokio::test]
async fn more_than_the_receive_maximum_ends_it() {
    let limits = broker::Limits { device_window: 2, ..broker::Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let mut device = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    for id in 1..=3 {
        device.send(&publish_v5(id, "s/d/telemetry", b"{}")).await;
    }
    assert_eq!(device.read().await.rest[0], 0x93);
    device.closed().await;
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("in-flight window") && text.contains('2'), "{text}");
}

#[tokio::test]
async fn a_device_with_the_other_version_of_the_client() {
    use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut options = MqttOptions::new("v4", "127.0.0.1", broker.port);
    options.set_credentials("s/d", "key");
    let (device, mut events) = AsyncClient::new(options, 10);
    device.subscribe("s/d/commands/+/+", QoS::AtLeastOnce).await.unwrap();
    device.publish("s/d/telemetry", QoS::AtLeastOnce, false, "{}").await.unwrap();
    let acknowledged = tokio::time::timeout(DEADLINE, async {
        loop {
            if let Event::Incoming(Packet::PubAck(_)) = events.poll().await.unwrap() {
                return;
            }
        }
    });
    let consume = async {
        let id = consumer.read().await.publish().1;
        consumer.acknowledge(id).await;
    };
    let (acknowledged, ()) = tokio::join!(acknowledged, consume);
    acknowledged.unwrap();
}
