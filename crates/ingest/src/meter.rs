//! Adds up what was used, and notes how workspaces are: of several processes, one at a time does it.

use crate::retry::chain;
use crate::source::now_ms;
use std::time::{Duration, Instant};
use store::telemetry::Keeper;
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How often is added up. Limits by the day are exact to what comes in this time.
const EVERY: Duration = Duration::from_secs(2);
/// How often is noted how workspaces are.
const HEALTH_EVERY: Duration = Duration::from_secs(20);
/// How often is noted what they take on the disk.
const STORED_EVERY: Duration = Duration::from_secs(60 * 60);

/// Adds up until `stop`.
pub async fn meter(keeper: Keeper, stop: CancellationToken) {
    let (mut health, mut stored) = (None::<Instant>, None::<Instant>);
    let due = |at: Option<Instant>, every: Duration| at.is_none_or(|at| at.elapsed() >= every);
    loop {
        let work = async {
            while keeper.meter().await?.more {}
            if due(health, HEALTH_EVERY) {
                keeper.note_health(now_ms()).await?;
                health = Some(Instant::now());
            }
            if due(stored, STORED_EVERY) {
                keeper.note_stored().await?;
                stored = Some(Instant::now());
            }
            Ok::<_, store::Error>(())
        };
        tokio::select! {
            done = work => if let Err(error) = done {
                // What was noted waits.
                warn!(error = chain(&error), "usage can't be added up; trying again");
            },
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}
