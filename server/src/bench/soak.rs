//! How much comes in for minutes while what came before is compacted: the highest rate at which nothing piles up, and
//! whether memory stays flat.
//!
//! The load goes in steps. A step after which closed slots wait is followed by a slower one, one that was borne well by a
//! faster one; so the rate settles where ingestion and compaction keep up with each other.

use super::arguments::SoakArgs;
use super::ground::Ground;
use super::load::Load;
use super::process;
use super::report::Report;
use crate::error::{Error, Result};
use crate::terminal;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// The time of the first message, milliseconds since 1970, and how far the next step's lie behind.
const FIRST_MS: u64 = 1_750_000_000_000;
const NEXT_MS: u64 = 100_000_000;
/// How long a step is measured.
const STEP: Duration = Duration::from_secs(30);
/// A step whose rate was not reached by so much was too fast.
const REACHED: f64 = 0.97;
const SLOWER: f64 = 0.88;
const FASTER: f64 = 1.04;
/// Of what the first, unpaced step reaches, what the next tries.
const BEGIN: f64 = 0.7;
/// One closed slot is being compacted; more wait.
const WAITING: u64 = 1;

/// What a step has shown.
struct Step {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    rss_mb: f64,
    closed: u64,
}

/// Runs the bench.
pub(super) async fn run(args: &SoakArgs, dir: &Path) -> Result<()> {
    process::allow_connections(args.connections)?;
    let mut ground = Ground::prepare(dir, args.connections).await?;
    ground.start()?;
    ground.ready().await?;
    let probe = ground.probe().await?;
    let end = Instant::now() + Duration::from_secs_f64(args.minutes * 60.0);
    let (mut steps, mut acknowledged, mut unacknowledged) = (Vec::<Step>::new(), 0, 0);
    let mut rate = args.rate;
    while Instant::now() < end {
        let load = Load {
            broker: ground.broker,
            devices: ground.devices.clone(),
            values: args.values,
            window: args.window,
            length: STEP.min(end - Instant::now()).max(Duration::from_secs(1)),
            rate,
            first_ms: FIRST_MS + NEXT_MS * steps.len() as u64,
        };
        let seen = load.run(|| ()).await?;
        if let Some(status) = ground.ended()? {
            return Err(Error::Bench(format!("the server ended ({status}); it said: {}", ground.said())));
        }
        acknowledged += seen.acknowledged;
        unacknowledged += seen.unacknowledged;
        let (rss_mb, _) = ground.server().map(process::memory_mb).unwrap_or_default();
        let closed = probe.closed_slots().await?;
        let step = Step {
            rate: seen.rate,
            p50_ms: seen.latency_ms(0.5),
            p99_ms: seen.latency_ms(0.99),
            rss_mb,
            closed,
        };
        terminal::tell(&format!(
            "{:7.0} messages/s, acknowledged within {:.0} ms ({:.0} ms for 99 of 100), {closed} slots to compact, {rss_mb:.0} MB",
            step.rate, step.p50_ms, step.p99_ms
        ));
        rate = args.rate.or(Some(next(rate, &step)));
        steps.push(step);
    }
    let stored = probe.counted().await?;
    let compacted = probe.compacted_messages().await?;

    // The first half finds the rate.
    let settled = &steps[steps.len() / 2..];
    let mean = |of: fn(&Step) -> f64| settled.iter().map(of).sum::<f64>() / settled.len().max(1) as f64;
    let most = |steps: &[Step], of: fn(&Step) -> f64| steps.iter().map(of).fold(0.0, f64::max);
    let mut report = Report::default();
    report.measured("minutes", "minutes", args.minutes);
    report.measured("sustained_messages_per_s", "messages/s, in the second half", mean(|s| s.rate));
    let points = mean(|s| s.rate) * f64::from(args.values);
    report.measured("sustained_datapoints_per_s", "datapoints/s", points);
    report.measured("puback_p50_ms", "acknowledged within, half of them, ms", mean(|s| s.p50_ms));
    report.measured("puback_p99_ms", "… 99 of 100, ms", mean(|s| s.p99_ms));
    report.add("compacted_messages", "messages compacted meanwhile", compacted);
    report.measured(
        "slots_waiting_most",
        "slots that waited for it, at most",
        most(settled, |s| s.closed as f64),
    );
    let early = most(&steps[..steps.len().div_ceil(2)], |s| s.rss_mb);
    report.measured("server_rss_first_half_mb", "memory of the server at its highest, first half, MB", early);
    report.measured("server_rss_mb", "… second half, MB", most(settled, |s| s.rss_mb));
    report.add("acknowledged", "messages acknowledged", acknowledged);
    report.add("unacknowledged", "messages that never were", unacknowledged);
    report.add("lost", "acknowledged and not stored", acknowledged.saturating_sub(stored));
    let title = format!(
        "{} connections, {} values a message, a window of {}",
        args.connections, args.values, args.window
    );
    report.show(&title, args.shared.json);
    Ok(())
}

/// The rate of the next step.
fn next(asked: Option<f64>, step: &Step) -> f64 {
    match asked {
        None => step.rate * BEGIN,
        Some(asked) if step.closed > WAITING || step.rate < asked * REACHED => step.rate.min(asked) * SLOWER,
        Some(asked) => asked * FASTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(rate: f64, closed: u64) -> Step {
        Step { rate, p50_ms: 1.0, p99_ms: 2.0, rss_mb: 60.0, closed }
    }

    #[test]
    fn what_piles_up_slows_down_and_what_is_borne_speeds_up() {
        assert!(next(None, &step(1000.0, 0)) < 1000.0);
        assert!(next(Some(1000.0), &step(1000.0, 1)) > 1000.0);
        assert!(next(Some(1000.0), &step(1000.0, 2)) < 1000.0);
        assert!(next(Some(1000.0), &step(900.0, 0)) < 900.0);
    }
}
