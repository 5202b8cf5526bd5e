//! Waiting for what must come, without guessing how long it takes.

use std::time::{Duration, Instant};

/// How long anything may take. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked.
const GLANCE: Duration = Duration::from_millis(30);

/// Looks again and again until there is something, and gives it.
///
/// # Panics
/// When it hasn't come after half a minute; `what` says what was waited for.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "this did not come within {} s: {what}", PATIENCE.as_secs());
        tokio::time::sleep(GLANCE).await;
    }
}
