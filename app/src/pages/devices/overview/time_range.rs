//! The chosen stretch of time: it lives in the address, and zooming can be taken back.

use crate::pages::devices::range::Range;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

/// The handle with which the tab reads and changes its range.
#[derive(Clone, Copy)]
pub(super) struct TimeRange {
    /// What the address says.
    pub now: Memo<Range>,
    go: Callback<Range>,
    /// The ranges that were zoomed from, the newest last.
    before: RwSignal<Vec<Range>>,
}

impl TimeRange {
    pub(super) fn here() -> Self {
        let query = use_query_map();
        let path = use_location().pathname;
        let navigate = use_navigate();
        let go = Callback::new(move |range: Range| {
            let mut parameters = ParamsMap::new();
            for (key, value) in range.parameters() {
                parameters.insert(key, value);
            }
            let to = format!("{}{}", path.get_untracked(), parameters.to_query_string());
            navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
        });
        let now = Memo::new(move |_| query.with(|q| Range::read(|key| q.get(key))));
        TimeRange { now, go, before: RwSignal::new(Vec::new()) }
    }

    /// Chooses a range; what was zoomed before is forgotten.
    pub(super) fn choose(self, range: Range) {
        self.before.set(Vec::new());
        self.go.run(range);
    }

    /// Zooms into a part of what is shown.
    pub(super) fn zoom(self, from_ms: i64, to_ms: i64) {
        if let Some(range) = Range::between(from_ms, to_ms) {
            self.before.update(|before| before.push(self.now.get_untracked()));
            self.go.run(range);
        }
    }

    /// Back to where one zoomed from; after a shared link, to the default.
    pub(super) fn zoom_out(self) {
        if self.now.get_untracked().is_live() {
            return;
        }
        let back = self.before.try_update(Vec::pop).flatten().unwrap_or_default();
        self.go.run(back);
    }

    /// Whether there is a way back.
    pub(super) fn is_zoomed(self) -> bool {
        !self.now.get().is_live()
    }
}
