//! The dashboard's variables: chosen above the tiles, kept in the address.

use super::board::Board;
use crate::ui::{Select, use_toasts};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::dashboard::{Content, Only, Variable};
use std::collections::BTreeMap;

/// What stands in the address while all are meant though the dashboard opens with something else.
const ALL: &str = "*";

/// The handle with which the page reads and changes what is chosen.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    /// What is chosen by each variable, by id; those by which all are meant are left out.
    pub(super) values: Memo<BTreeMap<String, String>>,
    content: RwSignal<Content>,
    go: Callback<(String, String)>,
}

impl Chosen {
    pub(super) fn here(content: RwSignal<Content>) -> Chosen {
        let (query, path, navigate) = (use_query_map(), use_location().pathname, use_navigate());
        let values = Memo::new(move |_| {
            content.with(|content| {
                query.with(|query| {
                    let chosen = |variable: &Variable| {
                        let said = query.get(&variable.parameter());
                        let value = said.unwrap_or_else(|| variable.default.clone());
                        (!value.is_empty() && value != ALL).then(|| (variable.id.clone(), value))
                    };
                    content.variables.iter().filter_map(chosen).collect()
                })
            })
        });
        let go = Callback::new(move |(key, value): (String, String)| {
            let mut parameters = query.with_untracked(|query| {
                let kept = query.clone().into_iter().filter(|(known, _)| *known != key);
                kept.collect::<ParamsMap>()
            });
            if !value.is_empty() {
                parameters.insert(key, value);
            }
            let to = format!("{}{}", path.get_untracked(), parameters.to_query_string());
            navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
        });
        Chosen { values, content, go }
    }

    /// To which devices tiles are narrowed by it.
    pub(super) fn only(self) -> Vec<Only> {
        self.values.with_untracked(|values| {
            let only = |variable: &Variable| variable.only(values.get(&variable.id)?);
            self.content.with_untracked(|content| content.variables.iter().filter_map(only).collect())
        })
    }

    /// Chooses by this variable; nothing: all.
    fn choose(self, variable: &Variable, value: &str) {
        let said = match (value == variable.default, value.is_empty()) {
            (true, _) => "",
            (false, true) => ALL,
            (false, false) => value,
        };
        self.go.run((variable.parameter(), said.to_owned()));
    }
}

/// A choice a variable, side by side.
#[component]
pub(super) fn VariableBar(board: Board) -> impl IntoView {
    let variables = Memo::new(move |_| board.content.with(|content| content.variables.clone()));
    let some = Memo::new(move |_| variables.with(|variables| !variables.is_empty()));
    view! {
        <Show when=move || some.get()>
            <div class="variable-bar" role="group" aria-label="What the dashboard is about">
                {move || {
                    variables.get().into_iter().map(|variable| view! { <Choice board variable /> }).collect_view()
                }}
            </div>
        </Show>
    }
    .into_any()
}

#[component]
fn Choice(board: Board, variable: Variable) -> impl IntoView {
    let toasts = use_toasts();
    let offered = RwSignal::new(Vec::<(String, String)>::new());
    let asked = variable.clone();
    Effect::new(move |_| {
        let call = board.offered(asked.clone());
        leptos::task::spawn_local(async move {
            match call.await {
                Ok(found) => _ = offered.try_set(found),
                Err(error) => toasts.bad(&error.0),
            }
        });
    });
    let (label, name) = (variable.label().to_owned(), variable.parameter());
    let id = variable.id.clone();
    let now =
        Memo::new(move |_| board.chosen.values.with(|values| values.get(&id).cloned().unwrap_or_default()));
    let options = Signal::derive(move || {
        let mut options = vec![(String::new(), "All".to_owned())];
        options.extend(offered.get());
        let chosen = now.get();
        if !options.iter().any(|(value, _)| *value == chosen) {
            options.push((chosen.clone(), chosen));
        }
        options
    });
    let value = RwSignal::new(now.get_untracked());
    Effect::watch(move || now.get(), move |now, _, _| value.set(now.clone()), false);
    Effect::watch(
        move || value.get(),
        move |value, _, _| {
            if now.with_untracked(|now| now != value) {
                board.chosen.choose(&variable, value);
            }
        },
        false,
    );
    view! { <Select label name value options /> }
}
