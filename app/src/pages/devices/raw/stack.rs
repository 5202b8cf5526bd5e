//! The messages that are shown: new ones on top, older ones beneath, each once.

use crate::api::telemetry::raw;
use crate::pages::devices::content::RAW_PAGE;
use crate::pages::devices::here::Here;
use crate::ui::use_toasts;
use leptos::prelude::*;
use model::telemetry::{RawCursor, RawMessage, RawPage};
use std::sync::Arc;
use std::time::Duration;

/// How long a refresh waits after the one before it.
const REST: Duration = Duration::from_millis(700);
/// As far down as this counts as being at the top, in pixels.
const TOP_PX: f64 = 120.0;

/// A message with a key that stays while it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub key: u64,
    pub message: Arc<RawMessage>,
}

/// The messages, and the way to more.
#[derive(Clone, Copy)]
pub(super) struct Stack {
    here: Here,
    /// Newest first.
    pub messages: RwSignal<Vec<Shown>>,
    /// Where the older ones begin; none: there are no more.
    pub before: RwSignal<Option<RawCursor>>,
    /// How many have arrived that aren't shown.
    pub waiting: RwSignal<u32>,
    pub loading_older: RwSignal<bool>,
    refreshing: StoredValue<bool>,
    /// Whether something arrived while a refresh was on its way.
    again: StoredValue<bool>,
    toasts: StoredValue<crate::ui::toast::ToastStack>,
}

impl Stack {
    pub(super) fn new(here: Here, first: RawPage) -> Self {
        Stack {
            here,
            messages: RwSignal::new(merge(&[], first.messages)),
            before: RwSignal::new(first.before),
            waiting: RwSignal::new(0),
            loading_older: RwSignal::new(false),
            refreshing: StoredValue::new(false),
            again: StoredValue::new(false),
            toasts: StoredValue::new(use_toasts()),
        }
    }

    /// So many messages have arrived. Who looks at the top sees them at once; who reads further down, or has opened
    /// a message, is told.
    pub(super) fn heard(self, messages: u32) {
        if at_top() && !reading() {
            self.refresh();
        } else {
            self.waiting.update(|waiting| *waiting = waiting.saturating_add(messages));
        }
    }

    /// Puts what is new on top.
    pub(super) fn refresh(self) {
        if self.refreshing.get_value() {
            self.again.set_value(true);
            return;
        }
        self.refreshing.set_value(true);
        self.waiting.set(0);
        let answer = raw(self.here.slug(), self.here.id(), None, RAW_PAGE);
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            if self.refreshing.try_update_value(|refreshing| *refreshing = false).is_none() {
                return;
            }
            match answer {
                Ok(page) => self.put_on_top(page),
                Err(error) => self.toasts.with_value(|toasts| toasts.bad(&error.0)),
            }
            if self.again.try_update_value(std::mem::take) == Some(true) {
                set_timeout(move || self.refresh_if_there(), REST);
            }
        });
    }

    fn refresh_if_there(self) {
        if self.refreshing.try_get_value() == Some(false) {
            self.heard(0);
        }
    }

    fn put_on_top(self, page: RawPage) {
        let known = self.messages.get_untracked();
        if meets(&page.messages, &known) {
            self.messages.set(merge(&known, page.messages));
        } else {
            // More has arrived than a page holds: what was shown before would stand below a gap.
            self.messages.set(merge(&[], page.messages));
            self.before.set(page.before);
        }
    }

    /// Puts the next page beneath.
    pub(super) fn load_older(self) {
        let Some(before) = self.before.get_untracked() else { return };
        if self.loading_older.get_untracked() {
            return;
        }
        self.loading_older.set(true);
        let answer = raw(self.here.slug(), self.here.id(), Some(before), RAW_PAGE);
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            if self.loading_older.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(page) if self.before.get_untracked() == Some(before) => {
                    self.messages.update(|shown| {
                        let keyed = (next_key(shown)..).zip(page.messages);
                        shown.extend(keyed.map(|(key, message)| Shown { key, message: Arc::new(message) }));
                    });
                    self.before.set(page.before);
                }
                // The list has begun anew meanwhile.
                Ok(_) => {}
                Err(error) => self.toasts.with_value(|toasts| toasts.bad(&error.0)),
            }
        });
    }
}

/// Whether a message is open.
fn reading() -> bool {
    document().query_selector("tr.open").is_ok_and(|found| found.is_some())
}

fn at_top() -> bool {
    window().scroll_y().unwrap_or_default() < TOP_PX
}

/// Whether nothing lies between a fresh first page and what is shown.
fn meets(fresh: &[RawMessage], known: &[Shown]) -> bool {
    fresh.last().is_none_or(|oldest| known.iter().any(|shown| *shown.message == *oldest)) || known.is_empty()
}

/// What is fresh, before what is known; a message that stands in both keeps its key.
fn merge(known: &[Shown], fresh: Vec<RawMessage>) -> Vec<Shown> {
    let new = fresh.into_iter().filter(|message| !known.iter().any(|shown| *shown.message == *message));
    let keyed = (next_key(known)..).zip(new);
    let on_top = keyed.map(|(key, message)| Shown { key, message: Arc::new(message) });
    on_top.chain(known.iter().cloned()).collect()
}

fn next_key(shown: &[Shown]) -> u64 {
    shown.iter().map(|s| s.key + 1).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(ts: i64) -> RawMessage {
        RawMessage {
            ts,
            arrived_ms: Some(ts),
            id: None,
            component: None,
            fields: Default::default(),
            problems: Default::default(),
            properties: Default::default(),
            refused: None,
        }
    }

    fn times(shown: &[Shown]) -> Vec<(u64, i64)> {
        shown.iter().map(|s| (s.key, s.message.ts)).collect()
    }

    #[test]
    fn new_messages_come_on_top_and_known_ones_keep_their_keys() {
        let known = merge(&[], vec![message(2), message(1)]);
        assert_eq!(times(&known), [(0, 2), (1, 1)]);
        let fresh = vec![message(4), message(3), message(2)];
        assert!(meets(&fresh, &known));
        assert_eq!(times(&merge(&known, fresh)), [(2, 4), (3, 3), (0, 2), (1, 1)]);
    }

    #[test]
    fn a_gap_is_noticed() {
        let known = merge(&[], vec![message(2), message(1)]);
        assert!(!meets(&[message(9), message(8)], &known));
        assert!(meets(&[message(9)], &[]));
        assert!(meets(&[], &known));
    }
}
