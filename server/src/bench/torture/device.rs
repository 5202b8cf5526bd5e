//! A device that never gives up: what wasn't acknowledged is sent again, marked as such, on the next connection.

use super::super::chance::Chance;
use super::super::ground::Credentials;
use super::super::wire::{self, DUP, PUBACK, Packet};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Messages that wait for their acknowledgement at once.
const WINDOW: usize = 50;
/// A broker that says nothing for so long is taken to be gone.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest pause before connecting again, in milliseconds.
const AGAIN_MS: u64 = 300;
/// Every so many messages, one has no time of its own.
const WITHOUT_TIME: u32 = 5;

/// Tells a share of the devices to cut their connections.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cut {
    pub(super) seed: u64,
    /// From 0 to 1.
    pub(super) share: f64,
}

/// What a device has sent.
pub(super) struct Sent {
    pub(super) device: u32,
    /// Of each message, by its number, whether it was acknowledged.
    pub(super) acked: Vec<bool>,
}

/// Whether the message of this number carries its own time and id.
pub(super) fn has_time(message: u32) -> bool {
    message % WITHOUT_TIME != WITHOUT_TIME - 1
}

/// A device.
pub(super) struct Device {
    number: u32,
    topic: String,
    hello: Vec<u8>,
    broker: SocketAddr,
    every: Duration,
    chance: Chance,
    /// The number of the message, and its packet.
    waiting: VecDeque<(u32, Vec<u8>)>,
    acked: Vec<bool>,
}

impl Device {
    pub(super) fn new(
        number: u32,
        credentials: Credentials,
        broker: SocketAddr,
        every: Duration,
        seed: u64,
    ) -> Device {
        let client_id = format!("tortured-{number}");
        Device {
            number,
            topic: credentials.topic(),
            hello: wire::connect(&client_id, Some((&credentials.user_name, &credentials.key)), 60),
            broker,
            every,
            chance: Chance::new(seed ^ (u64::from(number) << 32)),
            waiting: VecDeque::new(),
            acked: Vec::new(),
        }
    }

    /// Sends until `enough`, and then until all is acknowledged or `give_up`.
    pub(super) async fn run(
        mut self,
        mut cuts: watch::Receiver<Cut>,
        enough: CancellationToken,
        give_up: CancellationToken,
    ) -> Sent {
        while !(give_up.is_cancelled() || enough.is_cancelled() && self.waiting.is_empty()) {
            let connected = self.connection(&mut cuts, &enough);
            if let Some(Err(error)) = give_up.run_until_cancelled(connected).await {
                tracing::trace!(device = self.number, %error, "connecting again");
                tokio::time::sleep(Duration::from_millis(self.chance.below(AGAIN_MS))).await;
            }
        }
        Sent { device: self.number, acked: self.acked }
    }

    /// One connection: until it breaks, is cut, or all is said.
    async fn connection(
        &mut self,
        cuts: &mut watch::Receiver<Cut>,
        enough: &CancellationToken,
    ) -> io::Result<()> {
        let mut stream = tokio::time::timeout(PATIENCE, self.connect()).await??;
        for (_, packet) in &mut self.waiting {
            packet[0] |= DUP;
            stream.write_all(packet).await?;
        }
        cuts.mark_unchanged();
        let (mut input, mut filled, mut heard) = (vec![0; 1024], 0, Instant::now());
        let mut tick = tokio::time::interval(self.every);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !(enough.is_cancelled() && self.waiting.is_empty()) {
            tokio::select! {
                read = stream.read(&mut input[filled..]) => {
                    filled = match read? {
                        0 => return Err(io::ErrorKind::ConnectionAborted.into()),
                        count => filled + count,
                    };
                    let taken = self.acknowledged(&input[..filled]);
                    input.copy_within(taken..filled, 0);
                    filled -= taken;
                    heard = Instant::now();
                }
                _ = tick.tick() => {
                    if self.waiting.is_empty() {
                        heard = Instant::now();
                    } else if heard.elapsed() > PATIENCE {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    if !enough.is_cancelled() && self.waiting.len() < WINDOW {
                        stream.write_all(self.next()).await?;
                    }
                }
                Ok(()) = cuts.changed() => {
                    let Cut { seed, share } = *cuts.borrow_and_update();
                    if Chance::new(seed ^ u64::from(self.number)).part() < share {
                        // In the middle of a message, which is sent whole on the next connection.
                        let packet = self.next();
                        let half = packet.len() / 2;
                        stream.write_all(&packet[..half]).await?;
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.broker).await?;
        wire::sign_in(&mut stream, &self.hello).await?;
        Ok(stream)
    }

    /// The next message, which waits from now on.
    fn next(&mut self) -> &[u8] {
        let number = self.acked.len() as u32;
        self.acked.push(false);
        let (device, reading) = (self.number, 20.0 + self.chance.below(1000) as f64 / 100.0);
        let body = if has_time(number) {
            let ts = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            format!(r#"{{"id":"{device}-{number}","ts":{ts},"values":{{"temperature":{reading}}}}}"#)
        } else {
            format!(r#"{{"ref":"{device}-{number}","temperature":{reading}}}"#)
        };
        let packet = wire::publish(&self.topic, packet_id(number), body.as_bytes());
        self.waiting.push_back((number, packet));
        self.waiting.back().map_or(&[], |(_, packet)| packet)
    }

    /// Takes the acknowledgements that have come whole; tells how many bytes they took.
    fn acknowledged(&mut self, input: &[u8]) -> usize {
        let mut at = 0;
        while let Some(packet) = Packet::read(&input[at..]) {
            at += packet.size;
            if packet.kind() != PUBACK {
                continue;
            }
            if let Some(place) = self.waiting.iter().position(|(n, _)| packet_id(*n) == packet.number())
                && let Some((number, _)) = self.waiting.remove(place)
                && let Some(acked) = self.acked.get_mut(number as usize)
            {
                *acked = true;
            }
        }
        at
    }
}

fn packet_id(message: u32) -> u16 {
    (message % 60_000) as u16 + 1
}
