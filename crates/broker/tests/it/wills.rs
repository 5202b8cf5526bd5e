//! Last wills that wait for their client to come back.

use crate::raw::{CONNACK, Packet, Raw, packet};
use crate::setup::TestBroker;

/// A CONNECT of MQTT 5 with a will, its delay, and how long the session is kept; without clean start where it is not
/// `clean`.
fn hello(clean: bool, delay_s: u32, expiry_s: u32, will: &str) -> Vec<u8> {
    fn text(text: &str) -> Vec<u8> {
        [&u16::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat()
    }
    let mut rest = text("MQTT");
    rest.extend([5, 0b1100_1100 | u8::from(clean) << 1, 0, 60, 5, 0x11]);
    rest.extend(expiry_s.to_be_bytes());
    rest.extend(text("raw"));
    rest.extend([5, 0x18]);
    rest.extend(delay_s.to_be_bytes());
    for part in ["s/d/telemetry", will, "s/d", "key"] {
        rest.extend(text(part));
    }
    packet(0x10, &rest)
}

async fn come(broker: &TestBroker, hello: &[u8]) -> Raw {
    let mut raw = Raw::open(broker).await;
    raw.send(hello).await;
    let connack: Packet = raw.read().await;
    assert_eq!((connack.kind(), connack.rest[1]), (CONNACK, 0));
    raw
}

/// Goes without a word, and the broker has seen it.
async fn lost(broker: &TestBroker, raw: Raw) {
    let before = broker.running.handle().figures().devices;
    drop(raw);
    while broker.running.handle().figures().devices == before {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_will_waits_for_its_client() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let raw = come(&broker, &hello(true, 600, 600, "void")).await;
    lost(&broker, raw).await;
    consumer.silent().await;
    // Back in time: the will is void, and the new one waits anew.
    let raw = come(&broker, &hello(false, 600, 600, "of a session that ended")).await;
    consumer.silent().await;
    lost(&broker, raw).await;
    consumer.silent().await;
    // Back, but not to its session: that has ended with its will.
    let raw = come(&broker, &hello(true, 1, 600, "after a second")).await;
    assert_eq!(consumer.read().await.publish().2, b"of a session that ended");
    lost(&broker, raw).await;
    assert_eq!(consumer.read().await.publish().2, b"after a second");
}

#[tokio::test]
async fn it_waits_no_longer_than_its_session() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let raw = come(&broker, &hello(true, 600, 1, "short")).await;
    lost(&broker, raw).await;
    assert_eq!(consumer.read().await.publish().2, b"short");
    let raw = come(&broker, &hello(true, 600, 0, "none")).await;
    lost(&broker, raw).await;
    assert_eq!(consumer.read().await.publish().2, b"none");
}
