//! As much of MQTT 3.1.1 as a bench needs, in bytes: a client that costs little beside what it measures.

use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The first byte of packets, without their flags.
pub(super) const PUBLISH: u8 = 3;
pub(super) const PUBACK: u8 = 4;
/// The flag of a message that is sent again.
pub(super) const DUP: u8 = 0x08;
/// A whole PINGREQ.
pub(super) const PINGREQ: [u8; 2] = [0xc0, 0];

/// A CONNECT with a clean session.
pub(super) fn connect(client_id: &str, credentials: Option<(&str, &str)>, keep_alive_s: u16) -> Vec<u8> {
    let mut body = Vec::with_capacity(128);
    text(&mut body, "MQTT");
    body.extend([4, if credentials.is_some() { 0xc2 } else { 0x02 }]);
    body.extend(keep_alive_s.to_be_bytes());
    text(&mut body, client_id);
    if let Some((user_name, password)) = credentials {
        text(&mut body, user_name);
        text(&mut body, password);
    }
    packet(0x10, &body)
}

/// A PUBLISH of QoS 1.
pub(super) fn publish(topic: &str, packet_id: u16, payload: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(4 + topic.len() + payload.len());
    text(&mut body, topic);
    body.extend(packet_id.to_be_bytes());
    body.extend(payload);
    packet(0x32, &body)
}

/// A SUBSCRIBE of QoS 1.
pub(super) fn subscribe(packet_id: u16, filter: &str) -> Vec<u8> {
    let mut body = packet_id.to_be_bytes().to_vec();
    text(&mut body, filter);
    body.push(1);
    packet(0x82, &body)
}

/// A PUBACK.
pub(super) fn puback(packet_id: u16) -> [u8; 4] {
    let [high, low] = packet_id.to_be_bytes();
    [0x40, 2, high, low]
}

/// A complete packet at the beginning of some bytes.
pub(super) struct Packet<'a> {
    /// Type and flags.
    pub(super) first: u8,
    pub(super) body: &'a [u8],
    /// How many bytes it takes, with its head.
    pub(super) size: usize,
}

impl<'a> Packet<'a> {
    /// The packet; nothing where more bytes must come.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Packet<'a>> {
        let (&first, rest) = bytes.split_first()?;
        let mut length = 0;
        for (place, &byte) in rest.iter().enumerate().take(4) {
            length |= usize::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                let head = place + 2;
                let body = bytes.get(head..head + length)?;
                return Some(Packet { first, body, size: head + length });
            }
        }
        None
    }

    /// Its type.
    pub(super) fn kind(&self) -> u8 {
        self.first >> 4
    }

    /// The number at the beginning of its body.
    pub(super) fn number(&self) -> u16 {
        self.body.get(..2).map_or(0, |two| u16::from_be_bytes([two[0], two[1]]))
    }
}

/// Sends a CONNECT and waits for its answer.
///
/// # Errors
/// The broker says no, or says nothing.
pub(super) async fn sign_in(stream: &mut TcpStream, connect: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(connect).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    match answer {
        [0x20, 2, _, 0] => Ok(()),
        [0x20, 2, _, code] => Err(io::Error::other(format!("the broker refused with code {code}"))),
        _ => Err(io::Error::other("the broker answered with something else than CONNACK")),
    }
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + 5);
    bytes.push(first);
    let mut length = body.len();
    loop {
        let more = length >= 0x80;
        bytes.push((length & 0x7f) as u8 | if more { 0x80 } else { 0 });
        length >>= 7;
        if !more {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

fn text(into: &mut Vec<u8>, text: &str) {
    into.extend((text.len() as u16).to_be_bytes());
    into.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_read_as_they_were_written() {
        for length in [0, 1, 127, 128, 20_000] {
            let bytes = publish("a/b", 7, &vec![b'x'; length]);
            let read = Packet::read(&bytes).unwrap();
            assert_eq!((read.kind(), read.size, read.body.len()), (PUBLISH, bytes.len(), 7 + length));
            assert!(Packet::read(&bytes[..bytes.len() - 1]).is_none());
        }
        assert_eq!(Packet::read(&puback(513)).unwrap().number(), 513);
    }
}
