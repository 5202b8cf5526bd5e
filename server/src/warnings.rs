//! Tells administrators of workspaces of limits that are near, and ends trials whose time is over.

use crate::error::chain;
use domain::{Homeport, limits, platform};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_util::sync::CancellationToken;

/// How often is looked. How workspaces are is noted about as often.
const LOOK: Duration = Duration::from_secs(20);

/// Looks until `stop`. Any number of processes may.
pub(crate) async fn work(homeport: Homeport, stop: CancellationToken) {
    loop {
        if let Err(error) = limits::warn(&homeport).await {
            tracing::warn!(causes = chain(&error), "limits that are near can't be told; trying again");
        }
        match platform::end_trials(&homeport, now_ms()).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "trials have ended"),
            Err(error) => tracing::warn!(causes = chain(&error), "trials can't be ended; trying again"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
