//! What stands on the page: the tiles, and what each shows. One question asks for all of them.

mod follow;
mod tail;

use super::span::Span;
use super::times::Times;
use super::variables::Chosen;
use crate::api::AppError;
use crate::api::annotations::read_marks;
use crate::api::dashboards::{offered_of_shared, offered_of_variable, read_shared_tiles, read_tiles};
use crate::live;
use crate::zone::now_ms;
use leptos::prelude::*;
use model::Problem;
use model::annotation::{Mark, MarksAsk};
use model::dashboard::{Content, Only, SharedAsk, Tile, TileAnswer, TileData, TilesAsk, Variable};
use std::collections::HashMap;

/// Buckets a line: about one every two pixels of half a wide window.
const POINTS: u32 = 300;
/// What a tile shows, or why it doesn't.
pub(super) type Outcome = Result<TileData, Problem>;
type Shown = ArcRwSignal<Option<Outcome>>;

/// By which way the page has come to the dashboard.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// By its workspace, of this slug; and the id under which notes of it are kept, where there is one.
    Workspace(String, Option<String>),
    /// By a link that was handed on; its last part.
    Link(String),
}

/// The handle of all parts of the page.
#[derive(Clone, Copy)]
pub(super) struct Board {
    way: StoredValue<Way>,
    /// To which devices all is narrowed, whatever else is chosen.
    narrow: StoredValue<Vec<Only>>,
    /// The tiles and the rest, as the page shows them: drafts too.
    pub(super) content: RwSignal<Content>,
    /// Which time is shown.
    pub(super) times: Times,
    /// What is chosen by its variables.
    pub(super) chosen: Chosen,
    /// From and to of what is shown, milliseconds since 1970; nothing until the page lives.
    pub(super) bounds: RwSignal<Option<(i64, i64)>>,
    /// Whether something newer is on its way.
    pub(super) loading: RwSignal<bool>,
    /// Why nothing could be asked.
    pub(super) problem: RwSignal<Option<Problem>>,
    /// What happened in the time that is shown: alarms, commands, notes.
    pub(super) marks: RwSignal<Vec<Mark>>,
    /// Whether charts show it.
    pub(super) shows_marks: RwSignal<bool>,
    answers: StoredValue<HashMap<String, Shown>>,
    /// Counts the questions: a late answer to an old one is dropped.
    asked: StoredValue<u32>,
    /// When all was asked for, milliseconds since 1970.
    asked_ms: StoredValue<i64>,
    /// From and to of the newest answer to a question for all.
    shown_ms: StoredValue<Option<(i64, i64)>>,
}

impl Board {
    /// Asks for all as soon as the page lives, and again whenever another time is wanted or something has come.
    pub(super) fn new(way: Way, content: Content) -> Board {
        Board::narrowed(way, content, Vec::new())
    }

    /// The same, narrowed to these devices whatever else is chosen.
    pub(super) fn narrowed(way: Way, content: Content, narrow: Vec<Only>) -> Board {
        let content = RwSignal::new(content);
        let times = Times::here(Signal::derive(move || content.with(|content| content.range.clone())));
        let board = Board {
            way: StoredValue::new(way),
            narrow: StoredValue::new(narrow),
            content,
            times,
            chosen: Chosen::here(content),
            bounds: RwSignal::new(None),
            loading: RwSignal::new(true),
            problem: RwSignal::new(None),
            marks: RwSignal::new(Vec::new()),
            shows_marks: RwSignal::new(true),
            answers: StoredValue::new(HashMap::new()),
            asked: StoredValue::new(0),
            asked_ms: StoredValue::new(0),
            shown_ms: StoredValue::new(None),
        };
        let stream = live::live();
        let missed = stream.reconnected();
        let alarms = stream.alarms();
        Effect::watch(move || alarms.get(), move |_, _, _| board.ask_marks(), false);
        Effect::new(move |_| {
            missed.track();
            times.wanted.track();
            times.span.track();
            board.chosen.values.track();
            board.ask();
        });
        board.follow();
        board
    }

    /// The workspace's slug; empty where the page has come by a link.
    pub(super) fn slug(self) -> String {
        match self.way.get_value() {
            Way::Workspace(slug, _) => slug,
            Way::Link(_) => String::new(),
        }
    }

    /// Whether the page has come by a link.
    pub(super) fn is_shared(self) -> bool {
        self.way.with_value(|way| matches!(way, Way::Link(_)))
    }

    /// What can be chosen by a variable.
    pub(super) async fn offered(self, variable: Variable) -> Result<Vec<(String, String)>, AppError> {
        match self.way.get_value() {
            Way::Workspace(slug, _) => offered_of_variable(slug, variable).await,
            Way::Link(link) => offered_of_shared(link, variable.id).await,
        }
    }

    /// What the tiles of this question show.
    async fn answers(self, ask: TilesAsk) -> Result<Vec<TileAnswer>, AppError> {
        match self.way.get_value() {
            Way::Workspace(slug, _) => read_tiles(slug, ask).await,
            Way::Link(link) => {
                let chosen = self.chosen.values.with_untracked(|values| values.clone().into_iter().collect());
                let TilesAsk { tiles, from_ms, to_ms, points, past, compare, .. } = ask;
                let tiles = tiles.into_iter().map(|(tile, own)| (tile.id, own)).collect();
                let ask = SharedAsk { tiles, from_ms, to_ms, points, past, compare, chosen };
                read_shared_tiles(link, ask).await
            }
        }
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
        self.ask_marks();
        let ask = self.question(&tiles, bounds);
        leptos::task::spawn_local(async move {
            let answer = self.answers(ask).await;
            if self.asked.try_get_value() != Some(question) {
                return;
            }
            match answer {
                Ok(answers) => {
                    self.problem.set(None);
                    self.bounds.set(Some(bounds));
                    self.shown_ms.set_value(Some(bounds));
                    for answer in answers {
                        self.shown(&answer.id).set(Some(answer.outcome));
                    }
                }
                Err(error) => self.problem.set(Some(error.0)),
            }
            self.loading.set(false);
        });
    }

    /// Asks what happened in the time that is shown.
    pub(super) fn ask_marks(self) {
        let Way::Workspace(slug, dashboard) = self.way.get_value() else { return };
        let (from_ms, to_ms) = self.times.bounds();
        let device = self.device();
        let call = read_marks(slug, MarksAsk { from_ms, to_ms, dashboard, device });
        leptos::task::spawn_local(async move {
            // Charts without them say enough; the next question asks again.
            if let Ok(marks) = call.await
                && self.marks.try_with_untracked(|known| *known != marks) == Some(true)
            {
                _ = self.marks.try_set(marks);
            }
        });
    }

    /// The one device to which all is narrowed; none: it isn't to one.
    fn device(self) -> Option<String> {
        self.narrow.with_value(|narrow| {
            narrow.iter().find_map(|only| match only {
                Only::Device(id) => Some(id.clone()),
                _ => None,
            })
        })
    }

    /// The id under which notes of the dashboard are kept; none: it has none.
    pub(super) fn dashboard(self) -> Option<String> {
        match self.way.get_value() {
            Way::Workspace(_, dashboard) => dashboard,
            Way::Link(_) => None,
        }
    }

    /// Asks for one tile, since it has changed.
    pub(super) fn ask_one(self, tile: Tile) {
        let ask = self.question(std::slice::from_ref(&tile), self.times.bounds());
        let shown = self.shown(&tile.id);
        leptos::task::spawn_local(async move {
            match self.answers(ask).await {
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
            only: [self.narrow.get_value(), self.chosen.only()].concat(),
        }
    }
}
