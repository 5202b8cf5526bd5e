//! Gathers messages into batches: what comes within two milliseconds, or while nobody is free to write.

use crate::asking::Question;
use crate::hub::Audience;
use crate::log::LogLine;
use crate::route::{Packet, Readings, Routed, Router};
use crate::source::{Incoming, Receipt};
use model::telemetry::Latest;
use model::{DeviceId, WorkspaceId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::{LastValues, RefusedRow, Row};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tracing::Span;
use tracing::field::Empty;

/// Batches that are written at once: while one waits for the disk or for a processor, the next are on their way.
pub(crate) const WRITERS: usize = 3;
/// A batch waits so long for company. More would be felt by devices that send one message after the other.
const LINGER: Duration = Duration::from_millis(2);
/// And so long while another is being written. A commit costs the same for ten rows as for hundreds, and many small ones
/// at once leave the processors no time for anything else.
const LINGER_BEHIND: Duration = Duration::from_millis(8);
/// So many rows don't wait.
const ENOUGH: usize = 1000;
/// Most rows of a batch, but for the last that were taken together. More are hardly cheaper by the row, and everyone in the
/// batch waits for the last of them.
const ROWS_MAX: usize = 2_000;
/// Messages that are taken in one go; their devices are looked up together.
const AT_ONCE: usize = 100;
/// Most points of a device that are shown live at once; of more, the newest of each name.
const POINTS_MAX: usize = 200;

/// What is committed at once.
pub(crate) struct Batch {
    /// From its first message to its acknowledgement.
    pub(crate) span: Span,
    pub(crate) rows: Vec<Row>,
    pub(crate) refused: Vec<RefusedRow>,
    /// In the order of arrival.
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) heard: HashMap<DeviceId, Heard>,
    pub(crate) lines: Vec<LogLine>,
    /// How many values the rows hold.
    pub(crate) values: u64,
}

/// What a batch holds of a device, for those who look.
pub(crate) struct Heard {
    pub(crate) workspace: WorkspaceId,
    pub(crate) external_id: Arc<str>,
    pub(crate) messages: u32,
    /// For live pages; empty where nobody looks.
    pub(crate) points: Vec<Latest>,
    pub(crate) last: LastValues,
}

/// Makes batches of what comes until it ends, and hands each on as soon as a writer is free. Until then it grows: batches
/// are as small as the database is quick.
pub(crate) async fn run(
    mut incoming: mpsc::UnboundedReceiver<Incoming>,
    mut router: Router,
    audience: Arc<dyn Audience>,
    questions: mpsc::UnboundedSender<Question>,
    writers: Arc<Semaphore>,
    out: mpsc::UnboundedSender<(Batch, OwnedSemaphorePermit)>,
) {
    let mut some = Vec::with_capacity(AT_ONCE);
    while incoming.recv_many(&mut some, AT_ONCE).await > 0 {
        let mut batch = Batch::begin();
        if !batch.add(&mut some, &mut router, &*audience, &questions).await {
            return;
        }
        // Something was asked, and that isn't kept here.
        if batch.receipts.is_empty() {
            continue;
        }
        let begun = Instant::now();
        let linger = tokio::time::sleep_until(begun + LINGER);
        let free = writers.clone().acquire_owned();
        tokio::pin!(linger, free);
        let (mut waited, mut ended) = (false, false);
        loop {
            tokio::select! {
                biased;
                count = incoming.recv_many(&mut some, AT_ONCE), if !ended && batch.len() < ROWS_MAX => {
                    ended = count == 0;
                    if !batch.add(&mut some, &mut router, &*audience, &questions).await {
                        return;
                    }
                },
                writer = &mut free, if waited || ended || batch.len() >= ENOUGH => {
                    let Ok(writer) = writer else { return };
                    batch.describe();
                    if out.send((batch, writer)).is_err() {
                        return;
                    }
                    break;
                },
                () = &mut linger, if !waited => {
                    waited = writers.available_permits() == WRITERS || begun.elapsed() >= LINGER_BEHIND;
                    linger.as_mut().reset(begun + LINGER_BEHIND);
                }
            }
        }
    }
}

