//! To another broker: each message is published with quality 1, and counts once that broker has acknowledged it. The packets are
//! `rumqttc`'s; the connection is ours, since a name may lead to addresses only that were looked at.

use super::shown;
use crate::outgoing::Outgoing;
use bytes::BytesMut;
use domain::data_exports::{Failed, Parcel, Record, Refused};
use rumqttc::mqttbytes::v4::{Connect, ConnectReturnCode, Disconnect, Login, Packet, Publish};
use rumqttc::mqttbytes::{Error, QoS};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long connecting may take, and each wait for an acknowledgement.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that are not acknowledged yet.
const IN_FLIGHT: usize = 20;
/// Largest packet that is taken, in bytes.
const PACKET_MAX: usize = 64 * 1024;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(super) async fn carry(
    outgoing: &Outgoing,
    url: &str,
    topic: &str,
    username: &str,
    parcel: &Parcel,
) -> Result<Vec<Refused>, Failed> {
    let stream = tokio::time::timeout(PATIENCE, connect(outgoing, url)).await;
    let stream = stream.map_err(|_| Failed("The broker doesn't answer.".into()))??;
    let mut link = Link { stream, input: BytesMut::new(), output: BytesMut::new() };
    link.sign_in(&parcel.export, username, parcel.secret.as_deref().unwrap_or_default()).await?;
    // One after the other is acknowledged in order: so a window is enough to know which.
    for (part, records) in parcel.records.chunks(IN_FLIGHT).enumerate() {
        for (nth, record) in records.iter().enumerate() {
            let mut publish = Publish::new(place(topic, record), QoS::AtLeastOnce, record.body.to_string());
            publish.pkid = (part % 2 * IN_FLIGHT + nth + 1) as u16;
            publish.write(&mut link.output).map_err(broken)?;
        }
        link.send().await?;
        let mut waiting: Vec<u16> =
            (0..records.len()).map(|nth| (part % 2 * IN_FLIGHT + nth + 1) as u16).collect();
        while !waiting.is_empty() {
            if let Packet::PubAck(ack) = link.hear().await? {
                waiting.retain(|id| *id != ack.pkid);
            }
        }
    }
    let _ = Disconnect.write(&mut link.output);
    let _ = link.send().await;
    Ok(Vec::new())
}

/// The topic of a message; what stands for a level holds none.
fn place(topic: &str, record: &Record) -> String {
    let level = |text: &str| text.replace(['/', '+', '#', '\0'], "_");
    let source = record.body.get("messageSource").and_then(|source| source.as_str()).unwrap_or_default();
    topic.replace("{deviceId}", &level(&record.device)).replace("{messageSource}", &level(source))
}

async fn connect(outgoing: &Outgoing, url: &str) -> Result<Box<dyn Stream>, Failed> {
    let wrong = || Failed(format!("“{url}” is no address of a broker."));
    let uri: http::Uri = url.parse().map_err(|_| wrong())?;
    let host = uri.host().ok_or_else(wrong)?.trim_start_matches('[').trim_end_matches(']').to_owned();
    let encrypted = uri.scheme_str() == Some("mqtts");
    if !encrypted && !outgoing.private() {
        return Err(Failed("The address must begin with mqtts://.".into()));
    }
    let port = uri.port_u16().unwrap_or(if encrypted { 8883 } else { 1883 });
    let address = outgoing.look_up(&host, port).await.map_err(|error| Failed(shown(&error)))?;
    let unreachable = |error: std::io::Error| Failed(format!("The broker can't be reached: {error}."));
    let stream = TcpStream::connect(address).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    if !encrypted {
        return Ok(Box::new(stream));
    }
    let trusted = ClientConfig::builder().with_platform_verifier().map_err(|error| Failed(shown(&error)))?;
    let name = rustls::pki_types::ServerName::try_from(host).map_err(|_| wrong())?;
    let config = TlsConnector::from(Arc::new(trusted.with_no_client_auth()));
    Ok(Box::new(config.connect(name, stream).await.map_err(unreachable)?))
}

struct Link {
    stream: Box<dyn Stream>,
    input: BytesMut,
    output: BytesMut,
}

impl Link {
    async fn sign_in(&mut self, client_id: &str, username: &str, password: &str) -> Result<(), Failed> {
        let mut connect = Connect::new(format!("homeport-export-{client_id}"));
        connect.keep_alive = 60;
        connect.clean_session = true;
        if !username.is_empty() {
            connect.login = Some(Login::new(username, password));
        }
        connect.write(&mut self.output).map_err(broken)?;
        self.send().await?;
        match self.hear().await? {
            Packet::ConnAck(answer) if answer.code == ConnectReturnCode::Success => Ok(()),
            Packet::ConnAck(answer) => {
                Err(Failed(format!("The broker refuses the connection: {:?}.", answer.code)))
            }
            _ => Err(Failed("The broker doesn't speak MQTT 3.1.1.".into())),
        }
    }

    async fn send(&mut self) -> Result<(), Failed> {
        let output = self.output.split();
        let sent = tokio::time::timeout(PATIENCE, self.stream.write_all(&output)).await;
        sent.map_err(|_| Failed("The broker doesn't read.".into()))?.map_err(lost)
    }

    async fn hear(&mut self) -> Result<Packet, Failed> {
        loop {
            match Packet::read(&mut self.input, PACKET_MAX) {
                Ok(packet) => return Ok(packet),
                Err(Error::InsufficientBytes(_)) => {}
                Err(error) => return Err(broken(error)),
            }
            let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.input)).await;
            let read = read.map_err(|_| Failed("The broker doesn't acknowledge.".into()))?.map_err(lost)?;
            if read == 0 {
                return Err(Failed("The broker closed the connection.".into()));
            }
        }
    }
}

fn lost(error: std::io::Error) -> Failed {
    Failed(format!("The connection to the broker is lost: {error}."))
}

fn broken(error: Error) -> Failed {
    Failed(format!("A packet can't be read or written: {error}."))
}
