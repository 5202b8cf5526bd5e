//! Debian's mosquitto under the same load: it only forwards, to one subscriber, and keeps nothing.

use super::load::Load;
use super::wire::{self, PUBLISH, Packet};
use super::{ground, process};
use crate::error::{Error, Result};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where Debian puts it: off the path of most people.
pub(super) const PROGRAM: &str = "/usr/sbin/mosquitto";

/// What mosquitto did.
pub(super) struct Forwarded {
    /// Messages a second that the subscriber received.
    pub(super) rate: f64,
    /// Messages that mosquitto acknowledged and the subscriber never received.
    pub(super) lost: u64,
}

/// Runs the load against it; nothing where it isn't installed.
pub(super) async fn forward(dir: &Path, load: &Load) -> Result<Option<Forwarded>> {
    if !Path::new(PROGRAM).exists() {
        return Ok(None);
    }
    let port = ground::port()?;
    let broker: SocketAddr = (Ipv4Addr::LOCALHOST, port).into();
    let _process = start(dir, port)?;
    let mut subscriber = subscribe(broker).await?;
    let received = Arc::new(AtomicU64::new(0));
    let count = received.clone();
    let hearing = tokio::spawn(async move { hear(&mut subscriber, &count).await });
    let (at_start, started) = (AtomicU64::new(0), received.clone());
    let load = Load { broker, ..load.clone() };
    let length = load.length;
    let at_end = received.clone();
    // The subscriber is read when the load's warm-up is over, and again when its measured time is.
    let measured = load.run(|| at_start.store(started.load(Ordering::Relaxed).max(1), Ordering::Relaxed));
    let ticking = async {
        while at_start.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(length).await;
        Ok(at_end.load(Ordering::Relaxed))
    };
    let (measured, end) = tokio::try_join!(measured, ticking)?;
    let mut last = 0;
    while received.load(Ordering::Relaxed) > last {
        last = received.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    hearing.abort();
    let rate = (end - at_start.load(Ordering::Relaxed)) as f64 / length.as_secs_f64();
    Ok(Some(Forwarded { rate, lost: measured.acknowledged.saturating_sub(last) }))
}

/// Mosquitto as it is recommended for throughput: nothing on disk, nothing dropped that can be helped.
fn start(dir: &Path, port: u16) -> Result<Killed> {
    let path = dir.join("mosquitto.conf");
    let text = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n\
         max_inflight_messages 0\nmax_queued_messages 0\nlog_type none\n"
    );
    std::fs::write(&path, text).map_err(Error::file(&path))?;
    let child =
        Command::new(PROGRAM).arg("-c").arg(&path).stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(Killed(child))
}

async fn subscribe(broker: SocketAddr) -> Result<TcpStream> {
    let mut tries = 0;
    let mut stream = loop {
        match TcpStream::connect(broker).await {
            Ok(stream) => break stream,
            Err(error) if tries > 100 => {
                return Err(Error::Bench(format!("mosquitto doesn't start: {error}")));
            }
            Err(_) => tries += 1,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    wire::sign_in(&mut stream, &wire::connect("subscriber", None, 600)).await?;
    stream.write_all(&wire::subscribe(1, "#")).await?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await?;
    Ok(stream)
}

/// Counts and acknowledges what comes.
async fn hear(stream: &mut TcpStream, count: &AtomicU64) -> io::Result<()> {
    let (mut input, mut filled, mut out) = (vec![0; 256 * 1024], 0, Vec::with_capacity(16 * 1024));
    loop {
        filled += match stream.read(&mut input[filled..]).await? {
            0 => return Ok(()),
            read => read,
        };
        let (mut at, mut messages) = (0, 0);
        while let Some(packet) = Packet::read(&input[at..filled]) {
            at += packet.size;
            if packet.kind() == PUBLISH {
                messages += 1;
                let topic = usize::from(packet.number());
                if let Some(&[high, low]) = packet.body.get(2 + topic..4 + topic) {
                    out.extend(wire::puback(u16::from_be_bytes([high, low])));
                }
            }
        }
        input.copy_within(at..filled, 0);
        filled -= at;
        count.fetch_add(messages, Ordering::Relaxed);
        stream.write_all(&out).await?;
        out.clear();
    }
}

/// Ends with what holds it.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        process::signal("-KILL", &[self.0.id()]);
        // It has ended: nothing to wait for but its number.
        let _ = self.0.wait();
    }
}
