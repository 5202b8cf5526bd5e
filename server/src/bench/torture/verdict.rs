//! What was acknowledged beside what is stored.

use super::device::{self, Sent};
use std::collections::HashMap;

/// The outcome.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Acknowledged messages.
    pub(super) acked: u64,
    /// Those of them that aren't stored.
    pub(super) lost: u64,
    /// Messages with a time of their own that are stored more than once.
    pub(super) duplicated: u64,
    /// Messages without, that are.
    pub(super) repeated: u64,
    /// Messages that were never acknowledged, though there was time.
    pub(super) unacknowledged: u64,
    /// Entries that the ingestion refused.
    pub(super) refused: u64,
    /// The first few that were lost or duplicated.
    examples: Vec<String>,
}

/// How often each message is stored.
pub(super) struct Stored {
    counts: HashMap<u32, Vec<u8>>,
    /// Entries that were refused.
    pub(super) refused: u64,
}

impl Stored {
    /// Nothing is, of what was sent.
    pub(super) fn nothing_of(sent: &[Sent]) -> Stored {
        let counts = sent.iter().map(|sent| (sent.device, vec![0; sent.acked.len()])).collect();
        Stored { counts, refused: 0 }
    }

    /// One of this name is.
    pub(super) fn add(&mut self, name: &str) {
        let Some((device, message)) = name.split_once('-') else { return };
        let (Ok(device), Ok(message)) = (device.parse::<u32>(), message.parse::<usize>()) else { return };
        if let Some(count) = self.counts.get_mut(&device).and_then(|counts| counts.get_mut(message)) {
            *count = count.saturating_add(1);
        }
    }
}

/// Compares.
pub(super) fn compare(mut stored: Stored, sent: Vec<Sent>) -> Verdict {
    let mut verdict = Verdict { refused: stored.refused, ..Verdict::default() };
    for sent in sent {
        let counts = stored.counts.remove(&sent.device).unwrap_or_default();
        for ((number, acked), count) in (0..).zip(sent.acked).zip(counts) {
            verdict.add(sent.device, number, acked, count);
        }
    }
    verdict
}

impl Verdict {
    fn add(&mut self, device: u32, message: u32, acked: bool, count: u8) {
        self.acked += u64::from(acked);
        self.unacknowledged += u64::from(!acked);
        let (lost, twice) = (acked && count == 0, count > 1);
        self.lost += u64::from(lost);
        match device::has_time(message) {
            true => self.duplicated += u64::from(twice),
            false => self.repeated += u64::from(twice),
        }
        if (lost || twice && device::has_time(message)) && self.examples.len() < 5 {
            self.examples.push(format!("message {message} of device {device}, stored {count} times"));
        }
    }

    /// Whether the promise was kept.
    ///
    /// # Errors
    /// How it was broken.
    pub(super) fn outcome(&self, said: &str) -> Result<(), String> {
        if self.acked == 0 {
            return Err(format!("nothing was acknowledged; the server said: {said}"));
        }
        if self.lost + self.duplicated + self.refused > 0 {
            return Err(format!(
                "the promise was broken: {} lost, {} duplicated, {} refused ({})",
                self.lost,
                self.duplicated,
                self.refused,
                self.examples.join("; ")
            ));
        }
        if self.unacknowledged > 0 {
            return Err(format!(
                "{} messages were never acknowledged, though every fault was over",
                self.unacknowledged
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_as_broken() {
        let mut verdict = Verdict::default();
        // Number 4 has no time of its own.
        for (message, acked, count) in [(0, true, 1), (1, true, 0), (2, false, 0), (3, true, 2), (4, true, 2)]
        {
            verdict.add(9, message, acked, count);
        }
        assert_eq!((verdict.acked, verdict.lost, verdict.duplicated), (4, 1, 1));
        assert_eq!((verdict.repeated, verdict.unacknowledged), (1, 1));
        assert_eq!(verdict.examples.len(), 2);
    }
}
