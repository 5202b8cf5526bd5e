//! Patience with a database that is away: the same again, after longer and longer pauses, until it works.

use crate::figures;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// A try that takes longer is given up: a connection can be dead without anybody saying so.
const TRY: Duration = Duration::from_secs(90);

/// Does it until it succeeds. Nothing, where `stop` came while it failed.
pub(crate) async fn until_done<T, E: std::error::Error, F: Future<Output = Result<T, E>>>(
    what: &str,
    stop: &CancellationToken,
    mut attempt: impl FnMut() -> F,
) -> Option<T> {
    let mut pause = FIRST;
    loop {
        match tokio::time::timeout(TRY, attempt()).await {
            Ok(Ok(done)) => {
                if pause > FIRST {
                    info!(what, "works again");
                }
                return Some(done);
            }
            Ok(Err(error)) => warn!(
                what,
                error = chain(&error),
                pause_ms = pause.as_millis() as u64,
                "failed; trying again"
            ),
            Err(_) => warn!(what, pause_ms = pause.as_millis() as u64, "took too long; trying again"),
        }
        figures::retried();
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return None,
        }
        pause = (pause * 2).min(LONGEST);
    }
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
