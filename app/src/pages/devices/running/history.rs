//! What was run, by whom, and what came of it, newest first.

use crate::ui::value::count;
use crate::ui::{Card, EmptyState, Glyph, TableFrame, Tag, Time};
use leptos::prelude::*;
use model::command::{CommandsView, Run, RunState};

#[component]
pub(super) fn Runs(view: RwSignal<CommandsView>) -> impl IntoView {
    let runs = Memo::new(move |_| view.with(|view| view.runs.clone()));
    let note = Signal::derive(move || format!("the newest {}", count(runs.with(Vec::len) as i64)));
    let lines = move || runs.get().into_iter().map(line).collect_view();
    view! {
        <Card title=Signal::stored("History".to_owned()) note padded=false>
            <Show
                when=move || runs.with(|runs| !runs.is_empty())
                fallback=|| {
                    view! {
                        <EmptyState
                            icon=Glyph::Log
                            title="No command was run yet"
                            text="What is run shows here, with the device's answer."
                        />
                    }
                }
            >
                <TableFrame label="Commands that were run" stack=true>
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Command"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="wide">
                                "Answer"
                            </th>
                            <th scope="col">"By"</th>
                        </tr>
                    </thead>
                    <tbody aria-live="polite">{lines}</tbody>
                </TableFrame>
            </Show>
        </Card>
    }
    .into_any()
}

fn line(run: Run) -> impl IntoView {
    let name = if run.component.is_empty() {
        run.name.clone()
    } else {
        format!("{} › {}", run.component, run.name)
    };
    let dashed = matches!(run.state, RunState::Sent | RunState::Waiting);
    let bad = run.state.is_trouble() || run.status.is_some_and(|status| status >= 400);
    let (late, pending) = (run.is_late(), run.is_pending());
    let took = run.answered_ms.map(|at| format!("after {} ms", count((at - run.created_ms).max(0))));
    view! {
        <tr>
            <td data-label="When">
                <Time ms=Some(run.created_ms) />
            </td>
            <td data-label="Command">
                <span class="mono">{name}</span>
                {run.request.map(|request| view! { <div class="mono hint">{request}</div> })}
            </td>
            <td data-label="State">
                <Tag dashed bad>
                    {run.state.label()}
                </Tag>
                {late.then(|| view! { " " <Tag>"answered late"</Tag> })}
                {run.why.map(|why| view! { <div class="hint">{why}</div> })}
            </td>
            <td data-label="Answer" class="wide">
                {run.status.map(|status| view! { <b>{status.to_string()}</b> " " })}
                <span class="mono">{run.response}</span>
                {took.map(|took| view! { " " <span class="hint">{took}</span> })}
                {pending.then(|| view! { <div class="hint">"The result comes later, as a reported property."</div> })}
                {run
                    .result
                    .map(|result| {
                        view! {
                            <div>
                                "Result " <span class="mono">{result}</span> " "
                                <span class="hint">
                                    <Time ms=run.result_ms />
                                </span>
                            </div>
                        }
                    })}
            </td>
            <td data-label="By">{run.by}</td>
        </tr>
    }
}
