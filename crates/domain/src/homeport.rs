//! The whole product as the use-cases see it: the store, and where devices connect.

use crate::password::Hasher;
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
}

impl Homeport {
    /// A product on this store, whose devices connect there.
    pub fn new(store: Store, endpoints: Endpoints) -> Homeport {
        Homeport(Arc::new(Inner { store, endpoints, hasher: Hasher::new() }))
    }

    /// The store: for web sessions, and for whoever serves many workspaces.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Where devices connect.
    pub fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }
}
