//! What routes can reach.

use crate::hook::HookAccess;
use crate::rest::Rates;
use crate::site::Site;
use crate::sso::Providers;
use axum::extract::FromRef;
use domain::Homeport;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use store::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The state of the web server; cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState {
    /// What every process has.
    pub(crate) process: Process,
    /// The use-cases.
    pub(crate) homeport: Homeport,
    /// What has been committed, as it happens.
    pub(crate) hub: Arc<ingest::Hub>,
    /// Who is told of it.
    pub(crate) audience: Arc<dyn ingest::Audience>,
    /// Static files.
    pub(crate) site: Arc<Site>,
    /// How pages find script and wasm.
    pub(crate) leptos: LeptosOptions,
    /// How much each API token may ask.
    pub(crate) rates: Rates,
    /// Providers of workspaces' single sign-on.
    pub(crate) providers: Providers,
    /// Who may ask the hook of external brokers.
    pub(crate) hook: Arc<HookAccess>,
}

/// What the routes can reach that every process has, whatever parts it plays.
#[derive(Clone)]
pub(crate) struct Process {
    /// The database.
    pub(crate) store: Store,
    /// The authority's certificate, PEM; nothing where devices come through a broker of their own.
    pub(crate) ca_pem: Option<Arc<str>>,
    /// Whether the ingestion hears its broker; nothing where another process ingests.
    pub(crate) heard: Option<watch::Receiver<bool>>,
    /// The embedded broker; nothing where devices connect elsewhere.
    pub(crate) broker: Option<broker::Handle>,
    /// Whether people come over HTTPS.
    pub(crate) https: bool,
    /// What a stranger must know to read the figures.
    pub(crate) metrics_token: Option<Arc<str>>,
    /// Ends streams when the server stops.
    pub(crate) cancel: CancellationToken,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for Process {
    fn from_ref(state: &AppState) -> Self {
        state.process.clone()
    }
}
