//! Kills, stalls and cuts everything at random moments while devices send, and then asks the database whether every
//! message is there that was acknowledged, and exactly once where it carried its own time.

mod device;
mod faults;
mod verdict;

use super::arguments::TortureArgs;
use super::chance::Chance;
use super::ground::Ground;
use super::process;
use super::report::Report;
use crate::error::{Error, Result};
use crate::terminal;
use device::{Cut, Device, Sent};
use faults::Fault;
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use verdict::Verdict;

/// How long devices send before the first fault.
const CALM: Duration = Duration::from_secs(2);
/// How long the devices may take, after the last fault, until everything is acknowledged.
const QUIET: Duration = Duration::from_secs(120);
/// How often it is looked whether the server has ended by itself.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs the torture.
pub(super) async fn run(args: &TortureArgs, dir: &Path) -> Result<()> {
    let seed = match args.seed {
        Some(seed) => seed,
        None => fresh_seed()?,
    };
    process::allow_connections(args.connections)?;
    let mut ground = Ground::prepare(dir, args.connections).await?;
    ground.start()?;
    ground.ready().await?;
    terminal::tell(&format!("{} devices send; chance has the seed {seed} …", args.connections));
    let (cut, cuts) = watch::channel(Cut::default());
    let (enough, give_up) = (CancellationToken::new(), CancellationToken::new());
    let mut devices = JoinSet::new();
    for (number, credentials) in (0..).zip(ground.devices.iter().cloned()) {
        let every = Duration::from_secs_f64(1.0 / f64::from(args.rate));
        let device = Device::new(number, credentials, ground.broker, every, seed);
        devices.spawn(device.run(cuts.clone(), enough.clone(), give_up.clone()));
    }
    let mut chance = Chance::new(seed);
    let (done, revived) = strike(args, &mut ground, &cut, &mut chance).await?;

    terminal::tell("Waiting until everything is acknowledged …");
    process::signal("-CONT", &ground.postgres());
    while ground.ended()?.is_some() {
        ground.start()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    ground.ready().await?;
    enough.cancel();
    let late = give_up.clone();
    let patience = tokio::spawn(async move {
        tokio::time::sleep(QUIET).await;
        late.cancel();
    });
    let mut sent: Vec<Sent> = Vec::new();
    while let Some(ended) = devices.join_next().await {
        sent.push(ended.map_err(|e| Error::Bench(e.to_string()))?);
    }
    patience.abort();
    let verdict = verdict::compare(&ground.probe().await?, sent).await?;
    report(args, seed, &done, revived, &verdict);
    verdict.outcome(&ground)
}

/// Makes faults until the time is over; tells which, and how often the server ended by itself and was started again.
async fn strike(
    args: &TortureArgs,
    ground: &mut Ground,
    cut: &watch::Sender<Cut>,
    chance: &mut Chance,
) -> Result<(Vec<Fault>, u32)> {
    let start = Instant::now() + CALM;
    let end = start + Duration::from_secs_f64((args.minutes * 60.0).max(1.0));
    let mean = 60.0 / f64::from(args.faults);
    let (mut done, mut revived, mut next) = (Vec::new(), 0, start);
    loop {
        while Instant::now() < next {
            revived += mind(ground)?;
            tokio::time::sleep_until(next.min(Instant::now() + LOOK_EVERY)).await;
        }
        if next >= end {
            return Ok((done, revived));
        }
        let fault = Fault::choose(&done, chance);
        tracing::info!(?fault, "fault");
        fault.strike(ground, cut, chance).await?;
        done.push(fault);
        next += Duration::from_secs_f64(mean * (0.3 + 1.4 * chance.part()));
    }
}

/// Starts a server that gave up, as a supervisor does: it may have been started while Postgres was dying.
fn mind(ground: &mut Ground) -> Result<u32> {
    let Some(status) = ground.ended()? else { return Ok(0) };
    tracing::info!(%status, said = ground.said(), "the server ended by itself");
    ground.start()?;
    Ok(1)
}

fn report(args: &TortureArgs, seed: u64, done: &[Fault], revived: u32, verdict: &Verdict) {
    let mut report = Report::default();
    report.add("acked", "messages acknowledged", verdict.acked);
    report.add("lost", "… and not stored", verdict.lost);
    report.add("duplicated", "stored more than once, with a time of their own", verdict.duplicated);
    report.add("repeated", "… without, which is allowed", verdict.repeated);
    report.add("unacknowledged", "never acknowledged", verdict.unacknowledged);
    report.add("refused", "refused, though nothing was wrong with them", verdict.refused);
    report.add("faults", "faults", done.len());
    for (fault, key, words) in Fault::ALL {
        report.add(key, words, done.iter().filter(|other| **other == fault).count());
    }
    report.add("revived", "the server gave up and was started again", revived);
    report.add("seed", "the seed of chance", seed);
    report.show(&format!("{} devices for {} minutes", args.connections, args.minutes), args.shared.json);
}

fn fresh_seed() -> Result<u64> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(u64::from(u32::from_le_bytes(bytes)))
}
