//! The lines of the charts: asked for when the range changes, then prolonged by what arrives.

use super::live_series::append;
use super::time_range::TimeRange;
use crate::api::telemetry::series;
use crate::live;
use crate::pages::devices::here::Here;
use crate::pages::devices::range::Range;
use crate::zone::{now_ms, use_clock};
use leptos::prelude::*;
use model::Problem;
use model::telemetry::{Latest, Series, SeriesQuery};

/// Buckets a line: about one every two pixels of a wide window.
const POINTS: u32 = 500;

/// The lines, and how they stand.
#[derive(Clone, Copy)]
pub(super) struct History {
    here: Here,
    range: TimeRange,
    /// One a number.
    pub lines: RwSignal<Vec<Series>>,
    /// Whether another range is on its way.
    pub loading: RwSignal<bool>,
    /// Why there are no lines.
    pub problem: RwSignal<Option<Problem>>,
    /// Left and right edge, milliseconds since 1970; nothing until the page lives.
    pub bounds: Memo<Option<(i64, i64)>>,
    /// Counts the questions: a late answer to an old one is dropped.
    asked: StoredValue<u32>,
    /// What arrived while an answer was on its way.
    meanwhile: StoredValue<Vec<Latest>>,
}

impl History {
    pub(super) fn new(here: Here, range: TimeRange) -> Self {
        let clock = use_clock();
        let bounds = Memo::new(move |_| clock.now().map(|now| edges(range.now.get(), now)));
        let history = History {
            here,
            range,
            lines: RwSignal::new(Vec::new()),
            loading: RwSignal::new(true),
            problem: RwSignal::new(None),
            bounds,
            asked: StoredValue::new(0),
            meanwhile: StoredValue::new(Vec::new()),
        };
        let missed = live::live().reconnected();
        Effect::new(move |_| {
            missed.track();
            range.now.track();
            history.ask();
        });
        history
    }

    /// Asks for the lines of the range; the old ones stay until the answer is there.
    pub(super) fn ask(self) {
        let question = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(question);
        self.meanwhile.set_value(Vec::new());
        self.loading.set(true);
        let (from_ms, to_ms) = self.range.now.get_untracked().bounds(now_ms());
        let query = SeriesQuery { names: Vec::new(), from_ms, to_ms, points: POINTS };
        let answer = series(self.here.slug(), self.here.id(), query);
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            if self.asked.try_get_value() != Some(question) {
                return;
            }
            match answer {
                Ok(mut lines) => {
                    let meanwhile = self.meanwhile.try_get_value().unwrap_or_default();
                    append(&mut lines, &meanwhile, from_ms);
                    self.problem.set(None);
                    self.lines.set(lines);
                }
                Err(error) => self.problem.set(Some(error.0)),
            }
            self.loading.set(false);
        });
    }

    /// Prolongs the lines by what just arrived, while the range moves with the time.
    pub(super) fn append(self, points: &[Latest]) {
        let range = self.range.now.get_untracked();
        if !range.is_live() {
            return;
        }
        if self.loading.get_untracked() {
            self.meanwhile.update_value(|meanwhile| meanwhile.extend_from_slice(points));
        }
        let (from_ms, _) = range.bounds(now_ms());
        self.lines.update(|lines| append(lines, points, from_ms));
    }
}

/// The edges of the plot. A moving range moves in steps that can be seen, not with every tick of the clock.
fn edges(range: Range, now_ms: i64) -> (i64, i64) {
    let (from, to) = range.bounds(now_ms);
    if !range.is_live() {
        return (from, to);
    }
    let step = ((to - from) / 900).max(1_000);
    let to = now_ms.div_euclid(step) * step + step;
    (to - (now_ms - from), to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::devices::range::Span;

    #[test]
    fn a_moving_range_moves_in_steps() {
        let week = Range::Last(Span::Days7);
        let (from, to) = edges(week, 1_790_000_000_000);
        assert_eq!(to - from, Span::Days7.ms());
        assert!(to > 1_790_000_000_000);
        assert_eq!(edges(week, to - 1), (from, to));
        let still = Range::Between { from_ms: 5, to_ms: 10_005 };
        assert_eq!(edges(still, 1_790_000_000_000), (5, 10_005));
    }
}
