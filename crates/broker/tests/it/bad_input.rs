//! What a broker on the open network gets to read.

use crate::raw::{DISCONNECT, Opening, Raw, packet};
use crate::setup::{DEADLINE, TestBroker};
use broker::Limits;
use model::event::EventKind;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

/// Two devices go on as if nothing had happened.
async fn undisturbed(broker: &TestBroker) {
    let mut consumer = Raw::consumer(broker, "after").await;
    let mut device = Raw::device(broker, Opening { user: "s/f", ..Opening::default() }).await;
    device.publish(1, "s/f/telemetry", b"{}").await;
    let id = consumer.read().await.publish().1;
    consumer.acknowledge(id).await;
    assert_eq!(device.read().await.id(), 1);
}

#[tokio::test]
async fn strangers_that_speak_something_else_are_closed() {
    let broker = TestBroker::start().await;
    let first_words: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        &[0; 64],
        &[0xff; 64],
        &[0x16, 3, 1, 2, 0, 1, 0],
        // A PUBLISH before any CONNECT.
        &[0x30, 4, 0, 1, b'a', b'b'],
        // A CONNECT of 10 MB.
        &[0x10, 0x80, 0xad, 0xe2, 0x04, 0, 4],
    ];
    for words in first_words {
        let mut raw = Raw::open(&broker).await;
        raw.send(words).await;
        raw.closed().await;
    }
    // MQTT 3.1 is told that it is not served.
    let mut raw = Raw::open(&broker).await;
    raw.send(&packet(0x10, b"\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01x")).await;
    assert_eq!(raw.read().await.rest, [0, 1]);
    undisturbed(&broker).await;
}

#[tokio::test]
async fn a_connect_has_to_come_in_time_and_whole() {
    let broker =
        TestBroker::limited(Limits { handshake: Duration::from_millis(300), ..Limits::default() }).await;
    let mut nothing = Raw::open(&broker).await;
    let mut half = Raw::open(&broker).await;
    half.send(&[0x10, 30, 0, 4, b'M', b'Q']).await;
    nothing.closed().await;
    half.closed().await;
}

#[tokio::test]
async fn garbage_after_the_connect_is_a_protocol_error() {
    let broker = TestBroker::start().await;
    let garbage: [&[u8]; 7] = [
        &[0xff; 16],
        &[0x00, 0x00],
        &[0x30, 0xff, 0xff, 0xff, 0xff, 0x7f],
        // A topic longer than its packet, one that is not UTF-8, a SUBSCRIBE of nothing, a second CONNECT.
        &[0x30, 3, 0, 9, b'a'],
        &[0x30, 4, 0, 2, 0xc3, 0x28],
        &[0x82, 2, 0, 1],
        &[0x10, 13, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60, 0, 1, b'x'],
    ];
    for bytes in garbage {
        let mut raw = Raw::device(&broker, Opening::default()).await;
        raw.send(bytes).await;
        raw.closed().await;
    }
    broker.gate.event("d", EventKind::ProtocolError).await;
    undisturbed(&broker).await;
}

#[tokio::test]
async fn half_a_packet_times_out() {
    let broker = TestBroker::start().await;
    let mut raw = Raw::device(&broker, Opening { keep_alive: 1, ..Opening::default() }).await;
    raw.send(&[0x32, 100, 0, 13, b's']).await;
    raw.closed().await;
    assert!(broker.gate.event("d", EventKind::Disconnected).await.contains("not finished"));
    undisturbed(&broker).await;
}

#[tokio::test]
async fn ten_megabytes_are_refused_by_their_header() {
    let broker = TestBroker::start().await;
    for v5 in [false, true] {
        let mut raw = Raw::device(&broker, Opening { v5, ..Opening::default() }).await;
        // Only the header and a little: nobody waits for the rest.
        raw.send(&[0x32, 0x80, 0xad, 0xe2, 0x04, 0, 13]).await;
        if v5 {
            let farewell = raw.read().await;
            assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x95));
        }
        raw.closed().await;
    }
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("packet size") && text.contains("278528"), "{text}");

    // And one that writes all of it finds the door closed.
    let mut raw = Raw::device(&broker, Opening::default()).await;
    let all = packet(0x30, &vec![b'x'; 10_000_000]);
    let until = Instant::now() + DEADLINE;
    while raw.stream.write_all(&all).await.is_ok() {
        assert!(Instant::now() < until, "ten megabytes were swallowed");
    }
    undisturbed(&broker).await;
}

#[tokio::test]
async fn a_body_over_256_kib_is_over_the_limit_and_one_of_just_that_is_not() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut raw = Raw::device(&broker, Opening::default()).await;
    raw.publish(1, "s/d/telemetry", &vec![b'x'; 256 * 1024]).await;
    let (_, id, body) = consumer.read().await.publish();
    assert_eq!(body.len(), 256 * 1024);
    consumer.acknowledge(id).await;
    assert_eq!(raw.read().await.id(), 1);
    raw.publish(2, "s/d/telemetry", &vec![b'x'; 256 * 1024 + 1]).await;
    raw.closed().await;
    let text = broker.gate.event("d", EventKind::LimitReached).await;
    assert!(text.contains("message size") && text.contains("262144"), "{text}");
}

#[tokio::test]
async fn quality_of_service_2_is_not_served() {
    let broker = TestBroker::start().await;
    for v5 in [false, true] {
        let mut raw = Raw::device(&broker, Opening { v5, ..Opening::default() }).await;
        let mut packet = crate::raw::publish_v5(1, "s/d/telemetry", b"");
        packet[0] = 0x34;
        raw.send(&packet).await;
        if v5 {
            let farewell = raw.read().await;
            assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x9b));
        }
        raw.closed().await;
    }
    let text = broker.gate.event("d", EventKind::ProtocolError).await;
    assert!(text.contains("QoS 2"), "{text}");
}

#[tokio::test]
async fn a_peer_that_does_not_read_holds_nobody_up() {
    let limits = Limits { write_stall: Duration::from_millis(500), ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let mut stalled = Raw::device(&broker, Opening::default()).await;
    // Pings without end, and no answer is ever read.
    let pings = [0xc0, 0].repeat(32 * 1024);
    let until = Instant::now() + DEADLINE;
    let flood = async {
        while stalled.stream.write_all(&pings).await.is_ok() {
            assert!(Instant::now() < until, "it was served for ever");
        }
    };
    tokio::join!(flood, undisturbed(&broker));
    let text = broker.gate.event("d", EventKind::Disconnected).await;
    assert!(text.contains("take"), "{text}");
}
