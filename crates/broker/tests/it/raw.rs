//! A client that says exactly what a test wants, byte by byte.

use crate::setup::{TestBroker, soon};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
}

/// How to connect.
pub(crate) struct Opening<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) v5: bool,
    pub(crate) keep_alive: u16,
    pub(crate) will: Option<(&'a str, &'a str)>,
    pub(crate) clean: bool,
    /// Of MQTT 5: how long its session is to be kept, in seconds.
    pub(crate) expiry_s: Option<u32>,
}

impl Default for Opening<'_> {
    fn default() -> Self {
        Opening {
            user: "s/d",
            password: "key",
            client_id: "raw",
            v5: false,
            keep_alive: 60,
            will: None,
            clean: true,
            expiry_s: None,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) first: u8,
    pub(crate) rest: Vec<u8>,
}

/// The kinds of packets that come from a broker.
pub(crate) const CONNACK: u8 = 2;
pub(crate) const PUBLISH: u8 = 3;
pub(crate) const PUBACK: u8 = 4;
pub(crate) const SUBACK: u8 = 9;
pub(crate) const UNSUBACK: u8 = 11;
pub(crate) const PINGRESP: u8 = 13;
pub(crate) const DISCONNECT: u8 = 14;

impl Packet {
    pub(crate) fn kind(&self) -> u8 {
        self.first >> 4
    }

    /// Of a CONNACK: whether there was a session.
    pub(crate) fn session_present(&self) -> bool {
        assert_eq!((self.kind(), self.rest[1]), (CONNACK, 0), "{self:?}");
        self.rest[0] == 1
    }

    /// Of a CONNACK of MQTT 5: how long the session is kept, in seconds, where it says so.
    pub(crate) fn session_expiry_s(&self) -> Option<u32> {
        let mut properties = &self.rest[3..];
        while let Some((id, rest)) = properties.split_first() {
            let length = match id {
                0x11 => return Some(u32::from_be_bytes(rest[..4].try_into().unwrap())),
                0x27 => 4,
                0x21 => 2,
                0x12 => 2 + usize::from(u16::from_be_bytes([rest[0], rest[1]])),
                _ => 1,
            };
            properties = &rest[length..];
        }
        None
    }

    /// The packet id of a PUBACK or SUBACK.
    pub(crate) fn id(&self) -> u16 {
        u16::from_be_bytes([self.rest[0], self.rest[1]])
    }

    /// Topic, packet id and body of a PUBLISH of MQTT 3.1.1.
    pub(crate) fn publish(&self) -> (String, u16, Vec<u8>) {
        assert_eq!(self.kind(), PUBLISH, "{self:?}");
        let length = usize::from(self.id());
        let topic = String::from_utf8(self.rest[2..2 + length].to_vec()).unwrap();
        let after = &self.rest[2 + length..];
        if self.first & 0b110 == 0 {
            return (topic, 0, after.to_vec());
        }
        (topic, u16::from_be_bytes([after[0], after[1]]), after[2..].to_vec())
    }
}

impl Raw {
    pub(crate) async fn open(broker: &TestBroker) -> Raw {
        Raw { stream: TcpStream::connect(("127.0.0.1", broker.port)).await.unwrap() }
    }

    /// Sends a CONNECT; the CONNACK is still to be read.
    pub(crate) async fn hello(broker: &TestBroker, opening: Opening<'_>) -> Raw {
        let mut raw = Raw::open(broker).await;
        raw.send(&connect(&opening)).await;
        raw
    }

    /// A device that is connected.
    pub(crate) async fn device(broker: &TestBroker, opening: Opening<'_>) -> Raw {
        let mut raw = Raw::hello(broker, opening).await;
        let connack = raw.read().await;
        assert_eq!((connack.kind(), connack.rest[1]), (CONNACK, 0), "{connack:?}");
        raw
    }

