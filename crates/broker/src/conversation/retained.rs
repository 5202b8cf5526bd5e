//! What a service wants retained, and what a device that subscribes is told of it.
//!
//! The store is asked by a task of its own, which leaves the answer in the mailbox together with the messages:
//! meanwhile nothing more is read from this client, and everything else goes on.

use super::Conversation;
use crate::answer::Dialect;
use crate::filter;
use crate::limit_name::LimitName;
use crate::mailbox::{Delivery, Told};
use crate::publication::{Inbound, Publication};
use crate::refusal::{self, Ending};
use crate::retained_store::{Outcome, Whose};
use crate::subscribing::{No, Wish};
use model::event::EventKind;
use model::{WorkspaceId, topic};
use mqtt_protocol_core::mqtt::packet::RetainHandling;
use mqtt_protocol_core::mqtt::result_code::{DisconnectReasonCode, PubackReasonCode};
use std::sync::Arc;

/// What the store is being asked.
pub(super) enum Asked {
    /// For what is retained, by a SUBSCRIBE that is answered then.
    Subscribe { id: u16, wishes: Vec<Result<Wish, No>> },
    /// To keep the message of this number, where it is of QoS 1.
    Keep { number: Option<u64> },
}

impl Conversation {
    /// Keeps a service's message, sends it on, and acknowledges it: in this order.
    pub(super) fn retain(&mut self, inbound: Inbound) {
        let number = inbound.number;
        let down = topic::split(&inbound.topic).is_some_and(|parts| topic::may_receive(parts.rest));
        if !down {
            let reason = "Only messages to devices are retained.";
            tracing::warn!(topic = %refusal::shorten(&inbound.topic), "{reason}");
            if let Some(number) = number {
                self.session.refuse(number, PubackReasonCode::ImplementationSpecificError, reason);
            }
            return;
        }
        self.asked = Some(Asked::Keep { number });
        let (shared, mailbox, lane) =
            (self.shared.clone(), self.mailbox.clone(), self.session.who.lane(self.id));
        tokio::spawn(async move {
            let whole = inbound.topic.clone();
            let Some(parts) = topic::split(&whole) else { return };
            // What is no device's is kept for nobody, in whose turn whatsoever.
            let id = parts.id().unwrap_or_default();
            let turn = shared.retaining.turn(Whose { scope: parts.scope, device: &id }).await;
            let outcome = match &turn {
                Ok(_) => shared.retaining.keep(&inbound).await,
                Err(away) => Err(*away),
            };
            if outcome == Ok(Outcome::Kept) {
                let account = shared.router.account(&inbound.topic).unwrap_or(WorkspaceId(0));
                let charge = shared.qos0.take_anyway(account, inbound.bytes());
                shared.router.down(&Arc::new(Publication::down(inbound, lane, charge)), None);
            }
            drop(turn);
            mailbox.post(|mail| mail.told = Some(Told::Kept(outcome)));
        });
    }

    /// Answers a SUBSCRIBE whose subscriptions are in force, with what is retained for them.
    pub(super) fn subscribed(&mut self, id: u16, wishes: Vec<Result<Wish, No>>) {
        let wanting: Vec<Wish> =
            wishes.iter().flatten().filter(|wish| self.wants_retained(wish)).cloned().collect();
        let Some(who) = self.session.who.device().cloned().filter(|_| !wanting.is_empty()) else {
            self.session.subscribed(id, wishes);
            return;
        };
        self.asked = Some(Asked::Subscribe { id, wishes });
        let (shared, mailbox) = (self.shared.clone(), self.mailbox.clone());
        tokio::spawn(async move {
            let turn = shared.retaining.turn(Whose { scope: &who.scope, device: &who.external_id }).await;
            let loaded = match &turn {
                Ok(_) => shared.retaining.load(&who).await,
                Err(away) => Err(*away),
            };
            // In the same turn: what comes later must come after it.
            mailbox.post(|mail| {
                mail.told = Some(Told::Loaded(loaded.is_ok()));
                let messages = loaded.unwrap_or_default().into_iter();
                mail.deliveries.extend(messages.filter_map(|message| addressed(&wanting, message)));
            });
            drop(turn);
        });
    }

    fn wants_retained(&self, wish: &Wish) -> bool {
        match wish.handling {
            RetainHandling::SendRetained => true,
            RetainHandling::SendRetainedIfNotExists => {
                !self.session.subscriptions().iter().any(|kept| kept.filter == wish.filter)
            }
            RetainHandling::DoNotSendRetained => false,
        }
    }

    /// The store has answered.
    ///
    /// # Errors
    /// Where it could not do what was asked, and the client can only be told so by the end of the connection.
    pub(super) fn told(&mut self, told: Told) -> Result<(), Ending> {
        match (self.asked.take(), told) {
            (Some(Asked::Subscribe { id, wishes }), Told::Loaded(true)) => {
                self.session.subscribed(id, wishes)
            }
            (Some(Asked::Keep { number }), Told::Kept(Ok(outcome))) => return self.retained(number, outcome),
            (Some(_), _) => return Err(Ending::Unkept),
            (None, _) => {}
        }
        Ok(())
    }

    fn retained(&mut self, number: Option<u64>, outcome: Outcome) -> Result<(), Ending> {
        let of_device = match outcome {
            Outcome::Kept => {
                if let Some(number) = number {
                    self.session.settle(number);
                }
                return Ok(());
            }
            Outcome::Nobody => {
                if let Some(number) = number {
                    let reason = "There is no such device.";
                    self.session.refuse(number, PubackReasonCode::NoMatchingSubscribers, reason);
                }
                return Ok(());
            }
            Outcome::Full { of_device, who } => {
                self.shared.counts.struck(LimitName::Retained);
                if let Some(who) = who {
                    let text = format!("A message was not retained: {}", self.retained_limit(of_device));
                    self.shared.gate.event(&who, EventKind::LimitReached, text);
                }
                of_device
            }
        };
        let text = self.retained_limit(of_device);
        match (number, self.session.dialect) {
            (Some(number), Dialect::V5) => {
                self.session.refuse(number, PubackReasonCode::QuotaExceeded, text);
                Ok(())
            }
            // There is no other way to say that it was not kept.
            (Some(_), Dialect::V3) => {
                Err(Ending::limit(LimitName::Retained, text, DisconnectReasonCode::QuotaExceeded))
            }
            (None, _) => Ok(()),
        }
    }

    fn retained_limit(&self, of_device: bool) -> String {
        let bounds = self.shared.retaining.bounds;
        if of_device {
            return format!("The limit “retained messages” is {} a device.", bounds.per_device);
        }
        format!("The limit “retained messages” is {} bytes a workspace.", bounds.bytes_per_workspace)
    }
}

/// A retained message for whoever wished for it just now; nothing where that one didn't wish for this.
fn addressed(wishes: &[Wish], message: Publication) -> Option<Delivery> {
    let matching = wishes.iter().filter(|wish| filter::matches(&wish.filter, &message.topic));
    let qos1 = matching.map(|wish| wish.qos1).max()? && message.qos1;
    Some(Delivery { publication: Arc::new(message), qos1, retain: true, receipt: None, promise: None })
}
