//! Processes as `/proc` shows them: memory and time, and signals by `kill`.

use crate::error::{Error, Result};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Ticks a second in which Linux counts the time of processes.
const TICKS: f64 = 100.0;
/// Files that the server and this process need beside the connections.
const BESIDE: u64 = 500;

/// A process with all beneath it, itself first.
pub(super) fn family(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let all: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, stat(pid)?.parent)))
        .collect();
    let mut at = 0;
    while let Some(&parent) = found.get(at) {
        found.extend(all.iter().filter(|(_, above)| *above == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    found
}

/// The resident memory of a process in MB: now, and at its highest.
pub(super) fn memory_mb(pid: u32) -> (f64, f64) {
    let text = read(pid, "status").unwrap_or_default();
    (kilobytes(&text, "VmRSS:") / 1e3, kilobytes(&text, "VmHWM:") / 1e3)
}

/// The memory of several processes together in MB, where what they share counts once.
pub(super) fn shared_memory_mb(pids: &[u32]) -> f64 {
    pids.iter().map(|pid| kilobytes(&read(*pid, "smaps_rollup").unwrap_or_default(), "Pss:")).sum::<f64>()
        / 1e3
}

/// The time that the processors spent on these processes, in seconds.
pub(super) fn processor_s(pids: &[u32]) -> f64 {
    pids.iter().filter_map(|pid| stat(*pid)).map(|stat| stat.ticks as f64 / TICKS).sum()
}

/// Sends a signal; a process that is gone already is well too.
pub(super) fn signal(name: &str, pids: &[u32]) {
    let mut command = Command::new("kill");
    command.arg(name).args(pids.iter().map(u32::to_string)).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.status() {
        tracing::warn!(%error, name, "no signal could be sent");
    }
}

/// Lets this process, and so the server that it starts, open so many connections.
///
/// # Errors
/// The system doesn't allow it; the text says what would.
pub(super) fn allow_connections(count: u32) -> Result<()> {
    let files = u64::from(count) + BESIDE;
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap_or(u64::MAX));
    let (soft, hard) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if soft >= files {
        return Ok(());
    }
    // Only root may go above the hard limit.
    let mut command = Command::new("prlimit");
    command.arg(format!("--pid={}", std::process::id())).arg(format!("--nofile={files}:{}", hard.max(files)));
    match command.stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Error::Bench(format!(
            "a process may open {soft} files here, {hard} at most, and {files} are needed; as root, “ulimit -n {files}” \
             before the bench allows them, or --count takes fewer connections"
        ))),
    }
}

struct Stat {
    parent: u32,
    ticks: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = read(pid, "stat")?;
    // The name stands in brackets and may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok());
    Some(Stat { parent: number(1)? as u32, ticks: number(11)? + number(12)? })
}

fn read(pid: u32, file: &str) -> Option<String> {
    std::fs::read_to_string(PathBuf::from("/proc").join(pid.to_string()).join(file)).ok()
}

fn kilobytes(text: &str, key: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen() {
        let me = std::process::id();
        assert_eq!(family(me).first(), Some(&me));
        let (now, highest) = memory_mb(me);
        assert!(now > 1.0 && highest >= now, "{now} {highest}");
        assert!(shared_memory_mb(&[me]) > 0.5);
    }
}
