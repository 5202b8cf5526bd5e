//! What of the log is looked for.

use crate::ui::{Button, Field, Select};
use leptos::prelude::*;
use model::Problem;
use model::audit::{Action, AuditQuery, Subject};

#[component]
pub(super) fn Filters(asked: Memo<Result<AuditQuery, Problem>>, go: Callback<AuditQuery>) -> impl IntoView {
    let fields =
        ["from", "to", "actor", "action", "kind", "subject"].map(|name| (name, RwSignal::new(String::new())));
    let wrong = RwSignal::new(None::<Problem>);
    // The address is what counts: also after going back.
    let take = move |asked: &Result<AuditQuery, Problem>| {
        if let Ok(query) = asked {
            let said = query.parameters();
            for (name, field) in fields {
                let value = said.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()).unwrap_or_default();
                field.set(value);
            }
        }
    };
    asked.with_untracked(take);
    Effect::watch(move || asked.get(), move |asked, _, _| take(asked), false);
    let look = move || {
        let said =
            |name: &str| fields.iter().find(|(n, _)| *n == name).map(|(_, field)| field.get_untracked());
        match AuditQuery::read(said) {
            Ok(query) => {
                wrong.set(None);
                go.run(query);
            }
            Err(problem) => wrong.set(Some(problem)),
        }
    };
    let error = move |name: &'static str| {
        Signal::derive(move || {
            wrong.with(|wrong| wrong.as_ref().and_then(|p| p.of_field(name).map(ToString::to_string)))
        })
    };
    let [(_, from), (_, to), (_, actor), (_, action), (_, kind), (_, subject)] = fields;
    let any = || (String::new(), "Any".to_owned());
    let actions =
        std::iter::once(any()).chain(Action::ALL.iter().map(|a| (a.as_str().into(), a.label().into())));
    let kinds =
        std::iter::once(any()).chain(Subject::ALL.iter().map(|k| (k.as_str().into(), k.label().into())));
    let (actions, kinds) = (Signal::stored(actions.collect()), Signal::stored(kinds.collect()));
    view! {
        <form
            class="audit-filters"
            role="search"
            aria-label="Filter the audit log"
            on:submit=move |event| {
                event.prevent_default();
                look();
            }
        >
            <Field label="From" name="from" kind="date" value=from error=error("from") />
            <Field label="To (UTC)" name="to" kind="date" value=to error=error("to") />
            <Field label="Who" name="actor" value=actor error=error("actor") placeholder="Name, address or id" />
            <Select label="Action" name="action" value=action options=actions error=error("action") />
            <Select label="Kind" name="kind" value=kind options=kinds error=error("kind") />
            <Field label="Of" name="subject" value=subject error=error("subject") placeholder="Name or id" />
            <div class="audit-buttons">
                <Button submit=true>"Filter"</Button>
            </div>
        </form>
    }
    .into_any()
}
