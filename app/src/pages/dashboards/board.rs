//! What stands on the page: the tiles, and what each shows. One question asks for all of them.

use super::span::Span;
use super::times::Times;
use crate::api::dashboards::read_tiles;
use crate::live;
use crate::zone::now_ms;
use leptos::prelude::*;
use model::Problem;
use model::dashboard::{Content, Tile, TileData, TilesAsk};
use model::live::LiveEvent;
use std::collections::HashMap;
use std::time::Duration;

/// Buckets a line: about one every two pixels of half a wide window.
const POINTS: u32 = 300;
/// What arrives is asked for at most so often, in milliseconds, where the dashboard says nothing else.
const PACE_MS: i64 = 5_000;

/// What a tile shows, or why it doesn't.
pub(super) type Outcome = Result<TileData, Problem>;
type Shown = ArcRwSignal<Option<Outcome>>;

/// The handle of all parts of the page.
#[derive(Clone, Copy)]
pub(super) struct Board {
    slug: StoredValue<String>,
    /// The tiles and the rest, as the page shows them: drafts too.
    pub(super) content: RwSignal<Content>,
    /// Which time is shown.
    pub(super) times: Times,
    /// From and to of what is shown, milliseconds since 1970; nothing until the page lives.
    pub(super) bounds: RwSignal<Option<(i64, i64)>>,
    /// Whether something newer is on its way.
    pub(super) loading: RwSignal<bool>,
    /// Why nothing could be asked.
    pub(super) problem: RwSignal<Option<Problem>>,
    answers: StoredValue<HashMap<String, Shown>>,
    /// Counts the questions: a late answer to an old one is dropped.
    asked: StoredValue<u32>,
    /// When all was asked for, milliseconds since 1970.
    asked_ms: StoredValue<i64>,
}

impl Board {
    /// Asks for all as soon as the page lives, and again whenever another time is wanted or something has come.
    pub(super) fn new(slug: String, content: Content) -> Board {
        let content = RwSignal::new(content);
        let times = Times::here(Signal::derive(move || content.with(|content| content.range.clone())));
        let board = Board {
            slug: StoredValue::new(slug),
            content,
            times,
            bounds: RwSignal::new(None),
            loading: RwSignal::new(true),
            problem: RwSignal::new(None),
            answers: StoredValue::new(HashMap::new()),
            asked: StoredValue::new(0),
            asked_ms: StoredValue::new(0),
        };
        let stream = live::live();
        let missed = stream.reconnected();
        Effect::new(move |_| {
            missed.track();
            times.wanted.track();
            times.span.track();
            board.ask();
        });
        board.keep_up();
        board
    }

    /// The workspace's slug.
    pub(super) fn slug(self) -> String {
        self.slug.get_value()
    }

    /// What this tile shows.
    pub(super) fn shown(self, id: &str) -> Shown {
        let known = self.answers.with_value(|answers| answers.get(id).cloned());
        known.unwrap_or_else(|| {
            let fresh = ArcRwSignal::new(None);
            self.answers.update_value(|answers| {
                answers.insert(id.to_owned(), fresh.clone());
            });
            fresh
        })
    }

    /// Asks for all tiles; the old answers stay until the new ones are there.
    pub(super) fn ask(self) {
        let tiles = self.content.with_untracked(|content| content.tiles.clone());
        let question = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(question);
        self.asked_ms.set_value(now_ms());
        self.loading.set(true);
        let bounds = self.times.bounds();
        let ask = self.question(&tiles, bounds);
        let slug = self.slug();
        leptos::task::spawn_local(async move {
            let answer = read_tiles(slug, ask).await;
            if self.asked.try_get_value() != Some(question) {
                return;
            }
            match answer {
                Ok(answers) => {
                    self.problem.set(None);
                    self.bounds.set(Some(bounds));
                    for answer in answers {
                        self.shown(&answer.id).set(Some(answer.outcome));
                    }
                }
                Err(error) => self.problem.set(Some(error.0)),
            }
            self.loading.set(false);
        });
    }

    /// Asks for one tile, since it has changed.
    pub(super) fn ask_one(self, tile: Tile) {
        let ask = self.question(std::slice::from_ref(&tile), self.times.bounds());
        let slug = self.slug();
        let shown = self.shown(&tile.id);
        leptos::task::spawn_local(async move {
            match read_tiles(slug, ask).await {
                Ok(mut answers) => {
                    if let Some(answer) = answers.pop() {
                        shown.set(Some(answer.outcome));
                    }
                }
                Err(error) => shown.set(Some(Err(error.0))),
            }
        });
    }

    fn question(self, tiles: &[Tile], (from_ms, to_ms): (i64, i64)) -> TilesAsk {
        let wanted = self.times.wanted.get_untracked();
        let own = |tile: &Tile| {
            let span = Span::from_word(&tile.configuration.range)?;
            Some(self.times.bounds_of(span))
        };
        TilesAsk {
            tiles: tiles.iter().map(|tile| (tile.clone(), own(tile))).collect(),
            from_ms,
            to_ms,
            points: POINTS,
            past: wanted.at_ms.is_some() || to_ms < now_ms() - 60_000,
            compare: wanted.compare,
        }
    }

    /// Asks again once something has come, not too often; nothing is asked for while nobody looks.
    fn keep_up(self) {
        let dirty = StoredValue::new(false);
        live::live().on_any(Callback::new(move |event: LiveEvent| {
            if matches!(event, LiveEvent::Values { .. }) {
                dirty.set_value(true);
            }
        }));
        Effect::new(move |_| {
            let ticking = set_interval_with_handle(
                move || {
                    let pace = self.content.with_untracked(|content| match content.refresh_s {
                        0 => PACE_MS,
                        seconds => i64::from(seconds) * 1000,
                    });
                    let due = now_ms() - self.asked_ms.get_value() >= pace;
                    let timed = self.content.with_untracked(|content| content.refresh_s > 0);
                    let live = untrack(|| self.times.is_live());
                    let wanted = live && due && (timed || dirty.get_value());
                    if wanted && !self.loading.get_untracked() && !document().hidden() {
                        dirty.set_value(false);
                        self.ask();
                    }
                },
                Duration::from_millis(500),
            );
            if let Ok(ticking) = ticking {
                on_cleanup(move || ticking.clear());
            }
        });
    }
}
