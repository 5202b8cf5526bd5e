//! Clients whose stream comes another way than through the broker's ports.

use crate::raw::{CONNACK, Opening, PUBACK, Raw, connect, publish};
use crate::setup::{TestBroker, soon};
use broker::Limits;
use model::event::EventKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;

fn peer() -> SocketAddr {
    ([192, 0, 2, 7], 4711).into()
}

/// A stream into the broker, and its service there.
fn stream(broker: &TestBroker) -> (DuplexStream, JoinHandle<()>) {
    let (ours, theirs) = duplex(4096);
    let handle = broker.running.handle();
    (ours, tokio::spawn(async move { handle.serve(theirs, peer(), true, Vec::new()).await }))
}

async fn four_bytes(stream: &mut DuplexStream) -> [u8; 4] {
    let mut packet = [0; 4];
    soon(stream.read_exact(&mut packet)).await.unwrap();
    packet
}

#[tokio::test]
async fn a_stream_is_served_like_a_socket() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let (mut stream, served) = stream(&broker);
    stream.write_all(&connect(&Opening::default())).await.unwrap();
    assert_eq!(four_bytes(&mut stream).await, [CONNACK << 4, 2, 0, 0]);
    assert_eq!(broker.running.handle().connections(), 2);
    stream.write_all(&publish(3, "s/d/telemetry", b"{}")).await.unwrap();
    let id = consumer.read().await.publish().1;
    consumer.acknowledge(id).await;
    assert_eq!(four_bytes(&mut stream).await, [PUBACK << 4, 2, 0, 3]);
    let text = broker.gate.event("d", EventKind::Connected).await;
    assert!(text.contains("from 192.0.2.7 with MQTT 3.1.1 over WebSocket with TLS"), "{text}");
    stream.write_all(&[0xe0, 0]).await.unwrap();
    soon(served).await.unwrap();
    assert_eq!(broker.running.handle().connections(), 1);
}

#[tokio::test]
async fn a_stream_has_a_time_for_its_connect() {
    let limits = Limits { handshake: Duration::from_millis(200), ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let (_stream, served) = stream(&broker);
    soon(served).await.unwrap();
}

#[tokio::test]
async fn a_stream_counts_among_the_connections() {
    let broker = TestBroker::limited(Limits { connections: 1, ..Limits::default() }).await;
    let (mut first, _served) = stream(&broker);
    first.write_all(&connect(&Opening::default())).await.unwrap();
    four_bytes(&mut first).await;
    let (_second, served) = stream(&broker);
    soon(served).await.unwrap();
    assert!(Raw::open(&broker).await.next().await.is_none());
}

#[tokio::test]
async fn a_stop_waits_for_streams_and_says_goodbye() {
    let broker = TestBroker::start().await;
    let (mut stream, served) = stream(&broker);
    stream.write_all(&connect(&Opening { v5: true, ..Opening::default() })).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), CONNACK << 4);
    // Who waits for it may go: the client is served on.
    served.abort();
    broker.cancel.cancel();
    let mut rest = Vec::new();
    soon(stream.read_to_end(&mut rest)).await.unwrap();
    // The farewell of MQTT 5: the server shuts down.
    assert!(rest.windows(3).any(|bytes| bytes[0] == 0xe0 && bytes[2] == 0x8b), "{rest:?}");
    drop(stream);
    soon(broker.running.joined()).await;
    // And who comes then finds nobody.
    let (_late, served) = self::stream(&broker);
    soon(served).await.unwrap();
}
