//! The subscriptions of a session: what is asked for, what is granted, what a session before has left.

use super::{Session, Step};
use crate::answer::{self, Granted};
use crate::session_store::Subscription;
use crate::subscribing::{self, Change, No, Wish};
use mqtt_protocol_core::mqtt::packet::SubEntry;

impl Session {
    /// Decides about a SUBSCRIBE, entry by entry.
    pub(super) fn subscribe(&mut self, id: u16, entries: &[SubEntry]) -> Step {
        let mut more = 0;
        let mut wishes = Vec::with_capacity(entries.len());
        for mut wish in entries.iter().map(Wish::from) {
            if let Some(hub) = &mut self.hub {
                match hub.filter(&wish.filter) {
                    Ok(native) => wish.filter = native.into(),
                    Err(reason) => {
                        if let Some(ending) = self.count_refusal(None, &reason) {
                            return Step::End(ending);
                        }
                        wishes.push(Err(No::Topic(reason)));
                        continue;
                    }
                }
            }
            let known = self.subscriptions.iter().any(|kept| kept.filter == wish.filter);
            let count = if known { 0 } else { self.subscriptions.len() + more };
            let decided = subscribing::decide(&self.who, &wish, count, &self.limits);
            match &decided {
                Ok(()) => more += usize::from(!known),
                Err(no) => {
                    let limit = if let No::Limit(limit, _) = no { Some(*limit) } else { None };
                    if let Some(ending) = self.count_refusal(limit, no.reason()) {
                        return Step::End(ending);
                    }
                }
            }
            wishes.push(decided.map(|()| wish));
        }
        Step::Change(Change::Subscribe { id, wishes })
    }

    /// A filter as it is kept: native.
    pub(super) fn native_filter(&self, filter: &str) -> Box<str> {
        let native = self.hub.as_ref().and_then(|hub| hub.native(filter));
        native.map_or_else(|| filter.into(), Into::into)
    }

    /// Its subscriptions.
    pub(crate) fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    /// Begins with the subscriptions of the session before.
    pub(crate) fn resume(&mut self, subscriptions: Vec<Subscription>) {
        if let Some(hub) = &mut self.hub {
            hub.resume(subscriptions.iter().map(|kept| &*kept.filter));
        }
        self.subscriptions = subscriptions;
    }

    /// Its subscriptions as they will be after a change.
    pub(crate) fn after(&self, change: &Change) -> Vec<Subscription> {
        let mut after = self.subscriptions.clone();
        match change {
            Change::Subscribe { wishes, .. } => {
                wishes.iter().flatten().for_each(|wish| subscribing::add(&mut after, wish.clone()));
            }
            Change::Unsubscribe { filters, .. } => after.retain(|kept| !filters.contains(&kept.filter)),
        }
        after
    }

    /// Answers a SUBSCRIBE; a wish that could not be served has become a no.
    pub(crate) fn subscribed(&mut self, id: u16, wishes: Vec<Result<Wish, No>>) {
        let mut reason = None;
        let mut granted = Vec::with_capacity(wishes.len());
        for wish in wishes {
            granted.push(match wish {
                Ok(wish) => {
                    let qos1 = wish.qos1;
                    subscribing::add(&mut self.subscriptions, wish);
                    Granted::Yes { qos1 }
                }
                Err(no) => {
                    let code = no.granted();
                    reason.get_or_insert(no.reason().to_owned());
                    code
                }
            });
        }
        let dialect = self.dialect;
        self.explain(reason.as_deref(), |reason| answer::suback(dialect, id, &granted, reason));
    }

    /// Answers an UNSUBSCRIBE.
    pub(crate) fn unsubscribed(&mut self, id: u16, filters: &[Box<str>]) {
        let mut existed = Vec::with_capacity(filters.len());
        for filter in filters {
            let before = self.subscriptions.len();
            self.subscriptions.retain(|kept| kept.filter != *filter);
            existed.push(self.subscriptions.len() < before);
        }
        self.send(answer::unsuback(self.dialect, id, &existed));
    }
}
