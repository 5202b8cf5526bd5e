//! Starting the broker, and what can be done with one that runs.

use crate::budget::Budget;
use crate::connection::{self, Peer};
use crate::figures::{Counts, Figures};
use crate::gate::{DeviceGate, Identity};
use crate::limits::Limits;
use crate::listener::Listener;
use crate::mailbox::ConnectionId;
use crate::place::Place;
use crate::provisioning::Provisioning;
use crate::publication::Stamp;
use crate::rate::{Allowance, Rates};
use crate::retained_store::RetainedStore;
use crate::retaining::Retaining;
use crate::router::Router;
use crate::session_store::SessionStore;
use crate::sessions::Sessions;
use crate::wills::Wills;
use model::WorkspaceId;
use rustls::ServerConfig;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where the broker listens, and what it allows.
#[derive(Clone, Default)]
pub struct Config {
    /// Address for MQTT without encryption; none: closed. Port 0 takes a free one.
    pub tcp: Option<SocketAddr>,
    /// Address for MQTT over TLS, and the certificate (see [`crate::server_config`]).
    pub tls: Option<(SocketAddr, Arc<ServerConfig>)>,
    /// What clients may take.
    pub limits: Limits,
    /// Where sessions are kept; none: in memory, until the process ends.
    pub sessions: Option<Arc<dyn SessionStore>>,
    /// Where retained messages are kept; none: in memory, until the process ends.
    pub retained: Option<Arc<dyn RetainedStore>>,
    /// Who registers devices that don't know yet where they belong; none: they are turned away.
    pub provisioning: Option<Arc<dyn Provisioning>>,
    /// The names by which devices know the hub. Only the bare form of its user names needs them (see
    /// [`model::azure::UserName::read`]): which of them a device may use, the gate decides.
    pub hub_names: Vec<String>,
}

/// A broker that runs. It stops when its token is cancelled.
pub struct Running {
    handle: Handle,
    tcp: Option<SocketAddr>,
    tls: Option<SocketAddr>,
}

/// Reaches into a broker that runs; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    tasks: TaskTracker,
}

/// What all connections of a broker share.
pub(crate) struct Shared {
    pub(crate) gate: Arc<dyn DeviceGate>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) router: Router,
    /// Messages of QoS 1 that wait for their group.
    pub(crate) waiting: Arc<Budget>,
    /// Messages of QoS 0, and those to devices.
    pub(crate) qos0: Arc<Budget>,
    /// How fast devices and workspaces send.
    pub(crate) rates: Rates,
    pub(crate) sessions: Sessions,
    pub(crate) retaining: Retaining,
    pub(crate) provisioning: Option<Arc<dyn Provisioning>>,
    pub(crate) hub_names: Vec<String>,
    pub(crate) wills: Wills,
    pub(crate) counts: Counts,
    pub(crate) stamp: Stamp,
    pub(crate) cancel: CancellationToken,
    /// Connections, signed in or not.
    pub(crate) open: AtomicUsize,
    next: AtomicU64,
}

impl Shared {
    pub(crate) fn next_id(&self) -> ConnectionId {
        ConnectionId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// A word for a connection that no other broker has.
    pub(crate) fn unique(&self, id: ConnectionId) -> String {
        format!("{:016x}-{:x}", self.stamp.start(), id.0)
    }
}

/// Opens the ports and serves until `cancel` is cancelled.
///
/// # Errors
/// When an address can't be bound: taken, mostly.
pub async fn start(
    config: Config,
    gate: Arc<dyn DeviceGate>,
    cancel: CancellationToken,
) -> io::Result<Running> {
    let limits = Arc::new(config.limits);
    let shared = Arc::new(Shared {
        gate,
        router: Router::new(limits.clone()),
        waiting: Budget::new(limits.waiting_bytes, limits.waiting_bytes_per_workspace),
        qos0: Budget::new(limits.qos0_bytes, limits.qos0_bytes_per_workspace),
        rates: Rates::new(limits.clone()),
        counts: Counts::default(),
        sessions: Sessions::new(config.sessions, &limits),
        retaining: Retaining::new(config.retained, &limits),
        provisioning: config.provisioning,
        hub_names: config.hub_names,
        wills: Wills::default(),
        limits,
        stamp: Stamp::new(),
        cancel,
        open: AtomicUsize::new(0),
        next: AtomicU64::new(1),
    });
    let plain = match config.tcp {
        Some(address) => Some(Listener::bind(address, None).await?),
        None => None,
    };
    let secure = match config.tls {
        Some((address, tls)) => Some(Listener::bind(address, Some(tls)).await?),
        None => None,
    };
    let tcp = plain.as_ref().map(Listener::address).transpose()?;
    let tls = secure.as_ref().map(Listener::address).transpose()?;
    let tasks = TaskTracker::new();
    for listener in [plain, secure].into_iter().flatten() {
        tasks.spawn(listener.run(shared.clone(), tasks.clone()));
    }
    tasks.close();
    Ok(Running { handle: Handle { shared, tasks }, tcp, tls })
}

impl Running {
    /// The address without encryption.
    pub fn tcp_addr(&self) -> Option<SocketAddr> {
        self.tcp
    }

