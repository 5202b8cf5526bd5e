//! What a stranger and what a device can say, byte by byte, without sockets: for a fuzzer and for a test that plays
//! one. Each panics where something is wrong, and ends when the bytes do.

use crate::answer::{Dialect, Terms};
use crate::frame::{self, Front};
use crate::gate::{Auth, Identity};
use crate::hello::{self, Greeting, Unread};
use crate::limits::Limits;
use crate::mailbox::{Delivery, Receipt};
use crate::publication::Publication;
use crate::session::{Opening, Session, Step};
use crate::share::{Lane, Token};
use crate::subscribing::Change;
use crate::who::Who;
use bytes::BytesMut;
use model::{DeviceId, WorkspaceId};
use mqtt_protocol_core::mqtt::{ArcPayload, Connection, Version, role};
use std::sync::Arc;

/// The first bytes of a connection: up to what the gate is asked, and the rules that come after it.
pub fn before_connect(bytes: &[u8]) {
    let limits = Limits { connect_bytes: 4096, client_id_bytes: 64, ..Limits::default() };
    if frame::kind(bytes).is_some_and(|kind| kind != frame::CONNECT) {
        return;
    }
    let mut input = BytesMut::from(bytes);
    let Front::Whole(frame) = frame::take(&mut input, limits.connect_bytes) else { return };
    match hello::read(&mut Connection::<role::Server>::new(Version::Undetermined), &frame) {
        Ok(mut greeting) => welcome(&mut greeting, &limits),
        Err(Unread::UnknownVersion) => {}
        Err(Unread::Broken { answer, .. }) => whole_packets(&answer, &[2, 14]),
    }
}

fn welcome(greeting: &mut Greeting, limits: &Limits) {
    if greeting.check(limits, || "made up".into()).is_err() {
        return;
    }
    assert!(!greeting.client_id.is_empty() && greeting.client_id.len() <= limits.client_id_bytes);
    assert!(greeting.receive_maximum > 0);
    let allowed = greeting.check_will(&device()).is_ok();
    if let Some(will) = greeting.will.as_ref().filter(|_| allowed) {
        assert!(will.topic.starts_with("s/d/"), "a will to {}", will.topic);
    }
}

/// What a device says once it is welcome. The first byte chooses the version, whether it wants reasons, and how its
/// messages are answered for.
pub fn after_connect(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let limits = Limits { packet_bytes: 4096, body_bytes: 2048, topic_bytes: 64, ..small() };
    let mut device = Device::new(*choice, limits);
    let mut input = BytesMut::from(bytes);
    while let Front::Whole(frame) = frame::take(&mut input, device.limits.packet_bytes) {
        if !device.take(&frame) {
            return;
        }
    }
}

fn small() -> Limits {
    Limits { device_window: 4, subscriptions: 4, refusals: 6, ..Limits::default() }
}

/// The device `d` of the scope `s`.
pub(crate) fn device() -> Who {
    Who::Device(Identity {
        workspace: WorkspaceId(1),
        device: DeviceId(1),
        scope: "s".into(),
        external_id: "d".into(),
        auth: Auth::Key,
        proof: 0,
        until: None,
    })
}

/// A session, and what has to hold of it.
struct Device {
    session: Session,
    limits: Limits,
    /// Whether messages are answered for in the order in which they came, or the other way round.
    in_order: bool,
    unanswered: Vec<u64>,
    /// Messages of QoS 1 that came, and acknowledgements that went.
    came: usize,
    acknowledged: usize,
    packets: u64,
}

