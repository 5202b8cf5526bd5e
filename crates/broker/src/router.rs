//! Where messages go: up to the groups of services, down to devices.
//!
//! One lock over the registry and the groups; what is done under it is short and does no IO. Results are posted
//! into the mailboxes of the connections that they concern.

use crate::filter;
use crate::gate::Identity;
use crate::groups::{Groups, Out};
use crate::limit_name::LimitName;
use crate::limits::Limits;
use crate::mailbox::{ConnectionId, Delivery, Receipt, Settled};
use crate::promise::Promise;
use crate::publication::Publication;
use crate::refusal::Ending;
use crate::registry::{Entry, Registry};
use crate::subscribing::{No, Wish};
use crate::who::Who;
use model::{WorkspaceId, topic};
use mqtt_protocol_core::mqtt::result_code::PubackReasonCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The router, shared by all connections.
pub(crate) struct Router {
    limits: Arc<Limits>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cuts: u64,
    registry: Registry,
    groups: Groups,
}

/// What became of a message to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Down {
    /// On its way.
    Sent,
    /// Nobody there, or nobody who asked for it.
    Nobody,
    /// Too much waits for the device already.
    Full,
}

impl Router {
    pub(crate) fn new(limits: Arc<Limits>) -> Router {
        Router { limits, state: Mutex::default() }
    }

    /// Adds a connection; one with the same client id is ended. Whether there was one.
    ///
    /// # Errors
    /// The limit that stands against it, and the sentence.
    pub(crate) fn add(&self, id: ConnectionId, entry: Entry) -> Result<bool, (LimitName, String)> {
        let state = &mut *self.lock();
        let old = state.registry.taken_over(&entry.who, &entry.client_id);
        if let Some(old) = old {
            state.end(old, Ending::TakenOver);
        }
        state.registry.room(&entry.who, &self.limits)?;
        state.registry.add(id, entry);
        Ok(old.is_some())
    }

    /// Removes a connection; what it held for a group goes to others. Whether it was still here.
    pub(crate) fn remove(&self, id: ConnectionId) -> bool {
        let state = &mut *self.lock();
        let was_here = state.registry.remove(id).is_some();
        if was_here {
            state.leave(id);
        }
        was_here
    }

    /// Whether a connection is here: neither gone nor taken over.
    pub(crate) fn holds(&self, id: ConnectionId) -> bool {
        self.lock().registry.get(id).is_some()
    }

    /// Whether a client with this id is connected.
    pub(crate) fn is_connected(&self, who: &Who, client_id: &str) -> bool {
        self.lock().registry.taken_over(who, client_id).is_some()
    }

    /// How often anything was cut off: a client about which the gate was asked before has to be asked about again.
    pub(crate) fn cuts(&self) -> u64 {
        self.lock().cuts
    }

    /// Ends all connections of a device; how many there were.
    pub(crate) fn cut_off(&self, workspace: WorkspaceId, external_id: &str) -> usize {
        let state = &mut *self.lock();
        state.cuts += 1;
        let ids = state.registry.of(workspace, external_id);
        for id in &ids {
            state.end(*id, Ending::CutOff);
        }
        ids.len()
    }

    /// Ends all connections of a workspace's devices; how many there were.
    pub(crate) fn cut_off_workspace(&self, workspace: WorkspaceId) -> usize {
        let state = &mut *self.lock();
        state.cuts += 1;
        let ids = state.registry.of_workspace(workspace);
        for id in &ids {
            state.end(*id, Ending::CutOff);
        }
        ids.len()
    }

    /// Adds subscriptions that may be granted; replaces those that a group has no place for by the reason.
    pub(crate) fn subscribe(&self, id: ConnectionId, wishes: &mut [Result<Wish, No>]) {
        let state = &mut *self.lock();
        let Some(window) = state.registry.get(id).map(|entry| entry.window) else { return };
        let mut out = Out::new();
        for granted in wishes {
            let Ok(wish) = granted else { continue };
            match filter::shared(&wish.filter) {
                None => state.registry.subscribe(id, wish.clone()),
                Some(shared) => {
                    if !state.groups.subscribe(id, window, &shared, &mut out) {
                        *granted = Err(No::Limit(
                            LimitName::Subscriptions,
                            "A group has at most 64 filters.".into(),
                        ));
                    }
                }
            }
        }
        state.post(out);
    }

    /// Ends subscriptions.
    pub(crate) fn unsubscribe(&self, id: ConnectionId, filters: &[Box<str>]) {
        let state = &mut *self.lock();
        let mut out = Out::new();
        for filter in filters {
            match filter::shared(filter) {
                None => state.registry.unsubscribe(id, filter),
                Some(shared) => state.groups.unsubscribe(id, &shared, &mut out),
            }
        }
        state.post(out);
    }

    /// Messages of one device on their way up; says of each how many groups have it.
    pub(crate) fn up(&self, publications: &[Arc<Publication>], mut taken: impl FnMut(&Publication, usize)) {
        let state = &mut *self.lock();
        let mut out = Out::new();
        for publication in publications {
            taken(publication, state.groups.publish(publication, &mut out));
            state.to_listeners(publication, self.limits.backlog);
        }
        state.post(out);
    }

