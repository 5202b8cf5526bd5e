//! A query that runs: its rows come as they are found, and its work ends with whoever listens.

use super::answer::Answer;
use super::limits::too_much;
use super::said;
use super::turns::Turn;
use crate::error::{Error, Result};
use query::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Batches that wait for whoever listens.
const WAITING: usize = 2;

/// A row, a value a column.
pub type Row = Vec<Value>;

/// A query that runs. Dropped, it stops.
pub struct Running {
    columns: Vec<String>,
    notes: Vec<String>,
    batches: mpsc::Receiver<Batch>,
    read: Arc<AtomicU64>,
    begun: Instant,
    done: bool,
}

enum Batch {
    Rows(Vec<Row>),
    End(Result<()>),
}

/// Where the rows of an answer go.
#[derive(Clone)]
pub(super) struct Outlet {
    batches: mpsc::Sender<Batch>,
    read: Arc<AtomicU64>,
}

impl Running {
    pub(super) fn begin(
        answer: impl FnOnce(Outlet) -> Answer,
        turn: Turn,
        columns: Vec<String>,
        notes: Vec<String>,
        begun: Instant,
        (deadline, timeout): (Instant, Duration),
    ) -> Running {
        let (sender, batches) = mpsc::channel(WAITING);
        let read = Arc::new(AtomicU64::new(0));
        let outlet = Outlet { batches: sender.clone(), read: read.clone() };
        let answer = answer(outlet.clone());
        tokio::spawn(async move {
            let _turn = turn;
            tokio::select! {
                biased;
                () = sender.closed() => tracing::debug!(read = outlet.read(), "a query ends: nobody listens"),
                outcome = tokio::time::timeout_at(deadline.into(), answer.give()) => {
                    let outcome = outcome.unwrap_or_else(|_| Err(too_late(timeout, outlet.read())));
                    // Who is gone needs no end.
                    drop(sender.send(Batch::End(outcome)).await);
                }
            }
        });
        Running { columns, notes, batches, read, begun, done: false }
    }

    /// Names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// What the text leaves open, and what it was taken to mean.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The next rows; nothing behind the last.
    ///
    /// # Errors
    /// [`model::Code::TooMuchWork`], or the store failed: then what came so far is not all.
    pub async fn next(&mut self) -> Result<Option<Vec<Row>>> {
        if self.done {
            return Ok(None);
        }
        match self.batches.recv().await {
            Some(Batch::Rows(rows)) => Ok(Some(rows)),
            Some(Batch::End(outcome)) => {
                self.done = true;
                outcome.map(|()| None)
            }
            None => Err(Error::Broken("a query ended without saying how".into())),
        }
    }

    /// Points that were read so far.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// How long it has taken so far, with its waiting.
    pub fn took(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Outlet {
    /// Hands rows on; whether anybody takes them.
    pub(super) async fn rows(&self, rows: Vec<Row>) -> bool {
        self.batches.send(Batch::Rows(rows)).await.is_ok()
    }

    /// Counts what was read; all of it so far.
    pub(super) fn count(&self, points: u64) -> u64 {
        self.read.fetch_add(points, Ordering::Relaxed) + points
    }

    fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

fn too_late(timeout: Duration, read: u64) -> Error {
    too_much(format!(
        "The query was stopped after {}, having read {read} points. Ask for a shorter time with WITHIN_WINDOW, for fewer \
         devices or fields; a download as JSON lines or CSV has more time.",
        said(timeout)
    ))
}
