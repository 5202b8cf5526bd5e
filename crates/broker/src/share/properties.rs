//! Against a plain model, with all that a group knows: filters that come and go, windows that change, messages that
//! nobody acknowledges, and acknowledgements that come too late.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Join {
        member: u64,
        bit: u32,
        window: usize,
    },
    Leave(u64),
    /// A member gives up a filter; when it was the last, what waits for that filter goes.
    Drop {
        member: u64,
        bit: u32,
    },
    Publish {
        lane: u64,
        filters: Filters,
        acked: bool,
    },
    Acknowledge(usize),
    /// By someone who doesn't hold it any more.
    Late(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..4u64, 0..3u32, 1..5usize).prop_map(|(member, bit, window)| Step::Join { member, bit, window }),
        1 => (0..4u64).prop_map(Step::Leave),
        1 => (0..4u64, 0..3u32).prop_map(|(member, bit)| Step::Drop { member, bit }),
        8 => (0..4u64, 1..8u64, prop::bool::weighted(0.8))
            .prop_map(|(lane, filters, acked)| Step::Publish { lane, filters, acked }),
        6 => (0..8usize).prop_map(Step::Acknowledge),
        1 => (0..8usize).prop_map(Step::Late),
    ];
    prop::collection::vec(step, 1..200)
}

struct Entry {
    message: u32,
    filters: Filters,
    acked: bool,
    holder: Option<u64>,
}

#[derive(Clone, Copy)]
struct Held {
    member: u64,
    lane: Lane,
    token: Token,
    message: u32,
}

#[derive(Default)]
struct Model {
    /// What each serves, and its window.
    members: BTreeMap<u64, (Filters, usize)>,
    lanes: BTreeMap<Lane, Vec<Entry>>,
    held: Vec<Held>,
    former: Vec<Held>,
}

impl Model {
    fn holds(&self, member: u64) -> usize {
        self.held.iter().filter(|held| held.member == member).count()
    }

    fn given(&mut self, out: &mut Vec<Given<u64, u32>>) -> Result<(), TestCaseError> {
        for given in out.drain(..) {
            let lane = self.lanes.get_mut(&given.lane).unwrap();
            let at = lane.iter().position(|entry| entry.message == given.message);
            let at = at.ok_or_else(|| TestCaseError::fail("given after it was done with"))?;
            let Some((filters, window)) = self.members.get(&given.member) else { panic!("given to nobody") };
            prop_assert!(lane[at].holder.is_none(), "given twice");
            prop_assert!(lane[at].filters & filters != 0, "given to one who has not asked");
            for earlier in &lane[..at] {
                prop_assert_eq!(earlier.holder, Some(given.member), "overtaken");
            }
            prop_assert_eq!(given.token.is_some(), lane[at].acked);
            let window = *window;
            match given.token {
                None => drop(lane.remove(at)),
                Some(token) => {
                    lane[at].holder = Some(given.member);
                    let Given { member, lane, message, .. } = given;
                    self.held.push(Held { member, lane, token, message });
                    prop_assert!(self.holds(member) <= window, "more than its window");
                }
            }
        }
        Ok(())
    }

    /// What no filter asks for any more, in the order of its lanes.
    fn orphans(&mut self, left: Filters) -> Vec<(Lane, u32)> {
        let mut orphans = Vec::new();
        for (lane, entries) in &mut self.lanes {
            entries.iter_mut().for_each(|entry| entry.filters &= left);
            let gone = |entry: &Entry| entry.filters == 0 && entry.holder.is_none();
            orphans.extend(entries.iter().filter(|e| gone(e)).map(|e| (*lane, e.message)));
            entries.retain(|entry| !gone(entry));
        }
        orphans
    }

    /// Whatever could be given has been given: a lane waits for an acknowledgement, or for who would serve it.
    fn nothing_idles(&self) -> Result<(), TestCaseError> {
        for entries in self.lanes.values() {
            let Some(next) = entries.iter().find(|entry| entry.holder.is_none()) else { continue };
            let serving: Vec<_> =
                self.members.iter().filter(|(_, (filters, _))| filters & next.filters != 0).collect();
            let all_free = serving.iter().all(|(member, (_, window))| self.holds(**member) < *window);
            let waits = entries.iter().any(|entry| entry.holder.is_some());
            prop_assert!(serving.is_empty() || waits || !all_free, "{} idles", next.message);
        }
        Ok(())
    }

