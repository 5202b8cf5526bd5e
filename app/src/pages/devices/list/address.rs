//! The handle with which the list reads and changes its address.

use super::query::ListState;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

/// The parameter with which a link opens the dialog “Connect a device”.
const NEW: &str = "new";

/// The state of the list, as the address has it.
#[derive(Clone, Copy)]
pub(super) struct Address {
    /// What the address says.
    pub state: Memo<ListState>,
    go: Callback<(ListState, bool)>,
    new: Memo<bool>,
}

impl Address {
    pub(super) fn here() -> Self {
        let query = use_query_map();
        let path = use_location().pathname;
        let navigate = use_navigate();
        let go = Callback::new(move |(state, replace): (ListState, bool)| {
            let mut parameters = ParamsMap::new();
            for (key, value) in state.parameters() {
                parameters.insert(key, value);
            }
            let to = format!("{}{}", path.get_untracked(), parameters.to_query_string());
            navigate(&to, NavigateOptions { replace, scroll: false, resolve: false, ..Default::default() });
        });
        Address {
            state: Memo::new(move |_| query.with(|q| ListState::read(|key| q.get(key)))),
            go,
            new: Memo::new(move |_| query.with(|q| q.get(NEW).is_some())),
        }
    }

    /// Whether someone came to make a device. Asked once, it is taken out of the address.
    pub(super) fn asks_for_new(self) -> bool {
        let asked = self.new.get();
        if asked {
            self.amend(ListState::clone);
        }
        asked
    }

    /// Goes to another state; the back button leads back.
    pub(super) fn change(self, change: impl FnOnce(&ListState) -> ListState) {
        let next = self.state.with_untracked(change);
        self.go.run((next, false));
    }

    /// Goes to another state without a step in the history: while someone types.
    pub(super) fn amend(self, change: impl FnOnce(&ListState) -> ListState) {
        let next = self.state.with_untracked(change);
        self.go.run((next, true));
    }
}
