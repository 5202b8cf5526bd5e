//! The editor: what is selected, what has been done to the tiles, and the way back.

mod bar;
mod fields;
mod handle;
mod keys;
mod kinds;
mod panel;
mod plan;
mod variables;

pub(super) use bar::EditorBar;
pub(super) use handle::Handle;
pub(super) use panel::Panel;

use super::board::Board;
use crate::api::AppError;
use crate::api::dashboards::save_dashboard;
use crate::ui::toast::ToastStack;
use crate::ui::use_toasts;
use leptos::prelude::*;
use model::dashboard::{
    Configuration, Content, Dashboard, DashboardDraft, History, Kind, Listed, Needs, Source, Split, Tile,
    layout,
};
use std::collections::BTreeSet;

/// The handle of the editor's parts.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    pub(super) board: Board,
    /// Whether the dashboard is being changed.
    pub(super) editing: RwSignal<bool>,
    /// The ids of the tiles that are selected.
    pub(super) selected: RwSignal<BTreeSet<String>>,
    pub(super) saving: RwSignal<bool>,
    /// What the catalogue says of it.
    pub(super) about: RwSignal<Listed>,
    history: RwSignal<History<Content>>,
    revision: StoredValue<i32>,
    toasts: ToastStack,
    /// Counts what was undone and done again: forms begin anew.
    pub(super) turns: RwSignal<u32>,
}

impl Editor {
    pub(super) fn new(board: Board, dashboard: &Dashboard) -> Editor {
        let editor = Editor {
            board,
            editing: RwSignal::new(false),
            selected: RwSignal::new(BTreeSet::new()),
            saving: RwSignal::new(false),
            about: RwSignal::new(dashboard.about.clone()),
            history: RwSignal::new(History::new(dashboard.content.clone())),
            revision: StoredValue::new(dashboard.revision),
            toasts: use_toasts(),
            turns: RwSignal::new(0),
        };
        keys::listen(editor);
        editor
    }

    /// Begins to change the dashboard as it is.
    pub(super) fn begin(self) {
        self.history.set(History::new(self.board.content.get_untracked()));
        self.editing.set(true);
    }

    /// Ends it; what was not saved is gone.
    pub(super) fn cancel(self) {
        let mut first = self.history.get_untracked();
        while first.undo() {}
        self.show(first.now().clone());
        self.selected.set(BTreeSet::new());
        self.editing.set(false);
    }

    /// Whether something would be lost.
    pub(super) fn is_changed(self) -> bool {
        self.history.with(History::can_undo)
    }

    /// Whether something was undone.
    pub(super) fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    /// Changes what stands there, as one step.
    pub(super) fn change(self, change: impl FnOnce(&mut Content)) {
        let mut content = self.board.content.get_untracked();
        change(&mut content);
        self.show(content);
        self.settled();
    }

    /// Shows something as it would be, without a step: while one drags.
    pub(super) fn show(self, content: Content) {
        let before = self.board.content.get_untracked();
        let fresh = |tile: &Tile| {
            let known = before.tiles.iter().find(|known| known.id == tile.id);
            known.is_none_or(|known| known.configuration != tile.configuration)
        };
        let changed: Vec<Tile> = content.tiles.iter().filter(|tile| fresh(tile)).cloned().collect();
        self.board.content.set(content);
        changed.into_iter().for_each(|tile| self.board.ask_one(tile));
    }

    /// What is shown is a step.
    pub(super) fn settled(self) {
        let content = self.board.content.get_untracked();
        self.history.update(|history| history.step(content));
    }

    /// Changes one tile.
    pub(super) fn change_tile(self, id: &str, change: impl FnOnce(&mut Tile)) {
        self.change(|content| {
            if let Some(tile) = content.tiles.iter_mut().find(|tile| tile.id == id) {
                change(tile);
            }
        });
    }

    /// One step back, or on again.
    pub(super) fn turn(self, back: bool) {
        let turned = self.history.try_update(|history| if back { history.undo() } else { history.redo() });
        if turned == Some(true) {
            let content = self.history.with_untracked(|history| history.now().clone());
            let there: BTreeSet<String> = content.tiles.iter().map(|tile| tile.id.clone()).collect();
            self.selected.update(|selected| selected.retain(|id| there.contains(id)));
            self.show(content);
            self.turns.update(|turns| *turns = turns.wrapping_add(1));
        }
    }

