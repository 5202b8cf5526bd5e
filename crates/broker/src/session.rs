//! What packets mean once a client is welcome. No IO: packets in, steps and bytes out.
//!
//! The library checks the protocol; here is what is ours: which topics, which quality of service, and
//! acknowledgements that go out in the order in which the messages came, each when its group has it.

use crate::answer::{self, Dialect, Terms};
use crate::arrived::Arrived;
use crate::azure::{self, Hub};
use crate::limit_name::LimitName;
use crate::limits::Limits;
use crate::mailbox::{Delivery, Receipt};
use crate::promise::Promise;
use crate::publication::Inbound;
use crate::refusal::{self, Ending};
use crate::session_store::Subscription;
use crate::subscribing::Change;
use crate::unsettled::Unsettled;
use crate::who::Who;
use bytes::BytesMut;
use model::event::EventKind;
use mqtt_protocol_core::mqtt::packet::Packet;
use mqtt_protocol_core::mqtt::prelude::*;
use mqtt_protocol_core::mqtt::result_code::{DisconnectReasonCode, MqttError, PubackReasonCode};
use mqtt_protocol_core::mqtt::{Connection, common::Cursor, role};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::time::Instant;

mod refusals;
mod subscriptions;

/// What a packet asks of the broker, beyond what the session has answered itself.
pub(crate) enum Step {
    /// Nothing more.
    Nothing,
    /// A message that its sender may send.
    Publish(Inbound),
    /// Subscriptions, or their end.
    Change(Change),
    /// The peer acknowledges what a group gave it.
    Receipt(Receipt, Option<PubackReasonCode>),
    /// The connection ends.
    End(Ending),
}

/// The protocol state of one connection.
pub(crate) struct Session {
    mqtt: Connection<role::Server>,
    pub(crate) dialect: Dialect,
    pub(crate) who: Who,
    /// Of a device of the hub: its dialect.
    pub(super) hub: Option<Hub>,
    limits: Arc<Limits>,
    /// Whether the client wants reasons in words.
    reasons: bool,
    /// What is to be written.
    pub(crate) out: BytesMut,
    /// Lines for the device's log.
    pub(crate) events: Vec<(EventKind, String)>,
    /// The limits among them.
    pub(crate) struck: Vec<LimitName>,
    /// How many messages have been acknowledged with yes since this was last looked at.
    pub(crate) acknowledged: u64,
    /// The peer's messages that are not yet acknowledged.
    unsettled: Unsettled,
    /// What the peer has not yet acknowledged.
    sent: HashMap<u16, (Option<Receipt>, Option<Promise>)>,
    send_window: usize,
    subscriptions: Vec<Subscription>,
    asked_to_keep: bool,
    refusals: u32,
}

/// Of whom a session is, beside its limits.
pub(crate) struct Opening {
    pub(crate) mqtt: Connection<role::Server>,
    pub(crate) dialect: Dialect,
    pub(crate) hub: Option<Hub>,
    pub(crate) who: Who,
    pub(crate) reasons: bool,
    pub(crate) send_window: usize,
    /// Whether the client asked for a session that outlives the connection.
    pub(crate) asked_to_keep: bool,
}

impl Session {
    pub(crate) fn new(opening: Opening, limits: Arc<Limits>) -> Session {
        Session {
            mqtt: opening.mqtt,
            dialect: opening.dialect,
            who: opening.who,
            hub: opening.hub,
            limits,
            reasons: opening.reasons,
            out: BytesMut::new(),
            events: Vec::new(),
            struck: Vec::new(),
            acknowledged: 0,
            unsettled: Unsettled::default(),
            sent: HashMap::new(),
            send_window: opening.send_window.max(1),
            subscriptions: Vec::new(),
            asked_to_keep: opening.asked_to_keep,
            refusals: 0,
        }
    }

    /// Whether it speaks the hub's dialect.
    pub(crate) fn is_of_hub(&self) -> bool {
        self.hub.is_some()
    }

    /// When it ends, because what its client has proved itself with runs out.
    pub(crate) fn ends(&self) -> Option<Instant> {
        let until = self.who.device()?.until?;
        Some(Instant::now() + until.duration_since(SystemTime::now()).unwrap_or_default())
    }

    /// Writes the CONNACK.
    pub(crate) fn welcome(&mut self, terms: Terms<'_>) {
        let device = self.who.device().is_some();
        self.send(answer::welcome(self.dialect, &self.limits, device, terms));
    }

    /// Takes one whole packet.
    pub(crate) fn take(&mut self, frame: &[u8]) -> Step {
        let mut received = None;
        let mut answers = Vec::new();
        for event in self.mqtt.recv(&mut Cursor::new(frame)) {
            match event {
                Event::NotifyPacketReceived(packet) => received = Some(packet),
                Event::RequestSendPacket { packet, .. } => answers.push(packet),
                Event::NotifyError(error) => {
                    // Without its own last word, which has no reason: see `farewell`.
                    return Step::End(Ending::of_error(error, self.limits.device_window));
                }
                _ => {}
            }
        }
        for packet in answers {
            self.write(&packet);
        }
        match received {
            Some(packet) => self.packet(packet),
            None => Step::Nothing,
        }
    }

