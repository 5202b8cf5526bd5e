//! Following what devices send: an event of the stream says what has come, and only the tiles that it may concern are asked
//! for, of lines the newest end alone. How often follows from how long answers take, so that no page keeps the server busy.

use super::tail::{self, News};
use super::{Board, POINTS};
use crate::live;
use crate::zone::now_ms;
use leptos::prelude::*;
use model::dashboard::{Tile, TileAnswer};
use model::live::LiveEvent;
use std::time::Duration;

/// Shortest time between two questions for what is little, and for what is more, in milliseconds.
const QUICK_MS: i64 = 150;
const SLOW_MS: i64 = 1_000;
/// A question waits at least so many times as long as the answer to the one before took.
const QUICK_REST: i64 = 3;
const SLOW_REST: i64 = 10;
/// Newest values are written down within two seconds of the message: what has come is asked for once more after that.
const SETTLED_MS: i64 = 2_500;
/// After so long all is asked for again: what came late for a time that is over belongs to it too.
const WHOLE_MS: i64 = 60_000;
/// A dashboard that was opened by a link has no stream; it asks so often.
const SHARED_MS: i64 = 5_000;
/// A moving picture has at least so many steps in the range.
const STEPS: i64 = 600;

/// One of the two paces.
#[derive(Clone, Copy)]
struct Pace {
    news: StoredValue<News>,
    /// Whether something has come since.
    stirred: StoredValue<bool>,
    /// Whether a question is on its way.
    asking: StoredValue<bool>,
    /// From when on the next may go.
    due_ms: StoredValue<i64>,
    shortest_ms: i64,
    rest: i64,
}

impl Pace {
    fn new(shortest_ms: i64, rest: i64) -> Pace {
        Pace {
            news: StoredValue::new(News::default()),
            stirred: StoredValue::new(false),
            asking: StoredValue::new(false),
            due_ms: StoredValue::new(0),
            shortest_ms,
            rest,
        }
    }

    fn stir(self, more: &News) {
        self.news.update_value(|news| news.join(more));
        self.stirred.set_value(true);
    }

    /// What is to be asked for now.
    fn take(self) -> Option<News> {
        let due = self.stirred.get_value() && !self.asking.get_value() && now_ms() >= self.due_ms.get_value();
        due.then(|| {
            self.stirred.set_value(false);
            self.asking.set_value(true);
            self.news.try_update_value(std::mem::take).unwrap_or_default()
        })
    }

    fn answered(self, took_ms: i64) {
        _ = self.asking.try_update_value(|asking| *asking = false);
        let wait = (took_ms * self.rest).max(self.shortest_ms);
        _ = self.due_ms.try_update_value(|due| *due = now_ms() + wait);
    }
}

impl Board {
    /// Keeps what is shown up with what devices send. Nothing is asked for while nobody looks.
    pub(super) fn follow(self) {
        let (quick, slow) = (Pace::new(QUICK_MS, QUICK_REST), Pace::new(SLOW_MS, SLOW_REST));
        let only = StoredValue::new(self.device());
        // What has come, and when it is to be asked for once more.
        let settling: StoredValue<Option<(News, i64)>> = StoredValue::new(None);
        if !self.is_shared() {
            live::live().on_any(Callback::new(move |event: LiveEvent| {
                if let LiveEvent::Values { device, points, .. } = event
                    && only.with_value(|only| only.as_ref().is_none_or(|only| *only == device))
                {
                    let names: Vec<String> = points.into_iter().map(|point| point.name).collect();
                    let mut news = News::default();
                    news.add(&device, names.iter());
                    quick.stir(&news);
                    slow.stir(&news);
                    settling.update_value(|settling| {
                        let (all, _) =
                            settling.get_or_insert_with(|| (News::default(), now_ms() + SETTLED_MS));
                        all.join(&news);
                    });
                    self.tick(quick, slow);
                }
            }));
        }
        Effect::new(move |_| {
            let step = Duration::from_millis(100);
            let tick = move || {
                let due =
                    |settling: &Option<(News, i64)>| settling.as_ref().is_some_and(|(_, at)| now_ms() >= *at);
                if settling.with_value(due)
                    && let Some((news, _)) = settling.try_update_value(Option::take).flatten()
                {
                    quick.stir(&news);
                    slow.stir(&news);
                }
                self.tick(quick, slow);
            };
            if let Ok(ticking) = set_interval_with_handle(tick, step) {
                on_cleanup(move || ticking.clear());
            }
        });
    }

