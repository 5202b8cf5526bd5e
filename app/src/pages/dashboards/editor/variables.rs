//! The variables of the dashboard, while nothing else is selected: adding, naming, removing them.

use super::Editor;
use crate::api::groups::group_choices;
use crate::ui::{Button, Field, Glyph, IconButton, Select};
use leptos::prelude::*;
use model::dashboard::{VARIABLES_MAX, Variable, VariableKind};
use model::group::{Choice, What};

type Options = Vec<(String, String)>;

/// All variables of the dashboard.
#[component]
pub(super) fn VariablesForm(editor: Editor) -> impl IntoView {
    // The form begins anew when its fields are others, and not with every letter.
    let shape = Memo::new(move |_| {
        let turns = editor.turns.get();
        let all = editor
            .board
            .content
            .with(|content| content.variables.iter().map(|v| (v.id.clone(), v.kind)).collect::<Vec<_>>());
        (turns, all)
    });
    let full = Signal::derive(move || shape.with(|(_, all)| all.len() >= VARIABLES_MAX));
    let add = move || {
        editor.change(|content| {
            let taken = |id: &str| content.variables.iter().any(|variable| variable.id == id);
            let id = (1..).map(|n| format!("v{n}")).find(|id| !taken(id)).unwrap_or_default();
            let (display_name, default) = (String::new(), String::new());
            content.variables.push(Variable {
                id,
                display_name,
                kind: VariableKind::Device,
                property: None,
                default,
            });
        });
    };
    view! {
        <h2 class="panel-title">"Variables"</h2>
        <p class="hint">"Each is chosen above the tiles, and narrows what all of them show."</p>
        {move || {
            let (_, all) = shape.get();
            all.into_iter().map(|(id, _)| view! { <VariableForm editor id /> }).collect_view()
        }}
        <Button icon=Glyph::Plus disabled=full on_click=add>
            "Add a variable"
        </Button>
    }
    .into_any()
}

#[component]
fn VariableForm(editor: Editor, id: String) -> impl IntoView {
    let board = editor.board;
    let now = board.content.with_untracked(|content| content.variables.iter().find(|v| v.id == id).cloned());
    let Some(variable) = now else { return ().into_any() };
    let key = StoredValue::new(id);
    let change = move |change: &dyn Fn(&mut Variable)| {
        editor.change(|content| {
            let one = content.variables.iter_mut().find(|v| key.with_value(|key| v.id == *key));
            if let Some(variable) = one {
                change(variable);
            }
        });
    };
    let follow = move |value: RwSignal<String>, write: fn(&mut Variable, &str)| {
        Effect::watch(
            move || value.get(),
            move |now, before, _| {
                if before != Some(now) {
                    change(&|variable| write(variable, now));
                }
            },
            false,
        );
    };
    let name = RwSignal::new(variable.display_name.clone());
    follow(name, |variable, text| text.trim().clone_into(&mut variable.display_name));
    let kind = RwSignal::new(variable.kind.as_str().to_owned());
    follow(kind, |variable, word| {
        variable.kind = VariableKind::from_word(word).unwrap_or_default();
        variable.default = String::new();
        variable.property = match variable.kind {
            VariableKind::Property => {
                variable.property.clone().or_else(|| Variable::property_of("cloud:name"))
            }
            _ => None,
        };
    });
    let property = RwSignal::new(variable.property_text());
    follow(property, |variable, text| variable.property = Variable::property_of(text));
    let kinds: Options =
        VariableKind::ALL.map(|kind| (kind.as_str().to_owned(), kind.label().to_owned())).into();
    let is_property = variable.kind == VariableKind::Property;
    let remove = move || {
        editor.change(|content| content.variables.retain(|v| key.with_value(|key| v.id != *key)));
    };
    let begin = move || {
        let value = key.with_value(|key| board.chosen.values.with_untracked(|all| all.get(key).cloned()));
        change(&|variable| variable.default = value.clone().unwrap_or_default());
    };
    let begins = move || {
        board.content.with(|content| {
            let one = content.variables.iter().find(|v| key.with_value(|key| v.id == *key));
            match one.map(|v| v.default.as_str()) {
                None | Some("") => "Opens with all.".to_owned(),
                Some(value) => format!("Opens with “{value}”."),
            }
        })
    };
    let label = variable.label().to_owned();
    let field = move |name: &str| key.with_value(|key| format!("variable-{key}-{name}"));
    view! {
        <div class="panel-row">
            <Field label="Name" name=field("name") value=name placeholder=label />
            <Select label="Chosen is" name=field("kind") value=kind options=kinds />
            <IconButton glyph=Glyph::Close label="Remove the variable" on_click=remove />
        </div>
        {is_property.then(|| view! { <PropertyField editor name=field("property") value=property /> })}
        <p class="hint">
            {begins} " "
            <Button on_click=begin>"Open with what is chosen now"</Button>
        </p>
    }
    .into_any()
}

/// The property, among those that templates know, or written by hand.
#[component]
fn PropertyField(editor: Editor, name: String, value: RwSignal<String>) -> impl IntoView {
    let known = RwSignal::new(Options::new());
    Effect::new(move |_| {
        let call = group_choices(editor.board.slug());
        leptos::task::spawn_local(async move {
            if let Ok(choices) = call.await {
                let place = |choice: Choice| match choice.what {
                    What::Property(place) => {
                        Some((format!("{}:{}", place.part.as_str(), place.path), choice.label))
                    }
                    _ => None,
                };
                _ = known.try_set(choices.values.into_iter().filter_map(place).collect());
            }
        });
    });
    view! {
        <Field label="Property" name value mono=true list="variable-properties" placeholder="cloud:building" />
        <datalist id="variable-properties">
            {move || {
                known.get().into_iter().map(|(value, label)| view! { <option value=value>{label}</option> }).collect_view()
            }}
        </datalist>
    }
    .into_any()
}
