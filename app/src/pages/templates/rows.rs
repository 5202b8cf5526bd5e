//! The table of telemetry fields: one row a field, every cell a field of the form, and the keys that move rows.

use super::draft::{Draft, Part, Row};
use crate::ui::{Button, ButtonKind, Field, Glyph, IconButton, Select, use_toasts};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::template::{FIELDS_MAX, Schema};
use model::unit::UNITS;
use std::collections::HashMap;
use wasm_bindgen::JsCast;

const UNIT_LIST: &str = "template-units";

/// The rows with their headings, and the button that adds one.
#[component]
pub(super) fn TelemetryRows(draft: Draft) -> impl IntoView {
    let errors = draft.cell_errors();
    let full = Signal::derive(move || draft.rows.with(Vec::len) >= FIELDS_MAX);
    let table_error = draft.error("telemetry");
    view! {
        <datalist id=UNIT_LIST>
            {UNITS
                .iter()
                .filter(|unit| !unit.symbol.is_empty())
                .map(|unit| view! { <option value=unit.symbol>{unit.name}</option> })
                .collect_view()}
        </datalist>
        <div class="template-rows" role="table" aria-label="Telemetry fields">
            <div class="template-row template-row-head" role="row">
                <span role="columnheader">"Display name"</span>
                <span role="columnheader">"Field in the message"</span>
                <span role="columnheader">"Type"</span>
                <span role="columnheader">"Unit"</span>
                <span role="columnheader" class="template-row-tools">
                    <span class="visually-hidden">"Order and removal"</span>
                </span>
            </div>
            <For each=move || draft.rows.get() key=|row| row.key let:row>
                <TelemetryRow draft row errors />
            </For>
        </div>
        {move || table_error.get().map(|message| view! { <p class="field-error">{message}</p> })}
        <div class="template-add">
            <Button
                kind=ButtonKind::Ghost
                icon=Glyph::Plus
                disabled=full
                on_click=move || focus_row(draft.add().key)
            >
                "Add a field"
            </Button>
            <span class="hint">"Enter goes to the next row; Alt with ↑ or ↓ moves a row."</span>
        </div>
    }
}

