//! Notes on time: what happened in the range, writing one, taking one away; and which of it a chart shows.

use super::board::Board;
use crate::api::annotations::{create_annotation, delete_annotation};
use crate::chart::ChartNote;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Button, ButtonKind, Checkbox, Dialog, EmptyState, Field, Form, FormActions, Glyph, IconButton, TextArea,
    Time, use_toasts,
};
use crate::zone::{field_ms, field_text, now_ms, use_clock};
use leptos::prelude::*;
use model::annotation::{AnnotationDraft, Mark, MarkKind};
use model::dashboard::{LineOf, Source, Tile};

/// What of all that happened the chart of this tile shows: what is of its devices, and what is of none.
pub(super) fn of_tile(marks: &[Mark], tile: &Tile, lines: &[LineOf]) -> Vec<ChartNote> {
    let shown = |device: &str| match &tile.configuration.source {
        Source::All => true,
        Source::Devices(ids) => ids.iter().any(|id| id == device),
        // Of which devices they are, is seen from lines that are of one each.
        Source::Template(_) | Source::Group(_) => {
            lines.iter().any(|line| line.device.as_deref() == Some(device))
        }
    };
    let of_it = |mark: &&Mark| mark.device.as_deref().is_none_or(shown);
    let note = |mark: &Mark| ChartNote {
        from_ms: mark.from_ms,
        to_ms: mark.to_ms,
        mood: mark.kind.mood(),
        text: mark.text.clone(),
    };
    marks.iter().filter(of_it).map(note).collect()
}

/// The dialog: a new note, and those of the range.
#[component]
pub(super) fn NotesDialog(open: RwSignal<bool>, board: Board, may_write: Signal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="Notes" wide=true>
            {move || may_write.get().then(|| view! { <NewNote board /> })}
            <NoteList board />
        </Dialog>
    }
    .into_any()
}

#[component]
fn NewNote(board: Board) -> impl IntoView {
    let zone = use_clock().zone();
    let (first, last) = board.bounds.get_untracked().unwrap_or_else(|| (now_ms() - 1, now_ms()));
    let at = now_ms().min(last).max(first);
    let (text, from) = (RwSignal::new(String::new()), RwSignal::new(field_text(at, &zone)));
    let (to, here) = (RwSignal::new(String::new()), RwSignal::new(board.dashboard().is_some()));
    let zone = StoredValue::new(zone);
    let attempt = Attempt::new();
    let submit = move || {
        let read = |field: RwSignal<String>| {
            field.with_untracked(|text| zone.with_value(|zone| field_ms(text, zone)))
        };
        let draft = AnnotationDraft {
            from_ms: read(from).unwrap_or(-1),
            to_ms: read(to),
            text: text.get_untracked(),
            device: None,
            dashboard: board.dashboard().filter(|_| here.get_untracked()),
        };
        let check = draft.checked().map(|_| ());
        attempt.run(check, create_annotation(board.slug(), draft), move |_| {
            text.set(String::new());
            board.ask_marks();
        });
    };
    view! {
        <Form on_submit=submit label="New note">
            <TextArea label="What happened" name="text" value=text rows=2 error=attempt.error("text", text) />
            <div class="panel-row two">
                <Field label="When, or from" name="from" kind="datetime-local" value=from error=attempt.error("from", from) />
                <Field label="Until, where it took a while" name="to" kind="datetime-local" value=to error=attempt.error("to", to) />
            </div>
            {board
                .dashboard()
                .map(|_| view! { <Checkbox label="On this dashboard only" name="here" value=here /> })}
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Write it"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn NoteList(board: Board) -> impl IntoView {
    let toasts = use_toasts();
    let remove = Callback::new(move |id: i64| {
        let call = delete_annotation(board.slug(), id);
        leptos::task::spawn_local(async move {
            match call.await {
                Ok(()) => {
                    toasts.ok("The note is deleted.");
                    board.ask_marks();
                }
                Err(error) => toasts.bad(&error.0),
            }
        });
    });
    let notes = Memo::new(move |_| {
        board.marks.with(|marks| {
            marks.iter().filter(|mark| mark.kind == MarkKind::Note).cloned().collect::<Vec<_>>()
        })
    });
    move || {
        let notes = notes.get();
        if notes.is_empty() {
            let text = "Notes that people write stand in the charts, beside alarms and commands.";
            return view! { <EmptyState icon=Glyph::Pencil title="No notes in this time" text /> }.into_any();
        }
        let said = match notes.len() {
            1 => "1 note in this time".to_owned(),
            n => format!("{n} notes in this time"),
        };
        let rows = notes.into_iter().map(|note| {
            let label = format!("Delete the note {}", note.text);
            view! {
                <li>
                    <div>
                        <p>{note.text}</p>
                        <p class="hint"><Time ms=Signal::stored(Some(note.from_ms)) exact=true /></p>
                    </div>
                    {note
                        .removable
                        .map(|id| view! { <IconButton glyph=Glyph::Trash label on_click=move || remove.run(id) /> })}
                </li>
            }
        });
        let rows = rows.collect_view();
        view! {
            <ul class="share-links">{rows}</ul>
            <p class="page-note" role="status">{said}</p>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dashboard::Configuration;

    #[test]
    fn a_chart_shows_what_is_of_its_devices() {
        let mark = |device: Option<&str>| Mark {
            kind: MarkKind::Alarm,
            from_ms: 1,
            to_ms: None,
            text: "x".into(),
            device: device.map(str::to_owned),
            removable: None,
        };
        let marks = [mark(None), mark(Some("one")), mark(Some("two"))];
        let shown = |source: Source| {
            let configuration = Configuration { source, ..Configuration::default() };
            let place = (0, 0, 1, 1);
            let tile = Tile {
                id: "a".into(),
                display_name: String::new(),
                x: place.0,
                y: place.1,
                width: place.2,
                height: place.3,
                configuration,
            };
            of_tile(&marks, &tile, &[]).len()
        };
        assert_eq!(shown(Source::All), 3);
        assert_eq!(shown(Source::Devices(vec!["one".into()])), 2);
        assert_eq!(shown(Source::Template("dtmi:a:b".into())), 1);
    }
}
