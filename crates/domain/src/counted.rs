//! Attempts at what must not be guessed, counted as failures until they succeeded.

use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use model::{Code, Problem};
use store::{Attempt, Limit};

/// Failures of one key that are borne within [`WINDOW_MS`].
const FAILURES_OF_KEY: i64 = 5;
/// Failures from one network address that are borne within [`WINDOW_MS`].
const FAILURES_FROM_ADDRESS: i64 = 30;
/// For how long a failure counts, in milliseconds.
const WINDOW_MS: i64 = 15 * 60 * 1000;

/// An attempt that stands as a failure until [`Counted::succeeded`].
pub(crate) struct Counted {
    key: String,
    address: String,
    at_ms: i64,
}

impl Counted {
    /// Counts an attempt at this key (`email ada@example.com`) from this network address.
    pub(crate) async fn begin(homeport: &Homeport, key: String, from: &str) -> Result<Counted> {
        let from: String = from.chars().filter(|c| *c != '\0').take(64).collect();
        let key = key.replace('\0', "");
        let counted = Counted { key, address: format!("from {from}"), at_ms: now_ms() };
        let limits = [
            Limit { key: counted.key.clone(), most: FAILURES_OF_KEY },
            Limit { key: counted.address.clone(), most: FAILURES_FROM_ADDRESS },
        ];
        match homeport.store().attempts().begin(&limits, counted.at_ms, WINDOW_MS).await? {
            Attempt::Allowed => Ok(counted),
            Attempt::Refused { retry_ms } => {
                let minutes = ((retry_ms - counted.at_ms + 59_999) / 60_000).max(1);
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                let detail = format!("Too many attempts. Try again in {minutes} {unit}.");
                Err(Problem::with_detail(Code::TooMany, detail).into())
            }
        }
    }

    /// It was right: the failures of the key are forgotten, and this one of the network address.
    pub(crate) async fn succeeded(self, homeport: &Homeport) -> Result<()> {
        Ok(homeport.store().attempts().succeeded(&self.key, &self.address, self.at_ms).await?)
    }
}
