//! One MQTT 5 connection, of a service or of a simulated device. The packets are `rumqttc`'s; its event loop is not used, since it does not say
//! which message an acknowledgement is of.

use crate::line::SignIn;
use bytes::BytesMut;
use domain::outward::Away;
use model::down::{Delivery, Down};
use rumqttc::v5::mqttbytes::v5::{
    Connect, ConnectReturnCode, Disconnect, DisconnectReasonCode, Filter, Login, Packet, PingReq, PubAck,
    PubAckReason, Publish, PublishProperties, Subscribe,
};
use rumqttc::v5::mqttbytes::{Error, QoS};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// The broker takes the connection for lost after one and a half of it.
const KEEP_ALIVE_S: u16 = 30;
/// How long connecting may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most messages that are not acknowledged yet.
const IN_FLIGHT_MAX: u16 = 1000;
/// Largest packet that is taken, in bytes: devices are sent whole twins.
const PACKET_MAX: u32 = 512 * 1024;
/// What a PUBLISH takes besides topic, body and properties, in bytes; generous.
const OVERHEAD: usize = 64;

/// A connection that is signed in.
pub(crate) struct Link {
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    input: BytesMut,
    output: BytesMut,
    last_id: u16,
    window: u16,
    max_packet: usize,
}

impl Link {
    /// Connects and signs in.
    ///
    /// # Errors
    /// The broker isn't there, or refuses.
    pub(crate) async fn open(sign_in: &SignIn, client_id: &str) -> io::Result<Link> {
        let opened = tokio::time::timeout(PATIENCE, async {
            let stream = TcpStream::connect((sign_in.host.as_str(), sign_in.port)).await?;
            // An answer to a device must not wait for the one before it to be confirmed.
            stream.set_nodelay(true)?;
            let (read, write) = stream.into_split();
            let (input, output) = (BytesMut::new(), BytesMut::new());
            let (last_id, window, max_packet) = (0, IN_FLIGHT_MAX, usize::MAX);
            let mut link = Link { read, write, input, output, last_id, window, max_packet };
            link.sign_in(sign_in, client_id).await?;
            Ok(link)
        });
        opened.await?
    }

    async fn sign_in(&mut self, sign_in: &SignIn, client_id: &str) -> io::Result<()> {
        let connect = Connect {
            keep_alive: KEEP_ALIVE_S,
            client_id: client_id.to_owned(),
            clean_start: true,
            properties: None,
        };
        let login = Login { username: sign_in.user_name.clone(), password: sign_in.password.clone() };
        self.add(&Packet::Connect(connect, None, Some(login)))?;
        self.flush().await?;
        loop {
            match self.packet()? {
                Some(Packet::ConnAck(answer)) if answer.code == ConnectReturnCode::Success => {
                    if let Some(terms) = answer.properties {
                        self.window = terms.receive_max.unwrap_or(u16::MAX).clamp(1, IN_FLIGHT_MAX);
                        self.max_packet = terms.max_packet_size.map_or(usize::MAX, |max| max as usize);
                    }
                    return Ok(());
                }
                Some(Packet::ConnAck(answer)) => {
                    return Err(io::Error::other(format!("the broker refuses: {:?}", answer.code)));
                }
                Some(_) => return Err(io::Error::other("the broker answers with no CONNACK")),
                None => self.read().await?,
            }
        }
    }

    /// Most messages that may be unacknowledged.
    pub(crate) fn window(&self) -> usize {
        self.window.into()
    }

    /// Whether the broker takes a message of this size.
    pub(crate) fn fits(&self, topic: &str, down: &Down) -> bool {
        let pairs: usize = down.properties.iter().map(|(key, value)| key.len() + value.len() + 5).sum();
        let kind = down.content_type.as_ref().map_or(0, String::len);
        topic.len() + down.body.len() + pairs + kind + OVERHEAD <= self.max_packet
    }

