//! The provisioning service on the wire: a device signs in, asks where it belongs, and is told.
//!
//! Such a connection is none of the broker's other ones: it has no session, reaches nobody and is reached by nobody, so
//! that a device may hold one to its hub beside it under the same client id. It is served packet by packet: each answer
//! is written before the next question is read.

use crate::answer::{self, Dialect, Granted, NotWelcome, Terms};
use crate::connection::{Peer, READ, Wire, last_words};
use crate::figures::Refused;
use crate::frame::{self, Front};
use crate::gate::Refusal;
use crate::hello::Greeting;
use crate::provisioning::{Provisioning, Registered, Registration, RegistrationProof, TurnedAway};
use crate::refusal;
use crate::running::Shared;
use model::azure::dps::{self, Ask};
use model::sas::Token;
use mqtt_protocol_core::mqtt::packet::{Packet, Qos, v3_1_1};
use mqtt_protocol_core::mqtt::prelude::*;
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, MqttError, PubackReasonCode, SubackReasonCode,
};
use mqtt_protocol_core::mqtt::{Connection, common::Cursor, role};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::{Instant, timeout, timeout_at};

/// How long a connection may last: longer than the SDKs wait for their registration.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Largest packet, in bytes.
const PACKET_MAX: usize = 64 * 1024;
/// How long a device is told to wait where nothing can be decided, in seconds.
const RETRY_S: u32 = 5;

/// Of whom a connection is.
pub(crate) struct Registrant {
    pub(crate) scope: String,
    pub(crate) registration: String,
}

/// One connection.
struct Desk<'a> {
    shared: &'a Shared,
    provisioning: Arc<dyn Provisioning>,
    of: &'a Registrant,
    peer: &'a Peer,
    token: Option<Token>,
    mqtt: Connection<role::Server>,
    operation: String,
    payload: Option<serde_json::Value>,
    /// Whether it listens to answers, and with which quality of service.
    listens: Option<Qos>,
    out: Vec<u8>,
}

/// Serves such a connection until it ends.
pub(crate) async fn serve<S>(
    shared: &Shared,
    wire: &mut Wire<S>,
    mqtt: Connection<role::Server>,
    greeting: Greeting,
    of: &Registrant,
    peer: &Peer,
) where
    S: AsyncRead + AsyncWrite,
{
    let operation = format!("4.{}", shared.unique(shared.next_id()));
    let (token, provisioning) = match admitted(shared, &greeting, of, peer) {
        Ok(admitted) => admitted,
        Err(why) => {
            tracing::debug!(%peer.address, scope = of.scope, registration = of.registration, reason = why.reason, "no registration");
            shared.counts.refused(why.refused);
            let words =
                answer::not_welcome(greeting.dialect, &why).map(|packet| packet.to_continuous_buffer());
            last_words(wire, &words.unwrap_or_default()).await;
            if let (Refused::BadCredentials, Some(provisioning)) = (why.refused, &shared.provisioning) {
                turned_away(shared, &**provisioning, of, peer, &why.reason).await;
            }
            return;
        }
    };
    let mut desk = Desk {
        shared,
        provisioning,
        of,
        peer,
        token,
        mqtt,
        operation,
        payload: None,
        listens: None,
        out: Vec::new(),
    };
    desk.send(answer::welcome(Dialect::V3, &shared.limits, true, Terms::default()));
    let silence = match greeting.keep_alive {
        0 => LONGEST,
        seconds => Duration::from_secs(2 * u64::from(seconds)),
    };
    desk.run(wire, silence).await;
}

/// Tells whoever keeps the list of them.
async fn turned_away(
    shared: &Shared,
    provisioning: &dyn Provisioning,
    of: &Registrant,
    peer: &Peer,
    reason: &str,
) {
    let reason = reason.trim_end_matches('.');
    let turned = TurnedAway { scope: &of.scope, id: &of.registration, reason, peer: peer.address };
    if timeout(shared.limits.handshake, provisioning.turned_away(turned)).await.is_err() {
        tracing::warn!(%peer.address, "that a registration was refused can't be written down in time");
    }
}

type Admitted = (Option<Token>, Arc<dyn Provisioning>);

