//! A template for who may look but not change.

use super::editor::field_count;
use super::rows::schema_label;
use crate::ui::{Card, Code, EmptyState, Glyph, TableFrame};
use leptos::prelude::*;
use model::template::Template;

/// The template's fields as a table, and its DTDL.
#[component]
pub(super) fn TemplateView(template: Template) -> impl IntoView {
    let dtdl = serde_json::to_string_pretty(&template.dtdl).unwrap_or_default();
    let fields = template.telemetry.len();
    let table = if fields == 0 {
        view! {
            <EmptyState
                icon=Glyph::Template
                title="No telemetry"
                text="Devices of this template may send anything; it is shown as it comes."
            />
        }
        .into_any()
    } else {
        view! {
            <TableFrame label="Telemetry" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Display name"</th>
                        <th scope="col">"Field in the message"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Unit"</th>
                    </tr>
                </thead>
                <tbody>
                    {template
                        .telemetry
                        .into_iter()
                        .map(|field| {
                            view! {
                                <tr>
                                    <td data-label="Display name">{field.display_name}</td>
                                    <td data-label="Field in the message" class="mono">
                                        {field.name}
                                    </td>
                                    <td data-label="Type">{schema_label(field.schema)}</td>
                                    <td data-label="Unit">{field.unit}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <div class="template-editor">
            <Card padded=false title=Signal::stored("Telemetry".to_owned()) note=Signal::stored(field_count(fields))>
                {table}
            </Card>
            <details class="disclosure">
                <summary>"DTDL"</summary>
                <Code text=Signal::stored(dtdl) />
            </details>
        </div>
    }
}
