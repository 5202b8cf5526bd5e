//! What the rule, as it stands in the form, would have said of the past of a device.

use super::editor::RuleForm;
use crate::api::rules::rule_past;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, Card, Field, Form, FormActions, Select, TableFrame, Time};
use crate::zone;
use leptos::prelude::*;
use model::rule::{Effect, Past};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Most lines that are shown.
const SHOWN: usize = 200;

/// A question about the past of a device, and the answer.
#[component]
pub(super) fn PastOf(form: RuleForm) -> impl IntoView {
    let slug = use_slug();
    let attempt = Attempt::new();
    let device = RwSignal::new(String::new());
    let days = RwSignal::new("7".to_owned());
    let answer = RwSignal::new(None::<Past>);
    let spans: Vec<(String, String)> =
        [("1", "The last day"), ("7", "The last 7 days"), ("31", "The last 31 days")]
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .to_vec();
    let ask = move || {
        let to = zone::now_ms();
        let from = to - days.get_untracked().parse::<i64>().unwrap_or(7) * DAY_MS;
        let rule = untrack(move || form.rule());
        let (check, rule) = match rule {
            Ok(rule) => (Ok(()), Some(rule)),
            Err(problem) => (Err(problem), None),
        };
        let (slug, device) = (slug.get_untracked(), device.get_untracked().trim().to_owned());
        let asked = async move {
            match rule {
                Some(rule) => rule_past(slug, rule, device, from, to).await.map(Some),
                None => Ok(None),
            }
        };
        attempt.run(check, asked, move |past| answer.set(past));
    };
    view! {
        <Card title=Signal::stored("What would it have said?".to_owned())>
            <Form on_submit=ask label="Try it on the past">
                <p class="quiet">
                    "Runs the rule, as it stands in the form, over what a device has sent. Nothing is raised, and nobody is told."
                </p>
                <Field label="Device id" name="past-device" mono=true value=device />
                <Select label="Time" name="past-days" value=days options=spans />
                <Refusal attempt />
                {move || {
                    let wrong = attempt.problem().get().filter(|p| !p.fields.is_empty());
                    wrong.map(|p| view! { <p class="field-error">{p.fields.into_iter().map(|f| f.message).collect::<Vec<_>>().join(" ")}</p> })
                }}
                <FormActions>
                    <Button submit=true busy=attempt.busy()>
                        "Try it on the past"
                    </Button>
                </FormActions>
            </Form>
            {move || answer.get().map(|past| view! { <Answer past /> })}
        </Card>
    }
    .into_any()
}

#[component]
fn Answer(past: Past) -> impl IntoView {
    let times = match past.fired {
        0 => "It would not have fired".to_owned(),
        1 => "It would have fired once".to_owned(),
        n => format!("It would have fired {} times", count(n as i64)),
    };
    let summary = format!("{times}, by {} messages.", count(past.messages as i64));
    let empty = past.effects.is_empty();
    let line = |effect: Effect| {
        let (what, at_ms, why) = match effect {
            Effect::Fired { at_ms, why } => ("Fires", at_ms, why),
            Effect::Cleared { at_ms } => ("Clears", at_ms, String::new()),
            Effect::Level { at_ms, severity, why } => {
                (severity.map_or("As bad as the rule says", |severity| severity.label()), at_ms, why)
            }
        };
        view! {
            <tr>
                <td>
                    <Time ms=Signal::stored(Some(at_ms)) exact=true />
                </td>
                <td data-label="What">{what}</td>
                <td data-label="Why">{why}</td>
            </tr>
        }
    };
    let lines = past.effects.into_iter().take(SHOWN).map(line).collect_view();
    view! {
        <p role="status">{summary}</p>
        {past.cut.then(|| view! { <p class="quiet">"There were too many messages; the latest were left out."</p> })}
        {(!empty)
            .then(|| {
                view! {
                    <TableFrame label="When it would have fired" stack=true>
                        <thead>
                            <tr>
                                <th scope="col">"When"</th>
                                <th scope="col">"What"</th>
                                <th scope="col">"Why"</th>
                            </tr>
                        </thead>
                        <tbody>{lines}</tbody>
                    </TableFrame>
                }
            })}
    }
    .into_any()
}
