//! What others leave for a connection: acknowledgements, messages, and the word that it must end.
//!
//! Every connection is one task that owns its socket; whoever has something for it posts it here and wakes it.

use crate::budget::Charge;
use crate::promise::Promise;
use crate::publication::Publication;
use crate::refusal::Ending;
use crate::retained_store::{Outcome, RetainedUnavailable};
use crate::share::{Lane, Token};
use mqtt_protocol_core::mqtt::result_code::PubackReasonCode;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Tells connections apart; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u64);

impl From<ConnectionId> for u64 {
    fn from(id: ConnectionId) -> u64 {
        id.0
    }
}

/// A connection's mailbox.
#[derive(Default)]
pub(crate) struct Mailbox {
    mail: Mutex<Mail>,
    notify: Notify,
}

/// What is in it.
#[derive(Default)]
pub(crate) struct Mail {
    /// Of this connection's own publications: what became of them.
    pub(crate) settled: Vec<Settled>,
    /// Messages to be sent to the peer.
    pub(crate) deliveries: VecDeque<Delivery>,
    /// Room for the message that waits for it.
    pub(crate) charge: Option<Charge>,
    /// Whether the subscriptions that were to be kept are.
    pub(crate) kept: Option<bool>,
    /// What the store of retained messages has answered.
    pub(crate) told: Option<Told>,
    /// It must end.
    pub(crate) ending: Option<Ending>,
}

/// What the store of retained messages has answered.
pub(crate) enum Told {
    /// Whether what is retained could be looked up; it is among the deliveries.
    Loaded(bool),
    /// What became of a message that was to be retained.
    Kept(Result<Outcome, RetainedUnavailable>),
}

/// What a group said of one of the connection's publications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Which of them; they are counted as they come.
    pub(crate) number: u64,
    /// Why it was not taken, where it was not.
    pub(crate) refused: Option<PubackReasonCode>,
}

/// A message for the peer.
pub(crate) struct Delivery {
    pub(crate) publication: Arc<Publication>,
    /// Whether it is acknowledged by the peer.
    pub(crate) qos1: bool,
    /// Whether it is marked as retained.
    pub(crate) retain: bool,
    /// Whose acknowledgement this is; none where nobody waits for it.
    pub(crate) receipt: Option<Receipt>,
    /// Who hears whether the device has acknowledged it.
    pub(crate) promise: Option<Promise>,
}

/// Names a message that a group has given to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Which group.
    pub(crate) group: usize,
    /// Whose message.
    pub(crate) lane: Lane,
    /// Which of them.
    pub(crate) token: Token,
}

impl Mailbox {
    /// Puts something in and wakes the owner.
    pub(crate) fn post<T>(&self, put: impl FnOnce(&mut Mail) -> T) -> T {
        let put = put(&mut self.lock());
        self.notify.notify_one();
        put
    }

    /// Takes everything but the deliveries.
    pub(crate) fn take(&self) -> Mail {
        let mut mail = self.lock();
        let deliveries = std::mem::take(&mut mail.deliveries);
        let taken = std::mem::take(&mut *mail);
        mail.deliveries = deliveries;
        taken
    }

    /// Takes the next message; deliveries stay here until they can be sent, so that their number is known.
    pub(crate) fn next_delivery(&self) -> Option<Delivery> {
        self.lock().deliveries.pop_front()
    }

    /// Until something has been put in since the last time.
    pub(crate) async fn wait(&self) {
        self.notify.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
