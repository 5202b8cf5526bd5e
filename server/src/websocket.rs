//! MQTT over WebSocket, on the web server's port: `/mqtt`, subprotocol `mqtt` (MQTT 5, section 6).
//!
//! For devices behind firewalls that let only the web through, and for browsers. The broker sees one more stream of
//! bytes; the frames' limits mean nothing to it, as the standard asks.

use crate::problem::Refusal;
use crate::state::Process;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{SinkExt, StreamExt, future};
use model::{Code, Problem};
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::io::{CopyToBytes, SinkWriter, StreamReader};

/// Largest message, in bytes: a packet may be spread over many, and many may stand in one, but no client gathers more
/// than its largest packet.
const MESSAGE_MAX: usize = 512 * 1024;
/// Room for what is read and written, in bytes; each connection has both.
const BUFFER: usize = 8 * 1024;

/// Takes the upgrade and hands the stream to the broker.
pub(crate) async fn mqtt(
    State(process): State<Process>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Some(broker) = process.broker.clone() else {
        let text = "Devices connect elsewhere: to the broker, which has addresses of its own.";
        return Refusal(Problem::with_detail(Code::NotFound, text)).into_response();
    };
    take(broker, upgrade, peer, process.https, Vec::new())
}

/// Takes the upgrade of a client that has shown these certificates of TLS, DER, its own first.
pub(crate) fn take(
    broker: broker::Handle,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    peer: SocketAddr,
    secure: bool,
    certificates: Vec<Vec<u8>>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let text = "Here devices speak MQTT over WebSocket, with the subprotocol “mqtt”.";
        return Refusal(Problem::with_detail(Code::NotFound, text)).into_response();
    };
    upgrade
        .protocols(["mqtt"])
        .max_message_size(MESSAGE_MAX)
        .max_frame_size(MESSAGE_MAX)
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .on_upgrade(
            move |socket| async move { broker.serve(stream(socket), peer, secure, certificates).await },
        )
}

/// The bytes of a WebSocket: those of its binary messages.
fn stream(socket: WebSocket) -> impl AsyncRead + AsyncWrite + Send + Unpin {
    let (sink, messages) = socket.split();
    let read = messages.filter_map(|message| future::ready(bytes_of(message)));
    let write = sink
        .sink_map_err(io::Error::other)
        .with(|bytes: Bytes| future::ready(Ok::<_, io::Error>(Message::Binary(bytes))));
    tokio::io::join(StreamReader::new(read), SinkWriter::new(CopyToBytes::new(write)))
}

/// Pings are answered below us; text is no MQTT (section 6: the connection must be closed).
fn bytes_of(message: Result<Message, axum::Error>) -> Option<io::Result<Bytes>> {
    match message {
        Ok(Message::Binary(bytes)) => Some(Ok(bytes)),
        Ok(Message::Text(_)) => Some(Err(io::Error::new(io::ErrorKind::InvalidData, "a text message"))),
        Ok(_) => None,
        Err(error) => Some(Err(io::Error::other(error))),
    }
}
