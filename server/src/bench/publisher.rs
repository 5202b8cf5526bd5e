//! A device that sends as fast as its window lets it, or at a steady pace, and times each acknowledgement.

use super::wire::{self, PUBACK, Packet};
use std::collections::VecDeque;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Packet ids are given out in turn up to here; the window is far smaller.
const IDS: u64 = 60_000;
/// How long acknowledgements may take after the last message.
const FAREWELL: Duration = Duration::from_secs(60);
/// Readings as sensors send them.
const FIELDS: [(&str, f64, f64); 8] = [
    ("temperature", 21.4, 0.01),
    ("humidity", 48.2, 0.03),
    ("pressure", 1013.2, 0.02),
    ("co2", 612.0, 1.0),
    ("battery", 3.71, 0.001),
    ("rssi", -67.0, -1.0),
    ("light", 340.5, 0.7),
    ("voltage", 229.8, 0.05),
];
/// So many different readings a device has.
const VARIANTS: usize = 32;

/// A message of which only packet id and time change: packets made beforehand.
pub(super) struct Message {
    variants: Vec<Vec<u8>>,
    id_at: usize,
    ts_at: usize,
    /// The time of the first message, milliseconds since 1970; each next is a millisecond later.
    first_ms: u64,
}

impl Message {
    /// Messages with so many values; a device's times must not repeat themselves from one load to the next.
    pub(super) fn new(topic: &str, values: u8, first_ms: u64) -> Message {
        let packet = |variant: usize| wire::publish(topic, 0, body(variant, values, first_ms).as_bytes());
        // Behind the length of the packet come that of the topic and the topic.
        let length_bytes = packet(0).iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count() + 1;
        let id_at = 1 + length_bytes + 2 + topic.len();
        Message {
            variants: (0..VARIANTS).map(packet).collect(),
            id_at,
            ts_at: id_at + 2 + r#"{"ts":"#.len(),
            first_ms,
        }
    }

    /// Appends the message of this number.
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        let at = into.len();
        into.extend(&self.variants[number as usize % VARIANTS]);
        into[at + self.id_at..][..2].copy_from_slice(&id(number).to_be_bytes());
        let mut ms = self.first_ms + number;
        for digit in into[at + self.ts_at..][..13].iter_mut().rev() {
            *digit = b'0' + (ms % 10) as u8;
            ms /= 10;
        }
    }
}

/// When a device sends, and when what it measures counts.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) window: usize,
    /// Time between two messages; none: as fast as the window lets it.
    pub(super) every: Option<Duration>,
    pub(super) start: Instant,
    /// What is acknowledged from here on counts …
    pub(super) from: Instant,
    /// … until here, when the last message is sent.
    pub(super) until: Instant,
}

/// What a device has seen.
#[derive(Default)]
pub(super) struct Seen {
    /// All messages that were acknowledged, counted or not.
    pub(super) acknowledged: u64,
    /// Messages that never were.
    pub(super) unacknowledged: u64,
    /// How long the acknowledgements took that count, in microseconds.
    pub(super) micros: Vec<u32>,
}

/// Sends by plan; returns when all is acknowledged.
///
/// # Errors
/// The connection broke, or acknowledgements came out of order.
pub(super) async fn publish(mut stream: TcpStream, message: Message, plan: Plan) -> io::Result<Seen> {
    let mut seen = Seen::default();
    let (mut number, mut sent) = (0_u64, VecDeque::<Instant>::with_capacity(plan.window));
    let (mut out, mut input, mut filled) = (Vec::with_capacity(plan.window * 200), vec![0; 4096], 0);
    let mut due = plan.start;
    tokio::time::sleep_until(plan.start).await;
    loop {
        let now = Instant::now();
        while now < plan.until && sent.len() < plan.window && (plan.every.is_none() || due <= now) {
            message.write(number, &mut out);
            number += 1;
            // With a pace, waiting for room in the window counts too.
            sent.push_back(if plan.every.is_some() { due } else { now });
            due += plan.every.unwrap_or_default();
        }
        if !out.is_empty() {
            stream.write_all(&out).await?;
            out.clear();
        }
        if sent.is_empty() && now >= plan.until {
            return Ok(seen);
        }
        let wake = match plan.every {
            Some(_) if now < plan.until && sent.len() < plan.window => due,
            _ => plan.until.max(now) + FAREWELL,
        };
        let Ok(read) = tokio::time::timeout_at(wake, stream.read(&mut input[filled..])).await else {
            if Instant::now() > plan.until + FAREWELL {
                seen.unacknowledged = sent.len() as u64;
                return Ok(seen);
            }
            continue;
        };
        filled += match read? {
            0 => return Err(io::Error::other("the broker closed the connection")),
            count => count,
        };
        let now = Instant::now();
        let mut at = 0;
        while let Some(packet) = Packet::read(&input[at..filled]) {
            at += packet.size;
            if packet.kind() != PUBACK {
                continue;
            }
            let Some(then) = sent.pop_front().filter(|_| packet.number() == id(seen.acknowledged)) else {
                return Err(io::Error::other("acknowledgements came out of order"));
            };
            seen.acknowledged += 1;
            if now >= plan.from && now < plan.until {
                seen.micros.push((now - then).as_micros() as u32);
            }
        }
        input.copy_within(at..filled, 0);
        filled -= at;
    }
}

fn id(number: u64) -> u16 {
    (number % IDS) as u16 + 1
}

fn body(variant: usize, values: u8, ts: u64) -> String {
    let fields = FIELDS.iter().take(usize::from(values)).map(|(name, base, step)| {
        let value = base + step * variant as f64;
        format!("\"{name}\":{}", (value * 1000.0).round() / 1000.0)
    });
    format!(r#"{{"ts":{ts},"values":{{{}}}}}"#, fields.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_json_with_its_time() {
        let message = Message::new("scope/device/telemetry", 4, 1_750_000_000_000);
        for number in [0, 31, 70_001] {
            let mut bytes = Vec::new();
            message.write(number, &mut bytes);
            let packet = Packet::read(&bytes).unwrap();
            let payload = &packet.body[2 + "scope/device/telemetry".len() + 2..];
            let json: serde_json::Value = serde_json::from_slice(payload).unwrap();
            assert_eq!(json["ts"], 1_750_000_000_000_u64 + number);
            assert_eq!(json["values"].as_object().unwrap().len(), 4);
            let number_at = 2 + "scope/device/telemetry".len();
            assert_eq!(packet.body[number_at..number_at + 2], id(number).to_be_bytes());
        }
    }
}
