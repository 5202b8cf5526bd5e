//! A message as a row, and opened as the whole of it.

use super::columns::{Cell, cells, full_json, others};
use crate::ui::value::format_value;
use crate::ui::{Code, Glyph, Icon, Tag, Time};
use leptos::prelude::*;
use model::telemetry::{RawMessage, Refused};
use model::template::Telemetry;
use std::sync::Arc;

/// One message: a row, and a second one beneath it when it is opened.
#[component]
pub(super) fn Message(
    message: Arc<RawMessage>,
    columns: Memo<Vec<Telemetry>>,
    fields: Memo<Option<Vec<Telemetry>>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let whole = message.clone();
    let refused = message.refused.clone();
    let (ts, arrived) = (message.ts, message.arrived_ms);
    let span = move || (columns.with(Vec::len) + 4).to_string();
    let content = move || match &message.refused {
        Some(refused) => refusal(refused, columns.with(Vec::len) + 1),
        None => {
            let columns = columns.get();
            let other = fields.with(|fields| others(fields.as_deref(), &columns, &message));
            (cells(&columns, &message).into_iter().map(column).collect_view(), rest(other)).into_any()
        }
    };
    view! {
        <tr class:refused=refused.is_some() class:open=move || open.get()>
            <td class="row-toggle">
                <button
                    class="button ghost icon-only"
                    type="button"
                    aria-expanded=move || open.get().to_string()
                    aria-label="Whole message"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <Icon glyph=Glyph::ChevronRight />
                </button>
            </td>
            <td data-label="Time">
                <Time ms=Some(ts) exact=true />
            </td>
            <td data-label="Arrived">
                <Time ms=arrived />
            </td>
            {content}
        </tr>
        <Show when=move || open.get()>
            <tr class="whole-message">
                <td colspan=span>{whole_message(&whole)}</td>
            </tr>
        </Show>
    }
    .into_any()
}

fn whole_message(message: &RawMessage) -> AnyView {
    let text = match &message.refused {
        Some(refused) => refused.body.clone(),
        None => full_json(message),
    };
    view! { <Code text=Signal::stored(text) /> }.into_any()
}

/// A message that was not taken says why, over all columns.
fn refusal(refused: &Refused, span: usize) -> AnyView {
    view! {
        <td class="wide refusal" colspan=span.to_string()>
            <span class="warn">
                <Icon glyph=Glyph::Warning />
                "Refused: "
            </span>
            {refused.reason.clone()}
        </td>
    }
    .into_any()
}

fn column(cell: Cell) -> AnyView {
    view! {
        <td class="number" data-label=cell.name.clone()>
            {value(&cell)}
        </td>
    }
    .into_any()
}

fn rest(cells: Vec<Cell>) -> AnyView {
    let fields = cells
        .into_iter()
        .map(|cell| {
            view! {
                <span class="raw-field" class:unmodelled=cell.unmodelled>
                    <span class="raw-name">{cell.name.clone()}</span>
                    ": "
                    {value(&cell)}
                    {cell.unmodelled.then(|| view! { " " <Tag dashed=true>"unmodelled"</Tag> })}
                </span>
            }
        })
        .collect_view();
    view! {
        <td class="wide" data-label="Fields">
            {fields}
        </td>
    }
    .into_any()
}

/// A value, in the colour of trouble and with the reason where it breaks the template.
fn value(cell: &Cell) -> AnyView {
    let text = cell.value.as_ref().map_or_else(|| "–".to_owned(), |value| format_value(value, &cell.unit));
    match cell.problem.clone() {
        None => text.into_any(),
        Some(reason) => view! {
            <span class="warn field-problem">
                <Icon glyph=Glyph::Warning />
                {text}
                <small>{reason}</small>
            </span>
        }
        .into_any(),
    }
}
