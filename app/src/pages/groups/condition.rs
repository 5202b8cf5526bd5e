//! A condition: what is looked at, how it is compared, and with what.

use super::builder::Parts;
use super::chosen::{Chosen, Devices};
use super::tree::{Row, kind, operators};
use crate::ui::{Field, Glyph, IconButton, Select};
use leptos::prelude::*;
use model::device::Status;
use model::group::{Choices, Kind, Operator, What};
use serde_json::{Value, json};

/// Units in which an age is given, in minutes.
const AGES: [(&str, f64, &str); 3] =
    [("minutes", 1.0, "minutes"), ("hours", 60.0, "hours"), ("days", 1440.0, "days")];

#[component]
pub(super) fn ConditionRow(row: Row, parts: Parts, #[prop(into)] on_remove: Callback<()>) -> impl IntoView {
    let what = chosen_what(row);
    let whats = parts.choices.with_value(|choices| what_options(choices, &row.what.get_untracked()));
    let operator = chosen_operator(row);
    let allowed = Signal::derive(move || {
        let what = row.what.get();
        let kind = parts.choices.with_value(|choices| kind(&what, choices));
        let words = operators(&what, kind).into_iter();
        words.map(|operator| (word(operator), operator.label(&what).to_owned())).collect::<Vec<_>>()
    });
    let takes = Memo::new(move |_| row.operator.get().takes().1 > 0);
    let many = Memo::new(move |_| row.operator.get().takes().1 > 1);
    let looked_at = Memo::new(move |_| row.what.get());
    // Where there is but one way to compare, there is nothing to choose.
    let choice = Memo::new(move |_| allowed.with(|allowed| allowed.len() > 1));
    view! {
        <div class="rule" role="group" aria-label="Condition">
            <Select label="What is looked at" name=format!("what-{}", row.key) value=what options=whats bare=true />
            <Show when=move || choice.get()>
                <Select
                    label="How it is compared"
                    name=format!("operator-{}", row.key)
                    value=operator
                    options=allowed
                    bare=true
                />
            </Show>
            <div class="rule-value">
                {move || {
                    let what = looked_at.get();
                    takes.get().then(|| values(row, &what, many.get(), parts))
                }}
            </div>
            <IconButton glyph=Glyph::Close label="Remove the condition" on_click=on_remove />
        </div>
    }
    .into_any()
}

/// What is looked at, as the select has it.
fn chosen_what(row: Row) -> RwSignal<String> {
    let value = RwSignal::new(row.what.with_untracked(written));
    Effect::watch(
        move || value.get(),
        move |value, _, _| {
            if let Ok(what) = serde_json::from_str::<What>(value)
                && row.what.with_untracked(|now| *now != what)
            {
                row.look_at(what);
            }
        },
        false,
    );
    value
}

fn chosen_operator(row: Row) -> RwSignal<String> {
    let value = RwSignal::new(word(row.operator.get_untracked()));
    Effect::watch(
        move || value.get(),
        move |value, _, _| {
            let chosen = Operator::ALL.into_iter().find(|operator| word(*operator) == *value);
            if let Some(chosen) = chosen.filter(|chosen| *chosen != row.operator.get_untracked()) {
                let most = chosen.takes().1;
                if most > 0 {
                    row.values.update(|values| values.truncate(most));
                }
                row.operator.set(chosen);
            }
        },
        false,
    );
    Effect::watch(
        move || row.operator.get(),
        move |operator, _, _| {
            if value.with_untracked(|value| *value != word(*operator)) {
                value.set(word(*operator));
            }
        },
        false,
    );
    value
}

fn written(what: &What) -> String {
    serde_json::to_string(what).unwrap_or_default()
}

