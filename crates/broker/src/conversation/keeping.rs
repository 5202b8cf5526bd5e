//! Subscriptions that are to outlive the connection: kept before they are acknowledged.
//!
//! The store is asked by a task of its own, which leaves the answer in the mailbox: meanwhile nothing more is read
//! from this client, and everything else goes on.

use super::Conversation;
use crate::limit_name::LimitName;
use crate::refusal::Ending;
use crate::session_store::Subscription;
use crate::sessions::{Begun, Owner};
use crate::subscribing::{Change, Wish};
use model::event::EventKind;
use model::topic;

/// A session that is kept when its connection ends.
pub(crate) struct Keeper {
    pub(crate) owner: Owner,
    /// How long, in seconds.
    pub(crate) expiry_s: u32,
}

impl Conversation {
    /// Takes up a session, with the subscriptions that its client may still have.
    pub(crate) fn resume(&mut self, owner: Owner, begun: Begun) {
        if begun.too_many {
            let limit = self.shared.limits.sessions_per_device;
            let text = format!("The session is not kept: the limit “sessions of a device” is {limit}.");
            self.note(EventKind::LimitReached, text);
            self.shared.counts.struck(LimitName::SessionsOfDevice);
        }
        let subscriptions: Vec<Subscription> = begun
            .subscriptions
            .into_iter()
            .filter(|kept| self.session.who.may_subscribe(&kept.filter))
            .take(self.shared.limits.subscriptions)
            .collect();
        let wish = |kept: &Subscription| Ok(Wish::from(kept));
        let mut wishes: Vec<_> = subscriptions.iter().map(wish).collect();
        self.shared.router.subscribe(self.id, &mut wishes);
        self.tell_of_messages(subscriptions.iter().map(|kept| &*kept.filter));
        self.session.resume(subscriptions);
        if begun.expiry_s > 0 {
            self.keeper = Some(Keeper { owner, expiry_s: begun.expiry_s });
        }
    }

    /// Changes the subscriptions, when that is kept where it is to be.
    pub(super) fn change(&mut self, change: Change) {
        let subscriptions = self.session.after(&change);
        match &self.keeper {
            Some(keeper) if subscriptions != self.session.subscriptions() => {
                self.keep(keeper.owner.clone(), keeper.expiry_s, subscriptions);
                self.unkept = Some(change);
            }
            _ => self.changed(change),
        }
    }

    /// Whatever is asked for has been kept, or needn't be.
    fn changed(&mut self, change: Change) {
        match change {
            Change::Subscribe { id, mut wishes } => {
                self.shared.router.subscribe(self.id, &mut wishes);
                self.tell_of_messages(wishes.iter().flatten().map(|wish| &*wish.filter));
                self.subscribed(id, wishes);
            }
            Change::Unsubscribe { id, filters } => {
                self.shared.router.unsubscribe(self.id, &filters);
                self.session.unsubscribed(id, &filters);
            }
        }
    }

    /// Whoever keeps messages for the device hears that it listens.
    fn tell_of_messages<'a>(&self, mut filters: impl Iterator<Item = &'a str>) {
        if let Some(identity) = self.session.who.device()
            && filters.any(topic::hears_messages)
        {
            self.shared.gate.hears_messages(identity);
        }
    }

    fn keep(&self, owner: Owner, expiry_s: u32, subscriptions: Vec<Subscription>) {
        let (shared, mailbox, id) = (self.shared.clone(), self.mailbox.clone(), self.id);
        tokio::spawn(async move {
            let turn = shared.sessions.turn(&owner.who).await;
            // Who has been taken over doesn't write into the session of its successor.
            let kept = turn.is_some()
                && shared.router.holds(id)
                && shared.sessions.keep(&owner, &subscriptions, expiry_s).await.is_ok();
            drop(turn);
            mailbox.post(|mail| mail.kept = Some(kept));
        });
    }

    /// The store has answered.
    ///
    /// # Errors
    /// Where nothing could be kept: the client comes again and asks again.
    pub(super) fn kept(&mut self, kept: bool) -> Result<(), Ending> {
        match self.unkept.take() {
            Some(_) if !kept => Err(Ending::Unkept),
            Some(change) => {
                self.changed(change);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Ends the connection as far as the broker is concerned, and keeps its session from then on.
    pub(crate) async fn conclude(&mut self, ending: &Ending) {
        // The session of one that was taken over is its successor's, who has asked for its turn already.
        let Some(mut keeper) = self.keeper.take() else {
            self.close(ending, None);
            return;
        };
        if let Ending::Goodbye { expiry_s: Some(changed), .. } = ending {
            keeper.expiry_s = *changed;
        }
        if *ending == Ending::TakenOver {
            self.close(ending, Some(&keeper));
            return;
        }
        let turn = self.shared.sessions.turn(&keeper.owner.who).await;
        let was_here = self.close(ending, Some(&keeper));
        let Keeper { owner, expiry_s } = keeper;
        // It may have been taken over while it ended for another reason. One that was cut off has no successor.
        let cut_off = *ending == Ending::CutOff
            && !self.shared.router.is_connected(&self.session.who, &owner.client_id);
        if !was_here && !cut_off {
            return;
        }
        let ended = match &turn {
            Some(_) => self.shared.sessions.end(&owner, self.session.subscriptions(), expiry_s).await.is_ok(),
            None => false,
        };
        if !ended {
            tracing::warn!(who = ?owner.who, "the end of a session could not be kept");
        }
    }
}
