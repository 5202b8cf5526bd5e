//! How much comes into the database, how long an acknowledgement takes, and what that is beside bare COPY and mosquitto.

use super::arguments::IngestArgs;
use super::ground::Ground;
use super::load::{Load, Measured};
use super::report::Report;
use super::{mosquitto, process};
use crate::error::Result;
use crate::terminal;
use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

/// The time of the first message: any that lies in the past and leaves room for the loads.
const FIRST_MS: u64 = 1_750_000_000_000;
/// Further than a device's times come in one load.
const NEXT_MS: u64 = 1_000_000_000;
/// Messages a second: half of those that two processors are to take, whatever this machine takes.
const AIM_RATE: f64 = 25_000.0;
/// Rows in a transaction of bare COPY: the most that the ingestion writes at once.
const COPY_ROWS: usize = 10_000;
/// Bare COPY takes at most so long.
const COPY_MAX: Duration = Duration::from_secs(8);

/// Time of the processors that each part took, in seconds.
#[derive(Clone, Copy, Default)]
struct Spent {
    server: f64,
    postgres: f64,
    load: f64,
}

/// Runs the bench.
pub(super) async fn run(args: &IngestArgs, dir: &Path) -> Result<()> {
    process::allow_connections(args.connections)?;
    let mut ground = Ground::prepare(dir, args.connections).await?;
    ground.start()?;
    ground.ready().await?;
    ground.probe().await?.meter(!args.no_metering).await?;
    let length = Duration::from_secs(args.seconds);
    let full = Load {
        broker: ground.broker,
        devices: ground.devices.clone(),
        values: args.values,
        window: args.window,
        length,
        rate: None,
        first_ms: FIRST_MS,
    };
    terminal::tell(&format!("As fast as {} devices can, for {} s …", args.connections, args.seconds));
    let before = Cell::new(Spent::default());
    let at_full = full.run(|| before.set(spent(&ground))).await?;
    let (before, after) = (before.get(), spent(&ground));
    let (rss, peak) = ground.server().map(process::memory_mb).unwrap_or_default();
    let postgres = process::shared_memory_mb(&ground.postgres());
    let probe = ground.probe().await?;
    let (messages, batches) = (probe.messages().await?, probe.batches().await?);
    let per_batch = messages as f64 / batches.max(1) as f64;

    terminal::tell("At half of that pace …");
    let half = Load { rate: Some(at_full.rate / 2.0), first_ms: FIRST_MS + NEXT_MS, ..full.clone() };
    let half_before = Cell::new(Spent::default());
    let at_half = half.run(|| half_before.set(spent(&ground))).await?;
    let (half_before, half_after) = (half_before.get(), spent(&ground));
    let per_half_batch =
        (probe.messages().await? - messages) as f64 / (probe.batches().await? - batches).max(1) as f64;
    terminal::tell("At the pace that is aimed at …");
    let paced = Load { rate: Some(AIM_RATE), first_ms: FIRST_MS + 2 * NEXT_MS, ..full.clone() };
    let at_aim = paced.run(|| ()).await?;
    let acknowledged = at_full.acknowledged + at_half.acknowledged + at_aim.acknowledged;
    let stored = probe.messages().await?;

    terminal::tell("The same rows by bare COPY …");
    let devices = i32::try_from(args.connections).unwrap_or(i32::MAX);
    let copied = probe.bare_copy(usize::from(args.values), COPY_ROWS, devices, length.min(COPY_MAX)).await?;
    drop(ground);
    let forwarded = if args.no_mosquitto {
        None
    } else {
        terminal::tell("The same load through mosquitto …");
        mosquitto::forward(dir, &Load { length: length.min(COPY_MAX), ..full }).await?
    };

    let mut report = Report::default();
    committed(&mut report, args, &at_full, &at_half, &at_aim);
    report.measured("rows_per_batch", "rows in a batch, on average", per_batch);
    report.measured("half_load_rows_per_batch", "… at half the load", per_half_batch);
    report.measured("copy_rows_per_s", "rows/s of bare COPY", copied);
    report.measured("copy_ratio", "messages/s, beside bare COPY", at_full.rate / copied);
    let ratio = forwarded.as_ref().map(|by| at_full.rate / by.rate);
    report.add(
        "mosquitto_messages_per_s",
        "messages/s that mosquitto forwards",
        forwarded.as_ref().map(|by| by.rate.round()),
    );
    report.add(
        "mosquitto_ratio",
        "messages/s, beside mosquitto",
        ratio.map(|r| (r * 1000.0).round() / 1000.0),
    );
    report.add("mosquitto_lost", "acknowledged by mosquitto, never delivered", forwarded.map(|by| by.lost));
    report.measured("server_rss_mb", "memory of the server, MB", rss);
    report.measured("server_peak_mb", "… at its highest, MB", peak);
    report.measured("postgres_mb", "memory of Postgres, shared counted once, MB", postgres);
    let cores = |now: f64, then: f64| (now - then) / args.seconds as f64;
    report.measured("server_cores", "processors busy with the server", cores(after.server, before.server));
    report.measured("postgres_cores", "… with Postgres", cores(after.postgres, before.postgres));
    report.measured("load_cores", "… with the load itself", cores(after.load, before.load));
    report.measured(
        "half_load_server_cores",
        "at half the load, processors busy with the server",
        cores(half_after.server, half_before.server),
    );
    report.measured(
        "half_load_postgres_cores",
        "… with Postgres",
        cores(half_after.postgres, half_before.postgres),
    );
    report.measured(
        "half_load_load_cores",
        "… with the load itself",
        cores(half_after.load, half_before.load),
    );
    report.add("acknowledged", "messages acknowledged in all", acknowledged);
    report.add(
        "unacknowledged",
        "messages that never were",
        at_full.unacknowledged + at_half.unacknowledged + at_aim.unacknowledged,
    );
    report.add("lost", "acknowledged and not stored", acknowledged.saturating_sub(stored));
    let title = format!(
        "{} connections, {} values a message, a window of {}, {} s",
        args.connections, args.values, args.window, args.seconds
    );
    report.show(&title, args.shared.json);
    Ok(())
}

fn committed(report: &mut Report, args: &IngestArgs, full: &Measured, half: &Measured, aim: &Measured) {
    report.measured("committed_messages_per_s", "messages/s committed and acknowledged", full.rate);
    let points = full.rate * f64::from(args.values);
    report.measured("committed_datapoints_per_s", "datapoints/s", points);
    report.measured("puback_p50_ms", "acknowledged within, half of them, ms", full.latency_ms(0.5));
    report.measured("puback_p99_ms", "… 99 of 100, ms", full.latency_ms(0.99));
    report.measured("half_load_messages_per_s", "messages/s at half the load", half.rate);
    report.measured("half_load_puback_p50_ms", "acknowledged within, half of them, ms", half.latency_ms(0.5));
    report.measured("half_load_puback_p99_ms", "… 99 of 100, ms", half.latency_ms(0.99));
    report.measured(
        "aim_load_messages_per_s",
        "messages/s at half of the 50,000 that are aimed at",
        aim.rate,
    );
    report.measured("aim_load_puback_p50_ms", "acknowledged within, half of them, ms", aim.latency_ms(0.5));
    report.measured("aim_load_puback_p99_ms", "… 99 of 100, ms", aim.latency_ms(0.99));
}

fn spent(ground: &Ground) -> Spent {
    let server: Vec<u32> = ground.server().into_iter().collect();
    Spent {
        server: process::processor_s(&server),
        postgres: process::processor_s(&ground.postgres()),
        load: process::processor_s(&[std::process::id()]),
    }
}