    fn packet(&mut self, packet: Packet) -> Step {
        match packet {
            Packet::V3_1_1Publish(p) => self.publish(Arrived::v3(&p)),
            Packet::V5_0Publish(p) => self.publish(Arrived::v5(&p)),
            Packet::V3_1_1Puback(p) => self.acknowledged(p.packet_id(), None),
            Packet::V5_0Puback(p) => {
                self.acknowledged(p.packet_id(), p.reason_code().filter(|code| (*code as u8) >= 0x80))
            }
            Packet::V3_1_1Subscribe(p) => self.subscribe(p.packet_id(), p.entries()),
            Packet::V5_0Subscribe(p) => self.subscribe(p.packet_id(), p.entries()),
            Packet::V3_1_1Unsubscribe(p) => Step::Change(Change::Unsubscribe {
                id: p.packet_id(),
                filters: p.entries().iter().map(|f| self.native_filter(f.as_str())).collect(),
            }),
            Packet::V5_0Unsubscribe(p) => Step::Change(Change::Unsubscribe {
                id: p.packet_id(),
                filters: p.entries().iter().map(|f| f.as_str().into()).collect(),
            }),
            Packet::V3_1_1Pingreq(_) | Packet::V5_0Pingreq(_) => {
                self.send(answer::pingresp(self.dialect));
                Step::Nothing
            }
            Packet::V3_1_1Disconnect(_) => Step::End(Ending::Goodbye { will: false, expiry_s: None }),
            Packet::V5_0Disconnect(p) => {
                let will = p.reason_code() == Some(DisconnectReasonCode::DisconnectWithWillMessage);
                let expiry_s = answer::session_expiry(p.props().as_deref().unwrap_or_default());
                if expiry_s.is_some_and(|expiry_s| expiry_s > 0) && !self.asked_to_keep {
                    let text = "A DISCONNECT that asks to keep a session which was not to be kept.";
                    return Step::End(Ending::protocol(text, DisconnectReasonCode::ProtocolError));
                }
                Step::End(Ending::Goodbye { will, expiry_s })
            }
            other => Step::End(Ending::protocol(
                format!("A {:?} packet, which is not served here.", other.packet_type()),
                DisconnectReasonCode::ProtocolError,
            )),
        }
    }

    fn publish(&mut self, arrived: Arrived) -> Step {
        let topic_bytes = if self.hub.is_some() { azure::TOPIC_MAX } else { self.limits.topic_bytes };
        if let Some(ending) = arrived.breach(&self.limits, topic_bytes) {
            return Step::End(ending);
        }
        if let Some(hub) = &mut self.hub {
            let native = match hub.up(&arrived) {
                Ok(native) => native,
                Err(reason) => return Step::End(self.topic_refused(reason)),
            };
            return Step::Publish(Inbound {
                topic: native.topic.into(),
                payload: native.payload,
                dup: arrived.dup,
                retain: false,
                properties: native.properties,
                number: arrived.id.map(|id| self.unsettled.add(id)),
            });
        }
        let number = arrived.id.map(|id| self.unsettled.add(id));
        if !self.who.may_publish(arrived.topic) {
            let topic = arrived.topic;
            let reason = match &self.who {
                Who::Device(identity) => refusal::publication(identity, topic),
                Who::Service(_) => format!("Services may not publish to “{}”.", refusal::shorten(topic)),
            };
            if self.dialect == Dialect::V3 {
                return Step::End(self.topic_refused(reason));
            }
            if let Some(ending) = self.count_refusal(None, &reason) {
                return Step::End(ending);
            }
            if let Some(number) = number {
                self.refuse(number, PubackReasonCode::NotAuthorized, reason);
            }
            return Step::Nothing;
        }
        Step::Publish(Inbound {
            topic: arrived.topic.into(),
            payload: arrived.payload.clone(),
            dup: arrived.dup,
            retain: arrived.retain,
            properties: arrived.properties.to_vec(),
            number,
        })
    }

    /// So many groups have taken the message; none: it waits for the first that does.
    pub(crate) fn routed(&mut self, number: u64, groups: usize) {
        self.unsettled.wait_for(number, groups);
    }

    /// The message is acknowledged when its device has acknowledged it, out of its turn: a device that takes its time
    /// holds up nobody else's.
    pub(crate) fn wait_for_device(&mut self, number: u64) {
        self.unsettled.set_apart(number);
    }

    /// A group has acknowledged the message, or its device has.
    pub(crate) fn settle(&mut self, number: u64) {
        if let Some(id) = self.unsettled.take_apart(number) {
            self.send(answer::puback(self.dialect, id, PubackReasonCode::Success, None));
        }
        self.unsettled.settle(number);
        self.acknowledge();
    }

