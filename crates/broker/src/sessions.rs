//! Which session a connection takes up, and what is kept of it.
//!
//! What is done to the sessions of one device is done one thing after the other: a connection that ends late doesn't
//! write over what the one that took over has kept.

use crate::gate::Identity;
use crate::limits::Limits;
use crate::memory::SessionsInMemory;
use crate::session_store::{Kept, SessionStore, SessionsUnavailable, Subscription};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

/// How many devices' sessions can be worked on at once.
const STRIPES: usize = 256;

/// The sessions, shared by all connections.
pub(crate) struct Sessions {
    store: Arc<dyn SessionStore>,
    /// A device's turn is one of these.
    stripes: Vec<Arc<Mutex<()>>>,
    /// How long the store may take.
    patience: Duration,
    longest_s: u32,
    per_device: usize,
}

/// The turn of a device, until dropped.
pub(crate) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedMutexGuard<()>);

/// Whose session it is.
#[derive(Clone)]
pub(crate) struct Owner {
    pub(crate) who: Identity,
    pub(crate) client_id: Arc<str>,
}

/// What a CONNECT says about its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What was kept is to be forgotten.
    pub(crate) clean: bool,
    /// How long it is to be kept after the connection, in seconds; 0: not at all.
    pub(crate) expiry_s: u32,
}

/// The session of a new connection.
#[derive(Default)]
pub(crate) struct Begun {
    /// Whether it was there before.
    pub(crate) present: bool,
    pub(crate) subscriptions: Vec<Subscription>,
    /// How long it is kept after the connection, in seconds; 0: not at all.
    pub(crate) expiry_s: u32,
    /// It would be kept, but the device has too many that are.
    pub(crate) too_many: bool,
}

impl Sessions {
    /// With the store of the server, or else in memory.
    pub(crate) fn new(store: Option<Arc<dyn SessionStore>>, limits: &Limits) -> Sessions {
        Sessions {
            store: store.unwrap_or_else(|| Arc::new(SessionsInMemory::default())),
            stripes: (0..STRIPES).map(|_| Arc::default()).collect(),
            patience: limits.handshake,
            longest_s: u32::try_from(limits.session_expiry.as_secs()).unwrap_or(u32::MAX),
            per_device: limits.sessions_per_device,
        }
    }

    /// Waits for the device's turn; nothing where that takes too long.
    pub(crate) async fn turn(&self, who: &Identity) -> Option<Turn> {
        let mut hasher = DefaultHasher::new();
        (who.workspace, who.device).hash(&mut hasher);
        let at = usize::try_from(hasher.finish() % STRIPES as u64).unwrap_or(0);
        let lock = self.stripes.get(at)?.clone().lock_owned();
        timeout(self.patience, lock).await.ok().map(Turn)
    }

    /// Takes up the session of a client that has just connected, and ended any connection of the same id. Nothing is
    /// taken up where it has itself been taken over before its turn came, and so is `here` no more.
    ///
    /// # Errors
    /// When the store can't say.
    pub(crate) async fn begin(
        &self,
        owner: &Owner,
        wanted: Wanted,
        here: impl FnOnce() -> bool,
    ) -> Result<Begun, SessionsUnavailable> {
        let _turn = self.turn(&owner.who).await.ok_or(SessionsUnavailable)?;
        if !here() {
            return Ok(Begun::default());
        }
        timeout(self.patience, self.take_up(owner, wanted)).await.map_err(|_| SessionsUnavailable)?
    }

    async fn take_up(&self, owner: &Owner, wanted: Wanted) -> Result<Begun, SessionsUnavailable> {
        let Owner { who, client_id } = owner;
        let found = if wanted.clean {
            self.store.forget(who, client_id).await?;
            None
        } else {
            self.store.load(who, client_id).await?
        };
        let was_found = found.is_some();
        let kept = found.filter(|kept| !kept.expired(SystemTime::now()));
        let mut begun = Begun { present: kept.is_some(), ..Begun::default() };
        begun.subscriptions = kept.map(|kept| kept.subscriptions).unwrap_or_default();
        begun.expiry_s = wanted.expiry_s.min(self.longest_s);
        if begun.expiry_s > 0 && !begun.present && self.store.count(who).await? >= self.per_device {
            begun.expiry_s = 0;
            begun.too_many = true;
        }
        if begun.expiry_s > 0 {
            self.save(owner, &begun.subscriptions, begun.expiry_s, None).await?;
        } else if was_found {
            // It goes on, and ends with this connection.
            self.store.forget(who, client_id).await?;
        }
        Ok(begun)
    }

    /// Keeps the subscriptions of a client that is connected. In its turn.
    pub(crate) async fn keep(
        &self,
        owner: &Owner,
        subscriptions: &[Subscription],
        expiry_s: u32,
    ) -> Result<(), SessionsUnavailable> {
        let saved = self.save(owner, subscriptions, expiry_s, None);
        timeout(self.patience, saved).await.map_err(|_| SessionsUnavailable)?
    }

    /// Keeps what a client leaves that goes, or forgets it where it asks for no time any more. In its turn.
    pub(crate) async fn end(
        &self,
        owner: &Owner,
        subscriptions: &[Subscription],
        expiry_s: u32,
    ) -> Result<(), SessionsUnavailable> {
        let expiry_s = expiry_s.min(self.longest_s);
        let done = async {
            if expiry_s == 0 {
                return self.store.forget(&owner.who, &owner.client_id).await;
            }
            self.save(owner, subscriptions, expiry_s, Some(SystemTime::now())).await
        };
        timeout(self.patience, done).await.map_err(|_| SessionsUnavailable)?
    }

    async fn save(
        &self,
        owner: &Owner,
        subscriptions: &[Subscription],
        expiry_s: u32,
        disconnected: Option<SystemTime>,
    ) -> Result<(), SessionsUnavailable> {
        let kept = Kept { subscriptions: subscriptions.to_vec(), expiry_s, disconnected };
        self.store.save(&owner.who, &owner.client_id, &kept).await
    }
}
