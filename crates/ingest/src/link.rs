//! One MQTT 5 connection as a subscriber: packets come one by one, acknowledgements go out by the batch.
//!
//! The packets are `rumqttc`'s. Its event loop is not used: it writes to the network once an acknowledgement, and at
//! 50,000 messages a second those small writes cost more than all the rest.

use crate::Config;
use bytes::BytesMut;
use model::topic::INGEST_FILTERS;
use rumqttc::v5::mqttbytes::v5::{
    Connect, ConnectProperties, ConnectReturnCode, Disconnect, DisconnectReasonCode, Filter, Login, Packet,
    PingReq, PubAck, Subscribe,
};
use rumqttc::v5::mqttbytes::{Error, QoS};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Messages that the broker may send before the first is acknowledged.
const IN_FLIGHT_MAX: u16 = 16_384;
/// For so long the broker keeps what comes while this process is away, in seconds.
const SESSION_S: u32 = 24 * 60 * 60;
/// How often the broker hears from us at least.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long connecting may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much is read at once, in bytes.
const READ: usize = 64 << 10;

/// A connection on which the subscriptions were asked for.
pub(crate) struct Link {
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    input: BytesMut,
    output: BytesMut,
    max_packet: u32,
}

impl Link {
    /// Connects, signs in and subscribes; whether the broker grants it comes as a packet.
    ///
    /// # Errors
    /// The broker isn't there, or refuses.
    pub(crate) async fn open(config: &Config) -> io::Result<Link> {
        let opened = tokio::time::timeout(PATIENCE, async {
            let stream = TcpStream::connect((config.host.as_str(), config.port)).await?;
            // Acknowledgements must not wait for those before them to be confirmed.
            stream.set_nodelay(true)?;
            let (read, write) = stream.into_split();
            let (input, output) = (BytesMut::with_capacity(READ), BytesMut::new());
            let mut link = Link { read, write, input, output, max_packet: config.max_packet };
            link.sign_in(config).await?;
            Ok(link)
        });
        opened.await?
    }

    async fn sign_in(&mut self, config: &Config) -> io::Result<()> {
        let properties = ConnectProperties {
            // Our own broker keeps what isn't acknowledged by itself, session or not; any other only in a session.
            session_expiry_interval: (!config.trusted).then_some(SESSION_S),
            receive_maximum: Some(IN_FLIGHT_MAX),
            max_packet_size: Some(config.max_packet),
            ..ConnectProperties::new()
        };
        let connect = Connect {
            keep_alive: KEEP_ALIVE.as_secs() as u16,
            client_id: config.client_id.clone(),
            clean_start: config.trusted,
            properties: Some(properties),
        };
        let login = Login { username: config.user_name.clone(), password: config.password.clone() };
        self.add(&Packet::Connect(connect, None, Some(login)))?;
        self.flush().await?;
        loop {
            match self.next()? {
                Some(Packet::ConnAck(answer)) if answer.code == ConnectReturnCode::Success => break,
                Some(Packet::ConnAck(answer)) => {
                    return Err(io::Error::other(format!("the broker refuses: {:?}", answer.code)));
                }
                Some(_) => return Err(io::Error::other("the broker answers with no CONNACK")),
                None => self.read().await?,
            }
        }
        let filters = INGEST_FILTERS.map(|f| Filter::new(format!("$share/ingest/{f}"), QoS::AtLeastOnce));
        let mut subscribe = Subscribe::new_many(filters, None);
        subscribe.pkid = 1;
        self.add(&Packet::Subscribe(subscribe))?;
        self.flush().await
    }

    /// Waits for bytes. Can be broken off without losing any.
    ///
    /// # Errors
    /// The connection is over.
    pub(crate) async fn read(&mut self) -> io::Result<()> {
        self.input.reserve(READ);
        match self.read.read_buf(&mut self.input).await? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the broker closed the connection")),
            _ => Ok(()),
        }
    }

    /// The next packet of what was read; nothing where more must be read first.
    ///
    /// # Errors
    /// What came is not MQTT, or larger than agreed.
    pub(crate) fn next(&mut self) -> io::Result<Option<Packet>> {
        match Packet::read(&mut self.input, Some(self.max_packet)) {
            Ok(packet) => Ok(Some(packet)),
            Err(Error::InsufficientBytes(_)) => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Adds an acknowledgement to what [`Link::flush`] writes.
    pub(crate) fn acknowledge(&mut self, packet_id: u16) -> io::Result<()> {
        self.add(&Packet::PubAck(PubAck::new(packet_id, None)))
    }

    /// Adds a sign of life.
    pub(crate) fn ping(&mut self) -> io::Result<()> {
        self.add(&Packet::PingReq(PingReq))
    }

    /// Adds a good-bye.
    pub(crate) fn disconnect(&mut self) -> io::Result<()> {
        self.add(&Packet::Disconnect(Disconnect::new(DisconnectReasonCode::NormalDisconnection)))
    }

    /// Writes what was added.
    ///
    /// # Errors
    /// The connection is over.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.write.write_all_buf(&mut self.output).await
    }

    fn add(&mut self, packet: &Packet) -> io::Result<()> {
        packet.write(&mut self.output, None).map(|_| ()).map_err(io::Error::other)
    }
}
