//! Why something ended or was refused, in words, to clients of MQTT 5 that can take them.

use crate::raw::{CONNACK, DISCONNECT, Opening, PUBACK, Raw, SUBACK, packet, publish_v5};
use crate::setup::TestBroker;

/// A device that takes packets of at most so many bytes.
async fn that_takes(broker: &TestBroker, bytes: u32) -> Raw {
    let mut rest = b"\x00\x04MQTT\x05\xc2\x00\x3c\x05\x27".to_vec();
    rest.extend(bytes.to_be_bytes());
    rest.extend(b"\x00\x05small\x00\x03s/d\x00\x03key");
    let mut raw = Raw::open(broker).await;
    raw.send(&packet(0x10, &rest)).await;
    let connack = raw.read().await;
    assert_eq!((connack.kind(), connack.rest[1]), (CONNACK, 0), "{connack:?}");
    raw
}

/// A SUBSCRIBE to the neighbour's topics, and the same to nothing at all, which is no MQTT.
fn foreign_subscription() -> Vec<u8> {
    packet(0x82, b"\x00\x01\x00\x00\x05s/e/#\x01")
}

fn no_subscription() -> Vec<u8> {
    packet(0x82, &[0, 2, 0])
}

#[tokio::test]
async fn what_the_library_refuses_has_a_reason_too() {
    let broker = TestBroker::start().await;
    let mut raw = Raw::device(&broker, Opening { v5: true, ..Opening::default() }).await;
    raw.send(&no_subscription()).await;
    let farewell = raw.read().await;
    assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x82));
    let said = String::from_utf8_lossy(&farewell.rest).into_owned();
    assert!(said.contains("not MQTT"), "{said}");
    assert_eq!(raw.next().await, None);
}

/// The specification: a reason is left out where the packet would be larger than the client takes.
#[tokio::test]
async fn a_client_with_little_room_is_answered_without_reasons() {
    let broker = TestBroker::start().await;
    let mut raw = that_takes(&broker, 40).await;
    raw.send(&publish_v5(7, "s/e/telemetry", b"{}")).await;
    let puback = raw.read().await;
    assert_eq!((puback.kind(), puback.id(), puback.rest[2]), (PUBACK, 7, 0x87));
    raw.send(&foreign_subscription()).await;
    let suback = raw.read().await;
    assert_eq!((suback.kind(), suback.rest.last()), (SUBACK, Some(&0x87)));
    raw.silent().await;
    raw.send(&no_subscription()).await;
    let farewell = raw.read().await;
    assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x82));
    assert_eq!(raw.next().await, None);
}