/// Whether somebody may ask at all. Whose key has signed is found out with the registration.
fn admitted(
    shared: &Shared,
    greeting: &Greeting,
    of: &Registrant,
    peer: &Peer,
) -> Result<Admitted, NotWelcome> {
    let no =
        |reason: &str| NotWelcome::because(Refused::BadCredentials, ConnectReasonCode::NotAuthorized, reason);
    let provisioning = shared.provisioning.clone().ok_or(NotWelcome::from(Refusal::Unavailable))?;
    if greeting.client_id != of.registration {
        let shown = refusal::shorten(&greeting.client_id);
        return Err(no(&format!("The client id is “{shown}”, not the registration's.")));
    }
    let password = greeting.password.as_deref().filter(|password| !password.is_empty());
    let Some(password) = password else {
        return match peer.certificates.is_empty() {
            true => Err(no("Neither a token nor a certificate was shown.")),
            false => Ok((None, provisioning)),
        };
    };
    let token = std::str::from_utf8(password).map_err(|_| no("The token can't be read: it is no text."))?;
    let token = Token::parse(token).map_err(|why| no(&why.to_string()))?;
    if !token.is_for_registration(&of.scope, &of.registration) {
        let shown = refusal::shorten(&token.resource);
        return Err(no(&format!("The token is for “{shown}”, not for this registration.")));
    }
    Ok((Some(token), provisioning))
}