    /// The message is answered with this code, which is final.
    pub(crate) fn refuse(&mut self, number: u64, code: PubackReasonCode, reason: impl Into<String>) {
        let reason = reason.into();
        if let Some(id) = self.unsettled.take_apart(number) {
            let dialect = self.dialect;
            self.explain(Some(&reason), |reason| answer::puback(dialect, id, code, reason));
        }
        self.unsettled.refuse(number, code, reason);
        self.acknowledge();
    }

    /// How many messages are not yet acknowledged.
    pub(crate) fn unsettled(&self) -> usize {
        self.unsettled.len()
    }

    /// Sends what can be sent without overtaking.
    fn acknowledge(&mut self) {
        while let Some(done) = self.unsettled.next_done() {
            self.acknowledged += u64::from(done.code == PubackReasonCode::Success);
            let dialect = self.dialect;
            let reason = done.reason.as_deref();
            self.explain(reason, |reason| answer::puback(dialect, done.id, done.code, reason));
        }
    }

    /// Whether the peer has messages to acknowledge.
    pub(crate) fn is_acknowledging(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Whether another message may be sent to the peer.
    pub(crate) fn can_deliver(&self) -> bool {
        self.out.len() < self.limits.write_bytes && self.sent.len() < self.send_window
    }

    /// Sends a message; gives the receipt back where the peer can't take it, ever.
    pub(crate) fn deliver(&mut self, delivery: &mut Delivery) -> Result<(), Option<Receipt>> {
        let spoken = match &mut self.hub {
            Some(hub) => Some(hub.down(&delivery.publication).ok_or(delivery.receipt)?),
            None => None,
        };
        let id = if delivery.qos1 {
            Some(self.mqtt.acquire_packet_id().map_err(|_| delivery.receipt)?)
        } else {
            None
        };
        let to_device = self.who.device().is_some();
        if !self.send(match spoken {
            Some(spoken) => answer::publish_to_hub(delivery, id, &spoken),
            None => answer::publish(self.dialect, delivery, id, to_device),
        }) {
            if let Some(id) = id {
                self.mqtt.release_packet_id(id);
            }
            return Err(delivery.receipt);
        }
        match (id, delivery.promise.take()) {
            (Some(id), promise) => drop(self.sent.insert(id, (delivery.receipt, promise))),
            // Who subscribes with QoS 0 acknowledges nothing.
            (None, Some(promise)) => promise.keep(),
            (None, None) => {}
        }
        Ok(())
    }

    fn acknowledged(&mut self, id: u16, refused: Option<PubackReasonCode>) -> Step {
        let Some((receipt, promise)) = self.sent.remove(&id) else { return Step::Nothing };
        match (promise, refused) {
            (Some(promise), None) => promise.keep(),
            (Some(promise), Some(_)) => promise.refuse(),
            (None, _) => {}
        }
        receipt.map_or(Step::Nothing, |receipt| Step::Receipt(receipt, refused))
    }

    /// Tells an MQTT 5 client why it ends.
    pub(crate) fn farewell(&mut self, ending: &Ending) {
        let (Dialect::V5, Some(code)) = (self.dialect, ending.code()) else { return };
        for reason in [Some(&*ending.sentence()), None] {
            let Ok(packet) = answer::disconnect(code, reason) else { continue };
            for event in self.mqtt.send(packet.clone()) {
                match event {
                    // Where the library has found the error, it takes the connection for ended already.
                    Event::RequestSendPacket { .. }
                    | Event::NotifyError(MqttError::PacketNotAllowedToSend) => {
                        self.write(&packet);
                        return;
                    }
                    _ => {}
                }
            }
        }
    }

    /// Sends an answer with its reason, where the client wants reasons and takes packets so large.
    fn explain(&mut self, reason: Option<&str>, answer: impl Fn(Option<&str>) -> Result<Packet, MqttError>) {
        let reason = reason.filter(|_| self.reasons);
        if !self.send(answer(reason)) && reason.is_some() {
            self.send(answer(None));
        }
    }

    /// Hands a packet to the library; whether it was written.
    fn send(&mut self, packet: Result<Packet, MqttError>) -> bool {
        let events = match packet {
            Ok(packet) => self.mqtt.send(packet),
            Err(error) => vec![Event::NotifyError(error)],
        };
        let mut written = false;
        for event in events {
            match event {
                Event::RequestSendPacket { packet, .. } => {
                    self.write(&packet);
                    written = true;
                }
                Event::NotifyError(error) => {
                    tracing::debug!(%error, who = ?self.who, "a packet was not sent")
                }
                _ => {}
            }
        }
        written
    }

    fn write(&mut self, packet: &Packet) {
        for slice in packet.to_buffers() {
            self.out.extend_from_slice(&slice);
        }
    }
}

#[cfg(test)]
mod tests;