    fn tick(self, quick: Pace, slow: Pace) {
        if !untrack(|| self.times.is_live()) || self.loading.get_untracked() || document().hidden() {
            return;
        }
        let pace = self.content.with_untracked(|content| match content.refresh_s {
            0 if self.is_shared() => Some(SHARED_MS),
            0 => None,
            seconds => Some(i64::from(seconds) * 1000),
        });
        let since = now_ms() - self.asked_ms.get_value();
        if since >= pace.unwrap_or(WHOLE_MS) {
            return self.ask();
        }
        if pace.is_some() {
            return;
        }
        for (pace, is_quick) in [(quick, true), (slow, false)] {
            if let Some(news) = pace.take() {
                self.ask_for(&news, pace, is_quick);
            }
        }
        self.scroll();
    }

    /// Moves the picture on with the time.
    fn scroll(self) {
        let (from, to) = self.times.bounds();
        let shown = self.bounds.get_untracked();
        if shown.is_some_and(|(_, before)| to - before >= ((to - from) / STEPS).max(1_000)) {
            self.bounds.set(Some((from, to)));
        }
    }

    /// Asks for the tiles that this may concern.
    fn ask_for(self, news: &News, pace: Pace, is_quick: bool) {
        let bounds = self.times.bounds();
        let comparing = self.times.wanted.with_untracked(|wanted| wanted.compare);
        let quick = |tile: &Tile| tail::is_quick(tile) && !(comparing && tail::has_tail(tile));
        let tiles: Vec<Tile> = self.content.with_untracked(|content| {
            let concerned = |tile: &&Tile| quick(tile) == is_quick && news.concern(tile);
            content.tiles.iter().filter(concerned).cloned().collect()
        });
        if tiles.is_empty() {
            return pace.answered(0);
        }
        let bucket_ms = ((bounds.1 - bounds.0) / i64::from(POINTS)).max(1);
        let known = self.shown_ms.get_value().map(|(_, to)| to);
        let begin_ms = known.map(|known| tail::begin(known, bucket_ms)).filter(|begin| *begin > bounds.0);
        let mut ask = self.question(&tiles, bounds);
        let has_tail = |tile: &Tile| is_quick && tail::has_tail(tile);
        if let Some(begin_ms) = begin_ms {
            for (_, own) in ask.tiles.iter_mut().filter(|(tile, _)| has_tail(tile)) {
                *own = Some((begin_ms, bounds.1));
            }
            if ask.tiles.iter().any(|(tile, _)| has_tail(tile)) {
                let buckets = (bounds.1 - begin_ms) / bucket_ms + 1;
                ask.points = u32::try_from(buckets).unwrap_or(POINTS).min(POINTS);
            }
        }
        let question = self.asked.get_value();
        let tailed: Vec<String> = match begin_ms {
            Some(_) => tiles.iter().filter(|tile| has_tail(tile)).map(|tile| tile.id.clone()).collect(),
            None => Vec::new(),
        };
        let began = now_ms();
        leptos::task::spawn_local(async move {
            let answer = self.answers(ask).await;
            pace.answered(now_ms() - began);
            // Whoever has asked for all since knows more.
            if self.asked.try_get_value() != Some(question) {
                return;
            }
            // What can't be had now comes with the next question for all, which says so.
            let Ok(answers) = answer else { return };
            for answer in answers {
                let begin_ms = begin_ms.filter(|_| tailed.contains(&answer.id));
                self.take(answer, begin_ms, bounds.0);
            }
            if is_quick {
                self.bounds.set(Some(bounds));
            }
        });
    }

    fn take(self, answer: TileAnswer, begin_ms: Option<i64>, from_ms: i64) {
        let shown = self.shown(&answer.id);
        match (answer.outcome, begin_ms) {
            (Ok(tail), Some(begin_ms)) => shown.update(|shown| {
                if let Some(Ok(known)) = shown {
                    tail::join(known, tail, begin_ms, from_ms);
                }
            }),
            // Nothing has come into the newest end, or it can't be read: the lines stay.
            (Err(_), Some(_)) => {}
            (outcome, None) => shown.set(Some(outcome)),
        }
    }
}
