//! Which time is shown: it lives in the address, zooming can be taken back, and all can be seen as it was at a moment.

use super::span::Span;
use crate::zone::{now_ms, offset_ms, use_clock};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

/// What the address says of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wanted {
    /// The stretch; none: the dashboard's own.
    pub(super) span: Option<Span>,
    /// The moment as it was at which all is shown, milliseconds since 1970; none: now.
    pub(super) at_ms: Option<i64>,
    /// Whether the time before is shown too.
    pub(super) compare: bool,
}

/// The handle with which the page reads and changes the time.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// What the address says.
    pub(super) wanted: Memo<Wanted>,
    /// The stretch that is shown.
    pub(super) span: Memo<Span>,
    go: Callback<Wanted>,
    /// What was zoomed from, the newest last.
    before: RwSignal<Vec<Option<Span>>>,
    zone: Signal<String>,
}

impl Times {
    /// `usual`: the word of the range with which the dashboard opens.
    pub(super) fn here(usual: Signal<String>) -> Times {
        let query = use_query_map();
        let path = use_location().pathname;
        let navigate = use_navigate();
        let clock = use_clock();
        let wanted = Memo::new(move |_| {
            query.with(|query| Wanted {
                span: Span::read(|key| query.get(key)),
                at_ms: query.get("at").and_then(|at| at.parse().ok()).filter(|at| *at > 0),
                compare: query.get("compare").is_some(),
            })
        });
        let go = Callback::new(move |to: Wanted| {
            let mut parameters = query.with_untracked(|query| {
                let kept = query.clone().into_iter();
                let time = ["range", "from", "to", "at", "compare"];
                kept.filter(|(key, _)| !time.contains(&key.as_ref())).collect::<ParamsMap>()
            });
            for (key, value) in to.span.map(Span::parameters).unwrap_or_default() {
                parameters.insert(key, value);
            }
            if let Some(at) = to.at_ms {
                parameters.insert("at", at.to_string());
            }
            if to.compare {
                parameters.insert("compare", "1".to_owned());
            }
            let to = format!("{}{}", path.get_untracked(), parameters.to_query_string());
            navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
        });
        let usual = Memo::new(move |_| usual.with(|word| Span::from_word(word)).unwrap_or(Span::Word("24h")));
        let span = Memo::new(move |_| wanted.with(|wanted| wanted.span).unwrap_or_else(|| usual.get()));
        let zone = Signal::derive(move || clock.zone());
        Times { wanted, span, go, before: RwSignal::new(Vec::new()), zone }
    }

    /// Chooses a stretch; what was zoomed before is forgotten.
    pub(super) fn choose(self, span: Span) {
        self.before.set(Vec::new());
        self.go.run(Wanted { span: Some(span), ..self.wanted.get_untracked() });
    }

    /// Zooms into a part of what is shown.
    pub(super) fn zoom(self, from_ms: i64, to_ms: i64) {
        if let Some(span) = Span::between(from_ms, to_ms) {
            let wanted = self.wanted.get_untracked();
            self.before.update(|before| before.push(wanted.span));
            self.go.run(Wanted { span: Some(span), ..wanted });
        }
    }

    /// Moves what is shown on, or back.
    pub(super) fn pan(self, from_ms: i64, to_ms: i64) {
        let wanted = self.wanted.get_untracked();
        match (Span::between(from_ms, to_ms), wanted.span) {
            (Some(span), Some(Span::Between(..))) => self.go.run(Wanted { span: Some(span), ..wanted }),
            _ => self.zoom(from_ms, to_ms),
        }
    }

    /// Back to where one zoomed from; after a shared link, to the dashboard's own.
    pub(super) fn zoom_out(self) {
        if self.is_zoomed() {
            let span = self.before.try_update(Vec::pop).flatten().flatten();
            self.go.run(Wanted { span, ..self.wanted.get_untracked() });
        }
    }

    /// Whether there is a way back.
    pub(super) fn is_zoomed(self) -> bool {
        matches!(self.span.get(), Span::Between(..))
    }

    /// Shows the time before too, or no more.
    pub(super) fn compare(self, compare: bool) {
        self.go.run(Wanted { compare, ..self.wanted.get_untracked() });
    }

    /// Shows all as it was at this moment; none: as it is now.
    pub(super) fn travel(self, at_ms: Option<i64>) {
        self.go.run(Wanted { at_ms, ..self.wanted.get_untracked() });
    }

    /// From and to just now. Browser only.
    pub(super) fn bounds(self) -> (i64, i64) {
        self.bounds_of(self.span.get_untracked())
    }

    /// The same of another stretch.
    pub(super) fn bounds_of(self, span: Span) -> (i64, i64) {
        let zone = self.zone.get_untracked();
        let past = self.wanted.with_untracked(|wanted| wanted.at_ms);
        let (from, to) = span.bounds(past.unwrap_or_else(now_ms), &|at| offset_ms(&zone, at));
        match past {
            // What came later wasn't there yet.
            Some(at) if to > at && from < at => (from, at),
            _ => (from, to),
        }
    }

    /// Whether what is shown moves with the time.
    pub(super) fn is_live(self) -> bool {
        self.wanted.with(|wanted| wanted.at_ms.is_none()) && self.span.get().is_live()
    }
}
