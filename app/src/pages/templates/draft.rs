//! A template while it is edited: rows of signals, what they come to, and what is wrong with them.

use super::field_name::suggest;
use leptos::prelude::*;
use model::Problem;
use model::template::{Schema, Telemetry, Template, TemplateDraft};
use std::collections::HashMap;

/// The part of a row that a cell edits; the word is that of a problem's field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    DisplayName,
    Name,
    Unit,
}

impl Part {
    fn of(word: &str) -> Option<Part> {
        match word {
            "display_name" => Some(Part::DisplayName),
            "name" => Some(Part::Name),
            "unit" => Some(Part::Unit),
            _ => None,
        }
    }
}

/// One telemetry field on the form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Tells rows apart while they move; never reused.
    pub(super) key: u32,
    pub(super) display_name: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) schema: RwSignal<String>,
    pub(super) unit: RwSignal<String>,
    /// Whether the field's name still follows the display name.
    pub(super) follows: RwSignal<bool>,
}

impl Row {
    /// Nothing was written in it: it doesn't count.
    fn is_blank(&self) -> bool {
        [self.display_name, self.name, self.unit].iter().all(|cell| cell.with(|text| text.trim().is_empty()))
    }

    fn telemetry(self) -> Telemetry {
        Telemetry {
            name: self.name.get(),
            display_name: self.display_name.get(),
            schema: Schema::from_word(&self.schema.get()),
            unit: self.unit.get(),
        }
    }
}

/// The form's content.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) name: RwSignal<String>,
    pub(super) rows: RwSignal<Vec<Row>>,
    next_key: StoredValue<u32>,
    /// Keeps the rows' signals as long as the form, wherever a row was added: an undone removal finds them again.
    owner: StoredValue<Owner>,
    /// What is kept on the server.
    saved: RwSignal<TemplateDraft>,
    /// What the server had against the draft that it was last given.
    refused: RwSignal<Option<(TemplateDraft, Problem)>>,
    /// Whether saving was tried: from then on problems are shown while one types.
    tried: RwSignal<bool>,
}

impl Draft {
    /// An empty form with one empty row.
    pub(super) fn empty() -> Self {
        let draft = Draft::of_saved(TemplateDraft::default());
        draft.add();
        draft
    }

    /// The form of a template.
    pub(super) fn of(template: &Template) -> Self {
        Draft::of_saved(TemplateDraft { name: template.name.clone(), telemetry: template.telemetry.clone() })
    }

    fn of_saved(saved: TemplateDraft) -> Self {
        let draft = Draft {
            name: RwSignal::new(String::new()),
            rows: RwSignal::new(Vec::new()),
            next_key: StoredValue::new(0),
            owner: StoredValue::new(Owner::current().map_or_else(Owner::new, |owner| owner.child())),
            saved: RwSignal::new(saved),
            refused: RwSignal::new(None),
            tried: RwSignal::new(false),
        };
        draft.reset();
        draft
    }

    /// Back to what is kept on the server.
    pub(super) fn reset(self) {
        let saved = self.saved.get_untracked();
        let rows = saved.telemetry.iter().map(|field| self.row(field, false)).collect();
        self.name.set(saved.name);
        self.rows.set(rows);
        self.refused.set(None);
        self.tried.set(false);
    }

    /// What the form says now.
    pub(super) fn content(self) -> TemplateDraft {
        TemplateDraft {
            name: self.name.get(),
            telemetry: self.counted().into_iter().map(Row::telemetry).collect(),
        }
    }

    /// The rows in which something was written.
    fn counted(self) -> Vec<Row> {
        self.rows.get().into_iter().filter(|row| !row.is_blank()).collect()
    }

    /// Whether something would be lost by leaving.
    pub(super) fn is_dirty(self) -> bool {
        self.content() != self.saved.get()
    }

