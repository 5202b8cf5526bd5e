use super::*;
use proptest::prelude::*;

type Out = Vec<Given<u64, u32>>;

const ALL: Filters = 1;

fn group() -> Group<u64, u32> {
    Group::new()
}

#[test]
fn without_members_messages_wait() {
    let (mut group, mut out) = (group(), Out::new());
    group.publish(Lane(1), 10, ALL, true, &mut out);
    group.publish(Lane(1), 11, ALL, true, &mut out);
    assert!(out.is_empty());
    group.join(7, ALL, 10, &mut out);
    assert_eq!(out.iter().map(|g| g.message).collect::<Vec<_>>(), [10, 11]);
}

#[test]
fn what_a_member_leaves_goes_first() {
    let (mut group, mut out) = (group(), Out::new());
    group.join(1, ALL, 2, &mut out);
    for message in 0..4 {
        group.publish(Lane(1), message, ALL, true, &mut out);
    }
    assert_eq!(out.iter().map(|g| g.message).collect::<Vec<_>>(), [0, 1]);
    out.clear();
    group.leave(1, &mut out);
    assert!(out.is_empty() && group.is_deserted());
    group.join(2, ALL, 10, &mut out);
    assert_eq!(out.iter().map(|g| g.message).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn a_late_acknowledgement_of_a_former_member_counts_for_nothing() {
    let (mut group, mut out) = (group(), Out::new());
    group.join(1, ALL, 10, &mut out);
    group.publish(Lane(1), 5, ALL, true, &mut out);
    let old = out.pop().unwrap().token.unwrap();
    group.leave(1, &mut out);
    group.join(2, ALL, 10, &mut out);
    let new = out.pop().unwrap().token.unwrap();
    assert_eq!(group.acknowledge(1, Lane(1), old, &mut out), None);
    assert_eq!(group.acknowledge(2, Lane(1), new, &mut out), Some(5));
}

#[test]
fn lanes_take_turns() {
    let (mut group, mut out) = (group(), Out::new());
    group.join(1, ALL, 1, &mut out);
    for message in 0..3 {
        group.publish(Lane(1), message, ALL, true, &mut out);
    }
    group.publish(Lane(2), 100, ALL, true, &mut out);
    let mut order = Vec::new();
    while let Some(given) = out.pop() {
        order.push(given.message);
        group.acknowledge(1, given.lane, given.token.unwrap(), &mut out);
    }
    assert_eq!(order, [0, 1, 100, 2]);
}

#[test]
fn members_get_what_they_asked_for() {
    let (mut group, mut out) = (group(), Out::new());
    group.join(1, 0b01, 10, &mut out);
    group.join(2, 0b10, 10, &mut out);
    group.publish(Lane(1), 1, 0b01, false, &mut out);
    group.publish(Lane(1), 2, 0b10, false, &mut out);
    assert_eq!(out.iter().map(|g| (g.member, g.message)).collect::<Vec<_>>(), [(1, 1), (2, 2)]);
    group.drop_filters(1, 0b01, &mut out);
    out.clear();
    group.publish(Lane(1), 3, 0b01, true, &mut out);
    assert!(out.is_empty());
    assert_eq!(group.withdraw(0b10, &mut out), [(Lane(1), 3)]);
}

#[derive(Clone, Debug)]
enum Step {
    Join(u64, usize),
    Leave(u64),
    Publish(u64),
    /// Acknowledges one of the messages that are held, counted from the oldest.
    Acknowledge(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..4u64, 1..5usize).prop_map(|(member, window)| Step::Join(member, window)),
        1 => (0..4u64).prop_map(Step::Leave),
        8 => (0..5u64).prop_map(Step::Publish),
        6 => (0..8usize).prop_map(Step::Acknowledge),
    ];
    prop::collection::vec(step, 1..200)
}

/// What a plain reader would expect: every lane a list, every message in it held by one member or by none.
#[derive(Default)]
struct Model {
    windows: BTreeMap<u64, usize>,
    lanes: BTreeMap<Lane, Vec<Entry>>,
    held: Vec<(u64, Lane, Token, u32)>,
}

struct Entry {
    message: u32,
    holder: Option<u64>,
}

impl Model {
    fn given(&mut self, out: &mut Out) -> Result<(), TestCaseError> {
        for given in out.drain(..) {
            let lane = self.lanes.get_mut(&given.lane).unwrap();
            let at = lane.iter().position(|e| e.message == given.message).unwrap();
            prop_assert!(lane[at].holder.is_none(), "given twice");
            prop_assert!(self.windows.contains_key(&given.member), "given to nobody");
            for earlier in &lane[..at] {
                prop_assert_eq!(earlier.holder, Some(given.member), "overtaken");
            }
            lane[at].holder = Some(given.member);
            self.held.push((given.member, given.lane, given.token.unwrap(), given.message));
        }
        Ok(())
    }

    fn settled(&self) -> Result<(), TestCaseError> {
        for (member, window) in &self.windows {
            let holds = self.held.iter().filter(|held| held.0 == *member).count();
            // A window may shrink under what is held.
            prop_assert!(holds <= (*window).max(5), "window");
        }
        let anyone_free =
            |member: &u64| self.held.iter().filter(|held| held.0 == *member).count() < self.windows[member];
        let all_free = !self.windows.is_empty() && self.windows.keys().all(anyone_free);
        for lane in self.lanes.values() {
            let idle = !lane.is_empty() && lane.iter().all(|e| e.holder.is_none());
            prop_assert!(!(all_free && idle), "a lane idles while everyone has a hand free");
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_doubled_or_overtaken(steps in steps()) {
        let (mut group, mut out, mut model) = (group(), Out::new(), Model::default());
        let mut next = 0u32;
        for step in steps {
            match step {
                Step::Join(member, window) => {
                    let window = *model.windows.entry(member).or_insert(window);
                    group.join(member, ALL, window, &mut out);
                }
                Step::Leave(member) => {
                    model.windows.remove(&member);
                    model.held.retain(|held| held.0 != member);
                    for entry in model.lanes.values_mut().flatten().filter(|e| e.holder == Some(member)) {
                        entry.holder = None;
                    }
                    group.leave(member, &mut out);
                }
                Step::Publish(lane) => {
                    model.lanes.entry(Lane(lane)).or_default().push(Entry { message: next, holder: None });
                    group.publish(Lane(lane), next, ALL, true, &mut out);
                    next += 1;
                }
                Step::Acknowledge(n) if !model.held.is_empty() => {
                    let (member, lane, token, message) = model.held.remove(n % model.held.len());
                    model.lanes.get_mut(&lane).unwrap().retain(|e| e.message != message);
                    prop_assert_eq!(group.acknowledge(member, lane, token, &mut out), Some(message));
                }
                Step::Acknowledge(_) => {}
            }
            model.given(&mut out)?;
            model.settled()?;
        }
        // In the end someone takes it all.
        model.windows.entry(9).or_insert(3);
        group.join(9, ALL, 3, &mut out);
        model.given(&mut out)?;
        while !model.held.is_empty() {
            let (member, lane, token, message) = model.held.remove(0);
            model.lanes.get_mut(&lane).unwrap().retain(|e| e.message != message);
            prop_assert_eq!(group.acknowledge(member, lane, token, &mut out), Some(message));
            model.given(&mut out)?;
        }
        prop_assert!(model.lanes.values().all(|lane| lane.is_empty()), "something never came");
        prop_assert!(group.lanes.is_empty());
    }
}
