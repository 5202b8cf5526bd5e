//! Against a plain list: answers go out in the order of the messages, once each, and none too early.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    /// A message that so many groups have to answer for.
    Add(usize),
    /// An answer for one of those that have come, done or not.
    Settle(usize),
    Refuse(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..4usize).prop_map(Step::Add),
        5 => (0..40usize).prop_map(Step::Settle),
        1 => (0..40usize).prop_map(Step::Refuse),
    ];
    prop::collection::vec(step, 1..150)
}

struct Plain {
    waits: usize,
    refused: bool,
}

proptest! {
    #[test]
    fn answers_go_out_in_order_once_and_not_too_early(steps in steps()) {
        let mut unsettled = Unsettled::default();
        let mut all: Vec<Plain> = Vec::new();
        let mut out = 0;
        for step in steps {
            match step {
                Step::Add(groups) => {
                    let id = u16::try_from(all.len() + 1).unwrap();
                    let number = unsettled.add(id);
                    prop_assert_eq!(number, all.len() as u64);
                    unsettled.wait_for(number, groups);
                    all.push(Plain { waits: groups.max(1), refused: false });
                }
                Step::Settle(n) => {
                    unsettled.settle(n as u64);
                    if let Some(plain) = all.get_mut(n) {
                        plain.waits = plain.waits.saturating_sub(1);
                    }
                }
                Step::Refuse(n) => {
                    unsettled.refuse(n as u64, PubackReasonCode::QuotaExceeded, "no".into());
                    if let Some(plain) = all.get_mut(n).filter(|_| n >= out) {
                        *plain = Plain { waits: 0, refused: true };
                    }
                }
            }
            while let Some(done) = unsettled.next_done() {
                prop_assert_eq!(usize::from(done.id), out + 1, "out of order");
                prop_assert_eq!(all[out].waits, 0, "too early");
                prop_assert_eq!(done.code == PubackReasonCode::QuotaExceeded, all[out].refused);
                prop_assert_eq!(done.reason.is_some(), all[out].refused);
                out += 1;
            }
            prop_assert!(all.get(out).is_none_or(|plain| plain.waits > 0), "kept back");
            prop_assert_eq!(unsettled.len(), all.len() - out);
        }
    }
}
