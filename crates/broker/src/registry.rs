//! Who is connected: by connection, by device, and by service.

use crate::filter;
use crate::gate::Identity;
use crate::limit_name::LimitName;
use crate::limits::Limits;
use crate::mailbox::{ConnectionId, Mailbox};
use crate::session_store::Subscription;
use crate::subscribing::{self, Wish};
use crate::who::Who;
use model::{WorkspaceId, external_id};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A connection as others see it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) who: Who,
    pub(crate) client_id: Arc<str>,
    pub(crate) mailbox: Arc<Mailbox>,
    /// Its subscriptions; those that share are with their group.
    pub(crate) filters: Vec<Subscription>,
    /// How many messages of a group it may hold.
    pub(crate) window: usize,
}

impl Entry {
    /// Whether it has asked for this topic, and if so whether with QoS 1, and with the mark of retained messages.
    pub(crate) fn wants(&self, topic: &str) -> Option<(bool, bool)> {
        let matching = self.filters.iter().filter(|s| filter::matches(&s.filter, topic));
        matching.map(|s| (s.qos1, s.as_published)).reduce(|a, b| (a.0 | b.0, a.1 | b.1))
    }
}

/// All connections.
#[derive(Default)]
pub(crate) struct Registry {
    connections: HashMap<ConnectionId, Entry>,
    /// By `{scope}/{device}`.
    devices: HashMap<Box<str>, Vec<ConnectionId>>,
    /// By client id.
    services: HashMap<Arc<str>, ConnectionId>,
    per_workspace: HashMap<WorkspaceId, usize>,
    /// Services that subscribe without sharing.
    listeners: BTreeSet<ConnectionId>,
}

impl Registry {
    /// The connection that a new one with the same client id takes over.
    pub(crate) fn taken_over(&self, who: &Who, client_id: &str) -> Option<ConnectionId> {
        match who {
            Who::Service(_) => self.services.get(client_id).copied(),
            Who::Device(_) => {
                self.of_device(&prefix(who)?).find(|(_, e)| &*e.client_id == client_id).map(|(id, _)| id)
            }
        }
    }

    /// Whether there is room for one more.
    ///
    /// # Errors
    /// The limit, and a sentence with its name and value.
    pub(crate) fn room(&self, who: &Who, limits: &Limits) -> Result<(), (LimitName, String)> {
        let Who::Device(identity) = who else { return Ok(()) };
        let of_device = prefix(who).and_then(|prefix| self.devices.get(&*prefix)).map_or(0, Vec::len);
        if of_device >= limits.connections_per_device {
            let text = format!("The limit “connections of a device” is {}.", limits.connections_per_device);
            return Err((LimitName::ConnectionsOfDevice, text));
        }
        let of_workspace = self.per_workspace.get(&identity.workspace).copied().unwrap_or(0);
        if of_workspace >= limits.connections_per_workspace {
            let most = limits.connections_per_workspace;
            let text = format!("The limit “connections of a workspace” is {most}.");
            return Err((LimitName::ConnectionsOfWorkspace, text));
        }
        Ok(())
    }

    /// Adds a connection.
    pub(crate) fn add(&mut self, id: ConnectionId, entry: Entry) {
        match (&entry.who, prefix(&entry.who)) {
            (Who::Device(identity), Some(prefix)) => {
                *self.per_workspace.entry(identity.workspace).or_default() += 1;
                self.devices.entry(prefix).or_default().push(id);
            }
            _ => {
                self.services.insert(entry.client_id.clone(), id);
            }
        }
        self.connections.insert(id, entry);
    }

    /// Removes a connection.
    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<Entry> {
        let entry = self.connections.remove(&id)?;
        self.listeners.remove(&id);
        match (&entry.who, prefix(&entry.who)) {
            (Who::Device(identity), Some(prefix)) => {
                if let Some(count) = self.per_workspace.get_mut(&identity.workspace) {
                    *count -= 1;
                    if *count == 0 {
                        self.per_workspace.remove(&identity.workspace);
                    }
                }
                if let Some(ids) = self.devices.get_mut(&*prefix) {
                    ids.retain(|other| *other != id);
                    if ids.is_empty() {
                        self.devices.remove(&*prefix);
                    }
                }
            }
            _ => {
                if self.services.get(&entry.client_id) == Some(&id) {
                    self.services.remove(&entry.client_id);
                }
            }
        }
        Some(entry)
    }

    pub(crate) fn get(&self, id: ConnectionId) -> Option<&Entry> {
        self.connections.get(&id)
    }

    /// Adds a subscription that doesn't share, or changes its options.
    pub(crate) fn subscribe(&mut self, id: ConnectionId, wish: Wish) {
        let Some(entry) = self.connections.get_mut(&id) else { return };
        subscribing::add(&mut entry.filters, wish);
        if matches!(entry.who, Who::Service(_)) {
            self.listeners.insert(id);
        }
    }

    /// Removes a subscription that doesn't share.
    pub(crate) fn unsubscribe(&mut self, id: ConnectionId, filter: &str) {
        let Some(entry) = self.connections.get_mut(&id) else { return };
        entry.filters.retain(|kept| &*kept.filter != filter);
        if entry.filters.is_empty() {
            self.listeners.remove(&id);
        }
    }

    /// The connections of the device with this `{scope}/{device}`.
    pub(crate) fn of_device(&self, prefix: &str) -> impl Iterator<Item = (ConnectionId, &Entry)> {
        let ids = self.devices.get(prefix).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.connections.get(id)?)))
    }

    /// Services that subscribe without sharing.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = &Entry> {
        self.listeners.iter().filter_map(|id| self.connections.get(id))
    }

    /// The connections of a device, by its workspace.
    pub(crate) fn of(&self, workspace: WorkspaceId, external_id: &str) -> Vec<ConnectionId> {
        let is = |entry: &Entry| {
            entry.who.device().is_some_and(|d| d.workspace == workspace && &*d.external_id == external_id)
        };
        self.connections.iter().filter(|(_, entry)| is(entry)).map(|(id, _)| *id).collect()
    }

    /// The connections of all devices of a workspace.
    pub(crate) fn of_workspace(&self, workspace: WorkspaceId) -> Vec<ConnectionId> {
        let is = |entry: &Entry| entry.who.device().is_some_and(|device| device.workspace == workspace);
        self.connections.iter().filter(|(_, entry)| is(entry)).map(|(id, _)| *id).collect()
    }

    /// The devices that are connected, each once a connection.
    pub(crate) fn devices(&self) -> Vec<Identity> {
        self.connections.values().filter_map(|entry| entry.who.device().cloned()).collect()
    }

    /// How many devices and services are connected.
    pub(crate) fn count(&self) -> (usize, usize) {
        let services = self.services.len();
        (self.connections.len().saturating_sub(services), services)
    }
}

/// `{scope}/{device}` of a device.
fn prefix(who: &Who) -> Option<Box<str>> {
    let identity = who.device()?;
    Some(format!("{}/{}", identity.scope, external_id::level(&identity.external_id)).into())
}
