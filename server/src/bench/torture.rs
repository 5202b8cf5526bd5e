//! Kills, stalls and cuts everything at random moments while devices send, and then asks the database whether every
//! message is there that was acknowledged, and exactly once where it carried its own time.

mod device;
mod disk;
mod faults;
mod subject;
mod verdict;

use super::arguments::TortureArgs;
use super::chance::Chance;
use super::process;
use super::report::Report;
use crate::error::{Error, Result};
use crate::terminal;
use device::{Cut, Device, Sent};
use disk::Disk;
use faults::Fault;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use subject::Subject;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use verdict::{Stored, Verdict};

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
    // Before the subject, so that it is given up after it.
    let disk = disk(args, dir);
    let mut subject = Subject::start(args, dir).await?;
    terminal::tell(&format!("{} devices send; chance has the seed {seed} …", args.connections));
    let (cut, cuts) = watch::channel(Cut::default());
    let (enough, give_up) = (CancellationToken::new(), CancellationToken::new());
    let mut devices = JoinSet::new();
    for (number, credentials) in (0..).zip(subject.devices().iter().cloned()) {
        let every = Duration::from_secs_f64(1.0 / f64::from(args.rate));
        let device = Device::new(number, credentials, subject.broker(), every, seed);
        devices.spawn(device.run(cuts.clone(), enough.clone(), give_up.clone()));
    }
    let mut chance = Chance::new(seed);
    let done = strike(args, &mut subject, disk.as_ref().ok(), &cut, &mut chance).await?;

    terminal::tell("Waiting until everything is acknowledged …");
    subject.recover().await?;
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
    let mut stored = Stored::nothing_of(&sent);
    subject.stored(&mut stored).await?;
    let verdict = verdict::compare(stored, sent);
    let miscounted = subject.miscounted().await?;
    report(args, seed, &done, &verdict, miscounted);
    subject.judge(verdict.outcome(&subject.said()))
}

/// A disk that can be filled; without one, that fault is left out, and it is said why.
fn disk(args: &TortureArgs, dir: &Path) -> Result<Disk, String> {
    let messages = args.minutes * 60.0 * f64::from(args.connections) * f64::from(args.rate);
    let disk = Disk::mount(dir, messages as u64, args.shared.keep);
    if let Err(why) = &disk {
        terminal::tell(&format!("The disk will not be filled, because no small one can be made: {why}."));
    }
    disk
}

/// What was done, and what came of it.
struct Done {
    able: Vec<(Fault, u32)>,
    faults: Vec<Fault>,
    /// How often a process that had ended was started again, but for a killed server.
    revived: u32,
}

/// Makes faults until the time is over.
async fn strike(
    args: &TortureArgs,
    subject: &mut Subject,
    disk: Option<&Disk>,
    cut: &watch::Sender<Cut>,
    chance: &mut Chance,
) -> Result<Done> {
    let mut done = Done { able: Fault::of(subject, disk), faults: Vec::new(), revived: 0 };
    let start = Instant::now() + CALM;
    let end = start + Duration::from_secs_f64((args.minutes * 60.0).max(1.0));
    let mean = 60.0 / f64::from(args.faults);
    let mut next = if args.faults == 0 { end } else { start };
    loop {
        while Instant::now() < next {
            done.revived += subject.mind().await?;
            tokio::time::sleep_until(next.min(Instant::now() + LOOK_EVERY)).await;
        }
        if next >= end {
            return Ok(done);
        }
        let fault = Fault::choose(&done.able, &done.faults, chance);
        tracing::info!(?fault, "fault");
        fault.strike(subject, disk, cut, chance).await?;
        done.revived += subject.mind().await?;
        done.faults.push(fault);
        next += Duration::from_secs_f64(mean * (0.3 + 1.4 * chance.part()));
    }
}

fn report(args: &TortureArgs, seed: u64, done: &Done, verdict: &Verdict, miscounted: Option<u64>) {
    let mut report = Report::default();
    report.add("acked", "messages acknowledged", verdict.acked);
    report.add("lost", "… and not stored", verdict.lost);
    report.add("duplicated", "stored more than once, with a time of their own", verdict.duplicated);
    report.add("repeated", "… without, which is allowed", verdict.repeated);
    report.add("unacknowledged", "never acknowledged", verdict.unacknowledged);
    report.add("refused", "refused, though nothing was wrong with them", verdict.refused);
    if let Some(miscounted) = miscounted {
        report.add("miscounted", "by which the meter and what is stored differ", miscounted);
    }
    report.add("faults", "faults", done.faults.len());
    for (fault, key, words, _) in Fault::ALL {
        if done.able.iter().any(|(able, _)| *able == fault) {
            report.add(key, words, done.faults.iter().filter(|other| **other == fault).count());
        } else if fault == Fault::FillDisk {
            report.add(key, words, Value::Null);
        }
    }
    report.add("revived", "processes that had ended, started again", done.revived);
    report.add("seed", "the seed of chance", seed);
    let what = args.against.map_or("", |_| " against mosquitto, a plain subscriber and Postgres");
    report
        .show(&format!("{} devices for {} minutes{what}", args.connections, args.minutes), args.shared.json);
}

fn fresh_seed() -> Result<u64> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(u64::from(u32::from_le_bytes(bytes)))
}
