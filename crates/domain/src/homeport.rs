//! The whole product as the use-cases see it: the store, and where devices connect.

use crate::password::Hasher;
use crate::query::{Limits, Turns};
use std::sync::Arc;
use store::Store;

/// Where devices reach the broker.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// The host as devices see it.
    pub host: String,
    /// The port without encryption; none: closed.
    pub port: Option<u16>,
    /// The port with TLS; none: closed.
    pub tls_port: Option<u16>,
    /// The certificate authority, PEM; empty: a public one.
    pub ca_pem: String,
}

/// Everything that use-cases work on. Cheap to clone.
#[derive(Clone)]
pub struct Homeport(Arc<Inner>);

struct Inner {
    store: Store,
    endpoints: Endpoints,
    hasher: Hasher,
    turns: Turns,
}

impl Homeport {
    /// A product on this store, whose devices connect there.
    pub fn new(store: Store, endpoints: Endpoints) -> Homeport {
        Homeport::with_limits(store, endpoints, Limits::default())
    }

    /// The same with other bounds for queries.
    pub fn with_limits(store: Store, endpoints: Endpoints, queries: Limits) -> Homeport {
        let turns = Turns::new(queries);
        Homeport(Arc::new(Inner { store, endpoints, hasher: Hasher::new(), turns }))
    }

    /// The store: for web sessions, and for whoever serves many workspaces.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Where devices connect.
    pub fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }
}
