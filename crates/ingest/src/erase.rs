//! Carries out the deletions that people asked for, a device at a time, beside whatever else the worker does.

use crate::figures;
use crate::retry::chain;
use std::time::Duration;
use store::telemetry::Keeper;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often is looked for one. People look on.
const LOOK: Duration = Duration::from_secs(2);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(15);

/// Deletes until `stop`. What is under way then is rolled back, and done by whoever comes next.
pub async fn erase(keeper: Keeper, stop: CancellationToken) {
    stop.run_until_cancelled(async {
        loop {
            match keeper.erase_next().await {
                Ok(Some(erased)) if erased.finished => info!("a deletion of telemetry is finished"),
                Ok(Some(_)) => {}
                Ok(None) => tokio::time::sleep(LOOK).await,
                Err(error) => {
                    figures::settling_failed();
                    let text = chain(&error);
                    warn!(error = text, "telemetry can't be deleted; trying again");
                    // Where the database is away, so is the place for the note.
                    let _ = keeper.note_trouble(&text).await;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    })
    .await;
}
