//! Why a rule fired for a device, or why it did not.

use crate::api::rules::explain_rule;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{Button, Card, Field, Form, FormActions, TableFrame, Tag, Time};
use leptos::prelude::*;
use model::rule::explain::{Explanation, Line};

/// A question about a device, and the answer.
#[component]
pub(super) fn Explained(rule: i32) -> impl IntoView {
    let slug = use_slug();
    let attempt = Attempt::new();
    let device = RwSignal::new(String::new());
    let answer = RwSignal::new(None::<Explanation>);
    let ask = move || {
        let asked = explain_rule(slug.get_untracked(), rule, device.get_untracked().trim().to_owned());
        attempt.run(Ok(()), asked, move |said| answer.set(Some(said)));
    };
    view! {
        <Card title=Signal::stored("Why did it fire, or why not?".to_owned())>
            <Form on_submit=ask label="Ask about a device">
                <Field label="Device id" name="explain-device" mono=true value=device />
                <Refusal attempt />
                <FormActions>
                    <Button submit=true busy=attempt.busy()>
                        "Explain"
                    </Button>
                </FormActions>
            </Form>
            {move || answer.get().map(|said| view! { <Answer said /> })}
        </Card>
    }
    .into_any()
}

#[component]
fn Answer(said: Explanation) -> impl IntoView {
    let line = |Line { depth, text, seen, verdict }: Line| {
        let depth = "· ".repeat(depth);
        view! {
            <tr>
                <td>{depth} {text}</td>
                <td data-label="Seen">{seen}</td>
                <td data-label="Verdict">{verdict_mark(verdict)}</td>
            </tr>
        }
    };
    view! {
        <div role="status">
            <p>{said.summary}</p>
            <p class="quiet">"As of " <Time ms=Signal::stored(Some(said.at_ms)) /></p>
        </div>
        <TableFrame label="Conditions and what they saw" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Condition"</th>
                    <th scope="col">"Seen"</th>
                    <th scope="col">"Verdict"</th>
                </tr>
            </thead>
            <tbody>{said.lines.into_iter().map(line).collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}

fn verdict_mark(verdict: Option<bool>) -> AnyView {
    match verdict {
        Some(true) => view! { <Tag>"true"</Tag> }.into_any(),
        Some(false) => view! { <Tag dashed=true>"false"</Tag> }.into_any(),
        None => view! { <Tag dashed=true>"not known"</Tag> }.into_any(),
    }
}