fn word(operator: Operator) -> String {
    serde_json::to_value(operator).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Everything that can be looked at; what the condition looks at is among it, whether a template has it or not.
fn what_options(choices: &Choices, present: &What) -> Vec<(String, String)> {
    let own = [
        What::Template,
        What::Organization,
        What::Name,
        What::Id,
        What::Status,
        What::LastSeen,
        What::Simulated,
        What::Blocked,
        What::Approved,
    ];
    let mut options: Vec<(String, String)> = own.iter().map(|what| (written(what), what.label())).collect();
    options.extend(choices.values.iter().map(|choice| {
        let group = if matches!(choice.what, What::Property(_)) { "Property" } else { "Newest value" };
        let unit = if choice.unit.is_empty() { String::new() } else { format!(" ({})", choice.unit) };
        (written(&choice.what), format!("{group}: {}{unit}", choice.label))
    }));
    let present = (written(present), present.label());
    if !options.iter().any(|(key, _)| *key == present.0) {
        options.push(present);
    }
    options
}

/// What it is compared with.
fn values(row: Row, what: &What, many: bool, parts: Parts) -> AnyView {
    let name = format!("value-{}", row.key);
    let (kind, options) = parts.choices.with_value(|choices| (kind(what, choices), options(what, choices)));
    match (what, kind) {
        (What::LastSeen, _) => view! { <Age row name /> }.into_any(),
        (What::Id, _) if many => view! { <Devices row name /> }.into_any(),
        (_, Kind::Choice) => view! { <Chosen row name options /> }.into_any(),
        (_, Kind::Bool) => view! { <Truth row name /> }.into_any(),
        (_, Kind::Number) => view! { <Typed row name number=true /> }.into_any(),
        (_, Kind::Text | Kind::Other) => view! { <Typed row name number=false /> }.into_any(),
    }
}

/// The values that can be chosen, where they are few.
fn options(what: &What, choices: &Choices) -> Vec<(Value, String)> {
    match what {
        What::Template => choices.templates.iter().map(|(id, name)| (json!(id.0), name.clone())).collect(),
        What::Organization => {
            let one = |(id, name, depth): &(model::OrganizationId, String, usize)| {
                (json!(id.0), format!("{}{name}", "\u{2003}".repeat(*depth)))
            };
            choices.organizations.iter().map(one).collect()
        }
        What::Status => Status::ALL.map(|status| (json!(status.as_str()), status.label().to_owned())).into(),
        what => {
            let found = choices.of(what).map(|choice| choice.options.as_slice()).unwrap_or_default();
            found.iter().map(|option| (option.value.clone(), option.label.clone())).collect()
        }
    }
}

/// A text or a number.
#[component]
fn Typed(row: Row, name: String, number: bool) -> impl IntoView {
    let typed = row.text;
    Effect::watch(
        move || typed.get(),
        move |typed, _, _| {
            let value = match number {
                true => typed.trim().parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| json!(n)),
                false => Some(json!(typed)),
            };
            row.values.set(value.into_iter().collect());
        },
        false,
    );
    let kind = if number { "number" } else { "text" };
    view! { <Field label="Value" name=name value=typed kind=kind autocomplete="off" bare=true /> }.into_any()
}

#[component]
fn Truth(row: Row, name: String) -> impl IntoView {
    let yes = row.values.with_untracked(|values| values.first() != Some(&json!(false)));
    row.values.set(vec![json!(yes)]);
    let value = RwSignal::new(yes.to_string());
    Effect::watch(
        move || value.get(),
        move |value, _, _| row.values.set(vec![json!(value == "true")]),
        false,
    );
    let options: Vec<(String, String)> =
        [("true", "yes"), ("false", "no")].map(|(key, text)| (key.to_owned(), text.to_owned())).into();
    view! { <Select label="Value" name=name value=value options bare=true /> }.into_any()
}

/// An age: a number of minutes, hours or days.
#[component]
fn Age(row: Row, name: String) -> impl IntoView {
    let minutes = row.values.with_untracked(|values| values.first().and_then(Value::as_f64));
    let whole = |length: f64| minutes.is_some_and(|m| m > 0.0 && m % length == 0.0);
    let (word, length, _) = AGES.into_iter().rev().find(|(_, length, _)| whole(*length)).unwrap_or(AGES[0]);
    let number = RwSignal::new(minutes.map(|m| (m / length).to_string()).unwrap_or_default());
    let unit = RwSignal::new(word.to_owned());
    Effect::watch(
        move || (number.get(), unit.get()),
        move |(number, unit), _, _| {
            let length =
                AGES.into_iter().find(|(word, ..)| word == unit).map_or(1.0, |(_, length, _)| length);
            let minutes =
                number.trim().parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| json!(n * length));
            row.values.set(minutes.into_iter().collect());
        },
        false,
    );
    let units: Vec<(String, String)> = AGES.map(|(word, _, text)| (word.to_owned(), text.to_owned())).into();
    view! {
        <div class="rule-age">
            <Field label="How long" name=name.clone() value=number kind="number" autocomplete="off" bare=true />
            <Select label="Unit of time" name=format!("{name}-unit") value=unit options=units bare=true />
        </div>
    }
    .into_any()
}
