//! A filter, built by clicking: lists of conditions, and lists within them.

use super::condition::ConditionRow;
use super::tree::{Keys, List, Row, Rule};
use crate::ui::{Button, ButtonKind, Glyph, IconButton, Select};
use leptos::prelude::*;
use model::group::{Choices, DEPTH_MAX};

/// What every part of the builder needs.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) keys: Keys,
    pub(super) choices: StoredValue<Choices>,
}

/// A list of rules; `within` is the list that holds it, and `depth` how deep it lies.
#[component]
pub(super) fn RuleList(
    list: List,
    parts: Parts,
    depth: usize,
    #[prop(optional)] within: Option<List>,
) -> impl IntoView {
    let options: Vec<(String, String)> = [
        ("all", "All of these hold"),
        ("any", "At least one of these holds"),
        ("none", "None of these holds"),
    ]
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .into();
    let label = if within.is_some() { "How the rules of this list hold" } else { "How the rules hold" };
    let rules = list.rules;
    let add = move || rules.update(|rules| rules.push(Rule::Is(Row::fresh(parts.keys))));
    let add_list = move || {
        let inner = List::empty(parts.keys, "any");
        inner.rules.set(vec![Rule::Is(Row::fresh(parts.keys))]);
        rules.update(|rules| rules.push(Rule::List(inner)));
    };
    view! {
        <fieldset class="rule-list" data-depth=depth>
            <legend class="visually-hidden">{label}</legend>
            <div class="rule-head">
                <Select label=label name=format!("how-{}", list.key) value=list.how options bare=true />
                {within
                    .map(|within| {
                        view! {
                            <IconButton
                                glyph=Glyph::Trash
                                label="Remove the list"
                                on_click=move || within.remove(list.key)
                            />
                        }
                    })}
            </div>
            <Show when=move || rules.with(Vec::is_empty) && depth == 1>
                <p class="hint">"Without a condition, every device belongs to the group."</p>
            </Show>
            <ol class="rules">
                <For each=move || rules.get() key=Rule::key let:rule>
                    <li>{rule_view(rule, list, parts, depth)}</li>
                </For>
            </ol>
            <div class="rule-actions">
                <Button icon=Glyph::Plus on_click=add>
                    "Condition"
                </Button>
                {(depth < DEPTH_MAX)
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Ghost icon=Glyph::Plus on_click=add_list>
                                "List of conditions"
                            </Button>
                        }
                    })}
            </div>
        </fieldset>
    }
    .into_any()
}

fn rule_view(rule: Rule, list: List, parts: Parts, depth: usize) -> AnyView {
    match rule {
        Rule::List(inner) => view! { <RuleList list=inner parts depth=depth + 1 within=list /> }.into_any(),
        Rule::Is(row) => {
            view! { <ConditionRow row parts on_remove=move |()| list.remove(row.key) /> }.into_any()
        }
    }
}
