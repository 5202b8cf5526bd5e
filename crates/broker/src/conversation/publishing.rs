//! Messages from the peer: room in the budgets first, then up to the groups or down to a device.

use super::Conversation;
use super::keeping::Keeper;
use crate::answer::Dialect;
use crate::budget::Charge;
use crate::hello::Will;
use crate::limit_name::LimitName;
use crate::promise::Promise;
use crate::publication::{self, Inbound, Origin, Publication};
use crate::rate::{Meter, Slow};
use crate::refusal::Ending;
use crate::router::Down;
use crate::wills;
use model::{WorkspaceId, topic};
use mqtt_protocol_core::mqtt::result_code::{DisconnectReasonCode, PubackReasonCode};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

impl Conversation {
    /// Counts a message of so many bytes, with its header, among what its sender may send in a time.
    ///
    /// # Errors
    /// Where the device has been too fast for too long.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), Ending> {
        let Some(meter) = &self.meter else { return Ok(()) };
        self.slow = meter.take(bytes, Instant::now()).map(Box::new);
        let Some(slow) = self.slow.as_deref().copied() else { return Ok(()) };
        if slow.lasting {
            return Err(Conversation::too_fast(&slow));
        }
        if !std::mem::replace(&mut self.has_slowed, true) {
            let text =
                format!("Messages come too fast and are taken more slowly: the limit {}.", slow.limit());
            self.session.limit_struck(slow.rate.name(), text);
        }
        Ok(())
    }

    /// Messages come too fast, and waiting has not helped.
    pub(super) fn too_fast(slow: &Slow) -> Ending {
        let text = format!("Messages came too fast for too long: the limit {}.", slow.limit());
        Ending::limit(slow.rate.name(), text, slow.rate.code())
    }

    /// Refuses telemetry of a workspace that may send no more at present; whether it did.
    ///
    /// # Errors
    /// Where the device can be told in no other way: MQTT 3 knows no refusal of a message.
    pub(super) fn beyond_plan(&mut self, inbound: &Inbound) -> Result<bool, Ending> {
        let Some(text) = self.meter.as_ref().and_then(Meter::closed) else { return Ok(false) };
        if !topic::split(&inbound.topic).is_some_and(|topic| topic.rest.starts_with("telemetry")) {
            return Ok(false);
        }
        match (inbound.number, self.session.dialect) {
            (Some(_), Dialect::V3) => {
                let code = DisconnectReasonCode::QuotaExceeded;
                return Err(Ending::limit(LimitName::PlanOfWorkspace, text.to_string(), code));
            }
            (Some(number), Dialect::V5) => {
                self.session.refuse(number, PubackReasonCode::QuotaExceeded, &*text);
            }
            (None, _) => self.shared.counts.dropped_qos0.one(),
        }
        if !std::mem::replace(&mut self.has_gone_beyond, true) {
            self.session.limit_struck(LimitName::PlanOfWorkspace, text.to_string());
        }
        Ok(true)
    }

    /// Takes a message from the peer.
    pub(super) fn publish(&mut self, inbound: Inbound) {
        match self.session.who.device().map(|identity| identity.workspace) {
            Some(workspace) => self.publish_up(inbound, workspace),
            None => {
                self.shared.counts.received_from_services.one();
                if inbound.retain {
                    self.retain(inbound);
                } else {
                    self.publish_down(inbound);
                }
            }
        }
    }

    fn publish_up(&mut self, inbound: Inbound, workspace: WorkspaceId) {
        let bytes = inbound.bytes();
        let counts = &self.shared.counts;
        if inbound.number.is_some() {
            counts.received_qos1.one()
        } else {
            counts.received_qos0.one()
        }
        if inbound.number.is_none() {
            match self.shared.qos0.take(workspace, bytes) {
                Some(charge) => self.batch(inbound, charge),
                None => self.dropped(),
            }
            return;
        }
        match self.shared.waiting.take(workspace, bytes) {
            Some(charge) => self.batch(inbound, charge),
            None => {
                // First what came before it, or its room may never come.
                self.flush();
                self.held = Some(inbound);
                self.shared.waiting.wait(workspace, bytes, self.mailbox.clone());
            }
        }
    }

    /// Adds a message that has found room to those that are handed over next.
    pub(super) fn batch(&mut self, mut inbound: Inbound, charge: Charge) {
        let properties = self.shared.stamp.properties(&mut inbound, self.session.who.auth());
        self.batch.push(Arc::new(Publication {
            topic: inbound.topic,
            payload: inbound.payload,
            qos1: inbound.number.is_some(),
            retain: inbound.retain,
            expires: publication::expiry(&properties).map(|lasts| Instant::now() + lasts),
            properties,
            lane: self.session.who.lane(self.id),
            origin: inbound.number.map(|number| Origin { connection: self.id, number }),
            _charge: Some(charge),
        }));
    }

    fn publish_down(&mut self, inbound: Inbound) {
        let number = inbound.number;
        let account = self.shared.router.account(&inbound.topic).unwrap_or(WorkspaceId(0));
        let promise = number.filter(|_| self.waits_for_device(&inbound.topic)).map(|number| {
            self.session.wait_for_device(number);
            Promise::new(self.mailbox(), number)
        });
        let promised = promise.is_some();
        let sent = match self.shared.qos0.take(account, inbound.bytes()) {
            None => Down::Full,
            Some(charge) => {
                let lane = self.session.who.lane(self.id);
                self.shared.router.down(&Arc::new(Publication::down(inbound, lane, charge)), promise)
            }
        };
        let Some(number) = number else { return };
        match sent {
            Down::Sent if promised => {}
            Down::Sent => self.session.settle(number),
            Down::Nobody => {
                self.session.refuse(
                    number,
                    PubackReasonCode::NoMatchingSubscribers,
                    "Nobody is there for it.",
                );
            }
            Down::Full => {
                self.session.refuse(
                    number,
                    PubackReasonCode::QuotaExceeded,
                    "Too much waits for the device.",
                );
            }
        }
    }

    /// Whether the acknowledgement of a message down is the device's own. MQTT 3.1.1 has no word for a no.
    fn waits_for_device(&self, topic: &str) -> bool {
        self.session.dialect == Dialect::V5
            && topic::split(topic).is_some_and(|parts| topic::is_message(parts.rest))
    }

    /// Notes once a connection that messages of QoS 0 were dropped.
    fn dropped(&mut self) {
        self.shared.counts.dropped_qos0.one();
        if !std::mem::replace(&mut self.has_dropped, true) {
            let limits = &self.shared.limits;
            let text = format!(
                "Messages of QoS 0 were dropped: too many are on their way. The limit “QoS 0” is {} bytes a \
                 workspace and {} bytes in all. QoS 1 waits instead.",
                limits.qos0_bytes_per_workspace, limits.qos0_bytes
            );
            self.session.limit_struck(LimitName::Qos0, text);
        }
    }

    /// Publishes what the peer has left for the case that its connection breaks, or lets it wait where there is a
    /// session of `keeper` to come back to.
    pub(super) fn leave_will(&mut self, will: Will, keeper: Option<&Keeper>) {
        let delay_s = keeper.map_or(0, |keeper| keeper.expiry_s.min(will.delay_s));
        match (self.session.who.device(), keeper) {
            (None, _) => self.publish_down(wills::inbound(will)),
            (Some(_), Some(keeper)) if delay_s > 0 => {
                let delay = Duration::from_secs(delay_s.into());
                wills::publish_later(&self.shared, keeper.owner.clone(), self.id, will, delay);
            }
            (Some(_), _) => wills::publish_up(&self.shared, &self.session.who, self.id, will),
        }
    }
}
