//! A line of an audit log, a workspace's or the platform's: what differed stands member by member.

use crate::ui::{TableFrame, Tag, Time};
use leptos::prelude::*;
use model::audit::{AuditEntry, Difference, differences};
use serde_json::Value;

/// So many members are shown at once; the others behind a press.
const SHOWN: usize = 4;

/// A page of a log.
#[component]
pub(crate) fn EntryTable(label: &'static str, entries: Vec<AuditEntry>) -> impl IntoView {
    view! {
        <TableFrame label stack=true>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"Of"</th>
                    <th scope="col" class="wide">
                        "Before and after"
                    </th>
                </tr>
            </thead>
            <tbody>{entries.into_iter().map(|entry| view! { <Entry entry /> }).collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn Entry(entry: AuditEntry) -> impl IntoView {
    let failed = entry.action == "sign-in-failed";
    let (action, kind) = (entry.action_label().to_owned(), entry.subject_label().to_owned());
    let mut told = differences(entry.before.as_ref(), entry.after.as_ref());
    let rest = told.split_off(told.len().min(SHOWN));
    let more = match rest.len() {
        0 => String::new(),
        n => format!("{n} more"),
    };
    let from = entry.from.address.map(|address| match entry.from.agent {
        Some(agent) => format!("{address}, {agent}"),
        None => address,
    });
    let id = (entry.subject_id != entry.subject_name).then_some(entry.subject_id);
    view! {
        <tr>
            <td data-label="When">
                <Time ms=Some(entry.at_ms) />
            </td>
            <td data-label="Who">
                {entry.actor.name}
                {(entry.actor.kind == "token").then(|| view! { " " <Tag>"API token"</Tag> })}
                {(entry.actor.kind == "rule").then(|| view! { " " <Tag>"rule"</Tag> })}
                {from.map(|from| view! { <p class="hint audit-from">{from}</p> })}
            </td>
            <td data-label="What">
                <span class:warn=failed>{action}</span>
            </td>
            <td data-label="Of">
                {entry.subject_name} " " <span class="mono quiet">{id}</span>
                <p class="hint">{kind}</p>
            </td>
            <td class="wide" data-label="Before and after">
                <Differences told />
                {(!rest.is_empty())
                    .then(|| {
                        view! {
                            <details class="audit-more">
                                <summary>{more}</summary>
                                <Differences told=rest />
                            </details>
                        }
                    })}
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Differences(told: Vec<Difference>) -> impl IntoView {
    let lines = told.into_iter().map(|Difference { path, before, after }| {
        let both = before.is_some() && after.is_some();
        view! {
            <dt>{path}</dt>
            <dd>
                {before.map(|value| view! { <del>{said(&value)}</del> })}
                {both.then_some(" → ")}
                {after.map(|value| view! { <ins>{said(&value)}</ins> })}
            </dd>
        }
    });
    view! { <dl class="audit-told">{lines.collect_view()}</dl> }.into_any()
}

/// A value in words.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) if text.is_empty() => "(empty)".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::said;
    use serde_json::json;

    #[test]
    fn values_are_said_in_words() {
        for (value, text) in
            [(json!(null), "none"), (json!(true), "yes"), (json!(""), "(empty)"), (json!([1]), "[1]")]
        {
            assert_eq!(said(&value), text);
        }
    }
}
