//! Commits batches, and only then tells anyone: first the broker, then whoever looks.

use crate::batch::{Batch, Heard};
use crate::figures;
use crate::hub::Audience;
use crate::last::Last;
use crate::log::Log;
use crate::retry;
use crate::source::{Acker, now_ms};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use model::live::LiveEvent;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::telemetry::Writer;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

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
    /// Commits what comes until it ends, several batches at once, and acknowledges them in the order in which they came:
    /// MQTT asks for that. A database that fails is tried again and again; meanwhile nothing is acknowledged, so the broker
    /// holds back, and devices wait.
    pub(crate) async fn run(self, mut batches: mpsc::UnboundedReceiver<(Batch, OwnedSemaphorePermit)>) {
        let mut commits = FuturesOrdered::new();
        let mut ended = false;
        loop {
            tokio::select! {
                next = batches.recv(), if !ended => match next {
                    Some((batch, writer)) => commits.push_back(self.commit(batch, writer)),
                    None => ended = true,
                },
                Some(committed) = commits.next() => match committed {
                    Some((batch, took)) => self.committed(batch, took),
                    // Not acknowledged, nor what came behind it: all of it comes again to whoever is next.
                    None => return,
                },
                else => return,
            }
        }
    }

    /// Commits a batch, with the time that it took; nothing where the end was asked for while the database failed.
    async fn commit(&self, batch: Batch, writer: OwnedSemaphorePermit) -> Option<(Batch, Duration)> {
        let begun = Instant::now();
        let commit = || {
            let span = tracing::info_span!(parent: &batch.span, "commit");
            self.writer.commit(&batch.rows, &batch.refused).instrument(span)
        };
        retry::until_done("writing telemetry", &self.stop, commit).await?;
        drop(writer);
        Some((batch, begun.elapsed()))
    }

    fn committed(&self, batch: Batch, took: Duration) {
        self.acker.acknowledge(&batch.receipts);
        figures::committed(&batch, took, now_ms());
        self.tell(batch);
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
