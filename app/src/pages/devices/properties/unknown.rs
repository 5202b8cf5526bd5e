//! What the template doesn't know: reported or wanted all the same, so it is shown.

use crate::ui::value::format_value;
use crate::ui::{Card, TableFrame, Time};
use leptos::prelude::*;
use model::twin::{self, COMPONENT_MARK, Section, TwinView};
use serde_json::Value;
use std::collections::BTreeSet;

/// A table of it; nothing where there is none.
#[component]
pub(super) fn Unknown(view: RwSignal<TwinView>) -> impl IntoView {
    let rows = Memo::new(move |_| view.with(unknown));
    let title = move || {
        let template = view.with(|view| view.has_template);
        if template { "Not in the template" } else { "Properties" }.to_owned()
    };
    let lines = move || {
        rows.get()
            .into_iter()
            .map(|line| {
                view! {
                    <tr>
                        <th scope="row" class="mono">
                            {line.name}
                        </th>
                        <td data-label="Reported" class="wide">
                            {line.reported}
                        </td>
                        <td data-label="Wanted">{line.wanted}</td>
                        <td data-label="Changed">
                            <Time ms=line.at_ms />
                        </td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <Show when=move || rows.with(|rows| !rows.is_empty())>
            <Card title=Signal::derive(title) padded=false>
                <TableFrame label="Properties that the template doesn't know" stack=true>
                    <thead>
                        <tr>
                            <th scope="col">"Property"</th>
                            <th scope="col" class="wide">
                                "Reported"
                            </th>
                            <th scope="col">"Wanted"</th>
                            <th scope="col">"Changed"</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </TableFrame>
            </Card>
        </Show>
    }
    .into_any()
}

#[derive(Clone, PartialEq)]
struct Line {
    name: String,
    reported: String,
    wanted: String,
    at_ms: Option<i64>,
}

fn unknown(view: &TwinView) -> Vec<Line> {
    let twin = &view.twin;
    let known = |component: &str, name: &str| {
        view.capabilities.iter().any(|c| c.component == component && c.name == name)
    };
    let mut names = BTreeSet::new();
    for section in [&twin.desired, &twin.reported] {
        for (name, value) in &section.values {
            let declared = view.components.iter().any(|component| component.name == *name);
            match value {
                Value::Object(inner) if declared || twin::is_component(value) => {
                    let inner = inner.keys().filter(|inner| *inner != COMPONENT_MARK && !known(name, inner));
                    names.extend(inner.map(|inner| (name.clone(), inner.clone())));
                }
                _ if !known("", name) => drop(names.insert((String::new(), name.clone()))),
                _ => {}
            }
        }
    }
    let shown = |section: &Section, component: &str, name: &str| {
        section.get(component, name).map(|value| format_value(&twin::value(value), "")).unwrap_or_default()
    };
    let line = |(component, name): (String, String)| Line {
        reported: shown(&twin.reported, &component, &name),
        wanted: shown(&twin.desired, &component, &name),
        at_ms: twin.reported.updated_ms(&component, &name).or(twin.desired.updated_ms(&component, &name)),
        name: if component.is_empty() { name } else { format!("{component}.{name}") },
    };
    names.into_iter().map(line).collect()
}
