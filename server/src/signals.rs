//! Ctrl-C and SIGTERM: the first asks to stop, the second doesn't ask.

use crate::terminal;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first signal cancels. A second one ends the process at once.
///
/// # Errors
/// When the system doesn't let us hear signals.
pub fn listen() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let first = stop.clone();
    tokio::spawn(async move {
        let mut heard = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        heard().await;
        terminal::tell("Stopping. Once more ends at once.");
        first.cancel();
        heard().await;
        terminal::tell("Ended at once: what was under way is lost.");
        std::process::exit(130);
    });
    Ok(stop)
}
