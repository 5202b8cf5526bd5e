//! Against a plain account: every group that asks for a message is owed one answer for it, and gives one, whatever
//! its members do meanwhile. A message that nobody asks for is owed one by the first that will.

use super::*;
use crate::publication::Origin;
use crate::share::{Lane, Token};
use mqtt_protocol_core::mqtt::ArcPayload;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const GROUPS: [&str; 2] = ["g", "h"];
const FILTERS: [&str; 4] = ["a/#", "a/+", "b", "a/x"];
const TOPICS: [&str; 5] = ["a/x", "a/y", "b", "a", "c"];

#[derive(Clone, Debug)]
enum Step {
    Subscribe { member: u64, group: usize, filter: usize },
    Unsubscribe { member: u64, group: usize, filter: usize },
    Leave(u64),
    Publish { lane: u64, topic: usize },
    Acknowledge(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = || (0..3u64, 0..GROUPS.len(), 0..FILTERS.len());
    let step = prop_oneof![
        3 => which().prop_map(|(member, group, filter)| Step::Subscribe { member, group, filter }),
        1 => which().prop_map(|(member, group, filter)| Step::Unsubscribe { member, group, filter }),
        1 => (0..3u64).prop_map(Step::Leave),
        6 => (0..3u64, 0..TOPICS.len()).prop_map(|(lane, topic)| Step::Publish { lane, topic }),
        5 => (0..8usize).prop_map(Step::Acknowledge),
    ];
    prop::collection::vec(step, 1..150)
}

fn message(lane: u64, number: u64, topic: &str) -> Arc<Publication> {
    Arc::new(Publication {
        topic: topic.into(),
        payload: ArcPayload::default(),
        qos1: true,
        retain: false,
        expires: None,
        properties: Vec::new(),
        lane: Lane(lane),
        origin: Some(Origin { connection: ConnectionId(1000 + lane), number }),
        _charge: None,
    })
}

fn number(publication: &Publication) -> u64 {
    publication.origin.unwrap().number
}

struct Held {
    member: u64,
    group: usize,
    lane: Lane,
    token: Token,
    number: u64,
}

#[derive(Default)]
struct Account {
    /// How many answers are owed for a message.
    owed: BTreeMap<u64, usize>,
    held: Vec<Held>,
    /// Who has asked for what, and in which group; filters as they were asked for, for ever.
    asked: BTreeSet<(u64, usize, usize)>,
}

impl Account {
    fn given(&mut self, out: &mut Out, names: &[String]) -> Result<(), TestCaseError> {
        for (group, given) in out.drain(..) {
            let member = given.member.0;
            let topic = &given.message.topic;
            let asks = |(who, g, filter): &(u64, usize, usize)| {
                *who == member && GROUPS[*g] == names[group] && filter::matches(FILTERS[*filter], topic)
            };
            prop_assert!(self.asked.iter().any(asks), "{} has not asked for {}", member, topic);
            let number = number(&given.message);
            let held = self.held.iter().filter(|held| held.number == number).count();
            prop_assert!(held < *self.owed.get(&number).unwrap_or(&0), "given once too often");
            let token = given.token.unwrap();
            self.held.push(Held { member, group, lane: given.lane, token, number });
        }
        Ok(())
    }

    fn acknowledge(&mut self, groups: &mut Groups, at: usize, out: &mut Out) -> Result<(), TestCaseError> {
        let Held { member, group, lane, token, number: expected } = self.held.remove(at);
        let done = groups.acknowledge(ConnectionId(member), Receipt { group, lane, token }, out);
        prop_assert_eq!(done.map(|publication| number(&publication)), Some(expected));
        let owed = self.owed.get_mut(&expected).unwrap();
        *owed -= 1;
        if *owed == 0 {
            self.owed.remove(&expected);
        }
        Ok(())
    }
}

fn names(groups: &Groups) -> Vec<String> {
    groups.groups.iter().map(|named| named.name.to_string()).collect()
}

proptest! {
    #[test]
    fn every_group_that_asks_answers_once(steps in steps()) {
        let (mut groups, mut out, mut account) = (Groups::default(), Out::new(), Account::default());
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Subscribe { member, group, filter } => {
                    account.asked.insert((member, group, filter));
                    let shared = filter::Shared { group: GROUPS[group], filter: FILTERS[filter] };
                    prop_assert!(groups.subscribe(ConnectionId(member), 2, &shared, &mut out));
                }
                Step::Unsubscribe { member, group, filter } => {
                    account.asked.remove(&(member, group, filter));
                    let shared = filter::Shared { group: GROUPS[group], filter: FILTERS[filter] };
                    groups.unsubscribe(ConnectionId(member), &shared, &mut out);
                }
                Step::Leave(member) => {
                    account.asked.retain(|asked| asked.0 != member);
                    account.held.retain(|held| held.member != member);
                    groups.leave(ConnectionId(member), &mut out);
                }
                Step::Publish { lane, topic } => {
                    let number = n as u64;
                    let taken = groups.publish(&message(lane, number, TOPICS[topic]), &mut out);
                    account.owed.insert(number, taken.max(1));
                }
                Step::Acknowledge(at) if !account.held.is_empty() => {
                    let at = at % account.held.len();
                    account.acknowledge(&mut groups, at, &mut out)?;
                }
                Step::Acknowledge(_) => {}
            }
            account.given(&mut out, &names(&groups))?;
        }
        // In the end someone asks both groups for everything but what no filter reaches.
        for (group, filter) in (0..GROUPS.len()).flat_map(|g| (0..FILTERS.len()).map(move |f| (g, f))) {
            account.asked.insert((9, group, filter));
            let shared = filter::Shared { group: GROUPS[group], filter: FILTERS[filter] };
            prop_assert!(groups.subscribe(ConnectionId(9), 2, &shared, &mut out));
            account.given(&mut out, &names(&groups))?;
        }
        while !account.held.is_empty() {
            account.acknowledge(&mut groups, 0, &mut out)?;
            account.given(&mut out, &names(&groups))?;
        }
        // What is left is what nobody has asked for, each once.
        let left: Vec<u64> = groups.parked.iter().map(|publication| number(publication)).collect();
        prop_assert!(groups.parked.iter().all(|publication| &*publication.topic == "c"));
        prop_assert_eq!(left, account.owed.keys().copied().collect::<Vec<_>>());
    }
}
