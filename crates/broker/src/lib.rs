//! The embedded MQTT broker: where devices connect when no external broker is used.
//!
//! It exists because an acknowledgement must mean something: a device's PUBACK is sent when the service that
//! consumes its message (the ingestion, in the group `$share/ingest/…`) has acknowledged it, which it does after
//! the commit. Everything else serves that: messages wait within byte budgets, a device whose messages can't be
//! taken is not read from, and what a member of a group leaves unacknowledged goes to the next one, in order.
//!
//! A client that comes back finds its subscriptions ([`SessionStore`]), and no messages: what waits for a device that
//! is away waits with whoever sends it. A message to a device may be retained ([`RetainedStore`]): the last of its
//! topic, for whoever subscribes later.
//!
//! Who may connect, and with what identity, a [`DeviceGate`] decides; which topics a device may use,
//! [`model::topic`]. The broker knows no SQL.
//!
//! Devices written against Microsoft's SDKs are translated at this edge, and nowhere else: `azure` for those of the hub,
//! `dps` for those that don't know yet where they belong.
//!
//! The way of a packet: `listener` → `handshake` → `connection` (reads and writes) → `conversation` (budgets) with
//! its `session` (what a packet means; no IO) → `router` (where it goes) → `groups` and `share` (which member, in
//! which order; no IO) → `mailbox` of the connection that receives it.

mod answer;
mod arrived;
mod azure;
mod budget;
mod clock;
mod connection;
mod conversation;
mod dps;
mod figures;
mod filter;
mod frame;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod gate;
mod gathering;
mod groups;
mod handshake;
mod hello;
mod limit_name;
mod limits;
mod listener;
mod mailbox;
mod memory;
mod place;
mod promise;
mod provisioning;
mod publication;
mod rate;
mod refusal;
mod registry;
mod retained_memory;
mod retained_store;
mod retaining;
mod router;
mod running;
mod session;
mod session_store;
mod sessions;
mod share;
mod subscribing;
mod tls;
mod unsettled;
mod who;
mod wills;

pub use figures::{Figures, RefusedConnects};
pub use gate::{Auth, DeviceGate, Hello, Identity, Refusal, Verdict};
pub use limits::Limits;
pub use memory::SessionsInMemory;
pub use provisioning::{Provisioning, Registered, Registration, RegistrationProof, TurnedAway};
pub use rate::Allowance;
pub use retained_memory::RetainedInMemory;
pub use retained_store::{
    Bounds as RetainedBounds, Outcome as RetainedOutcome, Retained, RetainedStore, RetainedUnavailable, Whose,
};
pub use running::{Config, Handle, Running, start};
pub use session_store::{Kept, SessionStore, SessionsUnavailable, Subscription};
pub use tls::{certified_key, server_config, server_config_with};

/// What keeps the broker from being set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The certificate or key is not PEM, or holds nothing of its kind.
    #[error("the {0} can't be read as PEM")]
    Pem(&'static str),
    /// Certificate and key don't serve TLS.
    #[error("this certificate and key can't be used")]
    Tls(#[source] rustls::Error),
}
