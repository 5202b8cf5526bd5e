//! The first rows as they would be stored, with what is wrong beside them.

use crate::ui::value::format_value;
use crate::ui::{TableFrame, Time};
use leptos::prelude::*;
use model::import::PreviewRow;

/// The table; `names`: what the columns become.
#[component]
pub(super) fn Preview(rows: Vec<PreviewRow>, names: Vec<String>) -> impl IntoView {
    let headings =
        names.iter().map(|name| view! { <th scope="col" class="number">{name.clone()}</th> }).collect_view();
    let rows = rows.into_iter().map(|row| line(row, &names)).collect_view();
    view! {
        <TableFrame label="The first rows" stack=true>
            <thead>
                <tr>
                    <th scope="col" class="number">"Row"</th>
                    <th scope="col">"Time"</th>
                    <th scope="col">"Device"</th>
                    {headings}
                    <th scope="col" class="wide">"Problems"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

fn line(row: PreviewRow, names: &[String]) -> impl IntoView + use<> {
    let problems: Vec<String> = row
        .problems
        .iter()
        .map(|p| match p.column.as_str() {
            "" => format!("{} {}", p.problem, p.allowed),
            column => format!("{column}: {} {}", p.problem, p.allowed),
        })
        .collect();
    let values = row.values.iter().zip(names).map(|(value, name)| {
        let text = value.as_ref().map(|value| format_value(value, "")).unwrap_or_default();
        view! { <td data-label=name.clone() class="number">{text}</td> }
    });
    let values = values.collect_view();
    view! {
        <tr class:refused=!problems.is_empty()>
            <td data-label="Row" class="number">{row.row}</td>
            <td data-label="Time">
                <Time ms=Signal::stored(row.ts) exact=true />
            </td>
            <td data-label="Device">{row.device}</td>
            {values}
            <td data-label="Problems" class="field-error">
                {problems.join(" ")}
            </td>
        </tr>
    }
}
