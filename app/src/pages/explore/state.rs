//! What is looked at, as the address has it; zooming can be taken back.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::exploration::{Exploration, Time};

/// The handle with which the page reads and changes its address.
#[derive(Clone, Copy)]
pub(super) struct Looked {
    /// What the address says.
    pub(super) now: Memo<Exploration>,
    go: Callback<Exploration>,
    /// The times that were zoomed from, the newest last.
    before: RwSignal<Vec<Time>>,
}

impl Looked {
    pub(super) fn here() -> Looked {
        let query = use_query_map();
        let path = use_location().pathname;
        let navigate = use_navigate();
        let go = Callback::new(move |exploration: Exploration| {
            let to = format!("{}{}", path.get_untracked(), query_string(&exploration));
            navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
        });
        let now = Memo::new(move |_| {
            query.with(|map| Exploration::read(|name| map.get_all(name).unwrap_or_default()))
        });
        Looked { now, go, before: RwSignal::new(Vec::new()) }
    }

    /// Looks at something else; the back button leads back.
    pub(super) fn change(self, change: impl FnOnce(&mut Exploration)) {
        let before = self.now.get_untracked();
        let mut next = before.clone();
        change(&mut next);
        if next != before {
            self.go.run(next);
        }
    }

    /// Chooses a time; what was zoomed before is forgotten.
    pub(super) fn choose(self, time: Time) {
        self.before.set(Vec::new());
        self.change(|exploration| exploration.time = time);
    }

    /// Zooms into a part of what is shown.
    pub(super) fn zoom(self, from_ms: i64, to_ms: i64) {
        if to_ms - from_ms < 1000 {
            return;
        }
        self.before.update(|before| before.push(self.now.get_untracked().time));
        self.change(|exploration| exploration.time = Time::Between(from_ms, to_ms));
    }

    /// Moves what is shown on, or back.
    pub(super) fn pan(self, from_ms: i64, to_ms: i64) {
        if from_ms < 0 {
            return;
        }
        if let Time::Last(_) = self.now.get_untracked().time {
            return self.zoom(from_ms, to_ms);
        }
        self.change(|exploration| exploration.time = Time::Between(from_ms, to_ms));
    }

    /// Back to where one zoomed from; after a shared link, to the usual time.
    pub(super) fn zoom_out(self) {
        let back = self.before.try_update(Vec::pop).flatten().unwrap_or_default();
        self.change(|exploration| exploration.time = back);
    }
}

/// `?group=…`, as an address has it; empty where all is as usual.
pub(crate) fn query_string(exploration: &Exploration) -> String {
    let mut parameters = ParamsMap::new();
    for (name, value) in exploration.parameters() {
        parameters.insert(name, value);
    }
    parameters.to_query_string()
}
