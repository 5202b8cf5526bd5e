//! Accepting connections, plain and with TLS.

use crate::connection::{self, Peer};
use crate::figures::Refused;
use crate::place::Place;
use crate::running::Shared;
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

/// A bound socket.
pub(crate) struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Binds the address.
    pub(crate) async fn bind(address: SocketAddr, tls: Option<Arc<ServerConfig>>) -> io::Result<Listener> {
        Ok(Listener { socket: TcpListener::bind(address).await?, tls: tls.map(TlsAcceptor::from) })
    }

    /// The address, with the port that was chosen where it was 0.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts until the broker stops.
    pub(crate) async fn run(self, shared: Arc<Shared>, tasks: TaskTracker) {
        loop {
            let accepted = tokio::select! {
                () = shared.cancel.cancelled() => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.take(&shared, &tasks, stream, address),
                Err(error) => {
                    // Out of file descriptors, mostly: others have to go before one can come.
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn take(&self, shared: &Arc<Shared>, tasks: &TaskTracker, stream: TcpStream, address: SocketAddr) {
        let Some(place) = Place::take(shared) else { return };
        let deadline = Instant::now() + shared.limits.handshake;
        let peer = Peer { address, secure: self.tls.is_some(), websocket: false, certificates: Vec::new() };
        let tls = self.tls.clone();
        tasks.spawn(async move {
            let shared = place.0.clone();
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "no TCP_NODELAY");
            }
            match tls {
                None => connection::serve(shared, stream, peer, deadline).await,
                // By itself, or those without TLS would take as much memory.
                Some(acceptor) => Box::pin(secure(shared, stream, acceptor, peer, deadline)).await,
            }
            drop(place);
        });
    }
}

/// Serves a connection with TLS.
async fn secure(
    shared: Arc<Shared>,
    stream: TcpStream,
    acceptor: TlsAcceptor,
    peer: Peer,
    deadline: Instant,
) {
    match timeout_at(deadline, Box::pin(acceptor.accept(stream))).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates();
            let certificates = shown.unwrap_or_default().iter().map(|shown| shown.to_vec()).collect();
            connection::serve(shared, stream, Peer { certificates, ..peer }, deadline).await;
        }
        Ok(Err(error)) => {
            tracing::debug!(%peer.address, %error, "no TLS");
            shared.counts.refused(Refused::Unreadable);
        }
        Err(_) => {
            tracing::debug!(%peer.address, "no TLS in time");
            shared.counts.refused(Refused::Unreadable);
        }
    }
}
