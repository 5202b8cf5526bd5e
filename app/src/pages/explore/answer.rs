//! The lines: asked for whenever something else is looked at; the old ones stay until the new are there.

use super::state::Looked;
use crate::api::telemetry::group_series;
use crate::session::use_slug;
use crate::zone::now_ms;
use leptos::prelude::*;
use model::Problem;
use model::exploration::Exploration;
use model::group_series::GroupSeries;

/// Buckets a line, where no width is chosen: about one every three pixels of a wide window.
const POINTS: u32 = 400;
/// Lines a name.
const LINES: u32 = 60;

/// An answer with its question.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) exploration: Exploration,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) series: GroupSeries,
}

/// The newest answer, and how it stands.
#[derive(Clone, Copy)]
pub(super) struct Answered {
    pub(super) answer: RwSignal<Option<Answer>>,
    /// Why there is none.
    pub(super) problem: RwSignal<Option<Problem>>,
    /// Whether another is on its way.
    pub(super) busy: RwSignal<bool>,
    looked: Looked,
    slug: Signal<String>,
    /// Counts the questions: a late answer to an old one is dropped.
    asked: StoredValue<u32>,
}

impl Answered {
    pub(super) fn of(looked: Looked) -> Answered {
        let answered = Answered {
            answer: RwSignal::new(None),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            looked,
            slug: use_slug(),
            asked: StoredValue::new(0),
        };
        // In the browser only: what is asked depends on the present.
        Effect::new(move |_| {
            looked.now.track();
            answered.ask();
        });
        answered
    }

    /// Asks once more.
    pub(super) fn ask(self) {
        let question = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(question);
        let exploration = self.looked.now.get_untracked();
        if exploration.values.is_empty() {
            self.answer.set(None);
            self.problem.set(None);
            return self.busy.set(false);
        }
        self.busy.set(true);
        let query = exploration.asked(now_ms(), POINTS, LINES);
        let (from_ms, to_ms) = (query.from_ms, query.to_ms);
        let answer = group_series(self.slug.get_untracked(), query);
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            if self.asked.try_get_value() != Some(question) {
                return;
            }
            match answer {
                Ok(series) => {
                    self.problem.set(None);
                    self.answer.set(Some(Answer { exploration, from_ms, to_ms, series }));
                }
                Err(error) => self.problem.set(Some(error.0)),
            }
            self.busy.set(false);
        });
    }
}
