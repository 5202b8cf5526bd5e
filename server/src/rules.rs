//! Evaluates rules.

use crate::error::chain;
use domain::{Homeport, rules};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often is looked for something that rules mind.
const LOOK: Duration = Duration::from_millis(500);

/// Evaluates until `stop`. Any number of processes may.
pub(crate) async fn work(homeport: Homeport, stop: CancellationToken) {
    loop {
        let stopped = || stop.is_cancelled();
        if let Err(error) = rules::evaluate_due(&homeport, &stopped).await {
            tracing::warn!(causes = chain(&error), "rules can't be evaluated; trying again");
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}
