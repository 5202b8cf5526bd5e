//! Who changed what, from what to what, newest first.

use crate::ui::value::count;
use crate::ui::{Card, TableFrame, Tag, Time};
use leptos::prelude::*;
use model::twin::{Change, Part, TwinView};

#[component]
pub(super) fn History(view: RwSignal<TwinView>) -> impl IntoView {
    let changes = Memo::new(move |_| view.with(|view| view.history.clone()));
    let note = Signal::derive(move || format!("the newest {}", count(changes.with(Vec::len) as i64)));
    let lines = move || changes.get().into_iter().map(line).collect_view();
    view! {
        <Show when=move || changes.with(|changes| !changes.is_empty())>
            <Card title=Signal::stored("History".to_owned()) note padded=false>
                <TableFrame label="History of the properties" stack=true>
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Property"</th>
                            <th scope="col">"From"</th>
                            <th scope="col">"To"</th>
                            <th scope="col" class="wide">
                                "By"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </TableFrame>
            </Card>
        </Show>
    }
    .into_any()
}

fn line(change: Change) -> impl IntoView {
    let said = |value: Option<String>| value.unwrap_or_else(|| "–".into());
    let who = if change.who.is_empty() { "the device".to_owned() } else { change.who };
    let dashed = change.part == Part::Reported;
    view! {
        <tr>
            <td data-label="When">
                <Time ms=Some(change.at_ms) />
            </td>
            <td data-label="Property">
                <span class="mono">{change.path}</span>
                " "
                <Tag dashed>{change.part.label()}</Tag>
            </td>
            <td data-label="From" class="mono">
                {said(change.old)}
            </td>
            <td data-label="To" class="mono">
                {said(change.new)}
            </td>
            <td data-label="By" class="wide">
                {who}
            </td>
        </tr>
    }
}
