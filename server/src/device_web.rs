//! HTTPS for devices, with the broker's certificate: MQTT over WebSocket where Microsoft's SDKs look for it, on a port
//! of its own, because pages and devices trust different certificates.

mod files;

use crate::error::{Error, Result};
use crate::gate::Gate;
use crate::websocket;
use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use axum::routing::get;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at once.
const HANDSHAKES: usize = 256;

/// Who has connected.
#[derive(Clone, Debug)]
pub(crate) struct DevicePeer {
    address: SocketAddr,
    /// The certificates that it has shown, DER, its own first.
    certificates: Vec<Vec<u8>>,
}

/// Listens, and serves until cancelled. The address, with the port that was chosen where it was 0.
///
/// # Errors
/// When the address can't be bound.
pub(crate) async fn start(
    address: SocketAddr,
    tls: Arc<ServerConfig>,
    broker: broker::Handle,
    gate: Arc<Gate>,
    cancel: CancellationToken,
) -> Result<SocketAddr> {
    let socket = TcpListener::bind(address).await;
    let socket = socket.map_err(|e| Error::listen("HTTPS for devices", "--device-https-port", address, e))?;
    let address = socket.local_addr()?;
    let (done, ready) = mpsc::channel(HANDSHAKES);
    tokio::spawn(shake_hands(socket, TlsAcceptor::from(tls), done, cancel.clone()));
    let service = router(broker, gate).into_make_service_with_connect_info::<DevicePeer>();
    let serving = axum::serve(Ready { ready, address }, service);
    let serving = serving.with_graceful_shutdown(cancel.cancelled_owned());
    tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "HTTPS for devices has ended");
        }
    });
    Ok(address)
}

/// All that devices find there.
fn router(broker: broker::Handle, gate: Arc<Gate>) -> Router {
    // Some clients encode the sign in front.
    let paths = ["/$iothub/websocket", "/%24iothub/websocket", "/mqtt"];
    let sockets = paths.into_iter().fold(Router::new(), |router, path| router.route(path, get(mqtt)));
    sockets.with_state(broker).merge(files::router(gate))
}

async fn mqtt(
    State(broker): State<broker::Handle>,
    ConnectInfo(peer): ConnectInfo<DevicePeer>,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    websocket::take(broker, upgrade, peer.address, true, peer.certificates)
}

/// Shakes hands with whoever comes, many at once, until cancelled.
async fn shake_hands(
    socket: TcpListener,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
    cancel: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let accepted = async {
            let place = room.clone().acquire_owned().await;
            (place, socket.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = cancel.cancelled() => return,
            accepted = accepted => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: others have to go before one can come.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                // Where nobody takes it any more, the server stops.
                Ok(Ok(stream)) => drop(done.send((stream, address)).await),
                Ok(Err(error)) => tracing::debug!(%address, %error, "no TLS"),
                Err(_) => tracing::debug!(%address, "no TLS in time"),
            }
            drop(place);
        });
    }
}

/// Connections whose handshake is done.
struct Ready {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener for Ready {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The server stops.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, Ready>> for DevicePeer {
    fn connect_info(stream: IncomingStream<'_, Ready>) -> DevicePeer {
        let shown = stream.io().get_ref().1.peer_certificates().unwrap_or_default();
        let certificates = shown.iter().map(|certificate| certificate.to_vec()).collect();
        DevicePeer { address: *stream.remote_addr(), certificates }
    }
}
