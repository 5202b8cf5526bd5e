//! The wiring of the stages, and their end: what was read is committed, acknowledged and shown before all is over.

use crate::asking::Asking;
use crate::batch;
use crate::changes::Changes;
use crate::hub::Audience;
use crate::last::Last;
use crate::log::Log;
use crate::route::Router;
use crate::sink::Sink;
use crate::source::Source;
use crate::{Config, retry};
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::{Keeper, Writer};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

/// How often it is seen to that there is room for what comes.
const HOUSEKEEPING: Duration = Duration::from_secs(60);

/// Ingestion at work.
pub struct Running {
    connected: watch::Receiver<bool>,
    changes: Changes,
    task: JoinHandle<()>,
}

impl Running {
    /// Whether the broker is heard at this moment.
    pub fn is_connected(&self) -> bool {
        *self.connected.borrow()
    }

    /// Whether the broker is heard, as it changes.
    pub fn heard(&self) -> watch::Receiver<bool> {
        self.connected.clone()
    }

    /// Waits until the broker is heard.
    pub async fn connected(&self) {
        // An error means that ingestion has ended: then it will not be.
        let _ = self.connected.clone().wait_for(|connected| *connected).await;
    }

    /// Where changes of devices are announced.
    pub fn changes(&self) -> Changes {
        self.changes.clone()
    }

    /// Waits for the end, which cancelling the token brings: all that was read is committed then.
    pub async fn joined(self) {
        if let Err(error) = self.task.await {
            error!(%error, "ingestion ended badly");
        }
    }
}

/// Starts ingestion. It needs neither the broker nor the database to be there yet, and outlives the absence of both.
pub fn start(
    config: Config,
    writer: Writer,
    keeper: Keeper,
    audience: Arc<dyn Audience>,
    stop: CancellationToken,
) -> Running {
    let (connected, is_connected) = watch::channel(false);
    let changes = Changes::default();
    let router = Router::new(writer.clone(), changes.clone(), stop.clone());
    let task = tokio::spawn(run(config, writer, keeper, audience, router, connected, stop));
    Running { connected: is_connected, changes, task }
}

async fn run(
    config: Config,
    writer: Writer,
    keeper: Keeper,
    audience: Arc<dyn Audience>,
    router: Router,
    connected: watch::Sender<bool>,
    stop: CancellationToken,
) {
    // All that was read is committed: the last acknowledgements and values can be written.
    let drained = CancellationToken::new();
    let last = Arc::new(Last::default());
    let (log, fold) = Log::new(config.on_log.clone());
    let (source, acker, incoming) = Source::new(&config, connected);
    let (batches, to_write) = mpsc::unbounded_channel();
    let writers = Arc::new(Semaphore::new(batch::WRITERS));
    let (questions, to_answer) = mpsc::unbounded_channel();
    let asking = Asking {
        answering: config.answering.clone(),
        writer: writer.clone(),
        acker: acker.clone(),
        log: log.clone(),
        stop: stop.clone(),
    };
    let sink =
        Sink { writer, acker, audience: audience.clone(), last: last.clone(), log, stop: stop.clone() };

    let mut stages = JoinSet::new();
    stages.spawn(source.run(stop.clone(), drained.clone()));
    stages.spawn(batch::run(incoming, router, audience, questions, writers, batches));
    let to_drain = drained.clone();
    stages.spawn(async move {
        let _over = to_drain.drop_guard();
        tokio::join!(sink.run(to_write), asking.run(to_answer));
    });
    stages.spawn(fold);
    let values = keeper.clone();
    let over = drained.clone();
    stages.spawn(async move { last.run(values, over).await });
    stages.spawn(prepare(keeper, stop.clone()));
    while let Some(ended) = stages.join_next().await {
        if let Err(error) = ended {
            error!(%error, "a stage of the ingestion broke; all of it ends");
            stop.cancel();
            drained.cancel();
        }
    }
}

/// Sees to room for what comes, so that it need not wait for whoever keeps house, and to latest values that a process
/// before could not write any more.
async fn prepare(keeper: Keeper, stop: CancellationToken) {
    if retry::until_done("making room for telemetry", &stop, || keeper.ensure_slots()).await.is_none() {
        return;
    }
    if let Some(messages) =
        retry::until_done("rebuilding the latest values", &stop, || keeper.rebuild_last()).await
    {
        info!(messages, "the latest values are up to date");
    }
}

/// Sees to slots until `stop`. Any number of processes may; one must.
pub async fn keep_house(keeper: Keeper, stop: CancellationToken) {
    loop {
        if retry::until_done("making room for telemetry", &stop, || keeper.ensure_slots()).await.is_none() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(HOUSEKEEPING) => {}
            () = stop.cancelled() => return,
        }
    }
}
