//! One connection's part in the broker: packets in, the router and the budgets in between, bytes out.
//!
//! Everything a connection does but IO and time. It says when reading has to pause: when a message finds no room,
//! when a client of MQTT 3.1.1 has too much unacknowledged, or when it takes none of our answers.

use crate::answer::Dialect;
use crate::frame::{self, Front};
use crate::hello::Will;
use crate::mailbox::{ConnectionId, Mailbox, Receipt};
use crate::publication::{Inbound, Publication};
use crate::rate::{Meter, Slow};
use crate::refusal::{Breach, Ending};
use crate::running::Shared;
use crate::session::{Session, Step};
use crate::subscribing::Change;
use crate::who::Who;
use bytes::BytesMut;
use keeping::Keeper;
use model::event::EventKind;
use mqtt_protocol_core::mqtt::result_code::{DisconnectReasonCode, PubackReasonCode};
pub(crate) use pauses::Pause;
use retained::Asked;
use std::sync::Arc;
use tokio::time::Instant;

mod keeping;
mod pauses;
mod publishing;
mod retained;

/// Messages that are handed to the router at once.
const BATCH: usize = 128;

/// A connection that is welcome.
pub(crate) struct Conversation {
    shared: Arc<Shared>,
    id: ConnectionId,
    mailbox: Arc<Mailbox>,
    pub(crate) session: Session,
    /// The message that waits for room.
    held: Option<Inbound>,
    batch: Vec<Arc<Publication>>,
    receipts: Vec<(Receipt, Option<PubackReasonCode>)>,
    will: Option<Will>,
    has_dropped: bool,
    /// Whether it has been told that its workspace may send no more at present.
    has_gone_beyond: bool,
    /// Of a device: how fast it may send.
    meter: Option<Meter>,
    /// It has been too fast; apart, since few ever are and each idle connection would keep the room.
    slow: Option<Box<Slow>>,
    has_slowed: bool,
    /// Of a session that outlives the connection.
    keeper: Option<Keeper>,
    /// What is done as soon as it is kept.
    unkept: Option<Change>,
    /// What the store of retained messages is asked.
    asked: Option<Asked>,
    /// How many packets have been taken: whether it goes on at all.
    pub(crate) taken: u64,
}

impl Conversation {
    pub(crate) fn new(
        shared: Arc<Shared>,
        id: ConnectionId,
        mailbox: Arc<Mailbox>,
        session: Session,
        will: Option<Will>,
    ) -> Conversation {
        let meter = session.who.device().map(|identity| shared.rates.meter(identity, Instant::now()));
        Conversation {
            shared,
            id,
            mailbox,
            session,
            held: None,
            batch: Vec::new(),
            receipts: Vec::new(),
            will,
            has_dropped: false,
            has_gone_beyond: false,
            meter,
            slow: None,
            has_slowed: false,
            keeper: None,
            unkept: None,
            asked: None,
            taken: 0,
        }
    }

    /// Where others leave things for it.
    pub(crate) fn mailbox(&self) -> Arc<Mailbox> {
        self.mailbox.clone()
    }

    /// Takes whole packets from the front of the input until it is used up or reading has to pause. Returns how
    /// many bytes the next packet wants.
    ///
    /// # Errors
    /// Why the connection ends.
    pub(crate) fn take_in(&mut self, input: &mut BytesMut) -> Result<usize, Ending> {
        let wanted = self.take_packets(input);
        self.flush();
        self.log();
        wanted
    }

    fn take_packets(&mut self, input: &mut BytesMut) -> Result<usize, Ending> {
        // Only here: what was not taken for it has to be looked at again.
        self.slow = self.slow.take().filter(|slow| Instant::now() < slow.until);
        while self.pause().is_none() {
            let limit = self.shared.limits.packet_bytes;
            let frame = match frame::take(input, limit) {
                Front::Short(wanted) => return Ok(wanted),
                Front::TooLarge(bytes) => return Err(Ending::too_large(bytes, limit)),
                Front::Malformed => {
                    let text = "A packet whose length never ends.";
                    return Err(Ending::protocol(text, DisconnectReasonCode::MalformedPacket));
                }
                Front::Whole(frame) => frame,
            };
            self.taken += 1;
            self.shared.counts.bytes_received.add(frame.len() as u64);
            match self.session.take(&frame) {
                Step::Nothing => {}
                Step::Publish(inbound) => {
                    self.count(frame.len())?;
                    if !self.beyond_plan(&inbound)? {
                        self.publish(inbound);
                    }
                }
                Step::Change(change) => self.change(change),
                Step::Receipt(receipt, refused) => self.receipts.push((receipt, refused)),
                Step::End(ending) => return Err(ending),
            }
            if self.batch.len() >= BATCH {
                self.flush();
            }
        }
        Ok(0)
    }

