//! Commits batches, and only then tells anyone: first the broker, then whoever looks.

use crate::batch::{Batch, Heard};
use crate::figures;
use crate::hub::Audience;
use crate::last::Last;
use crate::log::Log;
use crate::retry;
use crate::source::{Acker, now_ms};
use model::live::LiveEvent;
use std::sync::Arc;
use std::time::Instant;
use store::telemetry::Writer;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The end of the stages.
pub(crate) struct Sink {
    pub(crate) writer: Writer,
    pub(crate) acker: Acker,
    pub(crate) audience: Arc<dyn Audience>,
    pub(crate) last: Arc<Last>,
    pub(crate) log: Log,
    pub(crate) stop: CancellationToken,
}

impl Sink {
    /// Commits what comes, batch by batch, until it ends. A database that fails is tried again and again; meanwhile
    /// nothing is acknowledged, so the broker holds back, and devices wait.
    pub(crate) async fn run(self, mut batches: mpsc::Receiver<Batch>) {
        while let Some(batch) = batches.recv().await {
            let begun = Instant::now();
            let commit = || self.writer.commit(&batch.rows, &batch.refused);
            if retry::until_done("writing telemetry", &self.stop, commit).await.is_none() {
                // Not acknowledged: all of it comes again to whoever is next.
                return;
            }
            self.acker.acknowledge(&batch.receipts);
            figures::committed(&batch, begun.elapsed(), now_ms());
            self.tell(batch);
        }
    }

    fn tell(&self, batch: Batch) {
        let now = now_ms();
        for heard in batch.heard.into_values() {
            if self.audience.is_heard(heard.workspace) {
                self.audience.publish(heard.workspace, live(&heard, now));
            }
            self.last.note(heard.last);
        }
        batch.lines.into_iter().for_each(|line| self.log.add(line));
    }
}

fn live(heard: &Heard, now: i64) -> LiveEvent {
    let arrived_ms = heard.last.last_arrived_ms;
    LiveEvent::Values {
        device: heard.external_id.to_string(),
        arrived_ms,
        commit_ms: u32::try_from(now - arrived_ms).unwrap_or(0),
        messages: heard.messages,
        points: heard.points(),
    }
}
