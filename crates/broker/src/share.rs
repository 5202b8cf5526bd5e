//! A group of consumers that share their messages: which member gets which, and in which order.
//!
//! A *lane* is a publisher whose order must hold. All of a lane's messages go to one member, chosen by the lane
//! alone, so that members agree without asking. When a member joins and becomes a lane's choice, the lane waits
//! until what its former member holds is acknowledged; when a member goes, what it held goes to the next one, in
//! order, before what waits. Lanes whose member has its hands full take turns.
//!
//! No IO, no clock: a state machine, tested against a plain model.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// A publisher whose order must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Lane(pub(crate) u64);

/// Names a message that a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Token(pub(crate) u64);

/// Which of the group's filters a message matches, or a member serves: one bit each.
pub(crate) type Filters = u64;

/// A message, given to a member.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Given<K, M> {
    pub(crate) member: K,
    pub(crate) lane: Lane,
    /// How to acknowledge it; none where nobody waits for that.
    pub(crate) token: Option<Token>,
    pub(crate) message: M,
}

/// The state of one group.
pub(crate) struct Group<K, M> {
    members: BTreeMap<K, Member>,
    lanes: HashMap<Lane, Queues<K, M>>,
    next_token: u64,
}

struct Member {
    filters: Filters,
    window: usize,
    holds: usize,
    /// Lanes that wait for this member to have a hand free.
    turns: VecDeque<Lane>,
}

struct Queues<K, M> {
    /// Who holds what is in `held`.
    member: Option<K>,
    held: VecDeque<(Token, Item<M>)>,
    waiting: VecDeque<Item<M>>,
    /// Whether it stands in its member's `turns`.
    in_turns: bool,
}

struct Item<M> {
    message: M,
    filters: Filters,
    acked: bool,
}

impl<K: Copy + Ord + Into<u64>, M: Clone> Group<K, M> {
    pub(crate) fn new() -> Self {
        Group { members: BTreeMap::new(), lanes: HashMap::new(), next_token: 0 }
    }

    /// Adds a member, or changes what it serves. It holds at most `window` messages.
    pub(crate) fn join(&mut self, member: K, filters: Filters, window: usize, out: &mut Vec<Given<K, M>>) {
        let fresh = Member { filters: 0, window, holds: 0, turns: VecDeque::new() };
        let entry = self.members.entry(member).or_insert(fresh);
        entry.filters |= filters;
        entry.window = window;
        self.give_all(out);
    }

    /// Removes a member; what it holds goes to others, or waits.
    pub(crate) fn leave(&mut self, member: K, out: &mut Vec<Given<K, M>>) {
        if self.members.remove(&member).is_none() {
            return;
        }
        for queues in self.lanes.values_mut().filter(|queues| queues.member == Some(member)) {
            queues.member = None;
            queues.in_turns = false;
            while let Some((_, item)) = queues.held.pop_back() {
                queues.waiting.push_front(item);
            }
        }
        self.give_all(out);
    }

    /// Whether this is a member.
    pub(crate) fn has(&self, member: K) -> bool {
        self.members.contains_key(&member)
    }

    /// Whether nobody serves it.
    pub(crate) fn is_deserted(&self) -> bool {
        self.members.is_empty()
    }

    /// Adds a message at the end of its lane. With `acked` a member must acknowledge it before it is gone.
    pub(crate) fn publish(
        &mut self,
        lane: Lane,
        message: M,
        filters: Filters,
        acked: bool,
        out: &mut Vec<Given<K, M>>,
    ) {
        let fresh =
            || Queues { member: None, held: VecDeque::new(), waiting: VecDeque::new(), in_turns: false };
        let queues = self.lanes.entry(lane).or_insert_with(fresh);
        queues.waiting.push_back(Item { message, filters, acked });
        if queues.waiting.len() == 1 {
            self.give(lane, out);
        }
    }

    /// A member has acknowledged a message: it leaves the group. Nothing where it doesn't hold that any more.
    pub(crate) fn acknowledge(
        &mut self,
        member: K,
        lane: Lane,
        token: Token,
        out: &mut Vec<Given<K, M>>,
    ) -> Option<M> {
        let queues = self.lanes.get_mut(&lane)?;
        let at = queues.held.iter().position(|(held, _)| *held == token)?;
        let (_, item) = queues.held.remove(at)?;
        // A lane that stands in line for its member stays there, unless another is to have it by now; one that waited
        // for this very moment goes on.
        let moves = || {
            let front = queues.waiting.front();
            front.is_some_and(|item| choose(&self.members, lane, item.filters) != queues.member)
        };
        let goes_on = queues.held.is_empty() && (!queues.in_turns || moves());
        if let Some(member) = self.members.get_mut(&member) {
            member.holds = member.holds.saturating_sub(1);
        }
        if goes_on {
            self.give(lane, out);
        }
        self.next_turn(member, out);
        Some(item.message)
    }

