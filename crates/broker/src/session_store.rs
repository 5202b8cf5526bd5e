//! Where sessions are kept: for as long as the process runs, or, with a store of the server's, beyond.
//!
//! A session is what a client finds again that doesn't begin anew: its subscriptions. Messages are not part of it:
//! what waits for a device that is away waits where it was sent from.

use crate::gate::Identity;
use async_trait::async_trait;
use std::time::{Duration, SystemTime};

/// Keeps sessions of devices. A session belongs to a device of a workspace and one of its client ids.
///
/// The broker asks about one device at a time one thing after the other, and gives up what takes longer than
/// [`crate::Limits::handshake`]. Of a device that was deleted meanwhile nothing has to be kept; that is no error.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// The session, if there is one; one that has run out may still be told.
    ///
    /// # Errors
    /// When it can't be known now: the client is not let in, and may try again.
    async fn load(&self, who: &Identity, client_id: &str) -> Result<Option<Kept>, SessionsUnavailable>;

    /// Keeps the session, in the place of what was kept before.
    ///
    /// # Errors
    /// When it can't be kept now: what was to be kept is not acknowledged.
    async fn save(&self, who: &Identity, client_id: &str, kept: &Kept) -> Result<(), SessionsUnavailable>;

    /// Forgets the session, if there is one.
    ///
    /// # Errors
    /// When that can't be done now.
    async fn forget(&self, who: &Identity, client_id: &str) -> Result<(), SessionsUnavailable>;

    /// How many sessions of this device are kept, without those that have run out.
    ///
    /// # Errors
    /// When it can't be known now.
    async fn count(&self, who: &Identity) -> Result<usize, SessionsUnavailable>;
}

/// The store of the sessions can't be reached, or didn't do what it was asked. Why stands in its own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sessions can't be read or written now")]
pub struct SessionsUnavailable;

/// A session that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What the client has subscribed to.
    pub subscriptions: Vec<Subscription>,
    /// How long it is kept once its connection has ended, in seconds.
    pub expiry_s: u32,
    /// When its connection ended; none while it is connected. After a broker that ended without a word it is none as
    /// well: a store that outlives the process counts from the next start.
    pub disconnected: Option<SystemTime>,
}

impl Kept {
    /// Whether it has run out.
    pub fn expired(&self, now: SystemTime) -> bool {
        let expiry = Duration::from_secs(self.expiry_s.into());
        self.disconnected.is_some_and(|then| now.duration_since(then).is_ok_and(|away| away >= expiry))
    }
}

/// One subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic filter.
    pub filter: Box<str>,
    /// Whether with QoS 1; else with QoS 0.
    pub qos1: bool,
    /// Whether messages keep the mark that their sender wanted them retained (MQTT 5).
    pub as_published: bool,
}
