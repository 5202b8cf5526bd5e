//! The whole product as the use-cases see it: the store, where devices connect, and who is told to cut one off.

use crate::password::Hasher;
use model::WorkspaceId;
use std::sync::{Arc, OnceLock};
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

type CutOff = Box<dyn Fn(WorkspaceId, &str) + Send + Sync>;

/// Everything that use-cases work on. Cheap to clone.
#[derive(Clone)]
pub struct Homeport(Arc<Inner>);

struct Inner {
    store: Store,
    endpoints: Endpoints,
    hasher: Hasher,
    cut_off: OnceLock<CutOff>,
}

impl Homeport {
    /// A product on this store, whose devices connect there.
    pub fn new(store: Store, endpoints: Endpoints) -> Homeport {
        Homeport(Arc::new(Inner { store, endpoints, hasher: Hasher::new(), cut_off: OnceLock::new() }))
    }

    /// The store: for web sessions, and for whoever serves many workspaces.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Where devices connect.
    pub fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    /// Who ends the connections of a device whose key was replaced or that was deleted, by its external id.
    /// Only the first call counts.
    pub fn on_cut_off(&self, cut_off: impl Fn(WorkspaceId, &str) + Send + Sync + 'static) {
        if self.0.cut_off.set(Box::new(cut_off)).is_err() {
            tracing::warn!("who cuts devices off was set already");
        }
    }

    pub(crate) fn cut_off(&self, workspace: WorkspaceId, external_id: &str) {
        if let Some(cut_off) = self.0.cut_off.get() {
            cut_off(workspace, external_id);
        }
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }
}