    /// Hands over what has gathered.
    fn flush(&mut self) {
        if !self.batch.is_empty() {
            let session = &mut self.session;
            self.shared.router.up(&self.batch, |publication, groups| {
                if let Some(origin) = publication.origin {
                    session.routed(origin.number, groups);
                }
            });
            self.batch.clear();
        }
        if !self.receipts.is_empty() {
            self.shared.router.receipts(self.id, &self.receipts);
            self.receipts.clear();
        }
    }

    /// Reads the mailbox.
    ///
    /// # Errors
    /// Why the connection ends.
    pub(crate) fn take_mail(&mut self) -> Result<(), Ending> {
        let mail = self.mailbox.take();
        for settled in mail.settled {
            match (settled.refused, self.session.dialect) {
                (None, _) => self.session.settle(settled.number),
                (Some(code), Dialect::V5) => {
                    self.session.refuse(settled.number, code, format!("It was not taken: {code}."));
                }
                (Some(code), Dialect::V3) => {
                    let text = format!("A message was not taken: {code}.");
                    let code = DisconnectReasonCode::QuotaExceeded;
                    return Err(Ending::Broke(Breach {
                        kind: EventKind::MessageRefused,
                        limit: None,
                        text,
                        code,
                    }));
                }
            }
        }
        if let Some(charge) = mail.charge
            && let Some(inbound) = self.held.take()
        {
            self.batch(inbound, charge);
            self.flush();
        }
        if let Some(kept) = mail.kept {
            self.kept(kept)?;
        }
        if let Some(told) = mail.told {
            self.told(told)?;
        }
        mail.ending.map_or(Ok(()), Err)
    }

    /// Whether it is a device whose messages are not all acknowledged.
    pub(crate) fn waits_for_acknowledgements(&self) -> bool {
        self.session.unsettled() > 0 && self.session.who.device().is_some()
    }

    /// Sends messages while the peer takes them. Whether it is a service that has been given all there was, and has
    /// some to acknowledge: then the next can be gathered.
    pub(crate) fn deliver(&mut self) -> bool {
        let mut sent = 0;
        let mut emptied = false;
        while self.session.can_deliver() {
            let Some(mut delivery) = self.mailbox.next_delivery() else {
                emptied = true;
                break;
            };
            if delivery.receipt.is_none() && delivery.publication.expired() {
                continue;
            }
            match self.session.deliver(&mut delivery) {
                Ok(()) => sent += 1,
                // A member that can't take a message at all would only see it again.
                Err(Some(receipt)) => self.receipts.push((receipt, Some(PubackReasonCode::QuotaExceeded))),
                Err(None) => {}
            }
        }
        let device = self.session.who.device().is_some();
        if sent > 0 && device {
            self.shared.counts.sent_to_devices.add(sent);
        }
        self.flush();
        emptied && sent > 0 && !device && self.session.is_acknowledging()
    }

    /// Ends the connection as far as the broker is concerned. The caller still writes what is left. Whether it was
    /// still here, and not taken over or cut off.
    fn close(&mut self, ending: &Ending, keeper: Option<&Keeper>) -> bool {
        let was_here = self.shared.router.remove(self.id);
        self.session.farewell(ending);
        if let Some(will) = self.will.take().filter(|_| ending.will()) {
            // Who was taken over has come back already.
            if was_here || will.delay_s == 0 || keeper.is_none() {
                self.leave_will(will, keeper);
            }
        }
        self.log();
        if let Ending::Broke(breach) = ending {
            self.note(breach.kind, breach.text.clone());
            if let Some(limit) = breach.limit {
                self.shared.counts.struck(limit);
            }
        }
        self.note(EventKind::Disconnected, ending.sentence());
        was_here
    }

    /// Passes on the lines for the device's log, and what is to be counted.
    fn log(&mut self) {
        let acknowledged = std::mem::take(&mut self.session.acknowledged);
        if acknowledged > 0 && self.session.who.device().is_some() {
            self.shared.counts.acknowledged.add(acknowledged);
        }
        for (kind, text) in std::mem::take(&mut self.session.events) {
            self.note(kind, text);
        }
        for limit in std::mem::take(&mut self.session.struck) {
            self.shared.counts.struck(limit);
        }
    }

    /// A line for the device's log; of a service, for ours.
    pub(crate) fn note(&self, kind: EventKind, text: String) {
        match &self.session.who {
            Who::Device(identity) => self.shared.gate.event(identity, kind, text),
            Who::Service(name) => tracing::info!(%name, kind = kind.as_str(), text, "service"),
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.shared.router.remove(self.id);
        if let Some(identity) = self.session.who.device() {
            self.shared.waiting.forget(identity.workspace, &self.mailbox);
        }
    }
}