    /// Adds a message of QoS 1 to what [`Link::flush`] writes; answers with its packet id, one that is `free`.
    pub(crate) fn publish(
        &mut self,
        topic: String,
        down: Down,
        free: impl Fn(u16) -> bool,
    ) -> io::Result<u16> {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if free(self.last_id) {
                break;
            }
        }
        let properties = PublishProperties {
            content_type: down.content_type,
            user_properties: down.properties,
            ..PublishProperties::default()
        };
        let mut publish = Publish::new(topic, QoS::AtLeastOnce, down.body, Some(properties));
        publish.pkid = self.last_id;
        self.add(&Packet::Publish(publish))?;
        Ok(self.last_id)
    }

    /// Waits for bytes. Can be broken off without losing any.
    ///
    /// # Errors
    /// The connection is over.
    pub(crate) async fn read(&mut self) -> io::Result<()> {
        match self.read.read_buf(&mut self.input).await? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the broker closed the connection")),
            _ => Ok(()),
        }
    }

    /// The next answer of what was read: of which packet id, and what became of it.
    ///
    /// # Errors
    /// What came is not MQTT, or a good-bye.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u16, Result<Delivery, Away>)>> {
        loop {
            match self.packet()? {
                None => return Ok(None),
                Some(Packet::PubAck(ack)) => return Ok(Some((ack.pkid, outcome(ack.reason)))),
                Some(Packet::Disconnect(why)) => {
                    return Err(io::Error::other(format!("the broker says good-bye: {:?}", why.reason_code)));
                }
                Some(_) => {}
            }
        }
    }

    /// Adds a subscription to this filter, of QoS 1.
    pub(crate) fn subscribe(&mut self, filter: String) -> io::Result<()> {
        let mut subscribe = Subscribe::new(Filter::new(filter, QoS::AtLeastOnce), None);
        // Its answer is not waited for, so the number may come again.
        subscribe.pkid = u16::MAX;
        self.add(&Packet::Subscribe(subscribe))
    }

    /// Adds the acknowledgement of a message.
    pub(crate) fn acknowledge(&mut self, id: u16) -> io::Result<()> {
        self.add(&Packet::PubAck(PubAck::new(id, None)))
    }

    /// Adds a good-bye.
    pub(crate) fn disconnect(&mut self) -> io::Result<()> {
        self.add(&Packet::Disconnect(Disconnect::new(DisconnectReasonCode::NormalDisconnection)))
    }

    /// Adds a sign of life.
    pub(crate) fn ping(&mut self) -> io::Result<()> {
        self.add(&Packet::PingReq(PingReq))
    }

    /// Writes what was added.
    ///
    /// # Errors
    /// The connection is over.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.write.write_all_buf(&mut self.output).await
    }

    /// The next packet of what was read.
    ///
    /// # Errors
    /// What came is not MQTT.
    pub(crate) fn packet(&mut self) -> io::Result<Option<Packet>> {
        match Packet::read(&mut self.input, Some(PACKET_MAX)) {
            Ok(packet) => Ok(Some(packet)),
            Err(Error::InsufficientBytes(_)) => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn add(&mut self, packet: &Packet) -> io::Result<()> {
        packet.write(&mut self.output, None).map(|_| ()).map_err(io::Error::other)
    }
}

fn outcome(reason: PubAckReason) -> Result<Delivery, Away> {
    match reason {
        PubAckReason::Success => Ok(Delivery::Delivered),
        PubAckReason::NoMatchingSubscribers => Ok(Delivery::NobodyListens),
        PubAckReason::UnspecifiedError => Ok(Delivery::NotTaken),
        PubAckReason::ImplementationSpecificError => Ok(Delivery::Refused),
        PubAckReason::QuotaExceeded => Err(Away("Too much waits for the device already".into())),
        other => Err(Away(format!("The broker does not take the message: {other:?}"))),
    }
}