    /// Appends an empty row.
    pub(super) fn add(self) -> Row {
        let field = Telemetry {
            name: String::new(),
            display_name: String::new(),
            schema: Schema::default(),
            unit: String::new(),
        };
        let row = self.row(&field, true);
        self.rows.update(|rows| rows.push(row));
        row
    }

    /// Takes a row out; gives its place, for [`Draft::put_back`].
    pub(super) fn remove(self, row: Row) -> Option<usize> {
        let at = self.rows.with_untracked(|rows| rows.iter().position(|r| r.key == row.key))?;
        self.rows.update(|rows| {
            rows.remove(at);
        });
        Some(at)
    }

    /// Puts a removed row back where it was, or at the end where that place is gone.
    pub(super) fn put_back(self, row: Row, at: usize) {
        _ = self.rows.try_update(|rows| {
            if rows.iter().all(|r| r.key != row.key) {
                rows.insert(at.min(rows.len()), row);
            }
        });
    }

    /// Makes something that belongs to the form, not to the row whose key or button asked for it.
    pub(super) fn outlive<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }

    /// Moves a row by so many places, as far as there are places.
    pub(super) fn shift(self, row: Row, by: isize) {
        let Some(at) = self.rows.with_untracked(|rows| rows.iter().position(|r| r.key == row.key)) else {
            return;
        };
        let to = at.saturating_add_signed(by).min(self.rows.with_untracked(Vec::len) - 1);
        if to != at {
            self.rows.update(|rows| {
                let moved = rows.remove(at);
                rows.insert(to, moved);
            });
        }
    }

    /// Takes over what people call a field, and names the field after it as long as nobody wrote a name.
    pub(super) fn follow(self, row: Row) {
        if !row.follows.get_untracked() {
            return;
        }
        let others: Vec<String> = self.rows.with_untracked(|rows| {
            rows.iter().filter(|r| r.key != row.key).map(|r| r.name.get_untracked()).collect()
        });
        row.name.set(row.display_name.with_untracked(|d| suggest(d, &others)));
    }

    /// What stands in the way of saving, told by row and part; nothing before the first attempt.
    pub(super) fn cell_errors(self) -> Memo<HashMap<(u32, Part), String>> {
        Memo::new(move |_| {
            let Some(problem) = self.problem() else { return HashMap::new() };
            let rows = self.counted();
            problem.fields.iter().filter_map(|f| Some((cell(&f.field, &rows)?, f.message.clone()))).collect()
        })
    }

    /// What is said beside a field that is no cell: `name`, `telemetry`.
    pub(super) fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.problem()?.of_field(field).map(str::to_owned))
    }

    /// The problem of the form as it stands, once saving was tried: ours, else the server's with this very draft.
    pub(super) fn problem(self) -> Option<Problem> {
        if !self.tried.get() {
            return None;
        }
        let content = self.content();
        if let Err(problem) = content.checked() {
            return Some(problem);
        }
        self.refused.with(|refused| refused.as_ref().filter(|(of, _)| *of == content).map(|(_, p)| p.clone()))
    }

    /// The draft to send.
    ///
    /// # Errors
    /// What the form finds wrong by itself; it is shown from now on.
    pub(super) fn try_save(self) -> Result<TemplateDraft, Problem> {
        self.tried.set(true);
        untrack(|| self.content().checked())
    }

    /// What the server said to it.
    pub(super) fn refuse(self, problem: Problem) {
        self.refused.set(Some((untrack(|| self.content()), problem)));
    }

    /// The server has it now; the form shows it as it was kept, without losing the rows under the cursor.
    pub(super) fn accept(self, saved: &Template) {
        let rows = untrack(|| self.counted());
        self.saved.set(TemplateDraft { name: saved.name.clone(), telemetry: saved.telemetry.clone() });
        if rows.len() != saved.telemetry.len() {
            return self.reset();
        }
        self.name.set(saved.name.clone());
        for (row, field) in rows.into_iter().zip(&saved.telemetry) {
            row.display_name.set(field.display_name.clone());
            row.name.set(field.name.clone());
            row.unit.set(field.unit.clone());
            row.follows.set(false);
        }
        self.tried.set(false);
        self.refused.set(None);
    }

    fn row(self, field: &Telemetry, follows: bool) -> Row {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        self.outlive(|| Row {
            key,
            display_name: RwSignal::new(field.display_name.clone()),
            name: RwSignal::new(field.name.clone()),
            schema: RwSignal::new(field.schema.as_str().to_owned()),
            unit: RwSignal::new(field.unit.clone()),
            follows: RwSignal::new(follows),
        })
    }
}