    /// The address with TLS.
    pub fn tls_addr(&self) -> Option<SocketAddr> {
        self.tls
    }

    /// Something to reach into the broker with from elsewhere.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// See [`Handle::cut_off`].
    pub fn cut_off(&self, workspace: WorkspaceId, external_id: &str) -> usize {
        self.handle.cut_off(workspace, external_id)
    }

    /// See [`Handle::cut_off_workspace`].
    pub fn cut_off_workspace(&self, workspace: WorkspaceId) -> usize {
        self.handle.cut_off_workspace(workspace)
    }

    /// Until every connection has ended, after the token was cancelled.
    pub async fn joined(&self) {
        self.handle.tasks.wait().await;
    }
}

impl Handle {
    /// Serves a client whose stream has come another way than through the broker's own ports: a WebSocket of which
    /// only the bytes inside of its messages are left. Returns when the connection has ended, and at once where the
    /// limit of connections is reached or the broker has stopped. The client is served on when this is dropped.
    ///
    /// `peer` is where it comes from, `secure` whether it is encrypted up to here, `certificates` what it has shown of
    /// them, DER, its own first.
    pub async fn serve<S>(&self, stream: S, peer: SocketAddr, secure: bool, certificates: Vec<Vec<u8>>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let Some(place) = Place::take(&self.shared) else { return };
        let deadline = Instant::now() + self.shared.limits.handshake;
        let peer = Peer { address: peer, secure, websocket: true, certificates };
        let served = self.tasks.spawn(async move {
            connection::serve(place.0.clone(), stream, peer, deadline).await;
            drop(place);
        });
        if let Err(error) = served.await {
            tracing::error!(%error, "a connection did not end by itself");
        }
    }

    /// Ends all connections of a device: it was deleted or blocked, or its key was replaced. How many there were.
    pub fn cut_off(&self, workspace: WorkspaceId, external_id: &str) -> usize {
        self.shared.router.cut_off(workspace, external_id)
    }

    /// Ends all connections of a workspace's devices: it was disabled. How many there were.
    pub fn cut_off_workspace(&self, workspace: WorkspaceId) -> usize {
        self.shared.router.cut_off_workspace(workspace)
    }

    /// Says what workspaces may send that may send less than any may; all others may again what any may. Holds at once,
    /// also for who is connected.
    pub fn allow(&self, allowances: HashMap<WorkspaceId, Allowance>) {
        self.shared.rates.allow(allowances);
    }

    /// The devices that are connected, each once a connection.
    pub fn devices(&self) -> Vec<Identity> {
        self.shared.router.devices()
    }

    /// How many devices and services are connected.
    pub fn connections(&self) -> usize {
        let (devices, services) = self.shared.router.count();
        devices + services
    }

    /// Whether a service is there that takes what devices send.
    pub fn is_served(&self) -> bool {
        self.shared.router.served() > 0
    }

    /// What the broker has done so far, and how it stands. Cheap, but not for every message.
    pub fn figures(&self) -> Figures {
        let Shared { router, waiting, qos0, open, .. } = &*self.shared;
        let (devices, services) = router.count();
        Figures {
            open: open.load(Ordering::Relaxed) as u64,
            devices: devices as u64,
            services: services as u64,
            waiting_bytes: waiting.used() as u64,
            qos0_bytes: qos0.used() as u64,
            ..self.shared.counts.so_far()
        }
    }
}