#[component]
fn TelemetryRow(draft: Draft, row: Row, errors: Memo<HashMap<(u32, Part), String>>) -> impl IntoView {
    let toasts = use_toasts();
    let error = move |part| Signal::derive(move || errors.with(|e| e.get(&(row.key, part)).cloned()));
    let id = move |part: &str| format!("row-{}-{part}", row.key);
    let called = Signal::derive(move || match row.display_name.get().trim() {
        "" => "this field".to_owned(),
        name => format!("“{name}”"),
    });
    let place = Memo::new(move |_| draft.rows.with(|rows| rows.iter().position(|r| r.key == row.key)));
    let first = Signal::derive(move || place.get() == Some(0));
    let last = Signal::derive(move || place.get().is_none_or(|at| at + 1 == draft.rows.with(Vec::len)));

    let shift = move |by| {
        let focused = document().active_element();
        draft.shift(row, by);
        refocus(focused);
    };
    let remove = move || {
        let Some(at) = draft.remove(row) else { return };
        let text = format!("Removed {}", called.get_untracked());
        // The row is gone when it is undone: what undoes it must not belong to it.
        draft.outlive(|| toasts.undo(text, move || draft.put_back(row, at)));
        draft.rows.with_untracked(|rows| {
            if let Some(next) = rows.get(at.min(rows.len().saturating_sub(1))) {
                focus_row(next.key);
            }
        });
    };
    let keys = move |ev: KeyboardEvent| match ev.key().as_str() {
        "ArrowUp" if ev.alt_key() => {
            ev.prevent_default();
            shift(-1);
        }
        "ArrowDown" if ev.alt_key() => {
            ev.prevent_default();
            shift(1);
        }
        "Enter" if in_a_cell(&ev) && !ev.ctrl_key() && !ev.meta_key() => {
            ev.prevent_default();
            let next =
                draft.rows.with_untracked(|rows| rows.get(place.get_untracked()? + 1).map(|next| next.key));
            focus_row(next.unwrap_or_else(|| draft.add().key));
        }
        _ => {}
    };
    view! {
        <div class="template-row" role="row" id=format!("row-{}", row.key) on:keydown=keys>
            <div role="cell" on:input=move |_| draft.follow(row)>
                <Field
                    bare=true
                    label="Display name"
                    name=id("display_name")
                    placeholder="Room temperature"
                    value=row.display_name
                    error=error(Part::DisplayName)
                />
            </div>
            // Who writes a name keeps it; who empties it lets it follow again.
            <div role="cell" on:input=move |_| row.follows.set(row.name.with(String::is_empty))>
                <Field
                    bare=true
                    mono=true
                    label="Field in the message"
                    name=id("name")
                    placeholder="roomTemperature"
                    value=row.name
                    error=error(Part::Name)
                />
            </div>
            <div role="cell">
                <Select bare=true label="Type" name=id("schema") value=row.schema options=schemas(row) />
            </div>
            <div role="cell">
                <Field
                    bare=true
                    label="Unit"
                    name=id("unit")
                    list=UNIT_LIST.to_owned()
                    value=row.unit
                    error=error(Part::Unit)
                />
            </div>
            <div role="cell" class="template-row-tools">
                <IconButton
                    glyph=Glyph::ArrowUp
                    label=Signal::derive(move || format!("Move {} up", called.get()))
                    disabled=first
                    on_click=move || shift(-1)
                />
                <IconButton
                    glyph=Glyph::ArrowDown
                    label=Signal::derive(move || format!("Move {} down", called.get()))
                    disabled=last
                    on_click=move || shift(1)
                />
                <IconButton
                    glyph=Glyph::Trash
                    label=Signal::derive(move || format!("Remove {}", called.get()))
                    on_click=remove
                />
            </div>
        </div>
    }
}

/// What the form offers; a schema that it doesn't know is offered only where it stands already.
fn schemas(row: Row) -> Signal<Vec<(String, String)>> {
    let mut offered: Vec<_> =
        Schema::OFFERED.into_iter().map(|s| (s.as_str().to_owned(), schema_label(s).to_owned())).collect();
    if row.schema.with_untracked(|s| Schema::from_word(s) == Schema::Any) {
        let any = Schema::Any;
        offered.push((any.as_str().to_owned(), schema_label(any).to_owned()));
    }
    Signal::stored(offered)
}

/// What people read for a type.
pub(super) fn schema_label(schema: Schema) -> &'static str {
    match schema {
        Schema::Double => "Double",
        Schema::Integer => "Integer",
        Schema::Boolean => "Boolean",
        Schema::String => "String",
        Schema::GeoPoint => "Geopoint",
        Schema::Any => "Other, as in its DTDL",
    }
}

fn in_a_cell(ev: &KeyboardEvent) -> bool {
    ev.target().is_some_and(|target| target.dyn_ref::<web_sys::HtmlInputElement>().is_some())
}

/// Puts the cursor into the row's first cell, once it stands.
fn focus_row(key: u32) {
    request_animation_frame(move || {
        let cell = document().query_selector(&format!("#row-{key} input")).ok().flatten();
        if let Some(cell) = cell.and_then(|c| c.dyn_into::<web_sys::HtmlElement>().ok()) {
            _ = cell.focus();
        }
    });
}

/// Gives the focus back to an element that lost it by moving; to its neighbour where it can't take it any more.
fn refocus(element: Option<web_sys::Element>) {
    request_animation_frame(move || {
        let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
        _ = element.focus();
        if document().active_element().as_ref() != Some(element.as_ref()) {
            let row = element.closest(".template-row").ok().flatten();
            let cell = row.and_then(|row| row.query_selector("button:not(:disabled)").ok().flatten());
            if let Some(cell) = cell.and_then(|c| c.dyn_into::<web_sys::HtmlElement>().ok()) {
                _ = cell.focus();
            }
        }
    });
}
