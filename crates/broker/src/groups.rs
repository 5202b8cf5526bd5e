//! The groups that share messages, and the messages that wait for a group to come.
//!
//! A group outlives its members: what devices send while the ingestion is away waits in it. A message that no
//! group asks for is parked, for telemetry must be committed: the first group that asks for it gets it.

use crate::filter;
use crate::mailbox::{ConnectionId, Receipt};
use crate::publication::Publication;
use crate::share::{Filters, Given, Group};
use std::collections::VecDeque;
use std::sync::Arc;

/// A message for a member of the group with this number.
pub(crate) type Out = Vec<(usize, Given<ConnectionId, Arc<Publication>>)>;

/// All groups.
#[derive(Default)]
pub(crate) struct Groups {
    groups: Vec<Named>,
    parked: VecDeque<Arc<Publication>>,
}

struct Named {
    name: Box<str>,
    /// At most as many as [`Filters`] has bits.
    slots: Vec<Slot>,
    group: Group<ConnectionId, Arc<Publication>>,
}

/// A filter, and who serves it. With nobody it still collects, unless its last member has unsubscribed.
struct Slot {
    filter: Option<Box<str>>,
    members: Vec<ConnectionId>,
}

impl Named {
    fn mask(&self, topic: &str) -> Filters {
        let asks = |slot: &Slot| slot.filter.as_ref().is_some_and(|filter| filter::matches(filter, topic));
        self.slots.iter().enumerate().filter(|(_, slot)| asks(slot)).fold(0, |mask, (bit, _)| mask | 1 << bit)
    }

    fn all(&self) -> Filters {
        let used = self.slots.iter().enumerate().filter(|(_, slot)| slot.filter.is_some());
        used.fold(0, |mask, (bit, _)| mask | 1 << bit)
    }

    /// The slot of a filter, made where there is none; nothing where all are taken.
    fn slot(&mut self, filter: &str) -> Option<usize> {
        if let Some(at) = self.slots.iter().position(|slot| slot.filter.as_deref() == Some(filter)) {
            return Some(at);
        }
        if let Some(at) = self.slots.iter().position(|slot| slot.filter.is_none()) {
            self.slots[at].filter = Some(filter.into());
            return Some(at);
        }
        if self.slots.len() >= Filters::BITS as usize {
            return None;
        }
        self.slots.push(Slot { filter: Some(filter.into()), members: Vec::new() });
        Some(self.slots.len() - 1)
    }
}

impl Groups {
    /// Adds a member, or one more filter of it. False where the group has no place for another filter.
    pub(crate) fn subscribe(
        &mut self,
        member: ConnectionId,
        window: usize,
        shared: &filter::Shared<'_>,
        out: &mut Out,
    ) -> bool {
        let number = self.groups.iter().position(|named| *named.name == *shared.group).unwrap_or_else(|| {
            self.groups.push(Named { name: shared.group.into(), slots: Vec::new(), group: Group::new() });
            self.groups.len() - 1
        });
        let named = &mut self.groups[number];
        let Some(bit) = named.slot(shared.filter) else { return false };
        if !named.slots[bit].members.contains(&member) {
            named.slots[bit].members.push(member);
        }
        with_number(number, out, |given| named.group.join(member, 1 << bit, window.max(1), given));
        self.unpark(number, out);
        true
    }

    /// A member no longer wants a filter. When it was the last, nobody is waited for any more.
    pub(crate) fn unsubscribe(&mut self, member: ConnectionId, shared: &filter::Shared<'_>, out: &mut Out) {
        let Some(number) = self.groups.iter().position(|named| *named.name == *shared.group) else { return };
        let named = &mut self.groups[number];
        let Some(bit) = named.slots.iter().position(|slot| slot.filter.as_deref() == Some(shared.filter))
        else {
            return;
        };
        if !named.slots[bit].members.contains(&member) {
            return;
        }
        named.slots[bit].members.retain(|kept| *kept != member);
        with_number(number, out, |given| named.group.drop_filters(member, 1 << bit, given));
        if named.slots[bit].members.is_empty() {
            named.slots[bit].filter = None;
            self.give_up(number, out);
        }
    }

    /// A member is gone; what it held goes to others.
    pub(crate) fn leave(&mut self, member: ConnectionId, out: &mut Out) {
        let numbers = 0..self.groups.len();
        let left: Vec<usize> = numbers.filter(|number| self.groups[*number].group.has(member)).collect();
        for &number in &left {
            let named = &mut self.groups[number];
            for slot in &mut named.slots {
                slot.members.retain(|kept| *kept != member);
            }
            with_number(number, out, |given| named.group.leave(member, given));
        }
        // It may have held something whose filter was given up meanwhile. Only now, that no group would hand it that.
        for number in left {
            self.give_up(number, out);
        }
    }

    /// Takes from a group what none of its filters asks for any more.
    fn give_up(&mut self, number: usize, out: &mut Out) {
        let named = &mut self.groups[number];
        let left = named.all();
        for (_, orphan) in with_number(number, out, |given| named.group.withdraw(left, given)) {
            self.adopt(orphan, out);
        }
    }

    /// Gives a message to every group that asks for it; how many those are. None: it is parked.
    pub(crate) fn publish(&mut self, publication: &Arc<Publication>, out: &mut Out) -> usize {
        let mut groups = 0;
        for (number, named) in self.groups.iter_mut().enumerate() {
            let mask = named.mask(&publication.topic);
            if mask != 0 {
                groups += 1;
                give(number, named, publication.clone(), mask, out);
            }
        }
        if groups == 0 {
            self.parked.push_back(publication.clone());
        }
        groups
    }

    /// A member has answered for a message; the message, where it still held it.
    pub(crate) fn acknowledge(
        &mut self,
        member: ConnectionId,
        receipt: Receipt,
        out: &mut Out,
    ) -> Option<Arc<Publication>> {
        let named = self.groups.get_mut(receipt.group)?;
        with_number(receipt.group, out, |given| {
            named.group.acknowledge(member, receipt.lane, receipt.token, given)
        })
    }

    /// How many groups have a member.
    pub(crate) fn served(&self) -> usize {
        self.groups.iter().filter(|named| !named.group.is_deserted()).count()
    }

    /// A message whose group has given it up: one that also asks for it gets it, or the first that will.
    fn adopt(&mut self, orphan: Arc<Publication>, out: &mut Out) {
        for (number, named) in self.groups.iter_mut().enumerate() {
            let mask = named.mask(&orphan.topic);
            if mask != 0 {
                give(number, named, orphan, mask, out);
                return;
            }
        }
        self.parked.push_back(orphan);
    }

    fn unpark(&mut self, number: usize, out: &mut Out) {
        let named = &mut self.groups[number];
        for publication in std::mem::take(&mut self.parked) {
            match named.mask(&publication.topic) {
                0 => self.parked.push_back(publication),
                mask => give(number, named, publication, mask, out),
            }
        }
    }
}

fn give(number: usize, named: &mut Named, publication: Arc<Publication>, mask: Filters, out: &mut Out) {
    let (lane, acked) = (publication.lane, publication.qos1);
    with_number(number, out, |given| named.group.publish(lane, publication, mask, acked, given));
}

/// Collects what a group gives, with the group's number beside it.
fn with_number<T>(
    number: usize,
    out: &mut Out,
    act: impl FnOnce(&mut Vec<Given<ConnectionId, Arc<Publication>>>) -> T,
) -> T {
    let mut given = Vec::new();
    let result = act(&mut given);
    out.extend(given.into_iter().map(|given| (number, given)));
    result
}

#[cfg(test)]
mod properties;