impl Batch {
    fn begin() -> Batch {
        Batch {
            span: tracing::info_span!(
                "batch",
                rows = Empty,
                refused = Empty,
                workspaces = Empty,
                values = Empty
            ),
            rows: Vec::new(),
            refused: Vec::new(),
            receipts: Vec::new(),
            heard: HashMap::new(),
            lines: Vec::new(),
            values: 0,
        }
    }

    /// Says in its span what it holds.
    fn describe(&self) {
        if self.span.is_disabled() {
            return;
        }
        let workspaces = self.heard.values().map(|heard| heard.workspace).collect::<HashSet<_>>();
        self.span.record("rows", self.rows.len());
        self.span.record("refused", self.refused.len());
        self.span.record("workspaces", workspaces.len());
        self.span.record("values", self.values);
    }

    /// Adds these messages, or hands on what is asked, and leaves none of them. False: the end was asked for while the
    /// database was away; the batch must not be acknowledged.
    async fn add(
        &mut self,
        some: &mut Vec<Incoming>,
        router: &mut Router,
        audience: &dyn Audience,
        questions: &mpsc::UnboundedSender<Question>,
    ) -> bool {
        if router.prepare(some).await.is_none() {
            return false;
        }
        for incoming in some.drain(..) {
            if !self.add_one(incoming, router, audience, questions).await {
                return false;
            }
        }
        true
    }

    async fn add_one(
        &mut self,
        incoming: Incoming,
        router: &mut Router,
        audience: &dyn Audience,
        questions: &mpsc::UnboundedSender<Question>,
    ) -> bool {
        let packet = match router.route(&incoming).await {
            None => return false,
            Some(Packet::Telemetry(packet)) => packet,
            // Where nobody answers any more it comes again to whoever is next.
            Some(Packet::Asked(asked)) => {
                return questions.send(Question { asked: *asked, incoming }).is_ok();
            }
        };
        self.receipts.push(incoming.receipt);
        for entry in packet.entries {
            match entry {
                Routed::Kept(row, readings, line) => {
                    self.values += readings.len() as u64;
                    self.hear(&row, &readings, &packet.external_id, audience);
                    self.rows.push(row);
                    self.lines.extend(line);
                }
                Routed::Refused(row, line) => {
                    self.refused.push(row);
                    self.lines.push(line);
                }
            }
        }
        true
    }

    fn hear(&mut self, row: &Row, readings: &Readings, external_id: &Arc<str>, audience: &dyn Audience) {
        let heard = self.heard.entry(row.device).or_insert_with(|| Heard {
            workspace: row.workspace,
            external_id: external_id.clone(),
            messages: 0,
            points: Vec::new(),
            last: LastValues {
                workspace: row.workspace,
                device: row.device,
                last_ts: row.ts,
                last_arrived_ms: row.arrived_ms,
                values: BTreeMap::new(),
            },
        });
        heard.messages += 1;
        if heard.points.len() <= POINTS_MAX && audience.is_heard(row.workspace) {
            let latest = |(name, value): &(String, _)| Latest {
                name: name.clone(),
                value: Clone::clone(value),
                ts: row.ts,
            };
            heard.points.extend(readings.iter().map(latest));
        }
        heard.last.hear(row.ts, row.arrived_ms, readings.iter().map(|(name, value)| (name, value)));
    }

    fn len(&self) -> usize {
        self.rows.len() + self.refused.len()
    }
}

impl Heard {
    /// The points to show live, oldest first.
    pub(crate) fn points(&self) -> Vec<Latest> {
        let newest = || {
            let values = self.last.values.iter();
            values.map(|(name, r)| Latest { name: name.clone(), value: r.value.clone(), ts: r.ts }).collect()
        };
        let mut points: Vec<_> = if self.points.len() > POINTS_MAX { newest() } else { self.points.clone() };
        points.sort_by_key(|point| point.ts);
        points
    }
}
