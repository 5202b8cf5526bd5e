//! What comes within a moment goes on together, where going on at once would gain nobody anything.
//!
//! Many devices that send a message each now and then would otherwise cost a wake-up a message, three times: of their
//! connection, of the ingestion's connection, and of the ingestion. A message behind one that is not committed yet is
//! acknowledged after it anyway, so it may as well be read with the next: Nagle's rule, for reading. Who has nothing
//! under way is served at once.

use std::time::Duration;
use tokio::time::Instant;

/// How long reading from a device is put off at most while it waits for an acknowledgement, which ends it sooner.
const READING: Duration = Duration::from_millis(20);
/// How long messages are gathered for a service that has some to acknowledge.
const GIVING: Duration = Duration::from_millis(1);

/// What one connection puts off, and until when.
#[derive(Default)]
pub(crate) struct Gathering {
    reading: Option<Instant>,
    giving: Option<Instant>,
}

impl Gathering {
    /// Something has been read from a device with messages under way.
    pub(crate) fn has_read(&mut self) {
        self.reading = Some(Instant::now() + READING);
    }

    /// A service with messages under way has been given all there was.
    pub(crate) fn has_given(&mut self) {
        self.giving = Some(Instant::now() + GIVING);
    }

    /// There is mail: acknowledgements, most likely, so that waking costs nothing more.
    pub(crate) fn has_mail(&mut self) {
        self.reading = None;
    }

    /// Whether nothing is read.
    pub(crate) fn puts_off_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether nothing is given.
    pub(crate) fn puts_off_giving(&self) -> bool {
        self.giving.is_some()
    }

    /// When it is over at the latest.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.reading.into_iter().chain(self.giving).min()
    }

    /// Ends what has lasted long enough.
    pub(crate) fn look(&mut self) {
        let now = Instant::now();
        self.reading = self.reading.filter(|until| now < *until);
        self.giving = self.giving.filter(|until| now < *until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_put_off_comes_in_time_or_with_mail() {
        let mut gathering = Gathering::default();
        assert!(!gathering.puts_off_reading() && !gathering.puts_off_giving() && gathering.until().is_none());
        gathering.has_read();
        gathering.has_given();
        gathering.look();
        assert!(gathering.puts_off_reading() && gathering.puts_off_giving());
        tokio::time::advance(GIVING).await;
        gathering.look();
        assert!(gathering.puts_off_reading() && !gathering.puts_off_giving());
        gathering.has_mail();
        assert!(!gathering.puts_off_reading());
        gathering.has_read();
        let until = gathering.until().unwrap();
        tokio::time::sleep_until(until).await;
        gathering.look();
        assert_eq!(gathering.until(), None);
    }
}