    fn done(&mut self, held: Held) {
        self.lanes.get_mut(&held.lane).unwrap().retain(|entry| entry.message != held.message);
    }
}

/// Filters that somebody has asked for and not given up: here all but those that were dropped last.
fn withdraw(
    group: &mut Group<u64, u32>,
    model: &mut Model,
    left: Filters,
    out: &mut Vec<Given<u64, u32>>,
) -> Result<(), TestCaseError> {
    model.given(out)?;
    let mut orphans = group.withdraw(left, out);
    orphans.sort_by_key(|(lane, message)| (*lane, *message));
    prop_assert_eq!(orphans, model.orphans(left));
    Ok(())
}

proptest! {
    #[test]
    fn nothing_is_lost_doubled_overtaken_or_idle(steps in steps()) {
        let (mut group, mut out, mut model) = (Group::new(), Vec::new(), Model::default());
        // Filters that are collected for: a member that breaks off leaves its own behind.
        let mut asked: Filters = 0b111;
        let mut next = 0u32;
        for step in steps {
            match step {
                Step::Join { member, bit, window } => {
                    asked |= 1 << bit;
                    let entry = model.members.entry(member).or_default();
                    *entry = (entry.0 | 1 << bit, window);
                    group.join(member, 1 << bit, window, &mut out);
                }
                Step::Leave(member) => {
                    model.members.remove(&member);
                    model.former.extend(model.held.extract_if(.., |held| held.member == member));
                    for entry in model.lanes.values_mut().flatten().filter(|e| e.holder == Some(member)) {
                        entry.holder = None;
                    }
                    group.leave(member, &mut out);
                    withdraw(&mut group, &mut model, asked, &mut out)?;
                }
                Step::Drop { member, bit } => {
                    let Some(entry) = model.members.get_mut(&member).filter(|e| e.0 & 1 << bit != 0) else {
                        continue;
                    };
                    entry.0 &= !(1 << bit);
                    group.drop_filters(member, 1 << bit, &mut out);
                    if model.members.values().all(|(filters, _)| filters & 1 << bit == 0) {
                        asked &= !(1 << bit);
                        withdraw(&mut group, &mut model, asked, &mut out)?;
                    }
                }
                Step::Publish { lane, filters, acked } => {
                    let filters = filters & asked;
                    if filters != 0 {
                        let entry = Entry { message: next, filters, acked, holder: None };
                        model.lanes.entry(Lane(lane)).or_default().push(entry);
                        group.publish(Lane(lane), next, filters, acked, &mut out);
                        next += 1;
                    }
                }
                Step::Acknowledge(n) if !model.held.is_empty() => {
                    let held = model.held.remove(n % model.held.len());
                    model.done(held);
                    let Held { member, lane, token, message } = held;
                    prop_assert_eq!(group.acknowledge(member, lane, token, &mut out), Some(message));
                }
                Step::Late(n) if !model.former.is_empty() => {
                    let Held { member, lane, token, .. } = model.former[n % model.former.len()];
                    prop_assert_eq!(group.acknowledge(member, lane, token, &mut out), None);
                }
                Step::Acknowledge(_) | Step::Late(_) => {}
            }
            model.given(&mut out)?;
            model.nothing_idles()?;
        }
        // In the end someone takes it all.
        model.members.insert(9, (0b111, 3));
        group.join(9, 0b111, 3, &mut out);
        model.given(&mut out)?;
        while let Some(held) = model.held.first().copied() {
            model.held.remove(0);
            model.done(held);
            let Held { member, lane, token, message } = held;
            prop_assert_eq!(group.acknowledge(member, lane, token, &mut out), Some(message));
            model.given(&mut out)?;
        }
        prop_assert!(model.lanes.values().all(Vec::is_empty), "something never came");
        prop_assert!(group.lanes.is_empty(), "a lane is kept for nothing");
    }
}
