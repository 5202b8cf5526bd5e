//! What connections cost that say nothing: the server's memory, and how soon they are let in.

use super::arguments::ConnectionsArgs;
use super::ground::{Credentials, Ground};
use super::report::Report;
use super::{process, wire};
use crate::error::{Error, Result};
use crate::terminal;
use futures::{StreamExt, TryStreamExt};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Connections of one device; the broker allows as many.
const A_DEVICE: u32 = 10;
/// Signing in at once.
const AT_ONCE: usize = 64;
const KEEP_ALIVE_S: u16 = 300;
/// How long memory is left to settle before it is read.
const SETTLE: Duration = Duration::from_secs(5);

/// Runs the bench.
pub(super) async fn run(args: &ConnectionsArgs, dir: &Path) -> Result<()> {
    process::allow_connections(args.count)?;
    let mut ground = Ground::prepare(dir, args.count.div_ceil(A_DEVICE)).await?;
    ground.start()?;
    ground.ready().await?;
    tokio::time::sleep(SETTLE).await;
    let memory = |ground: &Ground| ground.server().map(process::memory_mb).unwrap_or_default();
    let (before, _) = memory(&ground);

    terminal::tell(&format!("Connecting {} times …", args.count));
    let start = Instant::now();
    let (broker, devices) = (ground.broker, ground.devices.clone());
    let one = |number: u32| {
        let device = devices[(number / A_DEVICE) as usize].clone();
        connect(broker, device, number)
    };
    let mut streams: Vec<TcpStream> =
        futures::stream::iter(0..args.count).map(one).buffer_unordered(AT_ONCE).try_collect().await?;
    let took = start.elapsed();
    tokio::time::sleep(SETTLE).await;
    for stream in &mut streams {
        stream.write_all(&wire::PINGREQ).await?;
    }
    tokio::time::sleep(SETTLE).await;
    let (after, peak) = memory(&ground);
    let alive = streams.iter().filter(|stream| answers(stream)).count();

    let mut report = Report::default();
    report.add("connections", "connections", args.count);
    report.add("alive", "… that answer a ping in the end", alive);
    report.measured(
        "connects_per_s",
        "connections made a second",
        f64::from(args.count) / took.as_secs_f64(),
    );
    report.measured(
        "bytes_per_connection",
        "bytes of the server for each",
        (after - before) * 1e6 / f64::from(args.count),
    );
    report.measured("connections_mb", "… for all, MB", after - before);
    report.measured("server_rss_mb", "memory of the server, MB", after);
    report.measured("server_peak_mb", "… at its highest, MB", peak);
    report.measured("server_rss_before_mb", "… before them, MB", before);
    report.show(&format!("{} idle connections, keep-alive {KEEP_ALIVE_S} s", args.count), args.shared.json);
    if alive < args.count as usize {
        return Err(Error::Bench(format!("{} connections don't answer", args.count as usize - alive)));
    }
    Ok(())
}

async fn connect(broker: SocketAddr, device: Credentials, number: u32) -> Result<TcpStream> {
    let hello =
        wire::connect(&format!("idle-{number}"), Some((&device.user_name, &device.key)), KEEP_ALIVE_S);
    let mut stream = TcpStream::connect(broker).await?;
    wire::sign_in(&mut stream, &hello).await?;
    Ok(stream)
}

/// Whether the answer to a ping has come.
fn answers(stream: &TcpStream) -> bool {
    let mut answer = [0; 2];
    matches!(stream.try_read(&mut answer), Ok(2)) && answer == [0xd0, 0]
}
