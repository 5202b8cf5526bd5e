//! Writes what the broker, the hook and the ingestion hear into devices' logs, and tells the open pages.
//!
//! Nobody waits for it: lines queue, and one task writes them.

use crate::error::chain;
use domain::Homeport;
use ingest::Audience;
use model::WorkspaceId;
use model::event::EventKind;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;

/// Lines that wait to be written; what comes on top is told in the server's log only.
const WAITING: usize = 10_000;

/// A line for a device's log.
#[derive(Clone, Debug)]
pub struct Line {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The workspace's ID scope.
    pub scope: Arc<str>,
    /// The id that the device connects with.
    pub device: Arc<str>,
    /// What happened.
    pub kind: EventKind,
    /// A sentence with the particulars.
    pub text: String,
}

/// Where lines are put. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DeviceLog(mpsc::Sender<Line>);

impl DeviceLog {
    /// A log, and the lines that are put into it, for [`write()`].
    pub fn new() -> (DeviceLog, mpsc::Receiver<Line>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (DeviceLog(sender), receiver)
    }

    /// Adds a line; never waits.
    pub fn add(&self, line: Line) {
        if let Err(TrySendError::Full(line) | TrySendError::Closed(line)) = self.0.try_send(line) {
            tracing::warn!(?line, "a line of a device's log is lost");
        }
    }
}

/// Writes lines until `end` is cancelled, and then those that wait.
pub async fn write(
    mut lines: mpsc::Receiver<Line>,
    homeport: Homeport,
    audience: Arc<dyn Audience>,
    end: CancellationToken,
) {
    loop {
        let line = tokio::select! {
            line = lines.recv() => line,
            () = end.cancelled(), if !lines.is_closed() => {
                lines.close();
                continue;
            }
        };
        let Some(line) = line else { return };
        match domain::gate::log(&homeport, &line.scope, &line.device, line.kind, &line.text).await {
            Ok(()) => audience.log(line.workspace, &line.device),
            Err(error) => tracing::error!(causes = chain(&error), ?line, "a line of a device's log is lost"),
        }
    }
}
