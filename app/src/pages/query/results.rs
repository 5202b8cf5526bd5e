//! What came of a query: its first rows as a table, how many, how long it took, and all of them as files.

use super::{Asked, State};
use crate::api::explorations::explore_query;
use crate::pages::explore::query_string;
use crate::session::use_slug;
use crate::ui::value::{count, decimal};
use crate::ui::{Button, Card, EmptyState, ErrorState, Glyph, LinkButton, Skeleton, TableFrame, use_toasts};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_router::params::ParamsMap;
use model::query::{Outcome, Table};
use serde_json::Value;

#[component]
pub(super) fn Results(asked: Asked, ask: Callback<()>) -> impl IntoView {
    move || match asked.state.get() {
        State::Nothing => said(
            Glyph::Query,
            "Nothing asked yet",
            "Write a query or press an example. SELECT names the columns, FROM a template or devices, WHERE the time and what must hold.",
        ),
        State::Running => view! {
            <Card>
                <Skeleton rows=6 />
            </Card>
        }
        .into_any(),
        State::Cancelled => said(Glyph::Close, "Cancelled", "The query was stopped before it had an answer."),
        State::Answered(Ok(Outcome::Mistake(_))) => {
            said(Glyph::Warning, "Not run", "The query above has a mistake where it is marked.")
        }
        State::Answered(Ok(Outcome::Table(table))) => view! { <Answer table asked /> }.into_any(),
        State::Answered(Err(error)) => view! {
            <Card>
                <ErrorState problem=error.0 retry=move || ask.run(()) />
            </Card>
        }
        .into_any(),
    }
}

fn said(icon: Glyph, title: &'static str, text: &'static str) -> AnyView {
    view! {
        <Card>
            <EmptyState icon title text />
        </Card>
    }
    .into_any()
}

#[component]
fn Answer(table: Table, asked: Asked) -> impl IntoView {
    let slug = use_slug();
    let file = move |name: &str| {
        let mut parameters = ParamsMap::new();
        parameters.insert("query", asked.ran.get());
        format!("/w/{}/{name}{}", slug.get(), parameters.to_query_string())
    };
    let csv = Signal::derive(move || file("query.csv"));
    let lines = Signal::derive(move || file("query.jsonl"));
    let summary = summary(&table);
    let Table { columns, rows, notes, .. } = table;
    let empty = rows.is_empty();
    // A column is of numbers where its first value is one.
    let numbers: Vec<bool> = (0..columns.len())
        .map(|i| rows.iter().map(|row| &row[i]).find(|value| !value.is_null()).is_some_and(Value::is_number))
        .collect();
    let head = columns.iter().zip(numbers.clone());
    let head = head.map(|(name, number)| view! { <th scope="col" class:number=number>{name.clone()}</th> });
    let head = head.collect_view();
    let body = rows.into_iter().map(|row| {
        let cells = row.into_iter().zip(&numbers).zip(&columns).map(|((value, number), name)| {
            view! {
                <td class:number=*number data-label=name.clone()>
                    {shown(&value)}
                </td>
            }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    let body = body.collect_view();
    let content = if empty {
        view! {
            <EmptyState
                icon=Glyph::Inbox
                title="No rows"
                text="Nothing that was kept fits. A longer WITHIN_WINDOW, or less in WHERE, may find something."
            />
        }
        .into_any()
    } else {
        view! {
            <TableFrame label="Rows of the answer">
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{body}</tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <Card padded=false>
            <div class="query-bar">
                <span role="status">{summary}</span>
                <ToExplorer asked />
                <LinkButton href=csv icon=Glyph::Download download=true>
                    "CSV"
                </LinkButton>
                <LinkButton href=lines icon=Glyph::Download download=true>
                    "JSON lines"
                </LinkButton>
            </div>
            {notes.into_iter().map(|note| view! { <p class="query-note quiet">{note}</p> }).collect_view()}
            {content}
        </Card>
    }
    .into_any()
}

/// The way to the explorer, for a query that is an exploration; of others is said what the explorer can't show.
#[component]
fn ToExplorer(asked: Asked) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let busy = RwSignal::new(false);
    let go = move || {
        busy.set(true);
        let slug = slug.get_untracked();
        let answer = explore_query(slug.clone(), asked.ran.get_untracked());
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(exploration) => {
                    let to = format!("/w/{slug}/explore{}", query_string(&exploration));
                    navigate(&to, NavigateOptions::default());
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    view! {
        <Button icon=Glyph::Compass busy on_click=go>
            "Open in the explorer"
        </Button>
    }
    .into_any()
}

/// How many rows, how long, from how much.
fn summary(table: &Table) -> String {
    let n = table.rows.len() as i64;
    let rows = match (n, table.more) {
        (1, false) => "1 row".to_owned(),
        (n, false) => format!("{} rows", count(n)),
        (n, true) => format!("The first {} rows; all of them are in the files", count(n)),
    };
    let points = i64::try_from(table.read).unwrap_or(i64::MAX);
    let took = match table.took_ms {
        ms @ 0..1000 => format!("{ms} ms"),
        ms => format!("{:.1} s", ms as f64 / 1000.0),
    };
    format!("{rows} · {took} · {} points read", count(points))
}

fn shown(value: &Value) -> AnyView {
    match value {
        Value::Null => view! { <span class="quiet">"–"</span> }.into_any(),
        Value::String(text) => text.clone().into_any(),
        // Whole numbers are shown to the digit: some are keys and times.
        Value::Number(number) if number.is_f64() => {
            let exact = number.to_string();
            view! { <span title=exact>{decimal(number.as_f64().unwrap_or(f64::NAN))}</span> }.into_any()
        }
        other => other.to_string().into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_rows_time_and_work() {
        let mut table = Table { rows: vec![Vec::new()], read: 1200, took_ms: 8, ..Table::default() };
        assert_eq!(summary(&table), format!("1 row · 8 ms · {} points read", count(1200)));
        table.more = true;
        table.took_ms = 2340;
        assert!(summary(&table).starts_with("The first 1 rows; all of them are in the files · 2.3 s"));
    }
}
