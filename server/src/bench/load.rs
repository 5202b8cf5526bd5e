//! Many devices that send at once, and what they saw together.

use super::ground::Credentials;
use super::publisher::{self, Message, Plan, Seen};
use super::wire;
use crate::error::{Error, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What comes in the first seconds doesn't count: caches fill, batches find their size.
const WARM_UP: Duration = Duration::from_secs(3);
/// Signing in at once, or the handshakes time out.
const SIGN_IN_AT_ONCE: usize = 100;

/// A load.
#[derive(Clone)]
pub(super) struct Load {
    pub(super) broker: SocketAddr,
    pub(super) devices: Arc<[Credentials]>,
    pub(super) values: u8,
    pub(super) window: u16,
    /// How long is measured, after the warm-up.
    pub(super) length: Duration,
    /// Messages a second of all devices together; none: as fast as they can.
    pub(super) rate: Option<f64>,
    /// The time of each device's first message, milliseconds since 1970.
    pub(super) first_ms: u64,
}

/// What the devices saw.
pub(super) struct Measured {
    /// Acknowledged messages a second.
    pub(super) rate: f64,
    /// Acknowledged messages, those of the warm-up too.
    pub(super) acknowledged: u64,
    pub(super) unacknowledged: u64,
    micros: Vec<u32>,
}

impl Measured {
    /// The time within which this part of the messages was acknowledged, in milliseconds.
    pub(super) fn latency_ms(&self, part: f64) -> f64 {
        let at = (self.micros.len() as f64 * part) as usize;
        self.micros.get(at.min(self.micros.len().saturating_sub(1))).map_or(0.0, |us| f64::from(*us) / 1e3)
    }
}

impl Load {
    /// Runs it. `measuring` is called when the warm-up is over.
    pub(super) async fn run(&self, measuring: impl FnOnce()) -> Result<Measured> {
        let streams = self.connect().await?;
        let start = Instant::now() + Duration::from_millis(50);
        let from = start + WARM_UP;
        let every = self.rate.map(|rate| Duration::from_secs_f64(self.devices.len() as f64 / rate.max(1.0)));
        let plan = Plan { window: usize::from(self.window), every, start, from, until: from + self.length };
        let mut tasks = JoinSet::new();
        for (place, (stream, device)) in streams.into_iter().zip(self.devices.iter()).enumerate() {
            let message = Message::new(&device.topic(), self.values, self.first_ms);
            // Spread, so that they don't send in step.
            let late = every.unwrap_or_default().mul_f64(place as f64 / self.devices.len() as f64);
            tasks.spawn(publisher::publish(stream, message, Plan { start: start + late, ..plan }));
        }
        tokio::time::sleep_until(from).await;
        measuring();
        let mut all = Seen::default();
        while let Some(seen) = tasks.join_next().await {
            let seen = seen.map_err(|e| Error::Bench(e.to_string()))??;
            all.acknowledged += seen.acknowledged;
            all.unacknowledged += seen.unacknowledged;
            all.micros.extend(seen.micros);
        }
        all.micros.sort_unstable();
        Ok(Measured {
            rate: all.micros.len() as f64 / self.length.as_secs_f64(),
            acknowledged: all.acknowledged,
            unacknowledged: all.unacknowledged,
            micros: all.micros,
        })
    }

    async fn connect(&self) -> Result<Vec<TcpStream>> {
        let mut streams = Vec::with_capacity(self.devices.len());
        for some in self.devices.chunks(SIGN_IN_AT_ONCE) {
            let hello = some.iter().map(async |device| {
                let id = device.user_name.replace('/', "-");
                let connect = wire::connect(&id, Some((&device.user_name, &device.key)), 600);
                let mut stream = TcpStream::connect(self.broker).await?;
                wire::sign_in(&mut stream, &connect).await.map(|()| stream)
            });
            streams.extend(futures::future::try_join_all(hello).await?);
        }
        Ok(streams)
    }
}