    /// Adds a tile of this kind where there is room, with what the others show.
    pub(super) fn add(self, kind: Kind) {
        let like = self.board.content.with_untracked(|content| {
            let shows = |tile: &&Tile| tile.configuration.kind.needs() == Needs::Values;
            content.tiles.iter().rev().find(shows).map(|tile| tile.configuration.clone())
        });
        let like = like.unwrap_or_default();
        let configuration = match kind.needs() {
            Needs::Text => {
                Configuration { kind, text: "Write something here.".into(), ..Configuration::default() }
            }
            Needs::Picture => Configuration { kind, ..Configuration::default() },
            Needs::Devices | Needs::Either => {
                Configuration { kind, source: like.source, ..Configuration::default() }
            }
            Needs::Values => Configuration {
                kind,
                source: like.source,
                capabilities: like
                    .capabilities
                    .into_iter()
                    .take(if kind == Kind::Scatter { 2 } else { 1 })
                    .collect(),
                split: Split::Together,
                ..Configuration::default()
            },
        };
        self.insert(vec![(
            kind.size(),
            Tile {
                id: String::new(),
                display_name: String::new(),
                x: 0,
                y: 0,
                width: 1,
                height: 1,
                configuration,
            },
        )]);
    }

    /// Puts tiles, copied or new, where there is room, and selects them.
    pub(super) fn insert(self, tiles: Vec<((u16, u16), Tile)>) {
        let mut chosen = BTreeSet::new();
        self.change(|content| {
            for ((width, height), tile) in tiles {
                let id = fresh_id(&content.tiles);
                let (x, y) = layout::place_for(&content.tiles, width, height);
                chosen.insert(id.clone());
                content.tiles.push(Tile { id, x, y, width, height, ..tile });
            }
        });
        self.selected.set(chosen);
    }

    /// The tiles that are selected.
    pub(super) fn chosen(self) -> Vec<Tile> {
        let selected = self.selected.get_untracked();
        self.board.content.with_untracked(|content| {
            content.tiles.iter().filter(|tile| selected.contains(&tile.id)).cloned().collect()
        })
    }

    /// Takes the selected ones away.
    pub(super) fn remove(self) {
        let selected = self.selected.get_untracked();
        if !selected.is_empty() {
            self.change(|content| {
                content.tiles.retain(|tile| !selected.contains(&tile.id));
                layout::settle(&mut content.tiles);
            });
            self.selected.set(BTreeSet::new());
        }
    }

    /// Selects one alone, or besides the others.
    pub(super) fn select(self, id: &str, besides: bool) {
        self.selected.update(|selected| match besides {
            true => {
                if !selected.remove(id) {
                    selected.insert(id.to_owned());
                }
            }
            false => *selected = BTreeSet::from([id.to_owned()]),
        });
    }

    /// Hands it to the server; the editor closes when it is kept.
    pub(super) fn save(self) {
        if self.saving.get_untracked() {
            return;
        }
        let toasts = self.toasts;
        let about = self.about.get_untracked();
        let draft = DashboardDraft {
            name: about.name,
            description: about.description,
            content: Some(self.board.content.get_untracked()),
            ..DashboardDraft::default()
        };
        if let Err(problem) = draft.checked() {
            let told = problem.fields.first().map(|field| field.message.clone());
            return toasts.bad(&model::Problem::with_detail(problem.code, told.unwrap_or_default()));
        }
        self.saving.set(true);
        let call = save_dashboard(self.board.slug(), about.id, Some(self.revision.get_value()), draft);
        leptos::task::spawn_local(async move {
            match call.await {
                Ok(kept) => {
                    self.revision.set_value(kept.revision);
                    self.board.content.set(kept.content.clone());
                    self.history.set(History::new(kept.content));
                    self.selected.set(BTreeSet::new());
                    self.editing.set(false);
                    toasts.ok("The dashboard is saved.");
                }
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            _ = self.saving.try_set(false);
        });
    }
}

/// An id that no tile has.
fn fresh_id(tiles: &[Tile]) -> String {
    let number = |tile: &Tile| tile.id.strip_prefix('t').and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
    format!("t{}", tiles.iter().map(number).max().unwrap_or(0) + 1)
}

/// Of which devices a tile is, as the form says it.
fn source_word(source: &Source) -> String {
    match source {
        Source::All => "all".into(),
        Source::Template(dtmi) => format!("template:{dtmi}"),
        Source::Group(id) => format!("group:{id}"),
        Source::Devices(_) => "devices".into(),
    }
}