impl Desk<'_> {
    async fn run<S>(&mut self, wire: &mut Wire<S>, silence: Duration)
    where
        S: AsyncRead + AsyncWrite,
    {
        let end = Instant::now() + LONGEST;
        loop {
            let out = std::mem::take(&mut self.out);
            let written = async {
                wire.write(&out).await?;
                Ok::<(), std::io::Error>(())
            };
            if !matches!(timeout(self.shared.limits.write_stall, written).await, Ok(Ok(()))) {
                return;
            }
            match frame::take(&mut wire.input, PACKET_MAX) {
                Front::Whole(frame) => {
                    if !self.take(&frame).await {
                        last_words(wire, &std::mem::take(&mut self.out)).await;
                        return;
                    }
                }
                Front::Short(wanted) => {
                    wire.input.reserve(wanted.max(READ.start));
                    let until = end.min(Instant::now() + silence);
                    let read = tokio::select! {
                        () = self.shared.cancel.cancelled() => return,
                        read = timeout_at(until, wire.reader.read_buf(&mut wire.input)) => read,
                    };
                    if !matches!(read, Ok(Ok(1..))) {
                        return;
                    }
                }
                Front::TooLarge(_) | Front::Malformed => return,
            }
        }
    }

    /// Takes a packet; whether the connection goes on.
    async fn take(&mut self, frame: &[u8]) -> bool {
        let mut received = None;
        let mut answers = Vec::new();
        for event in self.mqtt.recv(&mut Cursor::new(frame)) {
            match event {
                Event::NotifyPacketReceived(packet) => received = Some(packet),
                Event::RequestSendPacket { packet, .. } => answers.push(packet),
                Event::NotifyError(_) => return false,
                _ => {}
            }
        }
        for packet in answers {
            self.out.extend(packet.to_continuous_buffer());
        }
        match received {
            None | Some(Packet::V3_1_1Puback(_)) => true,
            Some(Packet::V3_1_1Subscribe(subscribe)) => {
                let mut granted = Vec::new();
                for entry in subscribe.entries() {
                    let known = entry.topic_filter() == dps::FILTER;
                    let qos1 = entry.sub_opts().qos() != Qos::AtMostOnce;
                    granted.push(match known {
                        true => Granted::Yes { qos1 },
                        false => Granted::No(SubackReasonCode::NotAuthorized),
                    });
                    if known {
                        self.listens = Some(if qos1 { Qos::AtLeastOnce } else { Qos::AtMostOnce });
                    }
                }
                self.send(answer::suback(Dialect::V3, subscribe.packet_id(), &granted, None));
                true
            }
            Some(Packet::V3_1_1Unsubscribe(unsubscribe)) => {
                self.listens = None;
                self.send(answer::unsuback(Dialect::V3, unsubscribe.packet_id(), &[]));
                true
            }
            Some(Packet::V3_1_1Pingreq(_)) => {
                self.send(answer::pingresp(Dialect::V3));
                true
            }
            Some(Packet::V3_1_1Publish(publish)) => self.asked(&publish).await,
            Some(_) => false,
        }
    }

    async fn asked(&mut self, publish: &v3_1_1::Publish) -> bool {
        let Some(ask) = dps::ask(publish.topic_name()).filter(|_| publish.qos() != Qos::ExactlyOnce) else {
            return false;
        };
        if let Some(id) = publish.packet_id() {
            self.send(answer::puback(Dialect::V3, id, PubackReasonCode::Success, None));
        }
        let rid = match ask {
            Ask::Register { rid } => {
                match dps::payload(publish.payload().as_slice(), &self.of.registration) {
                    Ok(payload) => self.payload = payload,
                    Err(reason) => {
                        self.refuse(400, 400_004, reason, rid);
                        turned_away(self.shared, &*self.provisioning, self.of, self.peer, reason).await;
                        return true;
                    }
                }
                rid
            }
            // The registration is the connection's; which operation is named matters to nobody.
            Ask::Poll { rid, .. } => rid,
        };
        self.register(rid).await;
        true
    }

    async fn register(&mut self, rid: &str) {
        let proof = match &self.token {
            Some(token) => RegistrationProof::Sas(token),
            None => RegistrationProof::Certificates(&self.peer.certificates),
        };
        let registration = Registration {
            scope: &self.of.scope,
            id: &self.of.registration,
            proof,
            payload: self.payload.as_ref(),
            peer: self.peer.address,
        };
        let asked = timeout(self.shared.limits.handshake, self.provisioning.register(registration)).await;
        let (operation, id) = (&self.operation, &self.of.registration);
        match asked.unwrap_or(Registered::Unavailable) {
            Registered::Assigned(made) => self.reply(200, rid, None, dps::assigned(operation, id, &made)),
            Registered::Assigning { retry_after_s } => {
                self.reply(202, rid, Some(retry_after_s), dps::assigning(operation));
            }
            Registered::Disabled { code, message } => {
                self.reply(200, rid, None, dps::ended(operation, id, "disabled", code, &message, now_ms()));
            }
            Registered::Failed { code, message } => {
                self.reply(200, rid, None, dps::ended(operation, id, "failed", code, &message, now_ms()));
            }
            Registered::Refused { status, code, message } => self.refuse(status, code, &message, rid),
            Registered::Unavailable => {
                let body = dps::refused(500_001, "It can't be decided now.", operation, now_ms());
                self.reply(500, rid, Some(RETRY_S), body);
            }
        }
    }

    fn refuse(&mut self, status: u16, code: u32, message: &str, rid: &str) {
        self.shared.counts.refused(Refused::BadCredentials);
        let body = dps::refused(code, message, &self.operation, now_ms());
        self.reply(status, rid, None, body);
    }

    fn reply(&mut self, status: u16, rid: &str, retry_after_s: Option<u32>, body: String) {
        let Some(qos) = self.listens else { return };
        let topic = dps::reply(status, rid, retry_after_s);
        let id = match qos {
            Qos::AtMostOnce => None,
            _ => self.mqtt.acquire_packet_id().ok(),
        };
        let built = || {
            let mut publish = v3_1_1::Publish::builder().topic_name(topic.as_str())?;
            publish = publish.qos(if id.is_some() { Qos::AtLeastOnce } else { Qos::AtMostOnce });
            if let Some(id) = id {
                publish = publish.packet_id(id);
            }
            Ok(publish.payload(body.into_bytes()).build()?.into())
        };
        self.send(built());
    }

    fn send(&mut self, packet: Result<Packet, MqttError>) {
        let events = match packet {
            Ok(packet) => self.mqtt.send(packet),
            Err(error) => vec![Event::NotifyError(error)],
        };
        for event in events {
            match event {
                Event::RequestSendPacket { packet, .. } => self.out.extend(packet.to_continuous_buffer()),
                Event::NotifyError(error) => tracing::debug!(%error, "a packet was not sent"),
                _ => {}
            }
        }
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