    /// A service of MQTT 3.1.1 that shares all telemetry in the group `ingest`.
    pub(crate) async fn consumer(broker: &TestBroker, client_id: &str) -> Raw {
        let opening = Opening { user: "service", password: "secret", client_id, ..Opening::default() };
        let mut raw = Raw::device(broker, opening).await;
        assert_eq!(raw.subscribe("$share/ingest/+/+/telemetry/#", 1).await.rest[2..], [1]);
        raw
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn read(&mut self) -> Packet {
        self.next().await.expect("the connection was closed")
    }

    /// The next packet; nothing where the connection was closed.
    pub(crate) async fn next(&mut self) -> Option<Packet> {
        soon(async {
            let first = self.stream.read_u8().await.ok()?;
            let mut length = 0usize;
            for shift in 0.. {
                let byte = self.stream.read_u8().await.ok()?;
                length |= usize::from(byte & 0x7f) << (7 * shift);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let mut rest = vec![0; length];
            self.stream.read_exact(&mut rest).await.ok()?;
            Some(Packet { first, rest })
        })
        .await
    }

    /// Until the broker has closed the connection.
    pub(crate) async fn closed(&mut self) {
        while let Some(packet) = self.next().await {
            assert_ne!(packet.kind(), PUBACK, "an acknowledgement before the end");
        }
    }

    /// A round trip: whatever the broker had to say before it has been said. Nothing may have come in between.
    pub(crate) async fn silent(&mut self) {
        self.send(&[0xc0, 0]).await;
        let packet = self.read().await;
        assert_eq!(packet.kind(), PINGRESP, "{packet:?}");
    }

    pub(crate) async fn publish(&mut self, id: u16, topic: &str, body: &[u8]) {
        self.send(&publish(id, topic, body)).await;
    }

    pub(crate) async fn acknowledge(&mut self, id: u16) {
        let id = id.to_be_bytes();
        self.send(&[0x40, 2, id[0], id[1]]).await;
    }

    /// Subscribes; the SUBACK.
    pub(crate) async fn subscribe(&mut self, filter: &str, qos: u8) -> Packet {
        let mut rest = vec![0, 77];
        rest.extend(text(filter));
        rest.push(qos);
        self.send(&packet(0x82, &rest)).await;
        let suback = self.read().await;
        assert_eq!((suback.kind(), suback.id()), (SUBACK, 77));
        suback
    }
}

pub(crate) fn unsubscribe(filter: &str) -> Vec<u8> {
    let mut rest = vec![0, 78];
    rest.extend(text(filter));
    packet(0xa2, &rest)
}

pub(crate) fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut length = rest.len();
    loop {
        let more = length >= 128;
        packet.push(u8::try_from(length % 128).unwrap() | if more { 0x80 } else { 0 });
        length /= 128;
        if !more {
            break;
        }
    }
    packet.extend(rest);
    packet
}

/// A PUBLISH of MQTT 3.1.1, of QoS 0 where the id is 0.
pub(crate) fn publish(id: u16, topic: &str, body: &[u8]) -> Vec<u8> {
    let mut rest = text(topic);
    if id > 0 {
        rest.extend(id.to_be_bytes());
    }
    rest.extend(body);
    packet(if id > 0 { 0x32 } else { 0x30 }, &rest)
}

/// The same of MQTT 5, without properties.
pub(crate) fn publish_v5(id: u16, topic: &str, body: &[u8]) -> Vec<u8> {
    let mut rest = text(topic);
    if id > 0 {
        rest.extend(id.to_be_bytes());
    }
    rest.push(0);
    rest.extend(body);
    packet(if id > 0 { 0x32 } else { 0x30 }, &rest)
}

pub(crate) fn connect(opening: &Opening<'_>) -> Vec<u8> {
    let mut rest = text("MQTT");
    rest.push(if opening.v5 { 5 } else { 4 });
    rest.push(
        0b1100_0000 | u8::from(opening.clean) << 1 | if opening.will.is_some() { 0b0000_1100 } else { 0 },
    );
    rest.extend(opening.keep_alive.to_be_bytes());
    match opening.expiry_s {
        Some(expiry_s) => {
            rest.extend([5, 0x11]);
            rest.extend(expiry_s.to_be_bytes());
        }
        None if opening.v5 => rest.push(0),
        None => {}
    }
    rest.extend(text(opening.client_id));
    if let Some((topic, body)) = opening.will {
        if opening.v5 {
            rest.push(0);
        }
        rest.extend(text(topic));
        rest.extend(text(body));
    }
    rest.extend(text(opening.user));
    rest.extend(text(opening.password));
    packet(0x10, &rest)
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}
