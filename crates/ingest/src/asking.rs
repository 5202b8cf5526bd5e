//! The stage beside the batches: what devices ask is answered in each device's order, several devices at once, and
//! acknowledged when that is committed. Telemetry never waits for it.

use crate::asked::{Answered, Answering, Asked};
use crate::log::{Log, LogLine};
use crate::retry;
use crate::source::{Acker, Incoming};
use futures::FutureExt;
use model::DeviceId;
use model::event::EventKind;
use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use store::telemetry::{RefusedRow, Writer, identity as seq};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// Devices that are answered at once. Each may hold a connection to the database.
const AT_ONCE: usize = 8;

/// What was asked, with the packet that must be acknowledged.
pub(crate) struct Question {
    pub(crate) asked: Asked,
    pub(crate) incoming: Incoming,
}

/// Who answers, and what they need for it.
pub(crate) struct Asking {
    pub(crate) answering: Arc<dyn Answering>,
    pub(crate) writer: Writer,
    pub(crate) acker: Acker,
    pub(crate) log: Log,
    pub(crate) stop: CancellationToken,
}

impl Asking {
    /// Answers what comes until it ends.
    pub(crate) async fn run(self, mut questions: mpsc::UnboundedReceiver<Question>) {
        let asking = Arc::new(self);
        let (mut turns, mut busy, mut ended) = (Turns::default(), JoinSet::new(), false);
        loop {
            while busy.len() < AT_ONCE
                && let Some((device, question)) = turns.next()
            {
                let asking = asking.clone();
                busy.spawn(async move { asking.settle(question).await.then_some(device) });
            }
            if ended && busy.is_empty() {
                return;
            }
            tokio::select! {
                question = questions.recv(), if !ended => match question {
                    Some(question) => turns.add(question.asked.device, question),
                    None => ended = true,
                },
                Some(done) = busy.join_next() => match done {
                    Ok(Some(device)) => turns.done(device),
                    // The end was asked for while the database was away: what is left comes again to whoever is next.
                    Ok(None) => return,
                    Err(broken) => {
                        error!(error = %broken, "answering a device broke; no device is answered any more");
                        return;
                    }
                },
            }
        }
    }

    /// Answers and acknowledges. False: the end came first.
    async fn settle(&self, Question { asked, incoming }: Question) -> bool {
        let answer = || async {
            let answer = self.answering.clone().answer(asked.clone());
            // Whoever answers may be wrong about something; the next device must not pay for it.
            match AssertUnwindSafe(answer).catch_unwind().await {
                Ok(answered) => answered,
                Err(_) => Ok(Answered::refused("Something went wrong on our side. It has been logged.")),
            }
        };
        let Some(answered) = retry::until_done("answering a device", &self.stop, answer).await else {
            return false;
        };
        let down = match answered {
            Answered::Done(down) => down,
            Answered::Refused { reason, down } => {
                let line = line(&asked, reason.clone());
                let row = [refused(&asked, &incoming, reason)];
                let write = || self.writer.commit(&[], &row);
                if retry::until_done("keeping what was refused", &self.stop, write).await.is_none() {
                    return false;
                }
                self.log.add(line);
                down
            }
        };
        if !down.is_empty() {
            self.answering.clone().send(asked, down).await;
        }
        self.acker.acknowledge(&[incoming.receipt]);
        true
    }
}

fn refused(asked: &Asked, incoming: &Incoming, reason: String) -> RefusedRow {
    RefusedRow {
        workspace: asked.workspace,
        device: asked.device,
        ts: asked.arrived_ms,
        arrived_ms: asked.arrived_ms,
        seq: seq::of_packet(&incoming.uid, 0),
        topic: incoming.topic.clone(),
        reason,
        body: asked.body.to_vec(),
    }
}

fn line(asked: &Asked, text: String) -> LogLine {
    LogLine {
        workspace: asked.workspace,
        device: asked.device,
        scope: asked.scope.clone(),
        external_id: asked.external_id.clone(),
        kind: EventKind::MessageRefused,
        text,
        count: 1,
    }
}

/// Whose turn it is: each device's in order and one at a time, the devices in turn.
struct Turns<T> {
    /// Of each device that is served or waits, what waits.
    waiting: HashMap<DeviceId, VecDeque<T>>,
    /// Devices that can be served.
    ready: VecDeque<DeviceId>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Turns { waiting: HashMap::new(), ready: VecDeque::new() }
    }
}

impl<T> Turns<T> {
    fn add(&mut self, device: DeviceId, question: T) {
        let waiting = self.waiting.entry(device).or_insert_with(|| {
            self.ready.push_back(device);
            VecDeque::new()
        });
        waiting.push_back(question);
    }

    /// The next to be served; its device has no other turn until it is done.
    fn next(&mut self) -> Option<(DeviceId, T)> {
        let device = self.ready.pop_front()?;
        let question = self.waiting.get_mut(&device)?.pop_front()?;
        Some((device, question))
    }

    fn done(&mut self, device: DeviceId) {
        match self.waiting.get(&device) {
            Some(waiting) if !waiting.is_empty() => self.ready.push_back(device),
            _ => drop(self.waiting.remove(&device)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_device_is_served_in_order_and_one_at_a_time() {
        let (one, two) = (DeviceId(1), DeviceId(2));
        let mut turns = Turns::default();
        for question in ["a", "b", "c"] {
            turns.add(one, question);
        }
        assert_eq!(turns.next(), Some((one, "a")));
        assert_eq!(turns.next(), None, "the first is not done");
        turns.add(two, "x");
        assert_eq!(turns.next(), Some((two, "x")));
        turns.done(one);
        turns.done(two);
        assert_eq!(turns.next(), Some((one, "b")));
        turns.add(two, "y");
        turns.done(one);
        assert_eq!([turns.next(), turns.next()], [Some((two, "y")), Some((one, "c"))]);
        turns.done(one);
        turns.done(two);
        assert!(turns.waiting.is_empty() && turns.ready.is_empty());
        turns.add(one, "again");
        assert_eq!(turns.next(), Some((one, "again")));
    }
}