impl Device {
    fn new(choice: u8, limits: Limits) -> Device {
        let mut mqtt = Connection::new(Version::Undetermined);
        let (dialect, connect): (_, &[u8]) = match choice & 1 {
            0 => (Dialect::V3, b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x"),
            _ => (Dialect::V5, b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01x"),
        };
        assert!(hello::read(&mut mqtt, connect).is_ok(), "the CONNECT above");
        let opening = Opening {
            mqtt,
            hub: None,
            dialect,
            who: device(),
            reasons: choice & 2 == 0,
            send_window: 3,
            asked_to_keep: true,
        };
        let mut session = Session::new(opening, Arc::new(limits.clone()));
        session.welcome(Terms::default());
        session.out.clear();
        let in_order = choice & 4 == 0;
        Device { session, limits, in_order, unanswered: Vec::new(), came: 0, acknowledged: 0, packets: 0 }
    }

    /// Takes a packet; whether the connection goes on.
    fn take(&mut self, frame: &[u8]) -> bool {
        self.packets += 1;
        // A service sends something now and then, so that there is something to acknowledge.
        if self.packets % 3 == 1 && self.session.can_deliver() {
            let lane = Lane(1);
            let receipt = Receipt { group: 0, lane, token: Token(self.packets) };
            assert!(self.session.deliver(&mut delivery(lane, receipt)).is_ok());
        }
        self.came += usize::from(frame[0] & 0xf6 == 0x32);
        let step = self.session.take(frame);
        let goes_on = self.follow(step);
        self.answer();
        self.check(frame.len());
        goes_on
    }

    fn follow(&mut self, step: Step) -> bool {
        match step {
            Step::Publish(inbound) => {
                assert!(inbound.topic.starts_with("s/d/"), "published to {}", inbound.topic);
                assert!(inbound.topic.len() <= self.limits.topic_bytes);
                assert!(inbound.payload.len() <= self.limits.body_bytes);
                self.unanswered.extend(inbound.number);
            }
            Step::Change(Change::Subscribe { id, wishes }) => {
                for wish in wishes.iter().flatten() {
                    assert!(wish.filter.starts_with("s/d/"), "subscribed to {}", wish.filter);
                }
                self.session.subscribed(id, wishes);
            }
            Step::Change(Change::Unsubscribe { id, filters }) => self.session.unsubscribed(id, &filters),
            Step::End(ending) => {
                self.session.farewell(&ending);
                self.check(0);
                return false;
            }
            Step::Nothing | Step::Receipt(..) => {}
        }
        true
    }

    /// Answers for what has come, two at a time.
    fn answer(&mut self) {
        while self.unanswered.len() >= 2 {
            let at = if self.in_order { 0 } else { self.unanswered.len() - 1 };
            let number = self.unanswered.remove(at);
            self.session.settle(number);
        }
    }

    /// What goes out is whole, no more than was asked for, and nothing grows without end.
    fn check(&mut self, bytes: usize) {
        let out = self.session.out.split();
        let acknowledged = out.clone();
        whole_packets(&out, &[3, 4, 9, 11, 13, 14]);
        self.acknowledged += count(acknowledged, 4);
        assert!(self.acknowledged <= self.came, "more acknowledgements than messages");
        assert!(out.len() <= 4096 + bytes, "{} bytes for a packet of {bytes}", out.len());
        let events: usize = self.session.events.drain(..).map(|(_, text)| text.len()).sum();
        assert!(events <= 1024 * self.limits.refusals as usize, "{events} bytes for the log");
    }
}

fn delivery(lane: Lane, receipt: Receipt) -> Delivery {
    let publication = Publication {
        topic: "s/d/messages/1".into(),
        payload: ArcPayload::default(),
        qos1: true,
        retain: false,
        expires: None,
        properties: Vec::new(),
        lane,
        origin: None,
        _charge: None,
    };
    Delivery {
        publication: Arc::new(publication),
        qos1: true,
        retain: false,
        receipt: Some(receipt),
        promise: None,
    }
}

fn whole_packets(bytes: &[u8], kinds: &[u8]) {
    let mut left = BytesMut::from(bytes);
    while !left.is_empty() {
        match frame::take(&mut left, usize::MAX) {
            Front::Whole(packet) => assert!(kinds.contains(&(packet[0] >> 4)), "sent {packet:?}"),
            other => panic!("sent {other:?}"),
        }
    }
}

fn count(mut bytes: BytesMut, kind: u8) -> usize {
    let mut count = 0;
    while let Front::Whole(packet) = frame::take(&mut bytes, usize::MAX) {
        count += usize::from(packet[0] >> 4 == kind);
    }
    count
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod driven;