/// `telemetry.3.name` → the name of the fourth row that counts.
fn cell(field: &str, rows: &[Row]) -> Option<(u32, Part)> {
    let (index, part) = field.strip_prefix("telemetry.")?.split_once('.')?;
    let row = rows.get(index.parse::<usize>().ok()?)?;
    Some((row.key, Part::of(part)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(draft: Draft) -> Vec<String> {
        draft.content().telemetry.into_iter().map(|t| t.name).collect()
    }

    fn filled(names: &[&str]) -> (Draft, Vec<Row>) {
        let draft = Draft::of_saved(TemplateDraft { name: "Room".into(), telemetry: Vec::new() });
        let rows = names
            .iter()
            .map(|name| {
                let row = draft.add();
                row.name.set((*name).to_owned());
                row
            })
            .collect();
        (draft, rows)
    }

    fn in_owner(test: impl FnOnce()) {
        Owner::new().with(test);
    }

    #[test]
    fn rows_move_and_come_back() {
        in_owner(|| {
            let (draft, rows) = filled(&["a", "b", "c"]);
            draft.shift(rows[0], 1);
            assert_eq!(names(draft), ["b", "a", "c"]);
            draft.shift(rows[2], -9);
            assert_eq!(names(draft), ["c", "b", "a"]);
            let at = draft.remove(rows[1]).unwrap();
            assert_eq!(names(draft), ["c", "a"]);
            draft.put_back(rows[1], at);
            draft.put_back(rows[1], at);
            assert_eq!(names(draft), ["c", "b", "a"]);
        });
    }

    #[test]
    fn a_name_follows_until_it_is_written() {
        in_owner(|| {
            let (draft, rows) = filled(&["temperature", ""]);
            rows[1].display_name.set("Temperature".into());
            draft.follow(rows[1]);
            assert_eq!(rows[1].name.get(), "temperature_2");
            rows[1].follows.set(false);
            rows[1].display_name.set("Humidity".into());
            draft.follow(rows[1]);
            assert_eq!(rows[1].name.get(), "temperature_2");
        });
    }

    #[test]
    fn problems_stand_at_their_cells() {
        in_owner(|| {
            let (draft, rows) = filled(&["ok", "not ok", "ok"]);
            let errors = draft.cell_errors();
            assert!(errors.get().is_empty(), "nothing is said before the first attempt");
            assert!(draft.try_save().is_err());
            let at = |row: Row| errors.get().contains_key(&(row.key, Part::Name));
            assert!(!at(rows[0]) && at(rows[1]) && at(rows[2]));
            draft.shift(rows[1], -1);
            assert!(at(rows[1]), "a problem moves with its row");
            rows[1].name.set("fine".into());
            rows[2].name.set("other".into());
            assert!(errors.get().is_empty());
            draft.refuse(Problem::field(model::Code::Taken, "name", "Taken."));
            assert_eq!(draft.error("name").get().as_deref(), Some("Taken."));
            draft.name.set("Hall".into());
            assert_eq!(draft.error("name").get(), None);
        });
    }

    #[test]
    fn what_is_undone_by_hand_is_not_dirty() {
        in_owner(|| {
            let draft = Draft::empty();
            assert!(!draft.is_dirty());
            draft.name.set("Room".into());
            assert!(draft.is_dirty());
            draft.name.set(String::new());
            assert!(!draft.is_dirty());
        });
    }
}
