//! A device touches nothing but its own prefix, in the right direction.

use crate::raw::{Opening, PUBACK, Raw};
use crate::setup::TestBroker;
use model::event::EventKind;

#[tokio::test]
async fn foreign_and_wrong_topics_close_the_connection() {
    let topics =
        ["s/e/telemetry", "t/d/telemetry", "s/d/commands/reboot/1", "s/d/telemetry/+", "$share/g/s/d/x", "x"];
    for topic in topics {
        let broker = TestBroker::start().await;
        let mut consumer = Raw::consumer(&broker, "c").await;
        let mut device = Raw::device(&broker, Opening::default()).await;
        device.publish(1, topic, b"{}").await;
        device.closed().await;
        let text = broker.gate.event("d", EventKind::TopicRefused).await;
        assert!(text.contains(topic), "{text}");
        consumer.silent().await;
    }
}

#[tokio::test]
async fn foreign_and_shared_subscriptions_are_refused() {
    let broker = TestBroker::start().await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    for filter in
        ["#", "s/e/#", "t/d/#", "s/+/#", "s/d/telemetry", "$share/ingest/+/+/telemetry/#", "$share/g/s/d/#"]
    {
        assert_eq!(device.subscribe(filter, 1).await.rest[2..], [0x80], "{filter}");
    }
    for filter in ["s/d/#", "s/d/commands/+/+", "s/d/properties/desired"] {
        assert_eq!(device.subscribe(filter, 1).await.rest[2..], [1], "{filter}");
    }
    let text = broker.gate.event("d", EventKind::TopicRefused).await;
    assert!(text.contains("“#”") && text.contains("s/d/"), "{text}");
}

#[tokio::test]
async fn what_services_send_comes_down_and_nothing_else() {
    let broker = TestBroker::start().await;
    let mut device = Raw::device(&broker, Opening::default()).await;
    let mut neighbour = Raw::device(&broker, Opening { user: "s/e", ..Opening::default() }).await;
    let mut namesake = Raw::device(&broker, Opening { user: "t/d", ..Opening::default() }).await;
    device.subscribe("s/d/#", 1).await;
    neighbour.subscribe("s/e/#", 1).await;
    namesake.subscribe("t/d/#", 1).await;
    let opening = Opening { user: "service", password: "secret", client_id: "app", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    service.publish(1, "s/d/commands/reboot/7", b"now").await;
    let puback = service.read().await;
    assert_eq!((puback.kind(), puback.id()), (PUBACK, 1));
    let (topic, id, body) = device.read().await.publish();
    assert_eq!((topic.as_str(), &body[..]), ("s/d/commands/reboot/7", &b"now"[..]));
    device.acknowledge(id).await;
    // Its own telemetry doesn't come back to it.
    let mut consumer = Raw::consumer(&broker, "c").await;
    device.publish(9, "s/d/telemetry", b"{}").await;
    let id = consumer.read().await.publish().1;
    consumer.acknowledge(id).await;
    assert_eq!(device.read().await.kind(), PUBACK);
    device.silent().await;
    neighbour.silent().await;
    namesake.silent().await;
}

#[tokio::test]
async fn a_service_may_not_speak_for_a_device() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let opening = Opening { user: "service", password: "secret", client_id: "app", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    service.publish(1, "s/d/telemetry", b"forged").await;
    service.closed().await;
    consumer.silent().await;
}

#[tokio::test]
async fn a_group_has_to_acknowledge() {
    let broker = TestBroker::start().await;
    let opening = Opening { user: "service", password: "secret", client_id: "app", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    assert_eq!(service.subscribe("$share/g/+/+/telemetry/#", 0).await.rest[2..], [0x80]);
}

#[tokio::test]
async fn a_device_that_asks_for_a_session_is_served_as_well() {
    let broker = TestBroker::start().await;
    let mut device = Raw::device(&broker, Opening { clean: false, ..Opening::default() }).await;
    device.subscribe("s/d/#", 1).await;
    let opening = Opening { user: "service", password: "secret", client_id: "app", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    for id in 1..=3 {
        service.publish(id, "s/d/messages/m", &[u8::try_from(id).unwrap()]).await;
        assert_eq!(service.read().await.id(), id);
        let (_, packet_id, body) = device.read().await.publish();
        assert_eq!(body, [u8::try_from(id).unwrap()]);
        device.acknowledge(packet_id).await;
        device.silent().await;
    }
}
