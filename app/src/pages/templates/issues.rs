//! What is wrong with a document, each thing with its place.

use leptos::prelude::*;
use model::dtdl::{Issue, Severity};

/// So many are shown; a document of nonsense has thousands.
const SHOWN_MAX: usize = 50;

/// The issues, errors first; nothing where there are none.
#[component]
pub(super) fn Issues(#[prop(into)] issues: Signal<Vec<Issue>>) -> impl IntoView {
    move || {
        let mut all = issues.get();
        all.sort_by_key(|issue| issue.severity != Severity::Error);
        let more = all.len().saturating_sub(SHOWN_MAX);
        (!all.is_empty()).then(|| {
            view! {
                <ul class="issues" role="status">
                    {all.into_iter().take(SHOWN_MAX).map(line).collect_view()}
                    {(more > 0).then(|| view! { <li class="quiet">{format!("and {more} more")}</li> })}
                </ul>
            }
        })
    }
}

fn line(issue: Issue) -> AnyView {
    let is_error = issue.severity == Severity::Error;
    let place = if issue.path.is_empty() { "the document".to_owned() } else { issue.path };
    view! {
        <li class:bad=is_error>
            <span class="issue-kind">{if is_error { "Error" } else { "Note" }}</span>
            <code class="mono">{place}</code>
            <span>{issue.message}</span>
        </li>
    }
    .into_any()
}
