//! Deletes workspaces for good whose grace time is over.

use crate::error::chain;
use domain::{Homeport, platform};
use std::time::Duration;
use store::telemetry::Keeper;
use tokio_util::sync::CancellationToken;

/// How often is looked for one.
const LOOK: Duration = Duration::from_secs(60);

/// Deletes until `stop`. Any number of processes may.
pub(crate) async fn work(homeport: Homeport, keeper: Keeper, stop: CancellationToken) {
    loop {
        let stopped = || stop.is_cancelled();
        match platform::bury(&homeport, &keeper, &stopped).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "workspaces were deleted for good"),
            Err(error) => {
                tracing::warn!(causes = chain(&error), "a workspace can't be deleted; trying again");
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}
