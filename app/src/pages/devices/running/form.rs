//! What a command is given, how long the device may take, and whether it waits for a device that is away.

use super::super::here::Whose;
use super::ask_again;
use crate::api::commands::run_command;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::toast::ToastStack;
use crate::ui::{Button, ButtonKind, Card, Field, Form, FormActions, Select, TextArea, use_toasts};
use leptos::prelude::*;
use model::check::Check;
use model::command::{CommandsView, NewRun, TIMEOUT_S};
use model::dtdl::{Capability, Schema};
use model::twin::form::{self, Leaf};
use serde_json::Value;

/// A command of the template.
#[component]
pub(super) fn CommandForm(whose: Whose, view: RwSignal<CommandsView>, command: Capability) -> impl IntoView {
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let terms = Terms::new(command.queued);
    let key = format!("{}.{}", command.component, command.name);
    let schema = command.request.as_ref().map(|payload| payload.schema.clone());
    let leaves = schema.as_ref().map(form::leaves).unwrap_or_default();
    let texts: Vec<_> = leaves.iter().map(|_| RwSignal::new(String::new())).collect();
    let of_request = command.request.as_ref().map(|payload| match payload.display_name.as_str() {
        "" => payload.name.clone(),
        shown => shown.to_owned(),
    });
    let fields = leaves
        .iter()
        .zip(&texts)
        .enumerate()
        .map(|(i, (leaf, text))| {
            let label = match (leaf.label.as_str(), &of_request) {
                ("", Some(name)) => name.clone(),
                (label, _) => label.to_owned(),
            };
            view! { <LeafField leaf=leaf.clone() label name=format!("{key}.{i}") text=*text attempt /> }
        })
        .collect_view();
    let (component, name) = (command.component.clone(), command.name.clone());
    let submit = move || {
        let mut check = Check::default();
        let said: Vec<String> = texts.iter().map(|text| text.get_untracked()).collect();
        let request = schema.as_ref().map(|schema| form::read(schema, &leaves, &said)).transpose();
        if let Err(wrong) = &request {
            let why: Vec<&str> = wrong.iter().map(|(_, why)| why.as_str()).collect();
            check.that(false, "request", why.join(" "));
        }
        let (component, name) = (component.clone(), name.clone());
        let request = request.ok().flatten().flatten();
        run(toasts, whose, view, attempt, check, terms, NewRun { request, ..of(component, name) });
    };
    let path =
        if command.component.is_empty() { String::new() } else { format!("{} › ", command.component) };
    let title = format!("{path}{}", command.label());
    let note = if command.queued { "Waits for a device that is away" } else { "" };
    view! {
        <Card title=Signal::stored(title.clone()) note=Signal::stored(note.to_owned())>
            {(!command.description.is_empty()).then(|| view! { <p class="hint">{command.description.clone()}</p> })}
            <Form on_submit=submit label=title.clone()>
                <div class="property-fields">{fields}</div>
                <TermFields terms attempt key />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Run"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

/// Any command, by its name: for what no template knows.
#[component]
pub(super) fn AnyCommand(whose: Whose, view: RwSignal<CommandsView>) -> impl IntoView {
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let terms = Terms::new(false);
    let (component, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let request = RwSignal::new(String::new());
    let submit = move || {
        let mut check = Check::default();
        let leaf = Leaf { path: Vec::new(), label: String::new(), schema: Schema::Any };
        let given = check.field("request", request.with_untracked(|text| form::read_one(&leaf, text)));
        let new = of(component.get_untracked().trim().to_owned(), name.get_untracked().trim().to_owned());
        run(toasts, whose, view, attempt, check, terms, NewRun { request: given.flatten(), ..new });
    };
    let open = view.with_untracked(|view| view.known.is_empty());
    view! {
        <Card>
            <details class="disclosure" open=open>
                <summary>
                    "Run any command" <span class="hint">"By its name, whether a template knows it or not."</span>
                </summary>
                <Form on_submit=submit label="Run any command">
                    <div class="property-fields">
                        <Field label="Command" name="name" value=name error=attempt.error("name", name) mono=true />
                        <Field
                            label="Component"
                            name="component"
                            value=component
                            error=attempt.error("component", component)
                            hint="Empty: the device itself."
                            mono=true
                        />
                        <TextArea
                            label="Request"
                            name="request"
                            value=request
                            error=attempt.error("request", request)
                            hint="JSON, such as {\"delay\": 5}; empty: nothing."
                            mono=true
                            rows=3
                        />
                    </div>
                    <TermFields terms attempt key=String::from("any") />
                    <Refusal attempt />
                    <FormActions>
                        <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                            "Run"
                        </Button>
                    </FormActions>
                </Form>
            </details>
        </Card>
    }
    .into_any()
}

/// How long, and what if the device is away.
#[derive(Clone, Copy)]
struct Terms {
    timeout: RwSignal<String>,
    queue: RwSignal<String>,
}

impl Terms {
    fn new(queued: bool) -> Terms {
        let queue = if queued { "86400" } else { "0" };
        Terms { timeout: RwSignal::new(TIMEOUT_S.to_string()), queue: RwSignal::new(queue.to_owned()) }
    }
}

#[component]
fn TermFields(terms: Terms, attempt: Attempt, key: String) -> impl IntoView {
    let options = [
        ("0", "It fails at once"),
        ("3600", "It waits for an hour"),
        ("86400", "It waits for a day"),
        ("172800", "It waits for two days"),
    ];
    let options: Vec<_> = options.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
    view! {
        <div class="property-fields">
            <Field
                label="Time limit (s)"
                name=format!("{key}.timeout")
                value=terms.timeout
                error=attempt.error("timeout", terms.timeout)
                kind="number"
                hint="5 to 300 seconds for the device to answer."
            />
            <Select
                label="If the device is away"
                name=format!("{key}.queue")
                value=terms.queue
                options
                error=attempt.error("queue", terms.queue)
                hint="What waits is delivered as a message; its result comes as a reported property, if any."
            />
        </div>
    }
    .into_any()
}

#[component]
fn LeafField(
    leaf: Leaf,
    label: String,
    name: String,
    text: RwSignal<String>,
    attempt: Attempt,
) -> impl IntoView {
    let label = Signal::stored(label);
    let error = {
        let leaf = leaf.clone();
        let said = attempt.error("request", text);
        Signal::derive(move || text.with(|text| form::read_one(&leaf, text).err()).or_else(|| said.get()))
    };
    match &leaf.schema {
        Schema::Boolean => {
            let options = [("", "–"), ("true", "True"), ("false", "False")];
            let options = options.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
            view! { <Select label name value=text options error /> }.into_any()
        }
        Schema::Enum(values) => {
            let known = values.values.iter().map(|value| {
                let shown = if value.display_name.is_empty() { &value.name } else { &value.display_name };
                (value.value.to_value().to_string(), shown.clone())
            });
            let options: Vec<_> = [(String::new(), "–".to_owned())].into_iter().chain(known).collect();
            view! { <Select label name value=text options error /> }.into_any()
        }
        _ if leaf.is_json() => {
            let hint = format!("JSON, such as {}", leaf.schema.example());
            view! { <TextArea label name value=text error hint mono=true rows=3 /> }.into_any()
        }
        schema => {
            let placeholder = match schema.example() {
                Value::String(text) => text,
                other => other.to_string(),
            };
            view! { <Field label name value=text error placeholder autocomplete="off" /> }.into_any()
        }
    }
}

fn of(component: String, name: String) -> NewRun {
    NewRun { component, name, request: None, timeout_s: None, connect_s: 0, queue_s: None }
}

/// Runs it, on these terms.
fn run(
    toasts: ToastStack,
    whose: Whose,
    view: RwSignal<CommandsView>,
    attempt: Attempt,
    mut check: Check,
    terms: Terms,
    new: NewRun,
) {
    let seconds = terms.timeout.with_untracked(|text| text.trim().parse::<u32>());
    let timeout = check.field("timeout", seconds.map_err(|_| "Give a whole number of seconds.".to_owned()));
    let queue_s = terms.queue.with_untracked(|text| text.parse().ok());
    let new = NewRun { timeout_s: timeout, queue_s, ..new };
    let checked = check.done().and_then(|()| new.clone().checked().map(drop));
    attempt.run(checked, run_command(whose.slug(), whose.id(), new), move |run| {
        toasts.ok(format!("“{}”: {}.", run.name, run.state.label().to_lowercase()));
        ask_again(whose, view);
    });
}