    /// Takes every message away that waits and that no filter in `filters` asks for any more. What a member holds
    /// stays with it; once it comes back without a filter that asks for it, the next call takes it.
    pub(crate) fn withdraw(&mut self, filters: Filters, out: &mut Vec<Given<K, M>>) -> Vec<(Lane, M)> {
        let mut orphans = Vec::new();
        for (lane, queues) in &mut self.lanes {
            for (_, item) in &mut queues.held {
                item.filters &= filters;
            }
            for mut item in std::mem::take(&mut queues.waiting) {
                item.filters &= filters;
                if item.filters == 0 {
                    orphans.push((*lane, item.message));
                } else {
                    queues.waiting.push_back(item);
                }
            }
        }
        self.lanes.retain(|_, queues| !(queues.waiting.is_empty() && queues.held.is_empty()));
        // What stood behind them can go on.
        self.give_all(out);
        orphans
    }

    /// A member no longer serves these filters; what it holds already, it may still acknowledge.
    pub(crate) fn drop_filters(&mut self, member: K, filters: Filters, out: &mut Vec<Given<K, M>>) {
        let Some(entry) = self.members.get_mut(&member) else { return };
        entry.filters &= !filters;
        self.give_all(out);
    }

    fn give_all(&mut self, out: &mut Vec<Given<K, M>>) {
        let mut lanes: Vec<Lane> = self
            .lanes
            .iter()
            .filter(|(_, queues)| !queues.waiting.is_empty())
            .map(|(lane, _)| *lane)
            .collect();
        lanes.sort_unstable();
        for lane in lanes {
            self.give(lane, out);
        }
    }

    /// Gives a lane's messages to its member, as many as it takes. Forgets the lane when it is empty.
    fn give(&mut self, lane: Lane, out: &mut Vec<Given<K, M>>) {
        let Some(queues) = self.lanes.get_mut(&lane) else { return };
        while let Some(item) = queues.waiting.front() {
            let Some(choice) = choose(&self.members, lane, item.filters) else { break };
            if queues.member != Some(choice) {
                if !queues.held.is_empty() {
                    break;
                }
                queues.member = Some(choice);
                queues.in_turns = false;
            }
            let Some(member) = self.members.get_mut(&choice) else { break };
            if item.acked && member.holds >= member.window {
                if !queues.in_turns {
                    queues.in_turns = true;
                    member.turns.push_back(lane);
                }
                break;
            }
            let Some(item) = queues.waiting.pop_front() else { break };
            let token = item.acked.then_some(Token(self.next_token));
            out.push(Given { member: choice, lane, token, message: item.message.clone() });
            if let Some(token) = token {
                self.next_token += 1;
                member.holds += 1;
                queues.held.push_back((token, item));
            }
        }
        if queues.waiting.is_empty() && queues.held.is_empty() {
            self.lanes.remove(&lane);
        }
    }

    /// A member has a hand free: one message of the next lane that waits for it.
    fn next_turn(&mut self, member: K, out: &mut Vec<Given<K, M>>) {
        while let Some(entry) = self.members.get_mut(&member) {
            if entry.holds >= entry.window {
                return;
            }
            let Some(lane) = entry.turns.pop_front() else { return };
            // A lane may have moved on since it queued here.
            let Some(queues) = self.lanes.get_mut(&lane) else { continue };
            if queues.member == Some(member) && queues.in_turns {
                queues.in_turns = false;
                self.give(lane, out);
            }
        }
    }
}

/// The member for a lane: the highest random weight, so that few lanes move when members come and go.
fn choose<K: Copy + Ord + Into<u64>>(
    members: &BTreeMap<K, Member>,
    lane: Lane,
    filters: Filters,
) -> Option<K> {
    let serving = members.iter().filter(|(_, member)| member.filters & filters != 0);
    serving.max_by_key(|(key, _)| mix(lane.0 ^ mix((**key).into()))).map(|(key, _)| *key)
}

/// Spreads the bits of a number (the finaliser of SplitMix64).
fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