    /// In whose account a message down stands: the workspace of the device, if that is connected.
    pub(crate) fn account(&self, topic: &str) -> Option<WorkspaceId> {
        let state = self.lock();
        let (_, entry) = state.registry.of_device(device_of(topic)?).next()?;
        entry.who.device().map(|identity| identity.workspace)
    }

    /// A service's message: down to a device, or to other services. With a promise it goes to one connection of the
    /// device alone, the newest that has asked for it, which is to acknowledge it.
    pub(crate) fn down(&self, publication: &Arc<Publication>, promise: Option<Promise>) -> Down {
        let state = &mut *self.lock();
        let mut result = state.to_listeners(publication, self.limits.backlog);
        let Some(parts) = topic::split(&publication.topic).filter(|parts| topic::may_receive(parts.rest))
        else {
            return result;
        };
        let prefix = &publication.topic[..parts.scope.len() + 1 + parts.device.len()];
        if promise.is_some() {
            let wants = |entry: &&Entry| entry.wants(&publication.topic).is_some();
            let newest = state.registry.of_device(prefix).map(|(_, entry)| entry).filter(wants).last();
            return newest
                .map_or(Down::Nobody, |entry| deliver(entry, publication, self.limits.backlog, promise));
        }
        for (_, entry) in state.registry.of_device(prefix) {
            let sent = deliver(entry, publication, self.limits.backlog, None);
            if result != Down::Sent && sent != Down::Nobody {
                result = sent;
            }
        }
        result
    }

    /// A member of groups has answered for messages.
    pub(crate) fn receipts(&self, member: ConnectionId, receipts: &[(Receipt, Option<PubackReasonCode>)]) {
        let state = &mut *self.lock();
        let mut out = Out::new();
        let mut done = Vec::with_capacity(receipts.len());
        let mut settled = Vec::with_capacity(receipts.len());
        for (receipt, refused) in receipts {
            let Some(publication) = state.groups.acknowledge(member, *receipt, &mut out) else { continue };
            if let Some(origin) = publication.origin {
                settled.push((origin.connection, Settled { number: origin.number, refused: *refused }));
            }
            done.push(publication);
        }
        state.settle(settled);
        state.post(out);
    }

    /// The devices that are connected, each once a connection.
    pub(crate) fn devices(&self) -> Vec<Identity> {
        self.lock().registry.devices()
    }

    /// How many devices and services are connected.
    pub(crate) fn count(&self) -> (usize, usize) {
        self.lock().registry.count()
    }

    /// How many groups are served.
    pub(crate) fn served(&self) -> usize {
        self.lock().groups.served()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end(&mut self, id: ConnectionId, why: Ending) {
        if let Some(entry) = self.registry.remove(id) {
            entry.mailbox.post(|mail| mail.ending = Some(why));
            self.leave(id);
        }
    }

    fn leave(&mut self, id: ConnectionId) {
        let mut out = Out::new();
        self.groups.leave(id, &mut out);
        self.post(out);
    }

    fn to_listeners(&self, publication: &Arc<Publication>, backlog: usize) -> Down {
        let mut result = Down::Nobody;
        for entry in self.registry.listeners() {
            let sent = deliver(entry, publication, backlog, None);
            if result != Down::Sent && sent != Down::Nobody {
                result = sent;
            }
        }
        result
    }

    /// Tells connections what became of their messages, each once: that wakes them.
    fn settle(&self, mut settled: Vec<(ConnectionId, Settled)>) {
        settled.sort_by_key(|(id, _)| *id);
        for some in settled.chunk_by(|(one, _), (other, _)| one == other) {
            let Some(entry) = some.first().and_then(|(id, _)| self.registry.get(*id)) else { continue };
            entry.mailbox.post(|mail| mail.settled.extend(some.iter().map(|(_, settled)| *settled)));
        }
    }

    /// Puts what groups give into their members' mailboxes.
    fn post(&self, out: Out) {
        for (group, given) in out {
            let Some(entry) = self.registry.get(given.member) else { continue };
            let receipt = given.token.map(|token| Receipt { group, lane: given.lane, token });
            let qos1 = receipt.is_some();
            let delivery =
                Delivery { publication: given.message, qos1, retain: false, receipt, promise: None };
            entry.mailbox.post(|mail| mail.deliveries.push_back(delivery));
        }
    }
}

/// Puts a message into the mailbox of someone who has asked for it without sharing.
fn deliver(entry: &Entry, publication: &Arc<Publication>, backlog: usize, promise: Option<Promise>) -> Down {
    let Some((qos1, as_published)) = entry.wants(&publication.topic) else { return Down::Nobody };
    let delivery = Delivery {
        publication: publication.clone(),
        qos1: qos1 && publication.qos1,
        retain: as_published && publication.retain,
        receipt: None,
        promise,
    };
    entry.mailbox.post(|mail| {
        if mail.deliveries.len() >= backlog {
            return Down::Full;
        }
        mail.deliveries.push_back(delivery);
        Down::Sent
    })
}

/// `{scope}/{device}` of a topic below it.
fn device_of(topic: &str) -> Option<&str> {
    let parts = topic::split(topic)?;
    topic.get(..parts.scope.len() + 1 + parts.device.len())
}
